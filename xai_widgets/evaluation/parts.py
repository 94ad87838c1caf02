"""The parts of an input that are hidden and shown one after another, and what a map says of each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_widgets.evaluation.chance import elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.inputs import Inputs

PLANE = 2

CELLS = 16
"""Along a picture's shorter side, at most. Hiding single pixels here and there makes a picture that no network knows,
which takes the score down whatever the map says."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Square cells of a picture, tokens or words of a text, columns of a row, or single numbers of any other input.

    Attributes
    ----------
    index : Tensor, int64
        The part of each number, broadcastable to the input; `count` for what always stays, such as special tokens.
    shape : tuple of int
        Rows and columns of a picture's cells; (count,) of anything else.
    inputs : Inputs
    values : ndarray
        The map.
    """

    index: Tensor
    shape: tuple[int, ...]
    inputs: Inputs
    values: NDArray[Any]

    @classmethod
    def of(cls, inputs: Inputs, values: NDArray[Any], cells: int = CELLS) -> Parts:
        """Divide an input, and its map.

        Raises
        ------
        ValueError
            For a map of another shape.
        """
        x = inputs.x
        if inputs.kind == "image" and values.ndim in {PLANE, PLANE + 1}:
            index, shape = squares(inputs.grid, cells)
            return cls(index[None].to(x.device), shape, inputs, values)
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
        return cls(index.reshape(axes).to(x.device), (count,), inputs, values)

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return math.prod(self.shape)

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """What the map says of each (count,), the mean over a picture's cell; 0 where that is no number."""
        return self.means(self.values)

    @cached_property
    def rival(self) -> tuple[str, NDArray[np.float64]] | None:
        """Another order that is to be had without any explanation.

        The strength of a picture's edges, or the place in a text.
        """
        if len(self.shape) == PLANE:
            return "edge detector", self.means(sobel(self.inputs))
        text = self.inputs.text
        ordered = self.inputs.vectors is not None or (text is not None and self.values.shape == (len(text),))
        return ("position", -np.arange(self.count, dtype=np.float64)) if ordered else None

    def chosen(self, parts: Tensor) -> Tensor:
        """Say which numbers of the input belong to the chosen `parts` (n, count), all bool."""
        return nn.functional.pad(parts.to(self.index.device), (0, 1))[:, self.index]

    def sums(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the sum of a map's values over each part (count,), those that are no numbers as 0."""
        found = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
        index = self.index.cpu().flatten().numpy()
        if len(self.shape) == PLANE:
            heat = torch.from_numpy(found.sum(0) if found.ndim > PLANE else found)
            found = resized(heat, tuple(self.index.shape[1:])).numpy()
        sums: NDArray[np.float64] = np.bincount(index, found.ravel(), self.count + 1)[: self.count].astype(np.float64)
        return sums

    def means(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return their means."""
        return self.sums(values) / np.bincount(self.index.cpu().flatten().numpy(), minlength=self.count)[: self.count]

    def elsewhere(self, seeds: Sequence[int], values: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Return what maps would say of each part that know nothing of the input, (seeds, count); see `chance`."""
        found = elsewhere((self.scores if values is None else values).reshape(self.shape), seeds)
        return found.reshape(len(seeds), self.count)


def squares(grid: tuple[int, int], cells: int) -> tuple[Tensor, tuple[int, int]]:
    """Give each pixel of a grid the number of its cell; return rows and columns of cells too."""
    side = -(-min(grid) // cells)
    rows, columns = (torch.arange(n) // side for n in grid)
    across = int(columns[-1]) + 1
    return rows[:, None] * across + columns, (int(rows[-1]) + 1, across)


def resized(heat: Tensor, grid: tuple[int, ...]) -> Tensor:
    """Lay a map (h, w) over a picture's grid."""
    if tuple(heat.shape) == grid:
        return heat
    return nn.functional.interpolate(heat[None, None], size=grid, mode="bilinear", align_corners=False)[0, 0]


def sobel(inputs: Inputs) -> NDArray[np.float64]:
    """Return how strong the edges of a picture are, shape (height, width)."""
    grey = (inputs.x if inputs.black is None else inputs.pixels).cpu().double().mean(0)[None, None]
    kernel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]], dtype=torch.float64)
    kernels = torch.stack([kernel, kernel.T])[:, None]
    found = nn.functional.conv2d(nn.functional.pad(grey, (1,) * 4, mode="replicate"), kernels)
    strength: NDArray[np.float64] = found.square().sum(1).sqrt()[0].numpy()
    return strength


def ranked(scores: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return the place of each part in the order of falling scores; equals are put in a random order."""
    order = np.lexsort((np.random.default_rng(seed).random(len(scores)), -scores))
    places = np.empty(len(scores), np.int64)
    places[order] = np.arange(len(scores))
    return places
