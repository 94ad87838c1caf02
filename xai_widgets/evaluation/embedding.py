"""How far a layout of words, and their vectors, can be trusted: what the plane keeps of the space of all features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.embeddings.neighbours import Points
from xai_widgets.embeddings.projections import Layout, layouts
from xai_widgets.embeddings.validity import agreement
from xai_widgets.embeddings.words import Words
from xai_widgets.evaluation.base import Gauge, Reading, hundredths, missing, register_gauge
from xai_widgets.evaluations import RANKED, beats
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from numpy.typing import NDArray

    from xai_widgets.embeddings.manifolds import Projection

    Places = NDArray[np.int64]
    Values = NDArray[np.float64]

EMBEDDING_GAUGES: dict[str, type[LayoutGauge]] = {}
"""In which they are taken, cheap and telling ones first."""

MOST = 1000
"""Words, drawn by chance, whose distances to all are put in order: they stand for all."""
BLOCK = 2_000_000
"""Distances that are put in order at once."""
AT_ONCE = 4096
"""Vectors that are held in float64."""
NORMAL = 1.96
FEWEST = 4
"""Pairs of words below which ranks say nothing."""


@dataclass(frozen=True, eq=False)
class Laid:
    """A layout, beside what it is of.

    Attributes
    ----------
    vectors : Words
        All of them.
    points : Points
        Those on show, under the layout's metric.
    layout : Layout
    projection : Projection
        With its parameters.
    seed : int
        Of the layout.
    pairs : sequence of (str, str, float)
        That people have judged; none where there are none.
    """

    vectors: Words
    points: Points
    layout: Layout
    projection: Projection
    seed: int
    pairs: Sequence[tuple[str, str, float]] = ()

    @property
    def k(self) -> int:
        """How many neighbours are counted: fewer than half of the words, or none are left to be far."""
        return max(1, min(self.layout.k, (len(self.points) - 1) // 2))

    @property
    def plane(self) -> Points:
        """The places, as points."""
        return plane(self.layout.positions)


def plane(positions: NDArray[np.float32]) -> Points:
    """Return places on a plane as points."""
    places = np.ascontiguousarray(positions, np.float32)
    return Points(places, np.linalg.norm(places, axis=1), "euclidean")


@dataclass(frozen=True, kw_only=True)
class LayoutGauge(Gauge):
    """Base of what is measured of a layout of words."""

    def why_not(self, subject: Laid) -> str | None:
        """One sentence on why it cannot be had here; None when it can."""
        return None


def _nearest(points: Points, k: int) -> Generator[None, None, Places]:
    """Find the `k` nearest of all, with a place to stop after each block."""
    found = np.empty((len(points), k), np.int64)
    for _, near, _ in points.graph(k):
        found = near[:, :k]
        yield
    return found


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

    def run(self, subject: Laid, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each block of words, and a reading at the end."""
        seen, ranked = self._sides(subject)
        n, k = len(seen), subject.k
        near = yield from _nearest(seen, k)
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

    def _sides(self, subject: Laid) -> tuple[Points, Points]:
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

    def _sides(self, subject: Laid) -> tuple[Points, Points]:
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

    def _sides(self, subject: Laid) -> tuple[Points, Points]:
        return subject.points, subject.plane

    def _words(self, k: int) -> str:
        return f"The {k} nearest by all features lie near on the plane"


