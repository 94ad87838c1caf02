"""What a gradient can move of a row: a number itself, and of a category one weight for each of its choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.counterfactual.row_problem import RowProblem, Values

FARTHEST = 2.0
"""Weights of choices stay within this, so that none is out of reach."""


@dataclass(frozen=True, eq=False)
class Slots:
    """One slot a number, in typical deviations from the row, and one a choice: the largest weight is chosen.

    A slot's way is what it does to the numbers that the model eats: of a choice those that encode it, of a number the
    chord over its range. Rounding and choosing are passed straight through (Bengio, Léonard, Courville:
    arXiv:1308.3432): slopes are those at the row in the data's own types.

    Attributes
    ----------
    columns, choices : ndarray of int, shape (slots,)
        The column of each, and the number of the choice; -1 for a number.
    ways : ndarray, shape (slots, numbers that the model eats)
    low, high, start : ndarray, shape (slots,)
    free : ndarray of bool, shape (slots,)
        Those that may move; the row's own choices stand still, and the others' ways begin at them.
    """

    columns: NDArray[np.int64]
    choices: NDArray[np.int64]
    ways: Values
    low: Values
    high: Values
    start: Values
    free: NDArray[np.bool_]
    row: Values
    scales: Values

    @classmethod
    def of(cls, problem: RowProblem) -> Slots:
        """Find out what each does, by encoding the row with other values."""
        subject, bound = problem.subject, problem.bound
        table, row = subject.table, subject.row
        made = [
            (i, k) for i, one in enumerate(table.columns) for k in (range(len(one.choices)) if one.choices else [-1])
        ]
        columns, choices = np.array(made).T
        scales = np.array([one.scale for one in table.columns])
        low, high = np.minimum(bound.low, row), np.maximum(bound.high, row)
        ends = np.repeat(row[None, None], 2, axis=0).repeat(len(made), axis=1)
        at = np.arange(len(made))
        chosen = choices >= 0
        ends[0, at, columns] = np.where(chosen, row[columns], low[columns])
        ends[1, at, columns] = np.where(chosen, choices, high[columns])
        span = np.where(chosen, 1.0, (high - low)[columns] / scales[columns])
        first, last = (np.asarray(subject.encode(one).cpu().double()) for one in ends)
        ways = (last - first) / np.where(span > 0, span, 1.0)[:, None]
        inside = ~chosen | ((choices >= bound.low[columns]) & (choices <= bound.high[columns]))
        is_own = chosen & (choices == row[columns])
        free = np.isin(columns, bound.free) & inside & ~is_own
        edges = [np.where(chosen, far, ((end - row) / scales)[columns]) for far, end in ((-1, low), (FARTHEST, high))]
        return cls(columns, choices, ways, edges[0], edges[1], is_own.astype(float), free, row, scales)

    def rows(self, at: Values) -> Values:
        """Return the rows (n, columns) of some weights (n, slots)."""
        found = np.repeat(self.row[None], len(at), axis=0)
        numbers = self.choices < 0
        columns = self.columns[numbers]
        found[:, columns] = self.row[columns] + at[:, numbers] * self.scales[columns]
        for column in np.unique(self.columns[~numbers & self.free]):
            here = np.flatnonzero((self.columns == column) & (self.free | (self.start > 0)))
            found[:, column] = self.choices[here][at[:, here].argmax(1)]
        return found

    def weights(self, rows: Values) -> Values:
        """Return weights (n, slots) of some rows (n, columns)."""
        values = rows[:, self.columns]
        numbers = (values - self.row[self.columns]) / self.scales[self.columns]
        return np.where(self.choices < 0, numbers, (values == self.choices) * FARTHEST)

    def promise(self, slope: Values) -> Values:
        """Return of each column how much a unit of its slots promises, by their slopes (slots,)."""
        gain = np.where(self.choices < 0, np.abs(slope), slope)
        best = np.zeros(len(self.row))
        np.maximum.at(best, self.columns[self.free], gain[self.free])
        return best

    def effort(self, at: Values, weights: Values) -> Values:
        """Return which way effort grows at weights (n, slots): away from the row's own numbers and choices."""
        away = np.where(self.choices < 0, np.sign(at), 1.0)
        found: Values = away * weights[self.columns]
        return found
