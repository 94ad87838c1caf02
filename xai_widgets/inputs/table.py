"""A table's columns in the data's own types, and its rows as numbers that a search can move."""

from __future__ import annotations

import importlib
import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEW = 2
MOST_DECIMALS = 6
"""Numbers with more of them are taken for continuous."""

DAY = 86_400e9
"""Nanoseconds."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name : str
    kind : {"number", "date", "category"}
    choices : tuple
        The values of a category, booleans too, in the data's own types; a row has their number.
    low, high : float
        Of the data; of a category its first and last number.
    scale : float
        A typical deviation, above 0: the median absolute one from the median, or the standard one where that is 0.
    step : float
        The numbers are multiples of it; 0 where they are continuous.
    dtype : object
        Of the data.
    """

    name: str
    kind: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    scale: float = 1.0
    step: float = 0.0
    dtype: Any = None


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
    """

    columns: tuple[Column, ...]
    data: NDArray[np.float64]
    framed: bool

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
            series = list(array.T)
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
        read = [_column(name, one, framed=framed) for name, one in zip(found, series, strict=True)]
        return cls(tuple(column for column, _ in read), np.stack([values for _, values in read], 1), framed)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(one.name for one in self.columns)

    def row(self, x: Any) -> NDArray[np.float64]:
        """Read one row: a list or array, a dict or a pandas row by the names of the columns.

        Raises
        ------
        ValueError
            For a column that is missing or too many, and for a category that the data does not have.
        """
        if hasattr(x, "columns") and hasattr(x, "iloc") and len(x) == 1:
            x = x.iloc[0]
        if hasattr(x, "index") and hasattr(x, "to_dict"):
            x = x.to_dict()
        if isinstance(x, Mapping):
            given = {str(key): value for key, value in x.items()}
            missing = [name for name in self.names if name not in given]
            more = [name for name in given if name not in self.names]
            if missing or more:
                what = f"lacks the column {missing[0]!r}" if missing else f"has a column {more[0]!r} too many"
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
        if cell is None or cell != cell:  # noqa: PLR0124  NaN, NaT and NA alone differ from themselves
            return math.nan
        if column.kind == "date":
            return float(np.datetime64(cell, "ns").astype(np.int64)) / DAY
        if column.choices:
            if cell not in column.choices:
                known = ", ".join(map(repr, column.choices[:8]))
                msg = f"{column.name!r} has no {cell!r} in the background: it is one of {known}."
                raise ValueError(msg)
            return float(column.choices.index(cell))
        if not isinstance(cell, (numbers.Real, np.number)) or not math.isfinite(cell):
            msg = f"{column.name!r} must hold a finite number, got {cell!r}."
            raise ValueError(msg)
        return float(cell)

    def snap(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Round numbers (n, columns) to what the data's own types have."""
        out = values.astype(np.float64)
        for i, column in enumerate(self.columns):
            if column.choices:
                out[:, i] = np.clip(np.round(out[:, i]), 0, len(column.choices) - 1)
            elif column.step == 1.0:
                out[:, i] = np.round(out[:, i])
            elif column.step:
                out[:, i] = np.round(out[:, i], round(-math.log10(column.step)))
            elif isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
                out[:, i] = out[:, i].astype(column.dtype)
        return out

    def own(self, values: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Return numbers (n, columns) as columns in the data's own types."""
        return {one.name: _own(one, values[:, i]) for i, one in enumerate(self.columns)}

    def cells(self, values: NDArray[np.float64]) -> dict[str, Any]:
        """Return one row of numbers (columns,) as values in the data's own types; None where one is missing."""
        return {
            name: None if math.isnan(values[i]) else _plain(column[0])
            for i, (name, column) in enumerate(self.own(values[None]).items())
        }

    def give(self, values: NDArray[np.float64]) -> Any:
        """Return numbers (n, columns) as what the model eats: a frame where the background is one, else an array."""
        if not self.framed:
            own = self.own(values)
            return np.stack([np.asarray(one, np.float64) for one in own.values()], 1)
        pandas = importlib.import_module("pandas")
        made = {}
        for i, (name, column) in enumerate(self.own(values).items()):
            kept: Any = self.columns[i].dtype
            missing = np.isnan(values[:, i])
            own = pandas.Series(column, dtype=object if missing.any() else None)
            own[missing] = None
            # Whole numbers and booleans of numpy's know no missing value.
            holds = not missing.any() or not isinstance(kept, np.dtype) or kept.kind not in "biu"
            made[name] = own.astype(kept) if holds else own
        return pandas.DataFrame(made)


def _column(name: str, given: Any, *, framed: bool) -> tuple[Column, NDArray[np.float64]]:
    """Find out what a column holds, and return its values as numbers."""
    dtype = given.dtype
    kind = getattr(dtype, "kind", "O")
    if kind == "M":
        days = np.asarray(given, "datetime64[ns]").astype(np.int64).astype(float) / DAY
        days[np.isnat(np.asarray(given, "datetime64[ns]"))] = math.nan
        return _numeric(name, "date", days, dtype), days
    values = given.to_numpy() if framed else given
    if kind in "iuf" and not (not framed and set(np.unique(values)) <= {0, 1}):
        plain = np.asarray(values, np.float64)
        return _numeric(name, "number", plain, dtype), plain
    present = [one for one in list(values) if one is not None and one == one]  # noqa: PLR0124  all but NaN
    choices = tuple(_sorted(dict.fromkeys(one.item() if hasattr(one, "item") else one for one in present)))
    if not choices:
        msg = f"the column {name!r} of the background holds no value at all: leave it out."
        raise ValueError(msg)
    places = {one: i for i, one in enumerate(choices)}
    plain = np.array([places.get(one.item() if hasattr(one, "item") else one, math.nan) for one in list(values)], float)
    return Column(name, "category", choices, 0.0, float(len(choices) - 1), 1.0, 1.0, dtype), plain


def _numeric(name: str, kind: str, values: NDArray[np.float64], dtype: Any) -> Column:
    known = values[np.isfinite(values)]
    if not len(known):
        msg = f"the column {name!r} of the background holds no finite number: leave it out."
        raise ValueError(msg)
    deviation = float(np.median(np.abs(known - np.median(known)))) or float(known.std()) or 1.0
    step = 0.0
    for decimals in range(MOST_DECIMALS + 1):
        if np.array_equal(np.round(known, decimals), known):
            step = 10.0**-decimals
            break
    return Column(name, kind, (), float(known.min()), float(known.max()), deviation, step, dtype)


def _own(column: Column, values: NDArray[np.float64]) -> NDArray[Any]:
    if column.choices:
        choices = np.empty(len(column.choices), object)
        choices[:] = column.choices
        picked = choices[_index(values)]
        return picked.astype(bool) if all(isinstance(one, bool) for one in column.choices) else picked
    if column.kind == "date":
        days = np.where(np.isnan(values), 0, values)
        return np.round(days * DAY).astype(np.int64).astype("datetime64[ns]")
    whole = getattr(column.dtype, "kind", "f") in "iu" and not np.isnan(values).any()
    return values.astype(np.int64) if whole else values


def _plain(value: Any) -> Any:
    """Return a number of numpy's as Python's; a date stays one."""
    return value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value


def _index(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.nan_to_num(values).astype(np.int64)


def _sorted(values: Any) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return list(values)


def _told(array: NDArray[Any]) -> str:
    return f"shape {list(array.shape)} of {array.dtype}"
