"""Counterfactual rows by gradients: all starts walk in one batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.counterfactual.row_search import RowSearch
from xai_widgets.counterfactual.search import register_search
from xai_widgets.counterfactual.slopes import ways_up
from xai_widgets.counterfactual.slots import Slots
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.counterfactual.row_problem import RowProblem, Values

    Flags = NDArray[np.bool_]

SMALL = 1e-9
"""What keeps from dividing by zero."""

LENGTHS = 2.0 ** np.arange(8)
"""So many lengths of each step are tried in one batch, in shortest ones."""

LEGS, ENOUGH = 6, 1 / 4
"""All set out anew after so many steps, or when this share has arrived."""

ROUNDS = 3
"""How often they do at least, where that leads anywhere."""


@register_search
@dataclass(frozen=True, kw_only=True)
class GradientRows(RowSearch):
    """Ascent to the goal, held back by effort, from many starts at once.

    Each start may move a few columns of its own, drawn by how much they promise, so that changes are few and different,
    and is drawn a little to one of the nearest real rows that have the answer. A step tries several lengths in one
    batch. Rows are rounded to the data's own types before the model is asked, of a category the choice with the largest
    weight is taken, and the gradient there moves what was before. All set out anew until no more are found.

    References
    ----------
    Wachter, Mittelstadt, Russell: Counterfactual Explanations without Opening the Black Box. Harvard JOLT 31 (2018).

    Mothilal, Sharma, Tan: Explaining Machine Learning Classifiers through Diverse Counterfactual Explanations (DiCE).
    FAT* (2020).
    """

    name: ClassVar[str] = "gradient"
    title: ClassVar[str] = "Gradient"
    sentence: ClassVar[str] = "Where do small steps of a few columns at a time lead to another answer?"

    starts: int = parameter(48, "How many walk at once.", low=1, high=4096)
    steps: int = parameter(100, "How many steps are taken, at most.", low=1, high=10_000)
    step_size: float = parameter(0.1, "Length of the shortest step, in typical deviations.", low=0.001, high=10.0)
    weight: float = parameter(0.05, "How much effort counts beside the goal.", low=0.0, high=10.0)

    def why_not(self, problem: RowProblem) -> str | None:
        """Say so where there is no gradient."""
        if problem.subject.smooth:
            return None
        return "It needs a torch module: use the genetic search for other models."

    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Walk from new starts, and offer where that led, until what is best stays as it is."""
        slots = Slots.of(problem)
        _, slope = _slopes(problem, problem.subject.row[None])
        promise, done, rounds = slots.promise(slots.ways @ slope[0]), 0, 0
        while done < self.steps:
            may = self._masks(problem, promise, random)[:, slots.columns] & slots.free
            at = np.where(may, slots.start + 0.1 * random.normal(size=may.shape), slots.start)
            walk, before = _Walk(self, problem, slots, at, may), problem.shown[1]
            for _ in range(min(LEGS, self.steps - done)):
                done += 1
                for _ in walk.step():
                    yield done / self.steps
                if sum(map(len, walk.arrived)) >= ENOUGH * self.starts or not len(walk.at):
                    break
            for _ in problem.offer(np.concatenate(walk.arrived)):
                yield done / self.steps
            yield done / self.steps
            rounds += len(problem.pool) > 0
            if rounds >= ROUNDS and len(problem.shown[1]) == len(before):
                return

    def _masks(self, problem: RowProblem, promise: Values, random: np.random.Generator) -> NDArray[np.bool_]:
        """Draw which columns each start may move: one, two, … of them, the promising ones more often."""
        free, most = problem.bound.free, problem.bound.most
        chances = promise[free] / problem.bound.weights[free] + SMALL
        # The largest of chance times exponential noise are a draw without putting back (Efraimidis, Spirakis 2006).
        keys = random.exponential(size=(self.starts, len(free))) / chances
        ranks = keys.argsort(1).argsort(1)
        may = np.zeros((self.starts, len(promise)), bool)
        may[:, free] = ranks < (1 + np.arange(self.starts) % most)[:, None]
        return may


class _Walk:
    """Starts under way: weights of slots (n, slots), and which of these each may move."""

    def __init__(self, search: GradientRows, problem: RowProblem, slots: Slots, at: Values, may: Flags) -> None:
        self.search, self.problem, self.slots, self.at, self.may = search, problem, slots, at, may
        self.arrived = [problem.subject.row[None][:0]]
        # Each is drawn a little to one of the nearest real rows with that answer.
        near = problem.real[problem.bound.effort(problem.real).argsort(kind="stable")[: len(at)]]
        self.drawn = slots.weights(near)[np.arange(len(at)) % len(near)] if len(near) else at

    def step(self) -> Iterator[None]:
        """Go as far up as the best of some lengths leads; who arrives, or gets no further, is out."""
        problem, slots, search = self.problem, self.slots, self.search
        margins, slopes = _slopes(problem, problem.bound.fitted(slots.rows(self.at)))
        yield
        up = (slopes @ slots.ways.T) * self.may
        up /= np.linalg.norm(up, axis=1, keepdims=True) + SMALL
        dear = slots.effort(self.at, problem.bound.weights) + search.plausible * np.sign(self.at - self.drawn)
        way = np.where(self.may, up - search.weight * dear, 0.0)
        tries = self.at[:, None] + search.step_size * LENGTHS[:, None] * way[:, None]
        tries = np.clip(tries, slots.low, slots.high).reshape(-1, way.shape[1])
        rows, found = problem.bound.fitted(slots.rows(tries)), np.empty(len(tries))
        for part, some in problem.margins(rows):
            found[part] = some
            yield
        shape = len(way), len(LENGTHS)
        good = problem.reached(found).reshape(shape)
        # The shortest that arrives, else the one that leads highest.
        which = np.where(good.any(1), good.argmax(1), found.reshape(shape).argmax(1))
        place = np.arange(len(way)) * len(LENGTHS) + which
        there = good.any(1)
        self.arrived.append(rows[place[there]])
        on = ~there & (found[place] > margins)
        self.at, self.may, self.drawn = tries[place[on]], self.may[on], self.drawn[on]


def _slopes(problem: RowProblem, rows: Values) -> tuple[Values, Values]:
    """Compute the margins of rows (n, columns), and their gradients with respect to what encodes them."""
    subject = problem.subject
    margins, slopes = ways_up(subject.inner, problem.goal, subject.prediction, subject.encode(rows))
    return _numbers(margins), _numbers(slopes)


def _numbers(found: Tensor) -> Values:
    return np.asarray(found.detach().cpu().double(), np.float64)
