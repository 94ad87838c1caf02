"""A layout of words as measures of trust see it, and the base of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.embeddings.neighbours import Points
from xai_widgets.evaluation.base import Gauge

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from xai_widgets.embeddings.manifolds import Projection
    from xai_widgets.embeddings.projections import Layout
    from xai_widgets.embeddings.words import Words

EMBEDDING_GAUGES: dict[str, type[LayoutGauge]] = {}
"""In which they are taken, cheap and telling ones first."""


@dataclass(frozen=True, eq=False)
class LayoutSubject:
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

    def why_not(self, subject: LayoutSubject) -> str | None:
        """One sentence on why it cannot be had here; None when it can."""
        return None


def nearest(points: Points, k: int) -> Generator[None, None, NDArray[np.int64]]:
    """Find the `k` nearest of all, with a place to stop after each block."""
    found = np.empty((len(points), k), np.int64)
    for _, near, _ in points.graph(k):
        found = near[:, :k]
        yield
    return found
