"""Whether vectors find words alike that people find alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.agreement import rank_correlation, ranks
from xai_widgets.embeddings.neighbours import check_metric, similarities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xai_widgets.embeddings.words import Words

NORMAL = 1.959964
"""Standard deviations of 95 of 100 cases."""

FEWEST = 4
"""Pairs below which there is no interval."""


@dataclass(frozen=True)
class Agreement:
    """How far similarities and people's judgements of word pairs agree.

    Attributes
    ----------
    correlation : float
        Spearman's rank correlation; NaN where one side has a single value.
    interval : tuple of float or None
        95 % confidence interval, by Fisher's transform with the variance of Bonett and Wright (2000).
    n : int
        Pairs that were compared.
    missing : int
        Pairs left out since a word of theirs has no vector.
    unknown : tuple of str
        The words without vectors.
    apart : tuple of (str, str, float, float)
        Pairs on which they differ most: the words, and their ranks for people and by the vectors, as shares of the
        list, 1 for the most alike.
    """

    correlation: float
    interval: tuple[float, float] | None
    n: int
    missing: int
    unknown: tuple[str, ...]
    apart: tuple[tuple[str, str, float, float], ...]


def agreement(vectors: Words, pairs: Iterable[tuple[str, str, float]], metric: str, most: int = 6) -> Agreement:
    """Compare judgements with similarities; a word is sought in lower case too."""
    check_metric(metric)
    judged = [(str(one), str(other), float(score)) for one, other, score in pairs]
    rows = [(vectors.find(one), vectors.find(other)) for one, other, _ in judged]
    known = [i for i, row in enumerate(rows) if None not in row]
    unknown = {
        word: None for i, row in enumerate(rows) for word, at in zip(judged[i][:2], row, strict=True) if at is None
    }
    left = len(judged) - len(known), tuple(unknown)
    if not known:
        return Agreement(math.nan, None, 0, *left, ())
    scores = np.array([judged[i][2] for i in known])
    near = similarities(vectors, np.array([rows[i] for i in known], dtype=np.int64), metric)
    found = rank_correlation(scores, near)
    people, here = ((ranks(one) + (len(known) - 1) / 2) / max(1, len(known) - 1) for one in (scores, near))
    worst = np.argsort(-np.abs(people - here), kind="stable")[:most]
    apart = tuple((*judged[known[i]][:2], float(people[i]), float(here[i])) for i in worst.tolist())
    return Agreement(found, _interval(found, len(known)), len(known), *left, apart)


def _interval(correlation: float, n: int) -> tuple[float, float] | None:
    if n < FEWEST or math.isnan(correlation) or abs(correlation) >= 1:
        return None
    centre, spread = math.atanh(correlation), NORMAL * math.sqrt((1 + correlation**2 / 2) / (n - 3))
    return math.tanh(centre - spread), math.tanh(centre + spread)
