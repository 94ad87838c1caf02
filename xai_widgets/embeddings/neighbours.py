"""What lies nearest, in the space of all features: exact, in blocks that fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.embeddings.words import Words

METRICS = ("cosine", "euclidean")
BLOCK = 8_000_000
"""Distances that are held at once."""

WORK = 40_000_000_000
"""Multiplications between two looks at whether somebody still waits: about a second."""

CHUNK = 1 << 18
"""Numbers that are measured at once, in float64: few enough to stay in the processor's cache."""

SPARE = 8
"""Candidates beyond those asked for: float32 sorts them roughly, then they are measured exactly."""


class Neighbour(NamedTuple):
    """A word, how far it is, and where it stands."""

    label: str
    distance: float
    row: int


def check_metric(metric: str) -> str:
    """Refuse a metric that there is not."""
    if metric not in METRICS:
        msg = f"expected a metric, one of {', '.join(METRICS)}, got {metric!r}."
        raise ValueError(msg)
    return metric


def check_count(k: int, most: int) -> int:
    """Return `k`, at most as many as there are."""
    if k < 1:
        msg = f"expected a number of neighbours of at least 1, got k={k}."
        raise ValueError(msg)
    return min(k, most)


def neighbours(vectors: Words, row: int, k: int, metric: str) -> list[Neighbour]:
    """Find the nearest words of one."""
    k = check_count(k, len(vectors) - 1)
    if not k:
        return []
    points = Points(vectors.matrix, vectors.norms, check_metric(metric))
    rows, distances = points.nearest(np.array([row]), k)
    return [Neighbour(vectors.labels[i], float(d), int(i)) for i, d in zip(rows[0].tolist(), distances[0], strict=True)]


def similarities(vectors: Words, pairs: NDArray[np.int64], metric: str) -> NDArray[np.float64]:
    """Return how alike pairs of rows, ``[n, 2]``, are."""
    points = Points(vectors.matrix, vectors.norms, check_metric(metric))
    distances = points.measured(pairs[:, 0], pairs[:, 1:])[:, 0]
    found: NDArray[np.float64] = 1 - distances if metric == "cosine" else 1 / (1 + distances)
    return found


class Points:
    """Vectors under one metric.

    Parameters
    ----------
    matrix : array, shape (n, features)
    norms : array, shape (n,)
    metric : {"cosine", "euclidean"}
    """

    def __init__(self, matrix: NDArray[np.float32], norms: NDArray[np.float32], metric: str) -> None:
        self.matrix, self.norms, self.metric = matrix, norms, metric
        self._known: tuple[NDArray[np.int64], NDArray[np.float64]] | None = None

    def __len__(self) -> int:
        return len(self.matrix)

    def only(self, rows: NDArray[np.int64]) -> Points:
        """Keep some of them; all are not copied."""
        if len(rows) == len(self) and (rows == np.arange(len(self))).all():
            return Points(self.matrix, self.norms, self.metric)
        return Points(np.ascontiguousarray(self.matrix[rows]), self.norms[rows], self.metric)

    def unit(self) -> NDArray[np.float32]:
        """Return the vectors as the metric sees them: of length 1 for the cosine."""
        return self.matrix / self.norms[:, None] if self.metric == "cosine" else np.asarray(self.matrix)

    def nearest(self, rows: NDArray[np.int64], k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Find the `k` nearest of each of these rows, themselves left out, nearest first; ties in order of rows."""
        asked = self.matrix[rows]
        near = torch.from_numpy(asked @ self.matrix.T)
        if self.metric == "cosine":
            near /= torch.from_numpy(self.norms)
        else:
            near -= torch.from_numpy(self.norms).square() / 2
        near[torch.arange(len(rows)), torch.from_numpy(rows)] = -torch.inf
        found = near.topk(min(k + SPARE, len(self) - 1)).indices.numpy()
        found.sort(axis=1)
        distances = self.measured(rows, found)
        order = np.argsort(distances, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(found, order, 1), np.take_along_axis(distances, order, 1)

    def measured(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the exact distances of each row, ``[n]``, to others, ``[n, k]``."""
        found, step = np.empty(others.shape), max(1, CHUNK // (others.shape[1] * self.matrix.shape[1] or 1))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            one = torch.from_numpy(self.matrix[rows[part], None]).double()
            there = torch.from_numpy(self.matrix[others[part]]).double()
            if self.metric == "euclidean":
                far = torch.linalg.vector_norm(there.sub_(one), dim=-1)
            else:
                # A vector of zeros has a cosine of 0 with all.
                lengths = torch.linalg.vector_norm(one, dim=-1) * torch.linalg.vector_norm(there, dim=-1)
                far = 1 - (there.mul_(one).sum(-1) / lengths).where(lengths > 0, 0)
            found[part] = far.numpy()
        return found

    def graph(self, k: int) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.float64]]]:
        """Find the `k` nearest of all, and keep them; yields how many are done, and what is known, after each block."""
        n = len(self)
        if self._known is not None and self._known[0].shape[1] >= k:
            yield n, *self._known
            return
        rows, distances = np.zeros((n, k), np.int64), np.zeros((n, k))
        block = max(1, min(BLOCK // n, WORK // (n * self.matrix.shape[1])))
        for start in range(0, n, block):
            part = np.arange(start, min(n, start + block))
            rows[part], distances[part] = self.nearest(part, k)
            yield int(part[-1]) + 1, rows, distances
        self._known = rows, distances


def kept(true: NDArray[np.int64], positions: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Count how many of each point's true neighbours, ``[n, k]``, are among its `k` nearest in a layout."""
    k = true.shape[1]
    try:
        from scipy.spatial import cKDTree  # noqa: PLC0415  comes with the extra; without it there are few frames
    except ImportError:
        flat = Points(positions, np.linalg.norm(positions, axis=1), "euclidean")
        for _, near, _ in flat.graph(k):  # noqa: B007  the last is of all
            pass
    else:
        _, found = cKDTree(positions).query(positions, k + 1)
        own = found == np.arange(len(true))[:, None]
        # Of points that coincide a point may not find itself: then the farthest goes.
        own[~own.any(1), -1] = True
        near = found[~own].reshape(len(true), k)
    hits: NDArray[np.uint8] = (true[:, :, None] == near[:, None, :]).any(2).sum(1).astype(np.uint8)
    return hits
