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

OFTEN = 20
"""Steps after which what is good so far is gathered."""

FIRST, SECOND, SMALL = 0.9, 0.99, 1e-9
"""Decay of the means of gradients and of their squares, and what keeps from dividing by zero (Adam's)."""


@register_search
@dataclass(frozen=True, kw_only=True)
class GradientRows(RowSearch):
    """Descent of what is missing to the goal and of the effort, from many starts at once.

    Each start may move a few columns of its own, drawn by how much they promise, so that changes are few and different.
    Numbers are rounded to the data's own types in every step, of a category the choice with the largest weight is
    taken, and the gradient there moves what was before.

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
    steps: int = parameter(100, "How many steps each takes.", low=1, high=10_000)
    step_size: float = parameter(0.1, "Length of a step, in typical deviations.", low=0.001, high=10.0)
    weight: float = parameter(0.05, "How much effort counts beside the goal.", low=0.0, high=10.0)

    def why_not(self, problem: RowProblem) -> str | None:
        """Say so where there is no gradient."""
        if problem.subject.smooth:
            return None
        return "It needs a torch module: use the genetic search for other models."

    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Offer what is good after every few steps."""
        bound, slots = problem.bound, Slots.of(problem)
        _, slope = self._slopes(problem, problem.subject.row[None])
        may = self._masks(problem, slots.promise(slots.ways @ slope[0]), random)[:, slots.columns] & slots.free
        at = np.where(may, slots.start + 0.1 * random.normal(size=may.shape), slots.start)
        pull, mean, square = np.zeros_like(at), np.zeros_like(at), np.zeros_like(at)
        for step in range(1, self.steps + 1):
            at = np.clip(at, slots.low, slots.high)
            rows = bound.fitted(slots.rows(at))
            margins, slopes = self._slopes(problem, rows)
            yield step / self.steps
            if step % OFTEN == 0 or step == self.steps:
                for _ in problem.offer(rows[problem.reached(margins)]):
                    yield step / self.steps
            if step % OFTEN == 1 and len(problem.real):
                near = problem.real[problem.nearest(rows)[1]]
                pull = self.plausible * np.sign(at - slots.weights(near))
            up = (slopes @ slots.ways.T) * may
            up /= np.linalg.norm(up, axis=1, keepdims=True) + SMALL
            effort = slots.effort(at, bound.weights) + pull
            down = np.where(problem.reached(margins)[:, None], 0.0, -up) + self.weight * effort
            mean, square = FIRST * mean + (1 - FIRST) * down, SECOND * square + (1 - SECOND) * down**2
            scaled = (mean / (1 - FIRST**step)) / (np.sqrt(square / (1 - SECOND**step)) + SMALL)
            at = np.where(may, at - self.step_size * scaled, slots.start)

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

    def _slopes(self, problem: RowProblem, rows: Values) -> tuple[Values, Values]:
        """Compute the margins of rows (n, columns), and their gradients with respect to what encodes them."""
        subject = problem.subject
        margins, slopes = ways_up(subject.inner, problem.goal, subject.prediction, subject.encode(rows))
        return _numbers(margins), _numbers(slopes)


def _numbers(found: Tensor) -> Values:
    return np.asarray(found.detach().double().cpu(), np.float64)
