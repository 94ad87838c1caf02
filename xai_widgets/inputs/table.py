"""A table's columns in the data's own types, and its rows as numbers that a search can move."""

from __future__ import annotations

import datetime as dt
import importlib
import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.inputs.column_cache import cached
from xai_widgets.inputs.columns import DAY, Column, date_text, own_values, plain_value, read_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW = 2


@dataclass(frozen=True, eq=False)
class Table:
    """Columns, and how rows of numbers become what a model eats.

    Attributes
    ----------
    columns : tuple of Column
    data : ndarray, float64, shape (rows, columns)
        The background, as numbers.
    framed : bool
        Whether models are given pandas frames.
    heads : Index or None
        What stands above the columns of these, where it is not their names.
    """

    columns: tuple[Column, ...]
    data: NDArray[np.float64]
    framed: bool
    heads: Any = None

    @classmethod
    def of(cls, background: Any, names: Sequence[str] | None = None) -> Table:
        """Read the background: a pandas frame, or an array (rows, columns) of numbers.

        Raises
        ------
        ValueError, TypeError
            For one without rows or columns, and for columns of one name.
        """
        framed = hasattr(background, "columns") and hasattr(background, "iloc")
        if framed:
            found = [str(one) for one in background.columns]
            series = [background.iloc[:, i] for i in range(len(found))]
        else:
            array = np.asarray(background.detach().cpu() if hasattr(background, "detach") else background)
            if array.ndim != FEW or array.dtype.kind not in "biuf":
                msg = f"background must be a frame, or an array (rows, columns) of numbers, got {_told(array)}."
                raise TypeError(msg)
            found = [str(i) for i in range(array.shape[1])] if names is None else [str(one) for one in names]
            series = list(np.ascontiguousarray(array.T))  # each is read several times
        if names is not None and len(names) != len(series):
            msg = f"features names {len(names)} columns, the background has {len(series)}."
            raise ValueError(msg)
        if not series or not len(series[0]):
            msg = "the background is empty: give some rows of the data."
            raise ValueError(msg)
        double = sorted({name for name in found if found.count(name) > 1})
        if double:
            msg = f"the background has several columns {double[0]!r}: give each its own name."
            raise ValueError(msg)
        read = []
        for name, one in zip(found, series, strict=True):
            of_it = partial(read_column, name, one, framed=framed)
            kept = isinstance(one.dtype, np.dtype) and (framed or isinstance(background, np.ndarray))
            cells = np.asarray(one) if kept else None
            read.append(of_it() if cells is None else cached(background, name, cells, of_it))
        heads = background.columns if framed and found != list(background.columns) else None
        return cls(tuple(column for column, _ in read), np.stack([values for _, values in read], 1), framed, heads)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(one.name for one in self.columns)

    def row(self, x: Any) -> NDArray[np.float64]:
        """Read one row: a list or array, a dict or a pandas row by the names of the columns.

        Raises
        ------
        ValueError
            For a column that is missing or too many, for several rows, and for a value that the column cannot have.
        """
        named = _by_name(x)
        if named is not None:
            given = dict(named)
            missing = [name for name in self.names if name not in given]
            more = [name for name in given if name not in self.names]
            if missing or more or len(given) < len(named):
                double = next((name for i, (name, _) in enumerate(named) if name in dict(named[:i])), None)
                what = f"lacks the column {missing[0]!r}" if missing else f"has several columns {double!r}"
                what = f"has a column {more[0]!r} too many" if more and not missing else what
                msg = f"the row {what}; the background has {', '.join(map(repr, self.names[:8]))}."
                raise ValueError(msg)
            cells = [given[name] for name in self.names]
        else:
            cells = list(x.tolist() if hasattr(x, "tolist") else x)
            if len(cells) != len(self.columns):
                msg = f"the row has {len(cells)} values, the background {len(self.columns)} columns."
                raise ValueError(msg)
        return np.array([self.number(i, cell) for i, cell in enumerate(cells)])

    def number(self, i: int, cell: Any) -> float:
        """Return the number of one value of column `i`; NaN for a missing one."""
        column = self.columns[i]
        if _is_missing(cell):
            return math.nan
        if column.kind == "date":
            return _day(column.name, cell)
        if column.choices:
            if cell not in column.choices:
                known = ", ".join(map(repr, column.choices[:8]))
                msg = f"{column.name!r} has no {plain_value(cell)!r} in the background: it is one of {known}."
                raise ValueError(msg)
            return float(column.choices.index(cell))
        if not isinstance(cell, (numbers.Real, np.number)) or not math.isfinite(cell):
            msg = f"{column.name!r} must hold a finite number, got {cell!r}."
            raise ValueError(msg)
        return float(cell)

    def snap(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Round numbers (n, columns) to what the data's own types have."""
        per, last, narrow = self._types
        out = _rounded(values, per, last)
        for i, dtype in narrow.items():
            out[:, i] = out[:, i].astype(dtype)
        return out

    def snapped(self, i: int, values: Any) -> Any:
        """Do the same for numbers of column `i`."""
        per, last, narrow = self._types
        out = _rounded(values, per[i], last[i])
        return out.astype(narrow[i]) if i in narrow else out

    @cached_property
    def _types(self) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, Any]]:
        """Of each column how many of its steps make 1, 0 for none; its last choice, infinite for none; other floats."""
        columns = self.columns
        per = np.array([1.0 if one.choices else 10.0 ** round(-math.log10(one.step or 1)) for one in columns])
        per[[not one.choices and not one.step for one in columns]] = 0
        last = np.array([len(one.choices) - 1.0 if one.choices else math.inf for one in columns])
        dtypes = {i: one.dtype for i, one in enumerate(columns) if not per[i] and isinstance(one.dtype, np.dtype)}
        return per, last, {i: one for i, one in dtypes.items() if one.kind == "f" and one != np.float64}

    def own(self, values: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Return numbers (n, columns) as columns in the data's own types."""
        return {one.name: own_values(one, values[:, i]) for i, one in enumerate(self.columns)}

    def cells(self, values: NDArray[np.float64]) -> dict[str, Any]:
        """Return one row of numbers (columns,) as values in the data's own types; None where one is missing."""
        return {
            name: None if math.isnan(values[i]) else plain_value(column[0])
            for i, (name, column) in enumerate(self.own(values[None]).items())
        }

    def plain_cells(self, values: NDArray[np.float64]) -> tuple[Any, ...]:
        """Return one row of numbers (columns,) as plain data: dates as texts, the time of day where there is one."""
        cells = self.cells(values).values()
        return tuple(date_text(one) if isinstance(one, np.datetime64) else one for one in cells)

    def give(self, values: NDArray[np.float64]) -> Any:
        """Return numbers (n, columns) as what the model eats: a frame where the background is one, else an array."""
        if not self.framed:
            given = np.array(values, np.float64)
            for i, one in enumerate(self.columns):
                if one.step:  # others are in the data's own types as they are
                    given[:, i] = own_values(one, values[:, i])
            return given
        pandas = importlib.import_module("pandas")
        made, index = {}, pandas.RangeIndex(len(values))  # of series with one each, pandas would make one of all
        for i, (name, column) in enumerate(self.own(values).items()):
            kept: Any = self.columns[i].dtype
            missing = np.isnan(values[:, i])
            if getattr(kept, "kind", "O") in "biufM" and isinstance(kept, np.dtype) and not missing.any():
                made[name] = column.astype(kept, copy=False)  # as a series it would take ten times as long
                continue
            # Of objects, pandas would look at each to find out whether all are texts.
            own = pandas.Series(column, index, object if missing.any() or column.dtype.kind == "O" else None)
            if missing.any():
                own[missing] = None
            if getattr(kept, "tz", None) is not None:
                own = own.astype("datetime64[us]").dt.tz_localize("UTC")
            # Whole numbers and booleans of numpy's know no missing value.
            holds = not missing.any() or not isinstance(kept, np.dtype) or kept.kind not in "biu"
            made[name] = own.astype(kept) if holds and own.dtype != kept else own
        frame = pandas.DataFrame(made, index)
        if self.heads is not None:
            frame.columns = self.heads
        return frame


def _by_name(x: Any) -> list[tuple[str, Any]] | None:
    """Return the cells of a row by the names of their columns, as they come; None where they have no names."""
    if hasattr(x, "columns") and hasattr(x, "iloc"):
        if len(x) != 1:
            msg = f"x must be one row, got a frame of {len(x)} rows: give one, such as frame.iloc[[0]]."
            raise ValueError(msg)
        # One by one: a series of them all would round whole numbers beside others.
        return [(str(name), plain_value(x.iloc[0, i])) for i, name in enumerate(x.columns)]
    items = x.items() if isinstance(x, Mapping) or (hasattr(x, "index") and hasattr(x, "to_dict")) else None
    return None if items is None else [(str(name), cell) for name, cell in items]


def _is_missing(cell: Any) -> bool:
    if cell is None or type(cell).__name__ == "NAType":
        return True
    differs = cell != cell  # noqa: PLR0124  NaN and NaT alone differ from themselves
    return isinstance(differs, (bool, np.bool_)) and bool(differs)


def _day(name: str, cell: Any) -> float:
    """Return the day of a date, counted from 1970, of universal time where it has a time zone."""
    zoned = getattr(cell, "tzinfo", None) is not None
    plain = cell.astimezone(dt.timezone.utc).replace(tzinfo=None) if zoned else cell
    try:
        found = np.datetime64("NaT") if isinstance(cell, numbers.Number) else np.datetime64(plain, "us")
    except (TypeError, ValueError):
        found = np.datetime64("NaT")
    if np.isnat(found):
        msg = f"{name!r} must hold a date, such as '2020-03-01', got {cell!r}."
        raise ValueError(msg)
    return float(found.astype(np.int64)) / DAY


def _told(array: NDArray[Any]) -> str:
    return f"shape {list(array.shape)} of {array.dtype}"


def _rounded(values: Any, per: Any, last: Any) -> NDArray[np.float64]:
    """Round numbers to `per` to 1, where that is above 0, and those of choices to 0..last."""
    steps = np.where(per > 0, per, 1.0)
    out = np.where(per > 0, np.rint(values * steps) / steps, values)
    found: NDArray[np.float64] = np.where(np.isfinite(last), np.clip(out, 0, last), out)
    return found
