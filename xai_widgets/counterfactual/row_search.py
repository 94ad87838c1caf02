"""What all searches among rows share: a pool that fills, and what is shown of it."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.counterfactual.choosing import determinantal
from xai_widgets.counterfactual.search import Found, Search
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.counterfactual.row_problem import RowProblem, Values

SAME = 0.1
"""Rows that change the same columns, and lie nearer than so many typical deviations, are one."""

DEAR = 0.6
"""How much a typical deviation counts beside a change, in what is shown."""

LOOKED_AT = 512
"""Refused rows that the model is asked about, to tell which constraint stands in the way."""


@dataclass(frozen=True, kw_only=True)
class RowSearch(Search):
    """Base of searches that propose rows; what becomes of good ones is the same for all."""

    kind: ClassVar[str] = "row"

    plausible: float = parameter(
        0.5, "How much distance to real rows with that answer counts, beside changes.", low=0.0, high=100.0
    )

    def run(self, problem: RowProblem, n: int, seed: int = 0) -> Iterator[Found]:
        """Yield after each batch the best `n` so far."""
        random = np.random.default_rng(seed)
        for _ in problem.look(seed):
            yield self._found(problem, n, 0.0)
        share = 0.0
        if len(problem.bound.free):
            for share in self.proposals(problem, random):
                yield self._found(problem, n, share)
        notes: tuple[str, ...] = ()
        if not problem.pool:
            for _ in _blocking(problem):
                yield self._found(problem, n, share)
            notes = (_none(problem),)
        found = self._found(problem, n, 1.0)
        yield Found(found.states, found.total, found.total, notes=notes)

    def _found(self, problem: RowProblem, n: int, share: float) -> Found:
        # The pool only grows, and most batches bring nothing new.
        if len(problem.pool) != problem.shown[0]:
            problem.shown = len(problem.pool), _chosen(problem, n, self.plausible)
        return Found(tuple(problem.shown[1]), min(999, round(1000 * share)), 1000)

    @abstractmethod
    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Offer rows to the problem, and yield after each batch the share of the work that is done, 0..1."""


def _chosen(problem: RowProblem, n: int, plausible: float) -> list[Values]:
    """Pick rows of little effort that say different things."""
    values, bound = np.array(list(problem.pool.values())), problem.bound
    effort, changed = bound.effort(values), bound.changed(values)

    distinct: list[int] = []
    for k in effort.argsort(kind="stable").tolist():
        same = (one for one in distinct if (changed[one] == changed[k]).all())
        if all(bound.apart(values[one], values[k]) > SAME for one in same):
            distinct.append(k)
    rows, may = values[distinct], changed[distinct]
    unlikely = problem.nearest(rows)[0] * values.shape[1]
    ranks = np.arange(len(distinct)) / max(1, len(distinct))

    def similar(k: int) -> Values:
        columns = (may & may[k]).sum(1) / np.maximum(1, (may | may[k]).sum(1))
        # Two that change the same columns to nearly the same say one thing.
        return np.asarray(columns * (1 + np.exp(-bound.far(rows, rows[k]).sum(1))) / 2, np.float64)

    costs = may.sum(1) + ranks / 2 + DEAR * effort[distinct] + plausible * unlikely
    chosen = determinantal(costs, n, similar)
    return [rows[k] for k in chosen]


def _blocking(problem: RowProblem) -> Iterator[None]:
    """Find out which of the rows that were refused would have reached the goal."""
    refused = np.concatenate([*problem.refused, problem.real]) if problem.refused or len(problem.real) else None
    if refused is None:
        problem.refused = []
        return
    refused = refused[:: max(1, len(refused) // LOOKED_AT)]
    good = []
    for rows, margins in problem.margins(refused):
        good.append(refused[rows][problem.reached(margins)])
        yield
    problem.refused = good


def _none(problem: RowProblem) -> str:
    """Say that none was found, and the constraint that most of what would have been one breaks."""
    if not len(problem.bound.free):
        return "None found: no column may change."
    good = np.concatenate(problem.refused) if problem.refused else np.empty((0, 0))
    if not len(good):
        return "None found: no row was met that the model answers in that way, constraints aside."
    counts = Counter({name: int(rows.sum()) for name, rows in problem.bound.broken(good).items()})
    (name, count), *_ = counts.most_common(1)
    share = count / len(good)
    return f"None found under these constraints. Of rows with that answer, {share:.0%} break: {name}."


def trimmed(problem: RowProblem, values: Values, random: np.random.Generator) -> Values:
    """Keep of each row so many changes as are allowed, drawn at random."""
    changed = problem.bound.changed(values) & ~problem.bound.fixed
    ranks = np.where(changed, random.random(changed.shape), np.inf).argsort(1).argsort(1)
    return np.where(changed & (ranks < problem.bound.most), values, problem.subject.row)
