"""The parts of an input that are hidden and shown one after another, and what a map says of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.inputs import Inputs

CELLS = 16
"""Along a picture's shorter side, at most. Hiding single pixels here and there makes a picture that no network knows,
which takes the score down whatever the map says."""

NEAR = 4
"""A share of a side, over one: nearer is the same place."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Square cells of a picture, tokens or words of a text, columns of a row, or single numbers of any other input.

    Attributes
    ----------
    index : Tensor, int64
        The part of each number, broadcastable to the input; `count` for what always stays, such as special tokens.
    count : int
    scores : ndarray, float64, shape (count,)
        What the map says of each, the mean over a picture's cell; 0 where that is no number.
    shape : tuple of int
        Rows and columns of a picture's cells; (count,) of anything else.
    rival : (str, ndarray) or None
        Another order that is to be had without any explanation: the strength of a picture's edges, or the place in a
        text.
    """

    index: Tensor
    count: int
    scores: NDArray[np.float64]
    shape: tuple[int, ...]
    rival: tuple[str, NDArray[np.float64]] | None = None

    @classmethod
    def of(cls, inputs: Inputs, values: NDArray[Any], cells: int = CELLS) -> Parts:
        """Divide an input, and its map.

        Raises
        ------
        ValueError
            For a map of another shape.
        """
        x, map_of = inputs.x, np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
        if inputs.kind == "image" and values.ndim in {2, 3}:
            index, shape = squares(inputs.grid, cells)
            count = shape[0] * shape[1]
            heat = torch.from_numpy(map_of.sum(0) if values.ndim == 3 else map_of)  # noqa: PLR2004
            edges = mean_in(index, count, sobel(inputs))
            scores = mean_in(index, count, resized(heat, inputs.grid))
            return cls(index[None].to(x.device), count, scores, shape, ("edge detector", edges))
        if values.shape not in {tuple(x.shape), tuple(x.shape[:-1])}:
            expected = " or ".join(str(tuple(one)) for one in dict.fromkeys([x.shape, x.shape[:-1]]))
            msg = f"the map must be of the input, {expected}, got {values.shape}: leave layer= at its default."
            raise ValueError(msg)
        text = inputs.text if inputs.text is not None and values.shape == (len(inputs.text),) else None
        stays = np.array(text.special, bool) if text is not None and text.special else np.zeros(values.size, bool)
        stays = np.zeros(values.size, bool) if stays.all() else stays
        count = int((~stays).sum())
        index = torch.full((values.size,), count)
        index[torch.from_numpy(~stays)] = torch.arange(count)
        axes = [*values.shape, *[1] * (x.ndim - values.ndim)]
        rival = None if inputs.vectors is None and text is None else ("position", -np.arange(count, dtype=np.float64))
        return cls(index.reshape(axes).to(x.device), count, map_of.ravel()[~stays], (count,), rival)

    def chosen(self, parts: Tensor) -> Tensor:
        """Say which numbers of the input belong to the chosen `parts` (n, count), all bool."""
        return nn.functional.pad(parts.to(self.index.device), (0, 1))[:, self.index]

    def elsewhere(self, seed: int) -> NDArray[np.float64]:
        """Return what a map might say that knows nothing of the input.

        Of a picture, this map's own pattern at another place, cut at the border and going on at the other side: a map's
        cells lie in blobs, and hiding blobs takes away less of the score than hiding as many scattered cells. (So
        brains' maps are tested: Alexander-Bloch et al., NeuroImage 178, 2018.) Else the same values, shuffled.
        """
        draw = np.random.default_rng(seed)
        if len(self.shape) == 1 or min(self.shape) < NEAR:
            return draw.permutation(self.scores)
        # At least a quarter of a side away: next to its place, the pattern is still about the same map.
        far = [(i, j) for i, j in np.ndindex(*self.shape) if self._away(i, 0) or self._away(j, 1)]
        rows, columns = far[draw.integers(len(far))]
        return np.roll(self.scores.reshape(self.shape), (rows, columns), (0, 1)).ravel()

    def _away(self, shift: int, axis: int) -> bool:
        size = self.shape[axis]
        return NEAR * min(shift, size - shift) >= size


def squares(grid: tuple[int, int], cells: int) -> tuple[Tensor, tuple[int, int]]:
    """Give each pixel of a grid the number of its cell; return rows and columns of cells too."""
    side = -(-min(grid) // cells)
    rows, columns = (torch.arange(n) // side for n in grid)
    across = int(columns[-1]) + 1
    return rows[:, None] * across + columns, (int(rows[-1]) + 1, across)


def mean_in(index: Tensor, count: int, heat: Tensor) -> NDArray[np.float64]:
    """Return the mean of a map (height, width) in each cell."""
    flat = index.flatten().numpy()
    sums = np.bincount(flat, heat.flatten().double().cpu().numpy(), count)
    means: NDArray[np.float64] = sums / np.bincount(flat, minlength=count)
    return means


def resized(heat: Tensor, grid: tuple[int, int]) -> Tensor:
    """Lay a map (h, w) over a picture's grid."""
    if tuple(heat.shape) == grid:
        return heat
    return nn.functional.interpolate(heat[None, None], size=grid, mode="bilinear", align_corners=False)[0, 0]


def sobel(inputs: Inputs) -> Tensor:
    """Return how strong the edges of a picture are, shape (height, width)."""
    grey = (inputs.x if inputs.black is None else inputs.pixels).double().cpu().mean(0)[None, None]
    kernel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=torch.float64)
    found = nn.functional.conv2d(
        nn.functional.pad(grey, (1,) * 4, mode="replicate"), torch.stack([kernel, kernel.T])[:, None]
    )
    return found.square().sum(1).sqrt()[0]


def ranked(scores: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return the place of each part in the order of falling scores; equals are put in a random order."""
    order = np.lexsort((np.random.default_rng(seed).random(len(scores)), -scores))
    places = np.empty(len(scores), np.int64)
    places[order] = np.arange(len(scores))
    return places
