"""Whether words that carry one label lie together: a check of vectors where no people have judged pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.embeddings.neighbours import check_metric
from xai_widgets.embeddings.validity import NORMAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.embeddings.words import Words

MOST = 1000
"""Words that may be labelled: their distances are all held at once."""

DEALS = 199
"""How often the labels are dealt at random."""

Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Separation:
    """How far words lie with their own group, and apart from the others.

    Attributes
    ----------
    score : float
        Mean silhouette of the words, -1..1: of each, how much nearer its own group is on average than the nearest other
        one (Rousseeuw 1987). NaN where there are not two groups of two words.
    interval : (float, float) or None
        95 % confidence interval, by the jackknife: it answers what other words of these groups would have given.
    chance : (float, float) or None
        What 95 of 100 random deals of the same labels give.
    n : int
        Words that were compared.
    missing : int
        Words left out: without a vector, or the only ones of their group.
    groups : tuple of (str, float, int)
        Name, mean silhouette and count of words, the best first.
    astray : tuple of (str, str, str)
        Words nearer to another group: the word, its group, and that other one, the farthest astray first.
    """

    score: float
    interval: tuple[float, float] | None
    chance: tuple[float, float] | None
    n: int
    missing: int
    groups: tuple[tuple[str, float, int], ...]
    astray: tuple[tuple[str, str, str], ...]

    @property
    def together(self) -> bool:
        """Whether words of one group lie together, more than chance would have it."""
        return self.chance is not None and self.score > self.chance[1]


def check_groups(groups: Any) -> dict[str, tuple[str, ...]]:
    """Refuse what is no grouping of words.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if not isinstance(groups, Mapping) or any(isinstance(words, str) for words in groups.values()):
        msg = f"groups must be a dict from the name of each group to its words, got {type(groups).__name__}."
        raise TypeError(msg)
    found = {str(name): tuple(dict.fromkeys(map(str, words))) for name, words in groups.items()}
    every = [word for words in found.values() for word in words]
    if len(found) < 2 or len(every) > MOST:  # noqa: PLR2004
        msg = f"groups must be at least 2, of {MOST:,} words at most, got {len(found)} of {len(every):,} words."
        raise ValueError(msg)
    twice = next((word for i, word in enumerate(every) if word in every[:i]), None)
    if twice is not None:
        msg = f"{twice!r} is in two groups: leave it in one."
        raise ValueError(msg)
    return found


def separation(vectors: Words, groups: Groups, metric: str, seed: int = 0, most: int = 6) -> Separation:
    """Find how far groups of words lie apart; a word is sought in lower case too."""
    check_metric(metric)
    given = check_groups(groups)
    places = {name: [row for word in words if (row := vectors.find(word)) is not None] for name, words in given.items()}
    names = [name for name, rows in places.items() if len(rows) > 1]
    rows = np.array([row for name in names for row in places[name]], dtype=np.int64)
    missing = sum(map(len, given.values())) - len(rows)
    if len(names) < 2:  # noqa: PLR2004
        return Separation(math.nan, None, None, 0, missing + len(rows), (), ())
    own = np.repeat(np.arange(len(names)), [len(places[name]) for name in names])
    far = _distances(vectors.matrix[rows].astype(np.float64), metric)
    each, other = _silhouettes(far, own)
    score, n = float(each.mean()), len(rows)
    without = _without_each(far, own)
    spread = NORMAL * math.sqrt((n - 1) * float(without.var()))
    draw = np.random.default_rng(seed)
    dealt = [_silhouettes(far, draw.permutation(own))[0].mean() for _ in range(DEALS)]
    low, high = np.quantile(dealt, [0.025, 0.975]).tolist()
    scored = [(name, float(each[own == i].mean()), len(places[name])) for i, name in enumerate(names)]
    ranked = tuple(sorted(scored, key=lambda one: -one[1]))
    worst = [i for i in np.argsort(each, kind="stable").tolist()[:most] if each[i] < 0]
    astray = tuple((vectors.labels[rows[i]], names[own[i]], names[other[i]]) for i in worst)
    ends = max(-1.0, score - spread), min(1.0, score + spread)
    return Separation(score, ends, (low, high), n, missing, ranked, astray)


def _distances(matrix: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    squares = np.square(matrix).sum(1)
    if metric == "cosine":
        lengths = np.sqrt(squares)
        unit = np.divide(matrix, lengths[:, None], out=np.zeros_like(matrix), where=lengths[:, None] > 0)
        found: NDArray[np.float64] = 1 - unit @ unit.T
    else:
        found = np.sqrt(np.maximum(0, squares[:, None] + squares - 2 * matrix @ matrix.T))
    np.fill_diagonal(found, 0)
    return found


def _silhouettes(far: NDArray[np.float64], own: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Compute each word's silhouette, and which other group is the nearest."""
    here = np.eye(own.max() + 1)[own]
    return _compared(far @ here, here.sum(0), own)


def _compared(
    sums: NDArray[np.float64], counts: NDArray[np.float64], own: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    every = np.arange(len(own))
    within = sums[every, own] / np.maximum(1, counts[own] - 1)
    others = sums / counts
    others[every, own] = np.inf
    nearest = others.argmin(1)
    across = others[every, nearest]
    scale = np.maximum(within, across)
    alone = (counts[own] < 2) | (scale == 0)  # noqa: PLR2004
    found: NDArray[np.float64] = np.where(alone, 0, (across - within) / np.where(alone, 1, scale))
    return found, nearest


def _without_each(far: NDArray[np.float64], own: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute the score without each word in turn."""
    here = np.eye(own.max() + 1)[own]
    sums, counts = far @ here, here.sum(0)
    out = np.empty(len(own))
    for i, group in enumerate(own):
        left = sums.copy()
        left[:, group] -= far[:, i]
        out[i] = np.delete(_compared(left, counts - here[i], own)[0], i).mean()
    return out
