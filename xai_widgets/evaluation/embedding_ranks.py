"""What the plane keeps of neighbourhoods in the space of all features, by ranks of distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.evaluation.base import Reading, hundredths, register_gauge
from xai_widgets.evaluation.embedding_base import EMBEDDING_GAUGES, LayoutGauge, LayoutSubject, nearest
from xai_widgets.evaluations import RANKED, beats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.embeddings.neighbours import Points

    Places = NDArray[np.int64]
    Values = NDArray[np.float64]

MOST = 1000
"""Words, drawn by chance, whose distances to all are put in order: they stand for all."""
BLOCK = 2_000_000
"""Distances that are put in order at once."""
AT_ONCE = 4096
"""Vectors that are held in float64."""
NORMAL = 1.96


def _ranks(points: Points, rows: Places) -> Iterator[tuple[slice, Places]]:
    """Tell of some of the points which place each other one has among their nearest: from 1 on, itself 0."""
    n, every = len(points), np.arange(len(points))
    unit = points.unit()
    block = max(1, BLOCK // n)
    for start in range(0, len(rows), block):
        part = rows[start : start + block]
        own = unit[part].astype(np.float64)
        far = np.empty((len(part), n))
        for first in range(0, n, AT_ONCE):
            others = unit[first : first + AT_ONCE].astype(np.float64)
            # Less what is the same in a row, or of all that have length 1.
            lengths = np.square(others).sum(1) if points.metric == "euclidean" else 0.0
            far[:, first : first + AT_ONCE] = lengths - 2 * own @ others.T
        far[np.arange(len(part)), part] = -np.inf
        found = np.empty((len(part), n), np.int64)
        np.put_along_axis(found, np.argsort(far, axis=1, kind="stable"), every[None], 1)
        yield slice(start, start + len(part)), found


def _intrusions(ranks: Places, near: Places, k: int) -> Values:
    """Sum up, row by row, by how many ranks neighbours miss being among the `k` nearest."""
    found: Values = np.maximum(np.take_along_axis(ranks, near, 1) - k, 0).sum(1).astype(float)
    return found


@dataclass(frozen=True, kw_only=True)
class PreservedGauge(LayoutGauge):
    """Base of both of Venna's and Kaski's measures: neighbours in one space, by their ranks in the other."""

    def run(self, subject: LayoutSubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each block of words, and a reading at the end."""
        seen, ranked = self._sides(subject)
        n, k = len(seen), subject.k
        near = yield from nearest(seen, k)
        # Word i of a random layout lies where word order[i] lies.
        orders = [np.random.default_rng([seed, i]).permutation(n) for i in range(RANKED)]
        rows = np.sort(np.random.default_rng(seed).permutation(n)[:MOST])
        each, random = np.empty(len(rows)), np.zeros(RANKED)
        for part, ranks in _ranks(ranked, rows):
            each[part] = _intrusions(ranks, near[rows[part]], k)
            for i, order in enumerate(orders):
                random[i] += _intrusions(ranks, order[near[order.argsort()[rows[part]]]], k).sum()
            yield None
        scale = 2.0 / (k * (2 * n - 3 * k - 1))
        value, chances = 1 - scale * float(each.mean()), 1 - scale * random / len(rows)
        error = NORMAL * scale * float(each.std(ddof=1)) * np.sqrt(1 / len(rows) - 1 / n) if len(rows) < n else None
        passed, mean = beats(value, chances, higher=True), float(chances.mean())
        words = "more than by chance" if passed else "no more than by chance"
        yield Reading(
            value,
            error=None if error is None else float(error),
            reference=mean,
            passed=passed,
            sentence=f"{self._words(k)}: {hundredths(value)}, {words} ({hundredths(mean)}).",
            random=tuple(chances.tolist()),
        )

    def _sides(self, subject: LayoutSubject) -> tuple[Points, Points]:
        raise NotImplementedError

    def _words(self, k: int) -> str:
        raise NotImplementedError


@register_gauge(EMBEDDING_GAUGES)
@dataclass(frozen=True, kw_only=True)
class Trustworthiness(PreservedGauge):
    r"""Whether what lies near each other on the plane is near each other by all features.

    :math:`1 - \frac{2}{n k (2n - 3k - 1)} \sum_i \sum_{j \in U_k(i)} (r(i, j) - k)`, over the words :math:`j` that are
    among the :math:`k` nearest of :math:`i` on the plane and not by all features, where :math:`r` is their rank. Of
    more than 1,000 words, over 1,000 drawn by chance. Passed where it is more than of 19 random deals of the places.

    References
    ----------
    Venna, Kaski: Neighborhood preservation in nonlinear projection methods. ICANN (2001).
    """

    name: ClassVar[str] = "trustworthiness"
    title: ClassVar[str] = "Trustworthiness"
    sentence: ClassVar[str] = "Whether words that lie near each other on the plane are near by all features."
    paper: ClassVar[str] = "Venna, Kaski, ICANN (2001)"

    def _sides(self, subject: LayoutSubject) -> tuple[Points, Points]:
        return subject.plane, subject.points

    def _words(self, k: int) -> str:
        return f"The {k} nearest on the plane are near by all features"


@register_gauge(EMBEDDING_GAUGES)
@dataclass(frozen=True, kw_only=True)
class Continuity(PreservedGauge):
    r"""Whether what is near each other by all features lies near each other on the plane.

    As :class:`Trustworthiness`, the plane and the space of all features exchanged: it falls when a neighbourhood is
    torn apart.

    References
    ----------
    Venna, Kaski: Neighborhood preservation in nonlinear projection methods. ICANN (2001).
    """

    name: ClassVar[str] = "continuity"
    title: ClassVar[str] = "Continuity"
    sentence: ClassVar[str] = "Whether words that are near by all features lie near each other on the plane."
    paper: ClassVar[str] = "Venna, Kaski, ICANN (2001)"

    def _sides(self, subject: LayoutSubject) -> tuple[Points, Points]:
        return subject.points, subject.plane

    def _words(self, k: int) -> str:
        return f"The {k} nearest by all features lie near on the plane"
