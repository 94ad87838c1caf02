"""A table whose one-hot columns are read as the categories that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xai_widgets.inputs.columns import Column
from xai_widgets.inputs.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

MARKS = "_=: ."
"""What may stand between the name of a category and that of its choice."""


class OneHots:
    """Groups of columns of 0 and 1, of which exactly one is 1, as one column each.

    Parameters
    ----------
    table : Table
        Of the encoded columns.
    groups : mapping of str to sequence of str
        From a category's name to its columns. A choice is called what its column is called beside the category's name.

    Attributes
    ----------
    table : Table
        Of the categories and the other columns, in the order in which their first columns stood. A choice that no row
        of the data has is none.
    encoded : Table
        As it was given, with all columns of groups as plain numbers.

    Raises
    ------
    ValueError, TypeError
        For columns that are not there or in two groups, and for rows in which not exactly one of a group is set.
    """

    def __init__(self, table: Table, groups: Mapping[str, Any]) -> None:
        members = {str(name): _places(table, str(name), group) for name, group in groups.items()}
        owner = {i: name for name, places in members.items() for i in places}
        if len(owner) < sum(map(len, members.values())):
            msg = "encode: a column belongs to several groups, or twice to one: each may stand in one, once."
            raise ValueError(msg)
        values = table.data.copy()
        for i in owner:
            if choices := table.columns[i].choices:
                values[:, i] = np.asarray(choices, float)[table.data[:, i].astype(int)]
        plain = [
            replace(one, kind="number", choices=(), low=0.0, high=1.0, step=1.0) if i in owner else one
            for i, one in enumerate(table.columns)
        ]
        self.encoded = Table(tuple(plain), values, table.framed)

        self._columns: list[NDArray[np.int64]] = []
        self._grouped: list[bool] = []
        columns = []
        for i, one in enumerate(table.columns):
            name = owner.get(i)
            if name is not None and i != members[name][0]:
                continue
            places = np.array([i] if name is None else members[name])
            if name is not None:
                _check_set(name, values[:, places])
                places = places[values[:, places].any(0)]
                choices = tuple(_choice(name, table.names[k]) for k in places)
                one = Column(name, "category", choices, 0.0, len(choices) - 1.0, 1.0, np.dtype(object))  # noqa: PLW2901
            columns.append(one)
            self._columns.append(places)
            self._grouped.append(name is not None)
        if len({one.name for one in columns}) < len(columns):
            msg = "encode: a group is called as a column that is not in it: give it another name."
            raise ValueError(msg)
        self.table = Table(tuple(columns), self._decoded(values), framed=False)

    def row(self, x: Any) -> NDArray[np.float64]:
        """Read one row, of the columns that were given or of the categories; errors as of `Table.row`."""
        named = x.columns if hasattr(x, "iloc") and hasattr(x, "columns") else getattr(x, "index", None)
        named = x if isinstance(x, Mapping) else () if named is None or callable(named) else named
        if {str(one) for one in named} == set(self.table.names):
            return self.table.row(x)
        values = self.encoded.row(x)[None]
        for one, places, grouped in zip(self.table.columns, self._columns, self._grouped, strict=True):
            if grouped:
                _check_set(one.name, values[:, places])
        found: NDArray[np.float64] = self._decoded(values)[0]
        return found

    def encode(self, rows: Tensor) -> Tensor:
        """Return the numbers (n, encoded columns) of rows (n, columns)."""
        out = rows.new_zeros(len(rows), len(self.encoded.columns))
        for i, (places, grouped) in enumerate(zip(self._columns, self._grouped, strict=True)):
            if grouped:
                out[torch.arange(len(rows)), torch.as_tensor(places)[rows[:, i].long().cpu()]] = 1
            else:
                out[:, places[0]] = rows[:, i]
        return out

    def _decoded(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        parts = zip(self._columns, self._grouped, strict=True)
        return np.stack([values[:, at].argmax(1) if grouped else values[:, at[0]] for at, grouped in parts], 1)


def _places(table: Table, name: str, group: Any) -> list[int]:
    if isinstance(group, str) or len(group) < 2:  # noqa: PLR2004
        msg = f"encode: {name!r} needs at least two columns, got {group!r}."
        raise TypeError(msg)
    for one in map(str, group):
        if one not in table.names:
            known = ", ".join(table.names[:8])
            msg = f"encode: {name!r} has the column {one!r}, which the background has not; it has {known}."
            raise ValueError(msg)
    return [table.names.index(str(one)) for one in group]


def _check_set(name: str, values: NDArray[np.float64]) -> None:
    bad = np.flatnonzero(~(((values == 0) | (values == 1)).all(1) & (values.sum(1) == 1)))
    if len(bad):
        told = ", ".join(f"{one:g}" for one in values[bad[0]][:8])
        msg = f"encode: of the columns of {name!r} exactly one must be 1 and the others 0, row {bad[0]} has {told}."
        raise ValueError(msg)


def _choice(name: str, column: str) -> str:
    rest = column.removeprefix(name)
    return rest.lstrip(MARKS) or column if rest != column else column