@register_gauge(EMBEDDING_GAUGES)
@dataclass(frozen=True, kw_only=True)
class Judgements(LayoutGauge):
    """Spearman's rank correlation of the vectors' similarities with how alike people find pairs of words.

    Beside that of 19 random deals of the vectors among the words. Passed where it is more than all of these.

    References
    ----------
    Faruqui, Tsvetkov, Rastogi, Dyer: Problems With Evaluation of Word Embeddings Using Word Similarity Tasks.
    arXiv:1605.02276 (2016).
    """

    name: ClassVar[str] = "judgements"
    title: ClassVar[str] = "Agreement with people"
    sentence: ClassVar[str] = "Whether the vectors find those pairs of words alike that people find alike."
    paper: ClassVar[str] = "Faruqui et al., arXiv:1605.02276 (2016)"
    low: ClassVar[float | None] = -1.0

    def why_not(self, subject: Laid) -> str | None:
        """Without judgements there is nothing to agree with."""
        return None if subject.pairs else "It needs pairs=, word pairs that people have judged."

    def run(self, subject: Laid, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each deal, and a reading at the end."""
        vectors, metric = subject.vectors, subject.layout.metric
        found = agreement(vectors, subject.pairs, metric)
        if found.n < FEWEST or np.isnan(found.correlation):
            yield missing(f"Vectors and people have {found.n} pairs in common, too few to put in an order.")
            return
        rows = [vectors.find(word) for one, other, _ in subject.pairs for word in (one, other)]
        used = np.unique(np.array([row for row in rows if row is not None]))
        some = [vectors.labels[row] for row in used.tolist()]
        random = []
        for i in range(RANKED):
            dealt = Words(some, vectors.matrix[np.random.default_rng([seed, i]).permutation(used)])
            random.append(agreement(dealt, subject.pairs, metric).correlation)
            yield None
        chances = np.nan_to_num(np.array(random))
        passed, mean = beats(found.correlation, chances, higher=True), float(chances.mean())
        words = "more than by chance" if passed else "no more than by chance"
        ends = found.interval
        yield Reading(
            found.correlation,
            error=None if ends is None else (ends[1] - ends[0]) / 2,
            reference=mean,
            passed=passed,
            sentence=f"Over {found.n:,} pairs the rank correlation is {hundredths(found.correlation)}, {words} "
            f"({hundredths(mean)}).",
            random=tuple(chances.tolist()),
        )


@register_gauge(EMBEDDING_GAUGES)
@dataclass(frozen=True, kw_only=True)
class Hubness(LayoutGauge):
    r"""Skewness of how many words have each word among their :math:`k` nearest, by all features.

    0 where all are neighbours about as often. The more features, the more some words are near to all others (hubs)
    and most to none, whatever they mean: lists of neighbours are then the same everywhere. A number alone, since no
    bar is agreed on.

    References
    ----------
    Radovanović, Nanopoulos, Ivanović: Hubs in Space: Popular Nearest Neighbors in High-Dimensional Data. JMLR 11
    (2010).
    """

    name: ClassVar[str] = "hubness"
    title: ClassVar[str] = "Hubness"
    sentence: ClassVar[str] = "How unevenly words are among the nearest of others: above 0, a few are near to many."
    paper: ClassVar[str] = "Radovanović et al., JMLR 11 (2010)"
    low: ClassVar[float | None] = None
    high: ClassVar[float | None] = None
    better: ClassVar[str] = "lower"

    def run(self, subject: Laid, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each block of words, and a reading at the end."""
        near = yield from _nearest(subject.points, subject.k)
        counts = np.bincount(near.ravel(), minlength=len(subject.points))
        spread = float(counts.std())
        value = float(((counts - counts.mean()) ** 3).mean()) / spread**3 if spread else 0.0
        hub = subject.vectors.labels[int(subject.layout.rows[int(counts.argmax())])]
        sentence = (
            f"{hub} is among the {subject.k} nearest of {counts.max():,} words; {int((counts == 0).sum()):,} of "
            f"{len(counts):,} words are among those of none."
        )
        yield Reading(value, sentence=sentence)


@register_gauge(EMBEDDING_GAUGES)
@dataclass(frozen=True, kw_only=True)
class SeedAgreement(LayoutGauge):
    """Share of each word's nearest on the plane that are its nearest in the layout of another seed too.

    1 for a projection that draws nothing, such as PCA. Passed from half on, more than by chance.

    References
    ----------
    Kobak, Linderman: Initialization is critical for preserving global data structure in both t-SNE and UMAP. Nature
    Biotechnology (2021).
    """

    name: ClassVar[str] = "seed_agreement"
    title: ClassVar[str] = "Agreement of seeds"
    sentence: ClassVar[str] = "Which share of the nearest on the plane stays when other random numbers are drawn."
    paper: ClassVar[str] = "Kobak, Linderman, Nature Biotechnology (2021)"

    least: float = parameter(0.5, "Passed from this share on.", low=0.0, high=1.0)

    def run(self, subject: Laid, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each few steps of the projection, and a reading at the end."""
        layout, k, other = subject.layout, subject.k, None
        for one in layouts(subject.points, layout.rows, subject.projection, layout.k, subject.seed + 7919 + seed):
            other = one if isinstance(one, Layout) else other
            yield None
        assert other is not None
        near = yield from _nearest(subject.plane, k)
        again = yield from _nearest(plane(other.positions), k)
        same = (near[:, :, None] == again[:, None]).any(2).mean(1)
        value, chance = float(same.mean()), k / (len(same) - 1)
        exact = bool(np.array_equal(layout.positions, other.positions))
        sentence = (
            "Two seeds give the same layout: the projection draws nothing."
            if exact
            else f"{value:.0%} of the {k} nearest on the plane are so for another seed too, by chance {chance:.0%}."
        )
        passed = value >= self.least and (exact or value > chance)
        yield Reading(value, reference=chance, passed=passed, sentence=sentence)
