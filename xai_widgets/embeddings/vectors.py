"""Words and their vectors: plain data, and what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.embeddings import analogies, clusters, neighbours, projections, validity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray


class UnknownWordError(KeyError):
    """There is no vector of a word."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words and their vectors.

    Parameters
    ----------
    labels : sequence of str
        The words, each once.
    matrix : array, shape (words, features)
        Finite numbers, kept as float32 and read-only. A table that is mapped into memory stays there.
    contexts : sequence of str
        Where each word stands, for vectors of words in sentences; empty for others.

    Raises
    ------
    ValueError
        For another shape, for words that do not differ and numbers that are not finite.
    """

    labels: Sequence[str] = field(repr=False)
    matrix: NDArray[np.float32] = field(repr=False)
    contexts: Sequence[str] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        matrix = np.asanyarray(self.matrix)
        if matrix.dtype != np.float32:
            matrix = matrix.astype(np.float32)
        if matrix.ndim != 2 or not matrix.shape[1] or not 0 < len(self.labels) == len(matrix):  # noqa: PLR2004
            msg = f"expected one vector a word, [words, features], got {len(self.labels)} words and {matrix.shape}."
            raise ValueError(msg)
        if len(self.contexts) not in {0, len(matrix)}:
            msg = f"expected one context a word or none, got {len(self.contexts)} for {len(matrix)} words."
            raise ValueError(msg)
        matrix = matrix.view()
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    @classmethod
    def one_hot(cls, labels: Sequence[str]) -> WordVectors:
        """Give each word an axis of its own: all words are then equally far from all others."""
        return cls(labels, np.eye(len(labels), dtype=np.float32))

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self.labels)

    def __contains__(self, word: object) -> bool:
        """Tell whether there is a vector of a word."""
        return word in self.index

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """Return the vector of a word."""
        row: NDArray[np.float32] = self.matrix[self.place(word)]
        return row

    def __repr__(self) -> str:
        return f"WordVectors({len(self):,} words, {self.matrix.shape[1]} features)"

    @cached_property
    def index(self) -> dict[str, int]:
        """Where each word stands."""
        found = {word: i for i, word in enumerate(self.labels)}
        if len(found) < len(self.labels):
            twice = next(word for i, word in enumerate(self.labels) if found[word] != i)
            msg = f"expected words that differ, but {twice!r} is there more than once."
            raise ValueError(msg)
        return found

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """Lengths of the vectors; a vector of zeros is taken for one of length 1, so that its cosine is 0."""
        lengths = np.linalg.norm(self.matrix, axis=1)
        if not np.isfinite(lengths).all():
            row = int(np.flatnonzero(~np.isfinite(lengths))[0])
            msg = f"expected finite numbers, but the vector of {self.labels[row]!r} has others."
            raise ValueError(msg)
        found: NDArray[np.float32] = np.where(lengths > 0, lengths, np.float32(1))
        return found

    def find(self, word: str) -> int | None:
        """Return where a word stands, in lower case where only that is there; None for a word that is not."""
        return self.index.get(word, self.index.get(word.lower()))

    def place(self, word: str) -> int:
        """Return where a word stands.

        Raises
        ------
        UnknownWordError
            Naming words that begin alike.
        """
        found = self.find(word)
        if found is None:
            start = word[:4].lower()
            near = [one for one in self.labels[:50_000] if start and one.lower().startswith(start)][:4]
            msg = f"there is no vector of {word[:40]!r}" + (f"; there are {', '.join(near)}." if near else ".")
            raise UnknownWordError(msg)
        return found

    def neighbours(self, word: str, k: int = 10, *, metric: str = "cosine") -> list[neighbours.Neighbour]:
        """Find the nearest words of a word, in the space of all features.

        Parameters
        ----------
        word : str
        k : int
            How many, itself left out.
        metric : {"cosine", "euclidean"}
            1 minus the cosine, 0..2; or the length of the difference.

        Returns
        -------
        list of Neighbour
            ``label``, ``distance`` and ``row``, nearest first.

        Raises
        ------
        UnknownWordError, ValueError
            For a word, a number or a metric that there is not.
        """
        return neighbours.neighbours(self, self.place(word), k, metric)

    def similarity(self, one: str, other: str, *, metric: str = "cosine") -> float:
        """Return how alike two words are: their cosine, -1..1, or ``1 / (1 + Euclidean distance)``, 0..1."""
        rows = np.array([[self.place(one), self.place(other)]])
        return float(neighbours.similarities(self, rows, metric)[0])

    def analogy(self, a: str, b: str, c: str, k: int = 10) -> list[analogies.Analogy]:
        """Answer "a is to b as c is to …", such as ``analogy("man", "king", "woman")``.

        By 3CosAdd: the words whose vectors have the largest cosine with b - a + c, each of length 1, the three words
        that were given left out.

        Returns
        -------
        list of Analogy
            ``label``, ``cosine`` and ``row``, best first.

        References
        ----------
        Mikolov, Yih, Zweig: Linguistic Regularities in Continuous Space Word Representations, NAACL 2013.
        Levy, Goldberg: Linguistic Regularities in Sparse and Explicit Word Representations, CoNLL 2014.
        """
        return analogies.analogy(self, self.place(a), self.place(b), self.place(c), k)

    def agreement(self, pairs: Iterable[tuple[str, str, float]], *, metric: str = "cosine") -> validity.Agreement:
        """Hold similarities against how alike people find two words.

        Parameters
        ----------
        pairs : iterable of (str, str, float)
            Such as ``xai.samples.word_pairs()``: more is nearer.
        metric : {"cosine", "euclidean"}

        Returns
        -------
        Agreement
            Spearman's rank correlation with its interval, how many pairs it is of, and which words have no vector.
        """
        return validity.agreement(self, pairs, metric)

    def separation(
        self, groups: Mapping[str, Sequence[str]], *, metric: str = "cosine", seed: int = 0
    ) -> clusters.Separation:
        """Tell how far words of one group lie together, where no people have judged pairs of them.

        Parameters
        ----------
        groups : dict of str to sequence of str
            Words by the name of their group, such as ``{"animals": ["cat", "dog"], "numbers": ["one", "two"]}``; 1,000
            words at most.
        metric : {"cosine", "euclidean"}
        seed : int
            Of the random deals of labels that it is compared with.

        Returns
        -------
        Separation
            The mean silhouette with its interval, and what chance gives; by group, and the words that lie astray.

        Raises
        ------
        TypeError, ValueError
            For what is no grouping.

        References
        ----------
        Rousseeuw: Silhouettes: A Graphical Aid to the Interpretation and Validation of Cluster Analysis. J. Comput.
        Appl. Math. 20 (1987).
        """
        return clusters.separation(self, groups, metric, seed)

    def project(
        self,
        method: str = "pca",
        *,
        words: int | Sequence[str] | None = None,
        metric: str = "cosine",
        k: int = 10,
        seed: int = 0,
        **params: Any,
    ) -> Iterator[projections.Layout]:
        """Lay words out in two dimensions, better and better.

        Parameters
        ----------
        method : {"pca", "tsne", "umap"}
            The last two come with ``pip install "xai_widgets[embeddings]"``.
        words : int or sequence of str, optional
            The first so many, or which: all by default, of which there may be 50,000.
        metric : {"cosine", "euclidean"}
            By which words are near; for cosine PCA sees vectors of length 1.
        k : int
            Of how many nearest words it is counted how many a layout keeps.
        seed : int
        **params
            ``perplexity`` and ``n_iter`` of t-SNE, ``n_neighbors``, ``min_dist`` and ``n_epochs`` of UMAP.

        Yields
        ------
        Layout
            ``positions``, and for each word which share of its neighbours is ``preserved``.

        Raises
        ------
        ImportError
            When the library is missing, naming what to install.
        """
        return projections.project(self, method, words=words, metric=metric, k=k, seed=seed, params=params)
