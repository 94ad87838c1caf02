"""A map under a soft lens, as js/core/smooth.ts has it: the mean over some pixels, where single ones are speckle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export.colours import look

if TYPE_CHECKING:
    from numpy.typing import NDArray

PASSES = 3


def roughness(heat: NDArray[Any]) -> float:
    """Return how much neighbours differ, as a share of how large the values are: 0 for a flat map."""
    steps = sum(float(np.nansum(np.abs(np.diff(heat, axis=axis)))) for axis in (0, 1))
    size = float(np.nansum(np.abs(heat)))
    return steps / 2 / size if size > 0 else 0.0


def automatic(heat: NDArray[Any]) -> float:
    """Return how much to smooth where nobody said: about a hundredth of a map of speckle, else nothing."""
    rule = look()["smoothing"]
    if roughness(heat) < rule["rough"]:
        return 0.0
    return float(min(rule["most"], min(heat.shape) // rule["pixels_per_step"] * rule["step"]))


def smoothed(heat: NDArray[Any], sigma: float) -> NDArray[np.float64]:
    """Return a Gaussian mean that keeps the sum of the map; what is not a number stays so, and gives and takes nothing.

    Parameters
    ----------
    heat : ndarray, shape (height, width)
    sigma : float
        Standard deviation in cells of the map.
    """
    values = np.asarray(heat, dtype=np.float64)
    if sigma <= 0:
        return values
    holes = np.isnan(values)
    if not holes.any():
        return _blurred(values, sigma)
    # What would fall into the holes is shared among the other neighbours.
    there = np.where(holes, 1.0, _blurred((~holes).astype(np.float64), sigma))
    return np.where(holes, np.nan, _blurred(np.where(holes, 0.0, values) / there, sigma))


def read(heat: NDArray[Any], smooth: float | None) -> NDArray[np.float64]:
    """Return a map as it is read: under the given smoothing, or under its own for None."""
    return smoothed(heat, automatic(heat) if smooth is None else smooth)


def _blurred(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    rows = _along_rows(values, sigma)
    return np.ascontiguousarray(_along_rows(rows.T, sigma).T)


def _along_rows(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Take the mean over a box thrice, which comes near to a Gaussian.

    The two ends of the box count in part, so that the width need not be whole (Gwosdek et al., 2011).
    """
    variance = sigma**2 / PASSES
    reach = int((math.sqrt(12 * variance + 1) - 1) // 2)
    end = (2 * reach + 1) * (reach * (reach + 1) - 3 * variance) / (6 * (variance - (reach + 1) ** 2))
    share = 1 / (2 * reach + 1 + 2 * end)
    # Beyond the edge lies the mirror image, so that a flat map stays flat.
    lines = np.pad(values, ((0, 0), (PASSES * (reach + 1),) * 2), mode="symmetric")
    for _ in range(PASSES):
        sums = np.cumsum(np.pad(lines, ((0, 0), (1, 0))), axis=1)
        inner = sums[:, 2 * reach + 2 : -1] - sums[:, 1 : -2 * reach - 2]
        lines = share * (inner + end * (lines[:, : -2 * reach - 2] + lines[:, 2 * reach + 2 :]))
    return lines
