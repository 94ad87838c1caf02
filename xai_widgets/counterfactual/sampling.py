"""Searches for counterfactual rows that need nothing of the model but its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.counterfactual.row_search import RowSearch, trimmed
from xai_widgets.counterfactual.search import register_search
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.counterfactual.row_problem import RowProblem, Values

RING, AT_ONCE, FARTHEST = 200, 5, 4.0
"""Rows of one radius, radii that are tried at once, and the last of them, in typical deviations."""

FEW_CHANGES = 4
"""Random rows change so many columns at most, unless more were never good."""


@register_search
@dataclass(frozen=True, kw_only=True)
class NearestRows(RowSearch):
    """The nearest real rows with the wanted answer, with all changes undone that need not be.

    References
    ----------
    Brughmans, Leyman, Martens: NICE: An Algorithm for Nearest Instance Counterfactual Explanations. Data Mining and
    Knowledge Discovery (2023).
    """

    name: ClassVar[str] = "nearest"
    title: ClassVar[str] = "Nearest real rows"
    sentence: ClassVar[str] = "Which real rows are nearest that are answered otherwise?"

    rows: int = parameter(64, "How many of the nearest real rows to start from.", low=1, high=2000)
    draws: int = parameter(8, "How often to draw which columns to take over, where not all may change.", low=1, high=64)

    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Offer the nearest rows, some at a time."""
        near = problem.bound.fitted(problem.real) if len(problem.real) else problem.real
        near = near[problem.bound.effort(near).argsort(kind="stable")[: self.rows]] if len(near) else near
        for start in range(0, len(near), 16):
            some = near[start : start + 16]
            tries = [some] if problem.bound.max_changes is None else []
            tries += [trimmed(problem, some, random) for _ in range(self.draws)]
            for _ in problem.offer(np.concatenate(tries)):
                yield start / len(near)


@register_search
@dataclass(frozen=True, kw_only=True)
class RandomRows(RowSearch):
    """Random changes of a few columns, further and further away, and values of real rows.

    Growing spheres keep to the radius; here few columns change at a time, from the beginning.

    References
    ----------
    Laugel, Lesot, Marsala, Renard, Detyniecki: Comparison-Based Inverse Classification for Interpretability in Machine
    Learning. IPMU (2018), arXiv:1712.08443.
    """

    name: ClassVar[str] = "random"
    title: ClassVar[str] = "Random, growing outwards"
    sentence: ClassVar[str] = "Which random changes, further and further out, give another answer first?"

    samples: int = parameter(4000, "How many rows to try.", low=100, high=1_000_000)

    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Offer random rows in rings."""
        rings = max(1, self.samples // RING)
        for ring in range(0, rings, AT_ONCE):
            # Making rows smaller is dearer than asking about them.
            radii = [FARTHEST * (one + 1) / rings for one in range(ring, min(rings, ring + AT_ONCE))]
            for _ in problem.offer(np.concatenate([sampled(problem, RING, one, random) for one in radii])):
                yield min(1.0, (ring + AT_ONCE) / rings)


@register_search
@dataclass(frozen=True, kw_only=True)
class GeneticRows(RowSearch):
    """Rows that breed: changes of two parents mixed, one changed further or undone; the nearest to the goal survive.

    References
    ----------
    Sharma, Henderson, Ghosh: CERTIFAI: A Common Framework to Provide Explanations and Analyse the Fairness and
    Robustness of Black-box Models. AIES (2020).
    """

    name: ClassVar[str] = "genetic"
    title: ClassVar[str] = "Genetic"
    sentence: ClassVar[str] = "Which mixtures of changes, bred for little effort, give another answer?"

    population: int = parameter(128, "How many rows live at a time.", low=8, high=4096)
    generations: int = parameter(24, "How often they breed.", low=1, high=1000)

    def proposals(self, problem: RowProblem, random: np.random.Generator) -> Iterator[float]:
        """Offer each generation."""
        rows = sampled(problem, self.population, 2.0, random)
        if len(problem.real):
            near = problem.real[problem.bound.effort(problem.real).argsort(kind="stable")[: self.population]]
            rows = np.concatenate([rows, trimmed(problem, near, random)])
        for generation in range(self.generations):
            rows = problem.allowed(rows)
            fitness = np.full(len(rows), np.inf)
            for part, margins in problem.margins(rows):
                short = np.where(problem.reached(margins), 0.0, 1e3 - margins)
                unlikely = problem.nearest(rows[part])[0] * rows.shape[1]
                fitness[part] = short + problem.bound.effort(rows[part]) + self.plausible * unlikely
                yield generation / self.generations
            rows = rows[fitness.argsort(kind="stable")[: self.population // 2]]
            if generation % 4 == 3 or generation == self.generations - 1:  # noqa: PLR2004  polishing is dearer than breeding
                for _ in problem.offer(rows):
                    yield (generation + 1) / self.generations
            fresh = sampled(problem, self.population // 4, 3.0, random)
            rows = np.concatenate([rows, self._children(problem, rows, random), fresh])

    def _children(self, problem: RowProblem, parents: Values, random: np.random.Generator) -> Values:
        if not len(parents):
            return parents
        count = self.population // 2
        a, b = parents[random.integers(len(parents), size=(2, count))]
        mixed = np.where(random.random(a.shape) < 1 / 2, a, b)
        other = sampled(problem, count, 2.0, random)
        undone = np.where(random.random(a.shape) < 1 / 3, problem.subject.row, mixed)
        which = random.integers(3, size=count)[:, None]
        moved = np.where(problem.bound.changed(other), other, mixed)
        return trimmed(problem, np.where(which == 0, mixed, np.where(which == 1, undone, moved)), random)


def sampled(problem: RowProblem, count: int, radius: float, random: np.random.Generator) -> Values:
    """Draw rows with a few changes: half to values of real rows, half to numbers within so many typical deviations."""
    bound, table = problem.bound, problem.subject.table
    row, free = problem.subject.row, problem.bound.free
    most = min(bound.most, FEW_CHANGES) if random.random() < 3 / 4 else bound.most
    ranks = random.random((count, len(free))).argsort(1).argsort(1)
    picked = np.zeros((count, len(row)), bool)
    picked[:, free] = ranks < random.integers(1, most + 1, size=(count, 1))
    real = table.data[random.integers(len(table.data), size=(count, len(row))), np.arange(len(row))]
    scales = np.array([one.scale for one in table.columns])
    moved = row + radius * scales * random.normal(size=real.shape)
    chosen = np.array([bool(one.choices) for one in table.columns])
    new = np.where(chosen | (random.random(real.shape) < 1 / 2), real, moved)
    return np.where(picked & ~np.isnan(new), new, row)
