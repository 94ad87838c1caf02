"""Where the model's pixels lie on the photo they came from, and how to lay a map over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROWS = 256
"""Rows done at once: beside the result, a 48-megapixel photo then needs some megabytes."""


@dataclass(frozen=True)
class Placement:
    """Where a map lies on the original photo.

    Attributes
    ----------
    size : (width, height)
        Of the original photo.
    box : (x0, y0, x1, y1)
        What the model sees of it, in its pixels, after mirroring; beyond it where `preprocess` pads.
    mirrored : (bool, bool)
        Whether the model sees it flipped left and right, up and down.
    """

    size: tuple[int, int]
    box: tuple[float, float, float, float]
    mirrored: tuple[bool, bool] = (False, False)

    def lay(self, values: NDArray[Any], *, smooth: bool = True) -> NDArray[np.float32]:
        """Lay a map over the photo, at the photo's full resolution.

        Parameters
        ----------
        values : ndarray, shape (rows, columns)
        smooth : bool
            Interpolate between the map's cells (bilinear), or repeat the nearest.

        Returns
        -------
        ndarray, float32, shape (height, width)
            NaN outside the part that the model sees.
        """
        out = stretch(np.asarray(values, dtype=np.float32), self.box, self.size, smooth=smooth)
        return out[:: -1 if self.mirrored[1] else 1, :: -1 if self.mirrored[0] else 1]


def stretch(
    values: NDArray[np.float32], region: tuple[float, float, float, float], size: tuple[int, int], *, smooth: bool
) -> NDArray[np.float32]:
    """Return `values` over `region` of a picture of `size` ``(width, height)``, NaN outside.

    A picture's pixel takes what lies under its centre: bilinear between the centres of the map's pixels
    when `smooth`, else the pixel's own value.
    """
    (width, height), (rows, columns) = size, values.shape
    left, right, x = _places(region[0], region[2], columns, width, smooth=smooth)
    top, bottom, y = _places(region[1], region[3], rows, height, smooth=smooth)
    wide = values[:, left] * (1 - x) + values[:, right] * x
    out = np.empty((height, width), dtype=np.float32)
    for i in range(0, height, _ROWS):
        part = slice(i, i + _ROWS)
        share = y[part, None]
        np.add(wide[top[part]] * (1 - share), wide[bottom[part]] * share, out=out[part])
    return out


def _places(low: float, high: float, n: int, length: int, *, smooth: bool) -> tuple[Any, Any, NDArray[np.float32]]:
    """Return for each photo pixel two map pixels and the share of the second, NaN outside."""
    at = (np.arange(length) + 0.5 - low) / (high - low) * n
    place = at - 0.5 if smooth else np.floor(at)
    first = np.clip(np.floor(place), 0, n - 1).astype(np.intp)
    share = np.clip(place - first, 0, 1) if smooth else np.zeros(length)
    share = np.where((at >= 0) & (at < n), share, np.nan)
    return first, np.minimum(first + 1, n - 1), share.astype(np.float32)
