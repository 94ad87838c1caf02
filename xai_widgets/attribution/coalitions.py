"""Coalitions of groups, drawn in pairs without repetition, each size as often as the Shapley kernel weighs it."""

from __future__ import annotations

import functools
import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.groups import row_generator

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTED = 2**16
"""Sizes with at most so many coalitions are listed and shuffled; of larger ones, repetitions are drawn again."""


class Pairs:
    r"""Coalitions, each of which stands for its complement too.

    At any time each size has been drawn in proportion to its weight, :math:`1 / (s (d - s))` for all coalitions of
    size `s` together, until there is no other one of it. The smallest and largest sizes, which weigh much and are few,
    are thus soon complete.

    Parameters
    ----------
    count : int
        Number of groups, at least 2.
    seed : int

    Attributes
    ----------
    total : int
        How many pairs there are.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.total = 2 ** (count - 1) - 1
        self._count = count
        sizes = range(1, count // 2 + 1)
        # Of the middle size, one half are the complements of the other.
        self._sizes = [math.comb(count, s) // (2 if 2 * s == count else 1) for s in sizes]
        self._weights = torch.tensor(
            [(0.5 if 2 * s == count else 1.0) / (s * (count - s)) for s in sizes], dtype=torch.float64
        )
        self._drawn = [0] * len(self._sizes)
        self._sources = [self._of_size(s, row_generator(seed, -s)) for s in sizes]
        self._order = self._in_turn()
        self._pairs: list[Tensor] = []
        self._strata: list[int] = []

    def __getitem__(self, pair: int) -> Tensor:
        """Return a coalition as a mask (count,)."""
        while len(self._pairs) <= pair:
            stratum = next(self._order)
            self._strata.append(stratum)
            self._pairs.append(next(self._sources[stratum]))
        return self._pairs[pair]

    def weigh(self, pairs: int) -> tuple[Tensor, Tensor]:
        """Weigh the first pairs, so that those of each size stand for all of that size.

        Returned with the weights is which share of each one's size has not been drawn.
        """
        strata = torch.tensor(self._strata[:pairs])
        drawn = torch.bincount(strata, minlength=len(self._sizes))
        # As whole numbers: of a thousand groups there are more coalitions than a float holds.
        shares = [came / size for came, size in zip(drawn.tolist(), self._sizes, strict=True)]
        missing = 1 - torch.tensor(shares, dtype=torch.float64)
        return (self._weights / drawn.double().clamp(min=1))[strata], missing[strata]

    def _in_turn(self) -> Iterator[int]:
        """Go through the sizes, always to the one that lags behind its weight the most."""
        own = self._weights.numpy()
        due = np.zeros_like(own)
        while True:
            ended = np.array([a >= b for a, b in zip(self._drawn, self._sizes, strict=True)])
            weights = np.where(ended, 0.0, own)
            due += weights / weights.sum()
            stratum = int(np.where(ended, -math.inf, due).argmax())
            due[stratum] -= 1
            self._drawn[stratum] += 1
            yield stratum

    def _of_size(self, size: int, generator: torch.Generator) -> Iterator[Tensor]:
        """Draw the coalitions of one size, each once."""
        count, middle = self._count, 2 * size == self._count
        if self._sizes[size - 1] <= LISTED:
            members = _listed(count - middle, size)
            for row in torch.randperm(len(members), generator=generator).tolist():
                yield self._mask(members[row])
            return
        seen = set()
        while True:
            shown = self._mask(torch.randperm(count, generator=generator)[:size])
            shown = ~shown if middle and bool(shown[-1]) else shown
            name = shown.numpy().tobytes()
            if name not in seen:
                seen.add(name)
                yield shown

    def _mask(self, members: Tensor) -> Tensor:
        shown = torch.zeros(self._count, dtype=torch.bool)
        shown[members] = True
        return shown


@functools.lru_cache(maxsize=16)
def _listed(count: int, size: int) -> Tensor:
    """List the members (n, size) of every coalition of one size: never written into."""
    members = itertools.chain.from_iterable(itertools.combinations(range(count), size))
    return torch.from_numpy(np.fromiter(members, np.int64)).reshape(-1, size)
