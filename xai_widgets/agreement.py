"""How far two maps agree, as js/core/agreement.ts has it: the correlation of their ranks on a common grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SEEN: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "both": np.asarray,
    "positive": lambda values: np.maximum(values, 0),
    "negative": lambda values: np.minimum(values, 0),
    "absolute": np.abs,
}
"""What is looked at of the values, by the sign that is chosen."""


def rank_correlation(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return Spearman's rank correlation of two arrays of one shape.

    Values that are equal share their mean rank; a place where either is NaN counts for nothing.

    Returns
    -------
    float
        1 for the same order, 0 for no relation, -1 for the opposite order. NaN where one of the arrays has a single
        value: it puts nothing in an order.

    References
    ----------
    Spearman: The proof and measurement of association between two things. American Journal of Psychology (1904).
    """
    there = ~(np.isnan(one) | np.isnan(other))
    return correlation(ranks(one[there]), ranks(other[there]))


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the correlation of two arrays of mean 0, such as `ranks`; NaN where one of them is 0 everywhere."""
    spread = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / spread) if spread > 0 else float("nan")


def ranks(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return each value's rank, less the mean of all ranks."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2 - (values.size + 1) / 2)[group.reshape(-1)]
    return ranks


def on_common_grid(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bring two maps of the same picture to the coarser of their grids, along either axis.

    Parameters
    ----------
    one, other : ndarray, shape (height, width)
        Each covers all of the picture.

    Returns
    -------
    two ndarrays of one shape
        The mean over each cell, by area; NaN counts for nothing.
    """
    shape = (min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1]))
    return _coarser(one, shape), _coarser(other, shape)


def _coarser(values: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    if values.shape == shape:
        return values
    rows, columns = (_shares(n, to) for n, to in zip(values.shape, shape, strict=True))
    holes = np.isnan(values)
    weight = rows @ (~holes).astype(np.float64) @ columns.T
    total = rows @ np.where(holes, 0.0, values.astype(np.float64)) @ columns.T
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def _shares(n: int, to: int) -> NDArray[np.float64]:
    """Return how much of each of `n` cells of a line lies in each of the `to` cells of a shorter one."""
    edges = np.arange(to + 1) * (n / to)
    cells = np.arange(n)
    overlap = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    return np.where(overlap > 1e-9, overlap, 0.0)  # noqa: PLR2004  rounding of an edge is no overlap
