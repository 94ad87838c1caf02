"""Constraints on one row of one table: who keeps to them, and how far rows lie apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.counterfactual.rules import Rule
    from xai_widgets.inputs.table import Table


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
        if (over := snapped > self.high).any():
            snapped = np.where(over, self.table.snap(snapped - step), snapped)
        if (under := snapped < self.low).any():
            snapped = np.where(under, self.table.snap(snapped + step), snapped)
        outside = (snapped > self.high) | (snapped < self.low) | np.isnan(snapped)
        return np.where(self.fixed | outside | ~self.changed(inside), self.row, snapped)

    def broken(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
        """Tell of each constraint, by its words, which rows (n, columns) break it."""
        changed, bad = self._cells(values)
        found = {name: bad[:, i] for i, name in enumerate(self._of_columns)}
        if self.max_changes is not None:
            found[f"at most {self.max_changes} changes"] = changed.sum(1) > self.max_changes
        found.update(self._against(values))
        return found

    @property
    def _of_columns(self) -> list[str]:
        """The constraint on each column, in words."""
        told = ["cannot change" if fixed else "has its range" for fixed in self.fixed]
        return [f"{name} {said}" for name, said in zip(self.table.names, told, strict=True)]

    def without(self, told: str) -> tuple[Bound, NDArray[np.bool_]]:
        """Return the same without the constraint of these words, and which columns that one is of."""
        columns = np.array([one == told for one in self._of_columns])
        if columns.any():
            low, high = np.where(columns, -np.inf, self.low), np.where(columns, np.inf, self.high)
            return replace(self, fixed=self.fixed & ~columns, low=low, high=high), columns
        for i, rule in enumerate(self.rules):
            if rule.text == told:
                own = np.array([name in rule.columns for name in self.table.names])
                return replace(self, rules=self.rules[:i] + self.rules[i + 1 :]), own
        return replace(self, max_changes=None), ~columns

    def _cells(self, values: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell which cells (n, columns) are changed, and which of these may not be as they are."""
        changed = self.changed(values)
        # Written so that NaN is outside too.
        return changed, changed & (self.fixed | ~((values >= self.low) & (values <= self.high)))

    def _against(self, values: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Go through the rules, and which rows (n, columns) are against each."""
        for one in self.rules:
            yield one.text, ~one.holds(self.table, values)

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell of each row (n, columns), in the data's own types, whether it keeps to everything."""
        changed, cells = self._cells(values)
        bad: NDArray[np.bool_] = np.asarray(cells.any(1))
        if self.max_changes is not None:
            bad |= changed.sum(1) > self.max_changes
        for _, against in self._against(values):
            bad |= against
        return ~bad

    def effort(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum the changes of each row (n, columns): in typical deviations, another category as one, by weight."""
        total: NDArray[np.float64] = (self.far(values, self.row) * self.weights).sum(1)
        return total

    def apart(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        """Compute how far two rows (columns,) lie apart, in typical deviations, another category as one."""
        return float(self.far(a[None], b).sum())

    @cached_property
    def _measure(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Typical deviations, and which columns have choices."""
        columns = self.table.columns
        return np.array([one.scale for one in columns]), np.array([bool(one.choices) for one in columns])

    def far(self, values: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
        """Compute how far each cell (n, columns) is from a row's: in typical deviations, another category as one."""
        scales, chosen = self._measure
        differs = np.abs(values - row)
        differs[np.isnan(differs)] = 0.0
        far: NDArray[np.float64] = np.where(chosen, differs != 0, differs / scales)
        return far
