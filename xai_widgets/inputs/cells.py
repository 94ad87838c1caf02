"""Changes of one row: cells that hold another value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from xai_widgets.inputs.table import Table


@dataclass(frozen=True)
class Cell:
    """Another value in one cell.

    Attributes
    ----------
    column : int
    value : float or None
        As a `Table` has it: of a category its number, of a date its day; None for a missing one.
    """

    column: int
    value: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"name": "cell", "column": self.column, "value": self.value}


def cells_from(said: Iterable[Mapping[str, Any]], table: Table, row: NDArray[np.float64]) -> tuple[Cell, ...]:
    """Read changes of a row from plain data, trusting nothing in them; those that change nothing are left out.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    found: dict[int, float | None] = {}
    for one in said:
        i, value = one.get("column"), one.get("value")
        # JavaScript has one kind of number: 3.0 is 3.
        known = isinstance(i, (int, float)) and not isinstance(i, bool) and i in range(len(table.columns))
        if one.get("name") != "cell" or not known:
            msg = f"a change of a row names a column in 0..{len(table.columns) - 1}, got {str(dict(one))[:80]}."
            raise ValueError(msg)
        assert i is not None
        found[int(i)] = checked(value, table, int(i))
    return cells_of(found, row)


def cells_by_name(given: Mapping[str, Any], table: Table, row: NDArray[np.float64]) -> tuple[Cell, ...]:
    """Read changes of a row by the names of its columns, in the data's own types.

    Raises
    ------
    ValueError
        For a column or a category that is not there.
    """
    found: dict[int, float | None] = {}
    for name, value in given.items():
        if name not in table.names:
            msg = f"there is no column {name!r}; there are {', '.join(map(repr, table.names[:8]))}."
            raise ValueError(msg)
        i = table.names.index(name)
        number = table.number(i, value)
        found[i] = None if math.isnan(number) else number
    return cells_of(found, row)


def checked(value: Any, table: Table, i: int) -> float | None:
    """Return a value that column `i` can have, in its own precision.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        msg = f"{table.names[i]!r} must be a finite number, got {value!r}."
        raise TypeError(msg)
    choices = table.columns[i].choices
    if choices and value not in range(len(choices)):
        msg = f"{table.names[i]!r} has {len(choices)} values, there is none with the number {value!r}."
        raise ValueError(msg)
    return float(table.snapped(i, value))


def cells_of(values: Mapping[int, float | None], row: NDArray[np.float64]) -> tuple[Cell, ...]:
    """Return values by column as changes of a row, in order, without those that change nothing."""
    same = {i for i, value in values.items() if value == row[i] or (value is None and math.isnan(row[i]))}
    return tuple(Cell(i, values[i]) for i in sorted(values) if i not in same)


def changed(row: NDArray[np.float64], cells: Iterable[Cell]) -> NDArray[np.float64]:
    """Return the row with its changes."""
    out: NDArray[np.float64] = row.copy()
    for one in cells:
        out[one.column] = math.nan if one.value is None else one.value
    return out
