"""What a counterfactual row must keep to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.counterfactual.bound import Bound
from xai_widgets.counterfactual.contradictions import refuse_contradictions
from xai_widgets.counterfactual.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.inputs.table import Table

WAYS = ("up", "down")


@dataclass(frozen=True)
class Constraints:
    """What a counterfactual row must keep to. Whatever is returned does, in the data's own types.

    A value that is missing stays missing. A rule that compares one neither holds nor fails, and nor does its ``not``;
    only what else it offers can hold, as in ``"owns or age > 30"``. One that cannot hold without the value is refused.

    Parameters
    ----------
    immutable : sequence of str
        Columns that cannot change.
    ranges : mapping of str to (low, high)
        Both ends are allowed values; None for the data's own end, within which columns without a range stay.
    direction : mapping of str to {"up", "down"}
        Columns that go one way only.
    rules : sequence of str
        Conditions on columns, such as ``"years_employed <= age - 14"``; names with spaces between backquotes.
    max_changes : int, optional
        How many columns may change.
    effort : mapping of str to float
        How hard each column is to change, by one typical deviation or to another category: 1 where nothing is said.

    Examples
    --------
    >>> Constraints(immutable=["sex"], ranges={"age": (18, 90)}, direction={"age": "up"}, rules=["a <= b - 14"])
    ... # doctest: +SKIP
    """

    immutable: Sequence[str] = ()
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    direction: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[str] = ()
    max_changes: int | None = None
    effort: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("immutable", "rules"):
            given = getattr(self, name)
            if isinstance(given, str) or not isinstance(given, Sequence):
                msg = f"Constraints: {name} must be a list of texts, got {given!r}."
                raise TypeError(msg)
        for name, check in (("ranges", _check_range), ("direction", _check_way), ("effort", _check_effort)):
            given = getattr(self, name)
            if not isinstance(given, Mapping):
                msg = f"Constraints: {name} must be a mapping by column, got {given!r}."
                raise TypeError(msg)
            for column, value in given.items():
                check(column, value)
        most: Any = self.max_changes
        if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
            msg = f"Constraints: max_changes must be a whole number from 1, or None, got {most!r}."
            raise ValueError(msg)

    def bind(self, table: Table, row: NDArray[np.float64]) -> Bound:
        """Apply them to a table and the row that is to change.

        Raises
        ------
        ValueError
            For a column that is not there, a range of a category, and for rules that can never hold.
        """
        rules = tuple(map(Rule.read, self.rules))
        named = {*self.immutable, *self.ranges, *self.direction, *self.effort, *(c for r in rules for c in r.columns)}
        for column in sorted(named, key=str):
            if column not in table.names:
                msg = f"Constraints: there is no column {column!r}; there are {_few(table.names)}."
                raise ValueError(msg)
        low, high = (np.array([getattr(one, end) for one in table.columns]) for end in ("low", "high"))
        for column, ends in self.ranges.items():
            i = table.names.index(column)
            if table.columns[i].choices:
                msg = f"Constraints: {column!r} has no range, it is one of {_few(table.columns[i].choices)}."
                raise ValueError(msg)
            low[i] = low[i] if ends[0] is None else table.number(i, ends[0])
            high[i] = high[i] if ends[1] is None else table.number(i, ends[1])
            if low[i] > high[i]:
                msg = f"Constraints: nothing is left for {column!r} in {ends!r}; an open end is that of the data."
                raise ValueError(msg)
        for column, way in self.direction.items():
            i = table.names.index(column)
            if not table.columns[i].ordered:
                msg = f"Constraints: {column!r} has no direction, it is one of {_few(table.columns[i].choices)}."
                raise ValueError(msg)
            low[i] = max(low[i], row[i]) if way == "up" else low[i]
            high[i] = min(high[i], row[i]) if way == "down" else high[i]
        fixed = np.array([name in self.immutable for name in table.names]) | np.isnan(row)
        weights = np.array([float(self.effort.get(name, 1.0)) for name in table.names])
        bound = Bound(table, row, low, high, fixed, rules, self.max_changes, weights)
        refuse_contradictions(bound)
        return bound


def _check_range(column: str, ends: Any) -> None:
    if not isinstance(ends, (tuple, list)) or len(ends) != 2:  # noqa: PLR2004
        msg = f"Constraints: the range of {column!r} must be a pair, (low, high), got {ends!r}."
        raise TypeError(msg)
    numbers = [one for one in ends if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if len(numbers) == 2 and not numbers[0] <= numbers[1]:  # noqa: PLR2004
        msg = f"Constraints: the range of {column!r} must have its low end first, got {ends!r}."
        raise ValueError(msg)


def _check_way(column: str, way: Any) -> None:
    if way not in WAYS:
        msg = f"Constraints: the direction of {column!r} must be 'up' or 'down', got {way!r}."
        raise ValueError(msg)


def _check_effort(column: str, weight: Any) -> None:
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < math.inf:
        msg = f"Constraints: the effort of {column!r} must be a number above 0, got {weight!r}."
        raise ValueError(msg)


def _few(names: Sequence[Any]) -> str:
    return ", ".join(map(repr, names[:8])) + (" …" if len(names) > 8 else "")  # noqa: PLR2004
