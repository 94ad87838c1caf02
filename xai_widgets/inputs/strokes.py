"""Which pixels a round brush covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


_CHUNK = 256
"""Segments painted at once."""


def stroke_mask(points: NDArray[np.float64], radius: float, height: int, width: int) -> NDArray[np.bool_]:
    """Tell for each pixel whether its centre is at most `radius` from the polyline through `points`.

    A segment with a round brush is convex, so it covers one interval of every row, known in closed form.
    Painting intervals instead of measuring every pixel's distance to every segment makes 2000 points
    some milliseconds. It runs on the CPU in float64, so that every device masks the same pixels.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        x and y in pixels; the centre of the first pixel is (0.5, 0.5).
    radius : float
        Of the brush, in pixels.
    height, width : int
        Of the mask.
    """
    start = points if len(points) == 1 else points[:-1]
    end = points if len(points) == 1 else points[1:]
    edges = np.zeros((height, width + 1), dtype=np.int64)
    # Short segments first, so that a few long ones do not widen the bounds of all.
    order = np.argsort(np.abs(end - start)[:, 1])
    for i in range(0, len(order), _CHUNK):
        part = order[i : i + _CHUNK]
        _paint(edges, start[part], end[part], radius)
    mask: NDArray[np.bool_] = edges.cumsum(axis=1)[:, :width] > 0
    return mask


def _paint(edges: NDArray[Any], start: NDArray[Any], end: NDArray[Any], radius: float) -> None:
    """Add +1 where a segment's interval starts in a row and -1 after it ends."""
    tall = int(np.ceil(np.abs(end - start)[:, 1].max() + 2 * radius)) + 1
    height, width = edges.shape[0], edges.shape[1] - 1
    if tall >= height:
        rows = np.broadcast_to(np.arange(height), (len(start), height))
    else:
        rows = np.floor(np.minimum(start, end)[:, 1:] - radius - 0.5).astype(np.int64) + np.arange(tall + 1)
    low, high = _intervals(start, end, rows + 0.5, radius)
    first = np.clip(np.ceil(low - 0.5), 0, width)
    last = np.clip(np.floor(high - 0.5) + 1, 0, width)
    hit = (first < last) & (rows >= 0) & (rows < height)
    base = rows[hit] * edges.shape[1]
    for at, step in ((first, 1), (last, -1)):
        edges += step * np.bincount(base + at[hit].astype(np.int64), minlength=edges.size).reshape(edges.shape)


def _intervals(
    start: NDArray[Any], end: NDArray[Any], y: NDArray[Any], radius: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the ends in x of each segment's interval at heights `y`; empty where the first end is larger."""
    low, high = np.full(y.shape, np.inf), np.full(y.shape, -np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        for x0, y0 in (start.T[..., None], end.T[..., None]):  # the two round ends
            half = np.sqrt(radius**2 - (y - y0) ** 2)  # NaN where the row misses, which fmin and fmax skip
            low, high = np.fmin(low, x0 - half), np.fmax(high, x0 + half)
        x0, y0 = start.T[..., None]
        dx, dy = (end - start).T[..., None]
        length = np.hypot(dx, dy)
        ux, uy, down = dx / length, dy / length, y - y0
        # Between the ends: |across| <= radius and 0 <= along <= length, each an interval of x in a row.
        along = np.where(ux == 0, np.where((down * uy >= 0) & (down * uy <= length), 0, np.nan), -down * uy / ux)
        along_a = np.where(ux == 0, along - np.inf, along + x0)
        along_b = np.where(ux == 0, along + np.inf, along + x0 + length / ux)
        flat = uy == 0
        centre = np.where(flat, np.where(np.abs(down) <= radius, x0, np.nan), x0 + down * ux / uy)
        across = np.where(flat, np.inf, radius / np.abs(uy))
        left = np.maximum(np.minimum(along_a, along_b), centre - across)
        right = np.minimum(np.maximum(along_a, along_b), centre + across)
    inside = left <= right  # False for NaN: a single point has no direction
    return np.where(inside, np.fmin(low, left), low), np.where(inside, np.fmax(high, right), high)
