"""The projections: well-kept libraries, stepped so that each step can be seen. Imported at first use."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.embeddings.neighbours import Points

Step = tuple["NDArray[np.float32]", int, int]
"""Positions, steps done and steps in all."""

EXAGGERATED = 250
"""Iterations of t-SNE with attraction exaggerated twelvefold, as its authors have it."""

AT_ONCE = 10
"""Iterations between two layouts."""

FEW = 1000
"""Of so many features, or words, principal components are exact."""

ROWS = 4096
"""Of the matrix are held in float64 at once."""

MOST_PRODUCTS = 32
"""With the matrix and its transpose; a dozen are enough, but where no plane stands out."""

MANY = 10_000
"""UMAP takes fewer epochs for more points."""


@dataclass(frozen=True, kw_only=True)
class Projection(ABC):
    """A way to lay points out in two dimensions."""

    name: ClassVar[str]
    title: ClassVar[str]
    sentence: ClassVar[str]
    module: ClassVar[str | None] = None
    """What must be installed."""

    def reach(self, n: int) -> int:
        """Return how many nearest of each of `n` points it needs."""
        return 0

    @abstractmethod
    def run(self, points: Points, near: NDArray[np.int64], far: NDArray[np.float64], seed: int) -> Iterator[Step]:
        """Yield ever-better positions.

        Parameters
        ----------
        points : Points
        near, far : arrays, shape (n, at least `reach`)
            The nearest of each and how far they are.
        seed : int
        """


def _checked(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        msg = f"expected {name} in {low:g}..{high:g}, got {value!r}."
        raise ValueError(msg)


@dataclass(frozen=True, kw_only=True)
class PCA(Projection):
    """The plane of the largest variance.

    References
    ----------
    Pearson: On lines and planes of closest fit to systems of points in space. Philosophical Magazine (1901).
    """

    name: ClassVar[str] = "pca"
    title: ClassVar[str] = "PCA"
    sentence: ClassVar[str] = "The flat view in which the words differ most: distances are honest, most are cut short."

    def run(self, points: Points, near: NDArray[np.int64], far: NDArray[np.float64], seed: int) -> Iterator[Step]:
        """Yield the one exact answer."""
        yield principal(points), 1, 1


def principal(points: Points) -> NDArray[np.float32]:
    """Return the first two principal components, each to the side on which its largest entry is positive."""
    unit = points.unit()
    x = torch.from_numpy(unit - unit.mean(0, dtype=np.float64).astype(np.float32))
    # Of features by features or of words by words, whichever are fewer.
    across = x.shape[1] > len(x)
    tall = x.T if across else x
    axes = _exact(tall) if tall.shape[1] <= FEW else _lanczos(tall)
    found = tall @ axes
    if across:
        found, axes = axes * found.norm(dim=0), found
    signs = torch.sign(axes[axes.abs().argmax(0), torch.arange(axes.shape[1])])
    found = torch.nn.functional.pad(found * signs, (0, 2 - found.shape[1]))
    positions: NDArray[np.float32] = found.float().numpy()
    return positions


def _exact(tall: Tensor) -> Tensor:
    """Return the two eigenvectors with the largest eigenvalues of ``tall.T @ tall``."""
    squares = torch.zeros(tall.shape[1], tall.shape[1], dtype=torch.float64)
    for start in range(0, len(tall), ROWS):
        exact = tall[start : start + ROWS].double()
        squares.addmm_(exact.T, exact)
    axes: Tensor = torch.linalg.eigh(squares)[1]
    return axes[:, -2:].flip(1).float()


def _lanczos(tall: Tensor) -> Tensor:
    """Approximate them by block Lanczos with full reorthogonalisation: a few products with the matrix.

    References
    ----------
    Golub, Underwood: The block Lanczos method for computing eigenvalues. Mathematical Software III (1977).
    """
    block = torch.randn(tall.shape[1], 16, generator=torch.Generator().manual_seed(0))
    bases = images = axes = torch.zeros(tall.shape[1], 0)
    for _ in range(MOST_PRODUCTS):
        for _ in range(2):
            block = torch.linalg.qr(block - bases @ (bases.T @ block)).Q
        image = tall.T @ (tall @ block)
        bases, images = torch.cat([bases, block], 1), torch.cat([images, image], 1)
        values, turns = torch.linalg.eigh((bases.T @ images).double())
        turns = turns[:, -2:].flip(1).float()
        axes = bases @ turns
        if (images @ turns - axes * values[-2:].flip(0)).norm() <= 1e-5 * values[-1]:
            break
        block = image
    return axes


def _start(points: Points, spread: float, seed: int) -> NDArray[np.float32]:
    """Begin from the principal components, which keeps the large order; points that coincide are parted a little."""
    found = principal(points)
    found = found / max(float(found[:, 0].std()), 1e-12) * spread
    noise = np.random.default_rng(seed).normal(size=found.shape) * spread * 1e-3
    return (found + noise).astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class TSNE(Projection):
    """t-SNE, by openTSNE.

    Parameters
    ----------
    perplexity : float
        About how many neighbours each word holds on to, 2..100.
    n_iter : int
        Steps after the first 250.

    References
    ----------
    van der Maaten, Hinton: Visualizing Data using t-SNE. JMLR (2008). Poličar, Stražar, Zupan: openTSNE. Journal of
    Statistical Software (2024). Kobak, Linderman: Initialization is critical for preserving global data structure in
    both t-SNE and UMAP. Nature Biotechnology (2021).
    """

    name: ClassVar[str] = "tsne"
    title: ClassVar[str] = "t-SNE"
    sentence: ClassVar[str] = "Keeps neighbours together; sizes of groups and distances between them say little."
    module: ClassVar[str | None] = "openTSNE"

    perplexity: float = 30.0
    n_iter: int = 500

    def __post_init__(self) -> None:
        _checked("perplexity", self.perplexity, 2, 100)
        _checked("n_iter", self.n_iter, 1, 10_000)

    def reach(self, n: int) -> int:
        """Return three times the perplexity, as is usual."""
        return min(n - 1, int(3 * self.perplexity))

    def run(self, points: Points, near: NDArray[np.int64], far: NDArray[np.float64], seed: int) -> Iterator[Step]:
        """Yield the layout every few iterations."""
        import openTSNE  # noqa: PLC0415
        from openTSNE.nearest_neighbors import PrecomputedNeighbors  # noqa: PLC0415

        reach = self.reach(len(near))
        index = PrecomputedNeighbors(near[:, :reach], far[:, :reach])
        perplexity = min(self.perplexity, reach / 3)
        affinities = openTSNE.affinity.PerplexityBasedNN(perplexity=perplexity, knn_index=index)
        layout = openTSNE.TSNEEmbedding(_start(points, 1e-4, seed).astype(np.float64), affinities, random_state=seed)
        total = EXAGGERATED + self.n_iter
        done = 0
        while done < total:
            early = done < EXAGGERATED
            n = min(AT_ONCE, (EXAGGERATED if early else total) - done)
            options: dict[str, Any] = {"exaggeration": 12, "momentum": 0.5} if early else {"momentum": 0.8}
            # The optimiser keeps its momentum from call to call, so that steps add up to one run.
            layout.optimize(n_iter=n, inplace=True, **options)
            done += n
            yield np.asarray(layout, dtype=np.float32).copy(), done, total


@dataclass(frozen=True, kw_only=True)
class UMAP(Projection):
    """UMAP, by umap-learn.

    Parameters
    ----------
    n_neighbors : int
        2..100.
    min_dist : float
        How close words may lie, 0..1.
    n_epochs : int, optional
        By default 500, and 200 for more than 10,000 words.

    References
    ----------
    McInnes, Healy, Melville: UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction.
    arXiv:1802.03426 (2018).
    """

    name: ClassVar[str] = "umap"
    title: ClassVar[str] = "UMAP"
    sentence: ClassVar[str] = "Keeps neighbours together in tight groups; distances between groups say little."
    module: ClassVar[str | None] = "umap"

    n_neighbors: int = 15
    min_dist: float = 0.1
    n_epochs: int | None = None

    def __post_init__(self) -> None:
        _checked("n_neighbors", self.n_neighbors, 2, 100)
        _checked("min_dist", self.min_dist, 0, 1)
        _checked("n_epochs", self.n_epochs or 1, 1, 10_000)

    def reach(self, n: int) -> int:
        """Return its neighbours, of which UMAP counts the point itself as the first."""
        return min(n - 1, self.n_neighbors - 1)

    def run(self, points: Points, near: NDArray[np.int64], far: NDArray[np.float64], seed: int) -> Iterator[Step]:
        """Yield the layout every few epochs."""
        from umap import umap_  # noqa: PLC0415
        from umap.layouts import optimize_layout_euclidean  # noqa: PLC0415

        n, reach = len(near), self.reach(len(near))
        total = self.n_epochs or (500 if n <= MANY else 200)
        draw = np.random.RandomState(seed)
        own = np.arange(n)[:, None]
        indices = np.hstack([own, near[:, :reach]])
        distances = np.hstack([np.zeros((n, 1)), far[:, :reach]]).astype(np.float32)
        graph = umap_.fuzzy_simplicial_set(
            points.matrix, reach + 1, draw, points.metric, knn_indices=indices, knn_dists=distances
        )[0].tocoo()
        strong = graph.data >= graph.data.max() / total
        head, tail = graph.row[strong], graph.col[strong]
        every = umap_.make_epochs_per_sample(graph.data[strong], total)
        a, b = umap_.find_ab_params(1.0, self.min_dist)
        layout = _start(points, 1.0, seed)
        layout = np.ascontiguousarray(10 * (layout - layout.min(0)) / np.maximum(np.ptp(layout, 0), 1e-12))
        yield layout.copy(), 0, total
        due = every.copy()
        for epoch in range(1, total):
            now = due <= epoch
            due[now] += every[now]
            # One epoch a call, of the edges whose turn it is; its optimiser samples nothing in the first of the two
            # epochs it is told of, and one negative sample less than it is asked for.
            state = draw.randint(-(2**31) + 1, 2**31 - 1, 3).astype(np.int64)
            ones = np.ones(int(now.sum()))
            rate = 1.0 - (epoch - 1) / total
            told = {"initial_alpha": rate, "negative_sample_rate": 6.0, "move_other": True}
            optimize_layout_euclidean(layout, layout, head[now], tail[now], 2, n, ones, a, b, state, **told)
            if epoch % AT_ONCE == 0 or epoch == total - 1:
                yield layout.copy(), epoch + 1, total
