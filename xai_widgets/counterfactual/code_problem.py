"""A picture that a few numbers make: waves over it, or the code of a decoder."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import adaptive_avg_pool2d

from xai_widgets.counterfactual.pictures import LEVELS, PictureProblem, eight_bits
from xai_widgets.counterfactual.slopes import ways_up
from xai_widgets.inputs import eaten
from xai_widgets.inputs.base import reorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from xai_widgets.picture_changes import PictureCandidate

VISIBLE = 4 / LEVELS
"""Mean change of the cell of a coarse grid that changes most, from which on people can see it."""

COARSE = 8
"""Cells a side of that grid."""


@dataclass(frozen=True, eq=False)
class Painted:
    """A picture by the numbers that make it."""

    walk: int
    """The number of the walk that led there."""
    code: Tensor = field(repr=False)
    picture: Tensor = field(repr=False)
    distance: float
    """Mean absolute change of a pixel."""


@dataclass(eq=False)
class CodeProblem(PictureProblem):
    """Base: pictures are made of codes (n, numbers), in steps that can be differentiated."""

    @property
    @abstractmethod
    def start(self) -> Tensor:
        """The code of the original, shape (numbers,)."""

    @property
    def unit(self) -> float:
        """What a step of one means for a number of the code."""
        return 1.0

    @abstractmethod
    def draw(self, codes: Tensor) -> Tensor:
        """Make pictures of codes (n, numbers): (n, channels, height, width), black 0 and white 1, unclipped."""

    def pictures(self, codes: Tensor) -> Tensor:
        """Make pictures of codes, clipped and rounded to 8 bits."""
        with torch.no_grad():
            return eight_bits(self.draw(codes))

    def climb(self, codes: Tensor) -> Tensor:
        """Return which way each code leads to the goal, (n, numbers)."""
        with torch.enable_grad():
            leaf = codes.detach().requires_grad_()
            x = eaten(self.subject.inputs, self.draw(leaf).clamp(0, 1))
            _, slopes = ways_up(self.model, self.goal, self.subject.prediction, x.detach())
            (way,) = torch.autograd.grad(x, leaf, slopes)
        slope: Tensor = way
        return slope

    def masks(self, count: int, generator: torch.Generator) -> Tensor:
        """Draw which numbers each of `count` walks may move: all of them, then halves, (count, numbers)."""
        may = torch.rand(count, len(self.start), generator=generator) < 0.5  # noqa: PLR2004
        may[0] = True
        return may.to(self.start.device)

    def shows(self, pictures: Tensor) -> Tensor:
        """Tell of which pictures people can see that they differ: by a change that no high frequency makes."""
        change = adaptive_avg_pool2d(pictures - self.base, min(COARSE, *self.base.shape[-2:]))
        return change.abs().amax((1, 2, 3)) >= VISIBLE - 1e-6

    def candidate(self, state: Painted) -> PictureCandidate:
        """Ask the model about the very picture, alone, and write down what it says."""
        told = {"code": tuple(state.code.tolist())} if isinstance(self, DecodedProblem) else {}
        return self.write(state, state.picture, **told)


@dataclass(eq=False)
class WaveProblem(CodeProblem):
    """The picture plus low frequencies: products of the first `grid` cosines of each axis, as JPEG has them."""

    grid: int = 8

    @property
    def start(self) -> Tensor:
        """No waves."""
        return self.base.new_zeros(self.base.shape[0] * self._side[0] * self._side[1])

    @property
    def unit(self) -> float:
        """Make a step of one a root mean square of one over the picture."""
        return math.sqrt(self.base.shape[0] / len(self.start))

    @property
    def _side(self) -> tuple[int, int]:
        height, width = self.base.shape[-2:]
        return min(self.grid, height), min(self.grid, width)

    def draw(self, codes: Tensor) -> Tensor:
        """Add the waves: a number of 1 is a root mean square of 1 over the picture."""
        rows, columns = self._side
        waves = codes.reshape(len(codes), self.base.shape[0], rows, columns)
        height, width = self.base.shape[-2:]
        return self.base + _cosines(height, rows, codes) @ waves @ _cosines(width, columns, codes).T


def _cosines(length: int, count: int, like: Tensor) -> Tensor:
    """Return the first `count` cosines over `length` pixels, (length, count), orthogonal, root mean square 1."""
    places = (torch.arange(length, dtype=torch.float64) + 0.5) * math.pi / length
    waves = torch.cos(places[:, None] * torch.arange(count)) * math.sqrt(2)
    waves[:, 0] = 1.0
    return waves.to(like)


@dataclass(eq=False, kw_only=True)
class DecodedProblem(CodeProblem):
    """What a decoder makes of a code.

    Attributes
    ----------
    decoder : callable
        From codes (n, …) to what the model eats, (n, channels, height, width).
    origin : Tensor
        The code of the original, of any shape.
    """

    decoder: Callable[[Tensor], Tensor]
    origin: Tensor

    @property
    def start(self) -> Tensor:
        """The code of the original, flat."""
        return self.origin.flatten()

    @property
    def unit(self) -> float:
        """How far its numbers spread."""
        spread = float(self.start.std(correction=0))
        return spread if spread > 0 else 1.0

    def draw(self, codes: Tensor) -> Tensor:
        """Let the decoder make them."""
        x, inputs = self.decoder(codes.reshape(-1, *self.origin.shape)), self.subject.inputs
        assert inputs.black is not None
        assert inputs.white is not None
        return reorder((x.to(self.base) - inputs.black) / (inputs.white - inputs.black), inputs.order)
