"""Counterfactual rows by growing spheres: the first shell around the row that holds other answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.counterfactual.row_search import RowSearch
from xai_widgets.counterfactual.search import register_search
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from xai_widgets.counterfactual.row_problem import RowProblem, Values

WIDER = 1.25
"""Each shell is so much thicker than the one before: ranges may be thousands of typical deviations wide."""

BEYOND = 2
"""Shells that are looked at behind the first with another answer, for other ways."""

SMALLEST = 1e-3
"""The first sphere is halved down to this."""


@register_search
@dataclass(frozen=True, kw_only=True)
class GrowingSpheres(RowSearch):
    """Rows drawn evenly from shells around the row, from the inmost outwards; changes that need not be are undone.

    Distance is the root of the summed squares of changes, in typical deviations by weight of effort; another category
    is one. Where only some columns may change at a time, each row is drawn in as many, chosen at random.

    References
    ----------
    Laugel, Lesot, Marsala, Renard, Detyniecki: Comparison-Based Inverse Classification for Interpretability in Machine
    Learning. IPMU (2018), arXiv:1712.08443.
    """

    name: ClassVar[str] = "growing_spheres"
    title: ClassVar[str] = "Growing spheres"
    sentence: ClassVar[str] = "How large a sphere around the row holds another answer?"

    samples: int = parameter(500, "How many rows to draw from a shell.", low=10, high=100_000)
    radius: float = parameter(1.0, "Of the first sphere, in typical deviations.", low=0.01, high=100.0)

    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Offer what is drawn: from smaller spheres for as long as they hold another answer, then shell by shell."""
        far = farthest(problem)
        inner = min(self.radius, far)
        while inner > SMALLEST and (yield from self._answered(problem, (0.0, inner), 0.0, random)):
            inner /= 2
        thick, left = inner, 1 + BEYOND
        while inner < far and left:
            outer = min(inner + thick, far)
            yield from self._answered(problem, (inner, outer), inner / far, random)
            left -= bool(problem.pool)
            inner, thick = outer, thick * WIDER

    def _answered(
        self, problem: RowProblem, shell: tuple[float, float], share: float, random: np.random.Generator
    ) -> Generator[float, None, bool]:
        """Offer rows of one shell; tell whether any has the wanted answer."""
        rows = problem.allowed(drawn(problem, self.samples, shell, random))
        good = [rows[:0]]
        for part, margins in problem.margins(rows):
            good.append(rows[part][problem.reached(margins)])
            yield share
        found = np.concatenate(good)
        for _ in problem.offer(found):
            yield share
        return len(found) > 0


def farthest(problem: RowProblem) -> float:
    """Return how far from the row any other may lie."""
    bound = problem.bound
    ends = np.where(np.abs(bound.low - bound.row) > np.abs(bound.high - bound.row), bound.low, bound.high)
    away = bound.far(ends[None], bound.row)[0] * bound.weights
    chosen = [bool(one.choices) for one in bound.table.columns]
    return float(np.linalg.norm(np.where(chosen, bound.weights, away)[bound.free]))


def drawn(problem: RowProblem, count: int, shell: tuple[float, float], random: np.random.Generator) -> Values:
    """Draw rows (count, columns) evenly from a shell, from its inner to its outer radius.

    Other categories are drawn first, as far as the radius goes; numbers share what is left of it.
    """
    bound, columns = problem.bound, problem.bound.table.columns
    free, weights = bound.free, bound.weights
    kinds = np.array([len(one.choices) for one in columns])
    picked = np.zeros((count, len(columns)), bool)
    picked[:, free] = random.random((count, len(free))).argsort(1).argsort(1) < bound.most
    numbers = picked & (kinds == 0)

    inner, outer = shell
    size = np.maximum(1, numbers.sum(1))
    ratio = (inner / outer) ** size
    radius = outer * (ratio + (1 - ratio) * random.random(count)) ** (1 / size)

    turns = picked & (kinds > 1) & (random.random(picked.shape) < random.random((count, 1)))
    order = random.random(picked.shape).argsort(1)
    spent = np.cumsum(np.take_along_axis(turns * weights**2, order, 1), 1)
    np.put_along_axis(turns, order, np.take_along_axis(turns, order, 1) & (spent <= radius[:, None] ** 2), 1)
    left = np.sqrt(np.maximum(0.0, radius**2 - (turns * weights**2).sum(1)))
    steps = 1 + (random.random(picked.shape) * (kinds - 1)).astype(int)
    other = (bound.row + steps) % np.maximum(1, kinds)

    way = random.normal(size=picked.shape) * numbers
    way *= (left / np.maximum(np.linalg.norm(way, axis=1), 1e-12))[:, None]
    moved = bound.row + way * np.array([one.scale for one in columns]) / weights
    return np.where(turns, other, np.where(numbers, moved, bound.row))
