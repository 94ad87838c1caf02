"""Maps that know nothing of the input, with which others are compared."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FEW = 5
"""Parts, of which one random order in 120 is the map's own: the best of maps could not be told from chance."""

NEAR = 4
"""A share of a side, over one: nearer is the same place."""


def elsewhere(values: NDArray[np.float64], seeds: Sequence[int]) -> NDArray[np.float64]:
    """Return maps that know nothing of the input, one a seed: (seeds, *shape of `values`).

    Of a picture (rows, columns), the same pattern at another place, cut at the border and going on at the other side.
    The cells of a map lie in blobs, and hiding blobs takes away less of a score than hiding as many scattered cells, so
    scattered ones would be no fair chance. (So brains' maps are tested: Alexander-Bloch et al., NeuroImage 178, 2018.)
    Of anything else, the same values, shuffled.
    """
    if values.ndim == 1 or min(values.shape) < NEAR:
        draws = [np.random.default_rng(seed) for seed in seeds]
        return np.stack([draw.permutation(values.ravel()).reshape(values.shape) for draw in draws])
    by = _drawn(values.shape, tuple(seeds))
    down, across = (np.arange(size) - one[:, None] for size, one in zip(values.shape, by.T, strict=True))
    # Negative places count from the other side.
    moved: NDArray[np.float64] = values[down[:, :, None], across[:, None]]
    return moved


@lru_cache(maxsize=8)
def _drawn(shape: tuple[int, ...], seeds: tuple[int, ...]) -> NDArray[np.int64]:
    """Return a shift for each seed: several measures draw the same."""
    shifts = _shifts(*shape)
    drawn: NDArray[np.int64] = shifts[[np.random.default_rng(seed).integers(len(shifts)) for seed in seeds]]
    return drawn


@lru_cache(maxsize=4)
def _shifts(rows: int, columns: int) -> NDArray[np.int64]:
    """Return shifts (n, 2) by a quarter of a side at least: next to its place, the pattern is about the same map."""
    return np.argwhere(_far(np.arange(rows), rows)[:, None] | _far(np.arange(columns), columns))


def _far(shift: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    away: NDArray[np.bool_] = NEAR * np.minimum(shift, size - shift) >= size
    return away
