"""One row to be changed: who judges its variants, and what becomes of those that are good."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xai_widgets.changes import CellChange, RowCandidate
from xai_widgets.counterfactual.polishing import polished

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.counterfactual.bound import Bound
    from xai_widgets.counterfactual.goals import Goal
    from xai_widgets.models import TorchModel
    from xai_widgets.prepare import RowSubject

    Values = NDArray[np.float64]
    Flags = Generator[None, None, NDArray[np.bool_]]
    """Yields after each batch, and returns what holds of which row."""

POLISHED = 12
"""Of the good rows of one batch, so many are made smaller: those of least effort."""

AGAIN = 4
"""Rows of one kind that are made smaller: they come to much the same."""

AROUND = 10
"""Neighbours by which it is told how closely real rows lie."""

REAL = 2000
"""So many real rows are asked about, to find those with the wanted answer."""


@dataclass(eq=False)
class RowProblem:
    """A row, a goal and what must be kept to.

    Attributes
    ----------
    subject : RowSubject
    goal : Goal
    bound : Bound
    pool : dict of bytes to ndarray
        Good rows from which no change can be undone, in the data's own types.
    real : ndarray, shape (rows, columns)
        Real rows with the wanted answer, known after `look`.
    refused : list of ndarray
        Rows that were proposed and break a constraint.
    themes : Counter
        How often rows that change the same columns were met.
    shown : (int, list of ndarray)
        The best of the pool, and how large that was.
    """

    subject: RowSubject
    goal: Goal
    bound: Bound
    pool: dict[bytes, Values] = field(default_factory=dict)
    real: Values = field(default_factory=lambda: np.empty((0, 0)))
    refused: list[Values] = field(default_factory=list)
    themes: Counter[bytes] = field(default_factory=Counter)
    shown: tuple[int, list[Values]] = field(default_factory=lambda: (0, []))
    _written: dict[bytes, RowCandidate] = field(default_factory=dict)

    @cached_property
    def original(self) -> dict[str, Any]:
        """The row by columns, in the data's own types."""
        return self.subject.table.cells(self.subject.row)

    @property
    def model(self) -> TorchModel:
        """The model that is asked."""
        return self.subject.model

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader should know."""
        return ()

    @property
    def spent(self) -> tuple[int, int]:
        """Rows passed forward and back."""
        return self.model.forwards, self.model.backwards

    def fresh(self) -> RowProblem:
        """Return the same with nothing tried."""
        return RowProblem(self.subject.fresh(), self.goal, self.bound)

    def margins(self, values: Values) -> Iterator[tuple[slice, Values]]:
        """Tell how far beyond the goal rows (n, columns) are; yield batch by batch."""
        model, goal = self.subject.model, self.goal

        def work(rows: slice) -> Values:
            scores = self.subject.scores(values[rows])
            return np.asarray(goal.margins(scores.cpu().double()), np.float64)

        yield from model.batches(len(values), work)

    def reached(self, margins: Any) -> Any:
        """Say of each margin whether the goal is reached."""
        return margins >= 0 if self.goal.within is not None else margins > 0

    def judged(self, values: Values) -> Flags:
        """Find out which rows (n, columns) differ from the row, keep to the constraints and reach the goal."""
        fit = self.bound.holds(values) & self.bound.changed(values).any(1)
        fit[fit] = yield from self._reaching(values[fit])
        return fit

    def _reaching(self, values: Values) -> Flags:
        """Find out which rows (n, columns) reach the goal; yield after each batch."""
        good = np.zeros(len(values), bool)
        for rows, margins in self.margins(values):
            good[rows] = self.reached(margins)
            yield
        return good

    def allowed(self, values: Values) -> Values:
        """Move rows to where the constraints on single columns allow, and leave out those that break the others."""
        fitted = np.unique(self.bound.fitted(values), axis=0)
        fitted = fitted[self.bound.changed(fitted).any(1)]
        holds = self.bound.holds(fitted)
        if not holds.all() and sum(map(len, self.refused)) < REAL:
            self.refused.append(fitted[~holds])
        return fitted[holds]

    def look(self, seed: int) -> Iterator[None]:
        """Find the real rows that have the wanted answer."""
        data = self.subject.table.data
        data = data[np.isfinite(data).all(1)]
        chosen = np.random.default_rng(seed).permutation(len(data))[:REAL]
        data = data[np.sort(chosen)]
        self.real = data[(yield from self._reaching(data))]

    def offer(self, values: Values) -> Iterator[None]:
        """Judge proposals (n, columns), in any numbers, and put what becomes of the good ones into the pool."""
        proposed = self.allowed(values)
        found = proposed[(yield from self._reaching(proposed))]
        order = np.lexsort((self.bound.effort(found), self.bound.changed(found).sum(1)))
        if best := list(itertools.islice((k for k in order if self._new(found[k])), POLISHED)):
            for row in (yield from polished(self.bound, self.judged, found[best])):
                self.pool[row.tobytes()] = row

    def _new(self, row: Values) -> bool:
        """Tell whether few rows that change the same columns, to the same categories, were made smaller before."""
        chosen = [bool(one.choices) for one in self.subject.table.columns]
        theme = self.bound.changed(row[None]).tobytes() + row[chosen].tobytes()
        self.themes[theme] += 1
        return self.themes[theme] <= AGAIN

    def nearest(self, values: Values) -> tuple[Values, NDArray[np.int64]]:
        """Compute the mean distance per column of rows (n, columns) to the nearest real row with the wanted answer.

        Numbers in ranges of the data, categories as 0 or 1 (Gower 1971).

        Returns
        -------
        far : ndarray, shape (n,)
            0 where no real row has the answer.
        which : ndarray of int, shape (n,)
            The place of the nearest in `real`.
        """
        far, which = np.zeros(len(values)), np.zeros(len(values), np.int64)
        if not len(self.real):
            return far, which
        for k, row in enumerate(values):
            each = self._apart(row)
            which[k] = each.argmin()
            far[k] = each[which[k]]
        return far, which

    def density(self, row: Values) -> float:
        """Compare how closely real rows with the wanted answer lie around a row (columns,) and around its neighbours.

        The mean distance of its ten nearest real rows to their own tenth nearest, by its own distance to the tenth; 1
        at most. That is one over the local outlier factor, without smoothing (Schubert, Zimek, Kriegel 2014).
        """
        far = self._apart(row)
        near = far.argpartition(AROUND - 1)[:AROUND]
        # Of a real row, the nearest real row is itself.
        theirs = float(np.mean([np.partition(self._apart(self.real[k]), AROUND)[AROUND] for k in near]))
        own = float(far[near].max())
        return min(1.0, theirs / own) if own > 0 else 1.0

    def _apart(self, row: Values) -> Values:
        """Compute the mean distance per column of a row to each real row with the wanted answer."""
        spans, chosen = self._spans
        known, real = ~np.isnan(row), self.real
        if not known.all():  # else that would copy them
            real, row, spans, chosen = real[:, known], row[known], spans[known], chosen[known]
        off = np.abs(real - row) / spans
        found: Values = np.where(chosen, off > 0, off).mean(1)
        return found

    @cached_property
    def _spans(self) -> tuple[Values, NDArray[np.bool_]]:
        """Ranges of numbers, and which columns have choices."""
        columns = self.subject.table.columns
        spans = np.array([1.0 if one.choices else (one.high - one.low) or 1.0 for one in columns])
        return spans, np.array([bool(one.choices) for one in columns])

    def candidate(self, values: Values) -> RowCandidate:
        """Ask the model about the very row, alone, and write down what it says."""
        key = values.tobytes()
        if key not in self._written:
            new = [values, *(one for one in self.shown[1] if one.tobytes() not in {key, *self._written})]
            for one, x in zip(new, self.subject.alone(np.array(new)), strict=True):
                self._written[one.tobytes()] = self._write(one, x)
        return self._written[key]

    def _write(self, values: Values, x: Tensor) -> RowCandidate:
        table, prediction = self.subject.table, self.subject.inner.predict(x)
        margins = self.goal.margins(torch.as_tensor(prediction.scores)[None].double())
        before, after = self.original, table.cells(values)
        changed = self.bound.changed(values[None])[0]
        shown = self.goal.shown
        return RowCandidate(
            values=after,
            changes=tuple(
                CellChange(name, before[name], after[name]) for i, name in enumerate(table.names) if changed[i]
            ),
            prediction=prediction,
            delta=float(prediction.probabilities[shown]) - float(self.subject.prediction.probabilities[shown]),
            effort=float(self.bound.effort(values[None])[0]),
            nearest=float(self.nearest(values[None])[0][0]) if len(self.real) else None,
            density=self.density(values) if len(self.real) > AROUND else None,
            valid=bool(self.bound.holds(values[None])[0]) and self.reached(float(margins[0])),
        )
