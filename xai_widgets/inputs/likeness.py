"""Check a finding against the photo itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.inputs.base import Region

_CELLS = 8
"""Cells a side of the coarse grid that is compared: how each library resamples must not matter."""

_SAMPLES = 4
"""Places looked up a side in each of the model's pixels."""


def looks_like(
    grey: NDArray[np.float64],
    shown: NDArray[np.uint8],
    size: tuple[int, int],
    region: Region,
    mirrored: tuple[bool, bool],
) -> bool:
    """Tell whether the model's picture is what lies under `region`: a crop may follow the content of a photo.

    Parameters
    ----------
    grey : ndarray, shape (height, width)
        The model's picture in 0..1, NaN where it is padding.
    shown : ndarray, shape (height, width, 3)
        The photo's display copy.
    size : (width, height)
        Of the photo, in whose pixels `region` is.
    """
    rows, columns = grey.shape
    x, inside_x = _samples(region[0], region[2], columns, size[0], shown.shape[1], mirror=mirrored[0])
    y, inside_y = _samples(region[1], region[3], rows, size[1], shown.shape[0], mirror=mirrored[1])
    luminance = shown[np.ix_(y, x)].mean(-1) / 255
    photo = luminance.reshape(rows, _SAMPLES, columns, _SAMPLES).mean((1, 3))
    known = np.isfinite(grey) & inside_x & inside_y[:, None]
    cell = (np.arange(rows) * _CELLS // rows)[:, None] * _CELLS + np.arange(columns) * _CELLS // columns
    count = np.maximum(np.bincount(cell[known], minlength=_CELLS**2), 1)
    mine, other = (np.bincount(cell[known], one[known], minlength=_CELLS**2) / count for one in (photo, grey))
    if np.abs(mine - other).mean() < 0.08:  # noqa: PLR2004
        return True
    # Brighter or of more contrast is still the same place.
    mine, other = mine - mine.mean(), other - other.mean()
    return float(mine @ other) > 0.6 * float(np.linalg.norm(mine) * np.linalg.norm(other))


def _samples(
    low: float, high: float, n: int, length: int, shown: int, *, mirror: bool
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return where to look on the display copy, and which of the model's `n` pixels lie within the photo."""
    places = low + (np.arange(n * _SAMPLES) + 0.5) / (n * _SAMPLES) * (high - low)
    places = places[::-1] if mirror else places
    inside: NDArray[np.bool_] = np.asarray(((places >= 0) & (places <= length)).reshape(n, _SAMPLES).any(axis=1))
    return np.clip(places * (shown / length), 0, shown - 1).astype(np.intp), inside
