"""What can be asked of words and their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.embeddings import analogies, clusters, neighbours, projections, validity
from xai_widgets.embeddings.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True, eq=False, repr=False)
class WordVectors(Words):
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

    @classmethod
    def one_hot(cls, labels: Sequence[str]) -> WordVectors:
        """Give each word an axis of its own: all words are then equally far from all others."""
        return cls(labels, np.eye(len(labels), dtype=np.float32))

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
