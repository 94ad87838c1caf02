"""What all searches among rows share: a pool that fills, and what is shown of it."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.counterfactual.choosing import determinantal
from xai_widgets.counterfactual.search import Search, SearchState
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

LIFTED = 12
"""Constraints that are left out one after the other, those first that most of these rows break."""


@dataclass(frozen=True, kw_only=True)
class RowSearch(Search):
    """Base of searches that propose rows; what becomes of good ones is the same for all."""

    kind: ClassVar[str] = "row"

    plausible: float = parameter(
        0.5, "How much distance to real rows with that answer counts, beside changes.", low=0.0, high=100.0
    )

    def run(self, problem: RowProblem, n: int, seed: int = 0) -> Iterator[SearchState]:
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
            for said in _why_none(problem):
                notes = () if said is None else (said,)
                yield self._found(problem, n, share)
        found = self._found(problem, n, 1.0)
        yield SearchState(found.states, found.total, found.total, notes=notes)

    def _found(self, problem: RowProblem, n: int, share: float) -> SearchState:
        # The pool only grows, and most batches bring nothing new.
        if len(problem.pool) != problem.shown[0]:
            problem.shown = len(problem.pool), _chosen(problem, n, self.plausible)
        return SearchState(tuple(problem.shown[1]), min(999, round(1000 * share)), 1000)

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


def _why_none(problem: RowProblem) -> Iterator[str | None]:
    """Find out why none was found: yield None after each batch, and at last the sentence."""
    if not len(problem.bound.free):
        yield "None found: no column may change."
        return
    refused = np.concatenate(
        [problem.bound.row[None][:0], *problem.refused, *([problem.real] if len(problem.real) else [])]
    )
    refused = refused[:: max(1, len(refused) // LOOKED_AT)]
    reaching = np.zeros(len(refused), bool)
    for rows, margins in problem.margins(refused):
        reaching[rows] = problem.reached(margins)
        yield None
    good = refused[reaching]
    if not len(good):
        yield "None found: no row was met that the model answers in that way, constraints aside."
        return
    counts = Counter({name: int(rows.sum()) for name, rows in problem.bound.broken(good).items()})
    told = [one for one in counts.most_common(LIFTED) if one[1]]
    for name, _ in told:
        for _, margins in problem.margins(_lifted(problem, name, good)):
            if problem.reached(margins).any():
                yield f"None found under these constraints. One would be found without this: {name}."
                return
            yield None
    (name, count), *_ = told
    yield f"None found under these constraints. Of rows with that answer, {count / len(good):.0%} break: {name}."


def _lifted(problem: RowProblem, name: str, values: Values) -> Values:
    """Move rows to where all constraints but one allow; of each also what it has in the columns that this one is of."""
    lifted, columns = problem.bound.without(name)
    rows = lifted.fitted(np.concatenate([np.where(columns, values, lifted.row), values]))
    return np.unique(rows[lifted.holds(rows)], axis=0)


def trimmed(problem: RowProblem, values: Values, random: np.random.Generator) -> Values:
    """Keep of each row so many changes as are allowed, drawn at random."""
    changed = problem.bound.changed(values) & ~problem.bound.fixed
    ranks = np.where(changed, random.random(changed.shape), np.inf).argsort(1).argsort(1)
    return np.where(changed & (ranks < problem.bound.most), values, problem.subject.row)
