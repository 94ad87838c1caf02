"""The computing half of the embedding widget: vectors, the words that are shown, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.embeddings.neighbours import Points, check_metric
from xai_widgets.embeddings.projections import chosen, layouts, rows_of
from xai_widgets.evaluation.embedding import EMBEDDING_GAUGES, LayoutSubject
from xai_widgets.evaluation.runs import gauge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.embeddings import Agreement, Analogy, Layout, Neighbour, Separation, WordVectors
    from xai_widgets.embeddings.clusters import Groups
    from xai_widgets.embeddings.contexts import Reading
    from xai_widgets.evaluations import Evaluation


@dataclass(frozen=True)
class Near:
    """What lies nearest to a word: among all, and among those shown.

    Attributes
    ----------
    label, metric : str
    point : int or None
        Where the word is among those shown.
    entries : list of Neighbour
        The nearest of all words.
    points : list of (int or None)
        Where each of these is among those shown.
    links : list of int
        The nearest of those shown, which a layout should keep near.
    """

    label: str
    metric: str
    point: int | None
    entries: list[Neighbour]
    points: list[int | None]
    links: list[int]


class Space:
    """Vectors, and those of them that are shown.

    Parameters
    ----------
    vectors : WordVectors or callable
        What reads them, where a model must run for them: until then nothing is known.
    words : int or sequence of str
    k : int
    seed : int
    pairs : sequence of (str, str, float), optional
    groups : dict of str to sequence of str, optional
    """

    _source: Reading | None = None
    _reader: Iterator[float | WordVectors] | None = None
    _vectors: WordVectors | None = None

    def __init__(
        self,
        vectors: WordVectors | Reading,
        words: int | Sequence[str],
        k: int,
        *,
        seed: int,
        pairs: Sequence[tuple[str, str, float]] | None,
        groups: Groups | None = None,
    ) -> None:
        self._words, self.k, self.seed, self.pairs, self.groups = words, k, seed, pairs, groups
        self._points: dict[str, Points] = {}
        if callable(vectors):
            self._source = vectors
        else:
            self._take(vectors)

    def _take(self, vectors: WordVectors) -> None:
        _ = vectors.norms  # refuses what is no number at once, not when it is asked for
        self.rows = rows_of(vectors, self._words)
        self.k = min(self.k, len(self.rows) - 1)
        self._where = {row: i for i, row in enumerate(self.rows.tolist())}
        self._vectors = vectors
        self._source = self._reader = None

    @property
    def vectors(self) -> WordVectors:
        """The vectors, once they are read."""
        assert self._vectors is not None, "asked before the vectors are read"
        return self._vectors

    def read(self) -> Iterator[float]:
        """Let the model read, where it has not yet; goes on where a reader has stopped."""
        while self._source is not None:
            self._reader = self._reader or self._source()
            try:
                found = next(self._reader)
            except BaseException:
                self._reader = None
                raise
            if isinstance(found, float):
                yield found
            else:
                self._take(found)

    def points(self, metric: str) -> Points:
        """Return the vectors shown under a metric, which keep what was found of their neighbours."""
        if metric not in self._points:
            every = Points(self.vectors.matrix, self.vectors.norms, check_metric(metric))
            self._points[metric] = every.only(self.rows)
        return self._points[metric]

    def layouts(self, method: str, metric: str, params: dict[str, Any]) -> Iterator[Layout | float]:
        """Yield ever-better layouts; before, of which share of the words the neighbours are known."""
        yield from layouts(self.points(metric), self.rows, chosen(method, params), self.k, self.seed)

    def evaluate(self, layout: Layout, params: dict[str, Any]) -> Iterator[Evaluation | None]:
        """Measure how far a layout can be trusted."""
        method = chosen(layout.method, params)
        subject = LayoutSubject(self.vectors, self.points(layout.metric), layout, method, self.seed, self.pairs or ())
        about = {"label": layout.label, "method": layout.method, "params": params}
        every = [cls() for cls in EMBEDDING_GAUGES.values()]
        yield from gauge(subject, every, about, model=None, spent=dict, seed=self.seed)

    def near(self, word: str, metric: str) -> Iterator[Near]:
        """Find what lies nearest to a word."""
        row = self.vectors.place(word)
        entries = self.vectors.neighbours(word, self.k, metric=metric)
        point = self._where.get(row)
        links: list[int] = []
        if point is not None:
            links = self.points(metric).nearest(np.array([point]), self.k)[0][0].tolist()
        points = [self._where.get(one.row) for one in entries]
        yield Near(self.vectors.labels[row], metric, point, entries, points, links)

    def analogy(self, words: tuple[str, str, str]) -> Iterator[list[tuple[Analogy, int | None]]]:
        """Complete an analogy."""
        found = self.vectors.analogy(*words, self.k)
        yield [(one, self._where.get(one.row)) for one in found]

    def agreement(self, metric: str) -> Iterator[Agreement]:
        """Hold similarities against people's judgements."""
        yield self.vectors.agreement(self.pairs or (), metric=metric)

    def separation(self, metric: str) -> Iterator[Separation]:
        """Tell how far groups of words lie apart."""
        assert self.groups is not None, "asked of groups that there are not"
        yield self.vectors.separation(self.groups, metric=metric, seed=self.seed)
