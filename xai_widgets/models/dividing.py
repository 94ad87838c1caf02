"""Inputs of unlike lengths: each pass takes as long as the longest in it, so unlike ones go in passes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from xai_widgets.models.callables import as_scores
from xai_widgets.models.stopwatch import Stopwatch, times

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

KNOWN = 4
"""Calls from which on it is told what one takes besides its texts."""

LATELY = 16
"""Calls that tell it: the first ones may have loaded something."""


def divided(lengths: Sequence[int], price: float) -> list[list[int]]:
    """Divide inputs among passes, so that what is passed for nothing costs least.

    Parameters
    ----------
    lengths : sequence of int
        Each is passed as if it were as long as the longest of its pass.
    price : float
        The length that takes as long as another pass.

    Returns
    -------
    list of list of int
        Which inputs are passed together, the longest first.
    """
    values, inverse, counts = np.unique(np.negative(lengths), return_inverse=True, return_counts=True)
    at, count = values.tolist(), counts.tolist()
    best = [(0.0, 0)]  # what the longest so far cost, and where the last of their passes begins
    for stop in range(1, len(at) + 1):
        costs, lost, inside = [(best[stop - 1][0], stop - 1)], 0, 0
        for first in reversed(range(stop - 1)):
            inside += count[first + 1]
            lost += inside * (at[first + 1] - at[first])
            if lost > price and count[stop - 1] * (at[stop - 1] - at[first]) > price:
                break  # the shortest are better off alone
            costs.append((best[first][0] + lost, first))
        cost, first = min(costs)
        best.append((cost + price, first))
    passes, stop = [], len(at)
    while stop:
        first = best[stop][1]
        passes.append(np.flatnonzero((inverse >= first) & (inverse < stop)).tolist())
        stop = first
    return passes[::-1]


class Calls:
    """Calls of a function of texts, each with such as are about as long as each other, once it is known what one takes.

    A model pads the texts of a batch to the longest of them. What a call takes besides is learned from those so far.
    """

    def __init__(self, clock: Callable[[], tuple[float, float]] = times) -> None:
        self._clock = clock
        self._seen: list[tuple[int, float]] = []  # characters with all that is padded, and seconds

    def __call__(self, function: Any, texts: Sequence[str], rows: Tensor) -> Tensor:
        """Return the scores of texts, on the device of their rows."""
        found, order = [], []
        for some in divided([len(one) for one in texts], self._price()):
            watch = Stopwatch(rows.device, self._clock)
            found.append(as_scores(function([texts[i] for i in some]), rows))
            self._seen = [*self._seen, (len(some) * max(len(texts[i]) for i in some), watch.seconds())][-LATELY:]
            order += some
        scores = found[0] if len(found) == 1 else torch.cat(found)
        # Too many or too few are the caller's to refuse.
        return scores[torch.tensor(order).argsort()] if len(found) > 1 and len(scores) == len(texts) else scores

    def _price(self) -> float:
        """Return how many characters take as long as another call."""
        sizes, seconds = np.array(self._seen).reshape(-1, 2).T
        if len(set(sizes)) < KNOWN or seconds.min() <= 0:
            return float("inf")
        # Of relative errors, or the longest calls alone would count.
        (fixed, each), *_ = np.linalg.lstsq(np.stack([1 / seconds, sizes / seconds], 1), np.ones(len(sizes)))
        return max(fixed, seconds.min() / 2) / each if each > 0 else float("inf")
