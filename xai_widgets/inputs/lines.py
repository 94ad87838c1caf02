"""Fit a straight line to a profile that may be padded, mirrored or stepped at its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ANCHORS = 48
"""Places between which candidate lines are drawn: 48 give a thousand lines."""


def fit_line(profile: NDArray[np.float64], length: int) -> tuple[float, float] | None:
    """Find where a row of the model's pixels lies on a side of the photo.

    Parameters
    ----------
    profile : ndarray, shape (n,)
        Place on the photo that each of the model's pixels shows, ``0..length``; NaN where it shows padding.
    length : int
        Of the photo's side, in its pixels.

    Returns
    -------
    (float, float) or None
        Where the first pixel begins and the last one ends; the first is larger when mirrored. None when the
        profile is no straight line.
    """
    n = len(profile)
    centres = np.arange(n) + 0.5
    known = np.isfinite(profile)
    if not known.any():
        return None
    if length == 1 or known.sum() == 1:
        # One pixel has no slope; the whole side is the only sensible answer.
        return 0.0, float(length)
    x, u = centres[known], profile[known]
    best = _best_line(x, u, length)
    if best is None:
        return None
    a, b = _refine(x, u, *best, length)
    if abs(b) * n < 0.25 or not _explained(x, u, a, b, length):  # noqa: PLR2004  # a quarter of a photo pixel: no ramp
        return None
    return a, a + b * n


def _tolerance(b: NDArray[Any] | float, length: int) -> NDArray[Any] | float:
    """Allow for one step of nearest-neighbour resizing, of 8-bit levels, and for kernels cut at the border."""
    return 0.75 + 0.75 * length / 255 + 0.25 * np.abs(b)


def _best_line(x: NDArray[Any], u: NDArray[Any], length: int) -> tuple[float, float] | None:
    """Draw lines through pairs of points; take the one that most points lie on."""
    at = np.unique(np.linspace(0, len(x) - 1, _ANCHORS).round().astype(int))
    i, j = np.triu_indices(len(at), k=1)
    i, j = at[i], at[j]
    # Close pairs tell little of the slope.
    apart = (j - i) >= max(1, len(x) // 8)
    i, j = i[apart], j[apart]
    b = (u[j] - u[i]) / (x[j] - x[i])
    a = u[i] - b * x[i]
    residual = np.abs(a[:, None] + b[:, None] * x - u)
    limit = np.asarray(_tolerance(b, length))[:, None]
    # Points on the line count one each, less their share of the limit: between equals the closer line wins.
    score = (np.clip(1 - residual / limit, 0, None)).sum(axis=1)
    score[np.abs(b) * (x[-1] - x[0]) < 1e-3] = 0  # noqa: PLR2004  # a flat line fits padding best
    if not len(score) or score.max() <= 0:
        return None
    return float(a[score.argmax()]), float(b[score.argmax()])


def _refine(x: NDArray[Any], u: NDArray[Any], a: float, b: float, length: int) -> tuple[float, float]:
    """Fit by least squares to the points on the line, leaving out more of its bent ends each time."""
    limit = float(_tolerance(b, length))
    for _ in range(4):
        residual = np.abs(a + b * x - u)
        on = residual <= limit
        if on.sum() < 2:  # noqa: PLR2004
            break
        b, a = np.polyfit(x[on], u[on], 1)
        limit = min(limit, 4 * float(np.median(np.abs(a + b * x[on] - u[on]))) + 0.02 + 0.02 * abs(b))
    return float(a), float(b)


def _explained(x: NDArray[Any], u: NDArray[Any], a: float, b: float, length: int) -> bool:
    """Tell whether every point is on the line, or beyond the photo continues it by its edge, mirrored or repeated.

    A picture warped or changed in its tones has a piece of a line in it too; this tells it apart.
    """
    line = a + b * x
    limit = 1 + float(_tolerance(b, length))
    edge = np.clip(line, 0.5, length - 0.5)
    mirror = length - np.abs(np.mod(line, 2 * length) - length)
    near = np.minimum(np.abs(line - u), np.minimum(np.abs(edge - u), np.abs(mirror - u)))
    near = np.minimum(near, np.abs(np.mod(line, length) - u))
    ok = near <= limit
    return bool(ok.mean() >= 0.95)  # noqa: PLR2004  # resampling blurs the seams
