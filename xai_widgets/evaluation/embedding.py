"""How far a layout of words, and their vectors, can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.embeddings.projections import Layout, layouts
from xai_widgets.embeddings.validity import agreement
from xai_widgets.embeddings.words import Words
from xai_widgets.evaluation.base import Reading, hundredths, missing, register_gauge
from xai_widgets.evaluation.embedding_base import EMBEDDING_GAUGES, LayoutGauge, LayoutSubject, nearest, plane
from xai_widgets.evaluation.embedding_ranks import Continuity, Trustworthiness
from xai_widgets.evaluations import RANKED, beats
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "EMBEDDING_GAUGES",
    "Continuity",
    "Hubness",
    "Judgements",
    "LayoutSubject",
    "SeedAgreement",
    "Trustworthiness",
]

FEWEST = 4
"""Pairs of words below which ranks say nothing."""


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

    def why_not(self, subject: LayoutSubject) -> str | None:
        """Without judgements there is nothing to agree with."""
        return None if subject.pairs else "It needs pairs=, word pairs that people have judged."

    def run(self, subject: LayoutSubject, seed: int = 0) -> Iterator[Reading | None]:
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

    def run(self, subject: LayoutSubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each block of words, and a reading at the end."""
        near = yield from nearest(subject.points, subject.k)
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

    def run(self, subject: LayoutSubject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each few steps of the projection, and a reading at the end."""
        layout, k, other = subject.layout, subject.k, None
        for one in layouts(subject.points, layout.rows, subject.projection, layout.k, subject.seed + 7919 + seed):
            other = one if isinstance(one, Layout) else other
            yield None
        assert other is not None
        near = yield from nearest(subject.plane, k)
        again = yield from nearest(plane(other.positions), k)
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
