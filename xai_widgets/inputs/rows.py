"""Rows of a table, in whatever they come: lists, dicts, pandas."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLE = 2


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    values : ndarray, float64, shape (columns,)
    names : tuple of str or None
        Of the columns.
    """

    values: NDArray[np.float64]
    names: tuple[str, ...] | None = None

    def ordered(self, columns: Sequence[str] | None) -> Row:
        """Put the values in the order of the model's columns, where both have names.

        Raises
        ------
        ValueError
            Naming a column that the row lacks, or telling how many values were expected.
        """
        if columns is None:
            return self
        names = tuple(columns)
        if self.names is None:
            if len(names) != len(self.values):
                msg = f"the model was fitted with {len(names)} columns, the row has {len(self.values)} values."
                raise ValueError(msg)
            return Row(self.values, names)
        missing = [name for name in names if name not in self.names]
        if missing:
            msg = f"the row lacks the column {missing[0]!r} that the model was fitted with; it has {_few(self.names)}."
            raise ValueError(msg)
        return Row(self.values[[self.names.index(name) for name in names]], names)


def row_of(x: Any) -> Row | None:
    """Read a row: a list or tuple of numbers, a dict of numbers by name, a pandas Series or a frame of one row.

    Raises
    ------
    TypeError
        For a row that holds something else than numbers, naming the column.
    """
    if _is_frame(x) and len(x) == 1:
        x = x.iloc[0]
    if _is_series(x):
        names, values = [str(name) for name in x.index], x.to_numpy()
        return Row(_numbers(dict(zip(names, values, strict=True))), tuple(names)) if names else None
    if isinstance(x, Mapping):
        plain = bool(x) and (all(map(_is_number, x.values())) or _are_cells(x.values()))
        return Row(_numbers({str(k): v for k, v in x.items()}), tuple(map(str, x))) if plain else None
    if isinstance(x, (list, tuple)) and x and all(map(_is_number, x)):
        return Row(np.asarray(x, dtype=np.float64))
    return None


def batch_of(x: Any) -> list[Any] | None:
    """Split several inputs: the items of a list, unless they are plain numbers, and the rows of a pandas frame."""
    if _is_frame(x) and len(x) != 1:
        return [x.iloc[i] for i in range(len(x))]
    if isinstance(x, list) and not (x and all(map(_is_number, x))):
        return list(x)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (numbers.Real, np.number, np.bool_))


def _are_cells(values: Iterable[Any]) -> bool:
    """Tell whether these can be nothing but the cells of a row: none is an array, and one a text or a date."""
    kinds = [(isinstance(one, (str, dt.date)), hasattr(one, "shape") and not _is_number(one)) for one in values]
    return any(cell for cell, _ in kinds) and not any(array for _, array in kinds)


def _is_series(x: Any) -> bool:
    return all(hasattr(x, name) for name in ("index", "to_numpy", "iloc")) and getattr(x, "ndim", 0) == 1


def _is_frame(x: Any) -> bool:
    return all(hasattr(x, name) for name in ("columns", "to_numpy", "iloc")) and getattr(x, "ndim", 0) == TABLE


def _numbers(values: Mapping[str, Any]) -> NDArray[np.float64]:
    for name, value in values.items():
        if not _is_number(value):
            way = "give background=, rows of the data, or encode it before"
            msg = f"the column {name!r} must hold a number, got {value!r}: {way}."
            raise TypeError(msg)
    return np.asarray([float(one) for one in values.values()])


def _few(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:8])) + (" …" if len(names) > 8 else "")  # noqa: PLR2004
