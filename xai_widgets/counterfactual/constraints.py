"""What a counterfactual row must keep to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.counterfactual.rules import Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.inputs.table import Table

WAYS = ("up", "down")


@dataclass(frozen=True)
class Constraints:
    """What a counterfactual row must keep to. Whatever is returned does, in the data's own types.

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
        for column, way in self.direction.items():
            i = table.names.index(column)
            low[i] = row[i] if way == "up" else low[i]
            high[i] = row[i] if way == "down" else high[i]
        fixed = np.array([name in self.immutable for name in table.names]) | np.isnan(row)
        weights = np.array([float(self.effort.get(name, 1.0)) for name in table.names])
        bound = Bound(table, row, low, high, fixed, rules, self.max_changes, weights)
        bound.check()
        return bound


@dataclass(frozen=True, eq=False)
class Bound:
    """Constraints on one row of one table; columns by number.

    Attributes
    ----------
    low, high : ndarray
        Where each column may lie if it changes; the row's own value is always allowed.
    fixed : ndarray of bool
        Columns that cannot change: immutable ones, and those whose value is missing.
    weights : ndarray
        Effort of each column.
    """

    table: Table
    row: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    rules: tuple[Rule, ...]
    max_changes: int | None
    weights: NDArray[np.float64]

    @property
    def free(self) -> NDArray[np.int64]:
        """The columns that may change."""
        return np.flatnonzero(~self.fixed & ((self.low < self.high) | (self.low != self.row)) & (self.low <= self.high))

    @property
    def most(self) -> int:
        """How many columns may change."""
        return len(self.free) if self.max_changes is None else min(self.max_changes, len(self.free))

    def check(self) -> None:
        """Refuse rules that can never hold.

        Raises
        ------
        ValueError
            Naming the rule, and the range that leaves nothing.
        """
        bounds = {}
        for i, column in enumerate(self.table.columns):
            if not self.fixed[i] and self.low[i] > self.high[i]:
                msg = (
                    f"Constraints: nothing is left for {column.name!r}: its range and its direction exclude each other."
                )
                raise ValueError(msg)
            if not column.choices:
                own = float(self.row[i])
                ends = (own, own) if self.fixed[i] else (min(self.low[i], own), max(self.high[i], own))
                bounds[column.name] = ends
        for rule in self.rules:
            try:
                rule.holds(self.table.own(self.row[None]), 1)
            except TypeError as error:
                msg = f"Constraints: the rule {rule.text!r} compares what cannot be compared: {error}."
                raise ValueError(msg) from None
            if not rule.possible(bounds):
                msg = f"Constraints: the rule {rule.text!r} can never hold within the other constraints."
                raise ValueError(msg)

    def changed(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which cells (n, columns) differ from the row."""
        differs: NDArray[np.bool_] = (values != self.row) & ~(np.isnan(values) & np.isnan(self.row))
        return differs

    def fitted(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move values (n, columns) to where the bounds and the data's own types allow; rules are another matter."""
        inside = np.where(self.changed(values), np.clip(values, self.low, self.high), self.row)
        snapped = self.table.snap(inside)
        # What was rounded out of its range is rounded the other way.
        step = np.array([one.step for one in self.table.columns])
        snapped = np.where(snapped > self.high, self.table.snap(snapped - step), snapped)
        snapped = np.where(snapped < self.low, self.table.snap(snapped + step), snapped)
        outside = (snapped > self.high) | (snapped < self.low) | np.isnan(snapped)
        return np.where(self.fixed | outside | ~self.changed(inside), self.row, snapped)

    def broken(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
        """Tell of each constraint, by its words, which rows (n, columns) break it."""
        changed, names = self.changed(values), self.table.names
        found: dict[str, NDArray[np.bool_]] = {}
        for i, name in enumerate(names):
            if self.fixed[i]:
                found[f"{name} cannot change"] = changed[:, i]
            else:
                outside = (values[:, i] < self.low[i]) | (values[:, i] > self.high[i]) | np.isnan(values[:, i])
                found[f"{name} has its range"] = changed[:, i] & outside
        if self.max_changes is not None:
            found[f"at most {self.max_changes} changes"] = changed.sum(1) > self.max_changes
        if self.rules:
            columns = self.table.own(values)
            found.update((one.text, ~one.holds(columns, len(values))) for one in self.rules)
        return found

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of each row (n, columns), in the data's own types, whether it keeps to everything."""
        bad = np.zeros(len(values), bool)
        for one in self.broken(values).values():
            bad |= one
        return ~bad

    def effort(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum the changes of each row (n, columns): in typical deviations, another category as one, by weight."""
        total: NDArray[np.float64] = (self._far(values, self.row) * self.weights).sum(1)
        return total

    def apart(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        """Compute how far two rows (columns,) lie apart, in typical deviations, another category as one."""
        return float(self._far(a[None], b).sum())

    def _far(self, values: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
        scales = np.array([one.scale for one in self.table.columns])
        chosen = np.array([bool(one.choices) for one in self.table.columns])
        differs = np.nan_to_num(values - row)
        far: NDArray[np.float64] = np.where(chosen, differs != 0, np.abs(differs) / scales)
        return far


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
