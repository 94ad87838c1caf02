"""Maps that know nothing of the input, with which others are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR = 4
"""A share of a side, over one: nearer is the same place."""


def elsewhere(values: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return a map that knows nothing of the input, of the shape of `values`.

    Of a picture (rows, columns), the same pattern at another place, cut at the border and going on at the other side.
    The cells of a map lie in blobs, and hiding blobs takes away less of a score than hiding as many scattered cells, so
    scattered ones would be no fair chance. (So brains' maps are tested: Alexander-Bloch et al., NeuroImage 178, 2018.)
    Of anything else, the same values, shuffled.
    """
    draw = np.random.default_rng(seed)
    if values.ndim == 1 or min(values.shape) < NEAR:
        return draw.permutation(values.ravel()).reshape(values.shape)
    # At least a quarter of a side away: next to its place, the pattern is still about the same map.
    far = [_far(np.arange(size), size) for size in values.shape]
    shifts = np.argwhere(far[0][:, None] | far[1])
    return np.roll(values, shifts[draw.integers(len(shifts))], (0, 1))


def _far(shift: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    away: NDArray[np.bool_] = NEAR * np.minimum(shift, size - shift) >= size
    return away
