"""The perturbations that one slider each controls."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch.nn import functional

from xai_widgets.inputs.gaussian import blur
from xai_widgets.inputs.perturbation import Slider

if TYPE_CHECKING:
    from torch import Tensor


def _limited(changed: Tensor, pixels: Tensor) -> Tensor:
    """Keep to black..white, or to what the picture spanned where it went beyond (resampling overshoots)."""
    return changed.clamp(min=pixels.amin().clamp(max=0), max=pixels.amax().clamp(min=1))


@dataclass(frozen=True)
class Blur(Slider):
    """Gaussian blur of standard deviation `sigma`, in the model's pixels."""

    name: ClassVar[str] = "blur"
    title: ClassVar[str] = "Blur"
    sentence: ClassVar[str] = "Smooths away detail finer than this many of the model's pixels."
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 16.0
    step: ClassVar[float] = 0.1
    neutral: ClassVar[float] = 0.0
    unit: ClassVar[str] = "px"

    sigma: float

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Blur."""
        return blur(pixels, self.sigma)


@dataclass(frozen=True)
class Noise(Slider):
    """Gaussian noise of standard deviation `amount`, where white is 1.

    The pattern depends on the seed alone and is scaled by the amount, so the picture moves smoothly under
    the slider.
    """

    name: ClassVar[str] = "noise"
    title: ClassVar[str] = "Noise"
    sentence: ClassVar[str] = "Adds random grain; at 0.5 it is as strong as the picture itself."
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 0.5
    step: ClassVar[float] = 0.01
    neutral: ClassVar[float] = 0.0
    unit: ClassVar[str] = ""

    amount: float

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Add noise."""
        # Drawn in float32 whatever the model eats: another dtype would draw another pattern.
        grain = torch.randn(pixels.shape, generator=generator).to(pixels)
        return _limited(pixels + self.amount * grain, pixels)


@dataclass(frozen=True)
class Brightness(Slider):
    """`delta` added to every pixel, where white is 1."""

    name: ClassVar[str] = "brightness"
    title: ClassVar[str] = "Brightness"
    sentence: ClassVar[str] = "Makes every pixel lighter or darker by the same amount."
    low: ClassVar[float] = -0.5
    high: ClassVar[float] = 0.5
    step: ClassVar[float] = 0.01
    neutral: ClassVar[float] = 0.0
    unit: ClassVar[str] = ""

    delta: float

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Add."""
        return _limited(pixels + self.delta, pixels)


@dataclass(frozen=True)
class Contrast(Slider):
    """Distance of every pixel from the mean of its channel, multiplied by `factor`."""

    name: ClassVar[str] = "contrast"
    title: ClassVar[str] = "Contrast"
    sentence: ClassVar[str] = "Stretches or shrinks the differences from the picture's mean colour."
    low: ClassVar[float] = 0.0
    high: ClassVar[float] = 2.0
    step: ClassVar[float] = 0.02
    neutral: ClassVar[float] = 1.0
    unit: ClassVar[str] = "×"

    factor: float

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Stretch about the mean."""
        mean = pixels.mean((-2, -1), keepdim=True)
        return _limited(mean + self.factor * (pixels - mean), pixels)


@dataclass(frozen=True)
class Rotation(Slider):
    """Turn by `degrees` about the centre, clockwise when positive; the edge colours fill the corners."""

    name: ClassVar[str] = "rotation"
    title: ClassVar[str] = "Rotation"
    sentence: ClassVar[str] = "Turns the picture about its centre, clockwise to the right."
    low: ClassVar[float] = -45.0
    high: ClassVar[float] = 45.0
    step: ClassVar[float] = 0.5
    neutral: ClassVar[float] = 0.0
    unit: ClassVar[str] = "°"

    degrees: float

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Rotate."""
        height, width = pixels.shape[-2:]
        cos, sin = math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))
        # grid_sample measures both axes in -1..1, so a picture that is not square needs its aspect here.
        theta = pixels.new_tensor([[cos, sin * height / width, 0.0], [-sin * width / height, cos, 0.0]])
        grid = functional.affine_grid(theta[None], [1, 1, height, width], align_corners=False)
        # Clamped by hand, which is what padding_mode="border" does: MPS does not know that mode.
        limit = grid.new_tensor([1 - 1 / width, 1 - 1 / height])
        grid = torch.minimum(torch.maximum(grid, -limit), limit)
        turned = functional.grid_sample(pixels[None], grid, mode="bilinear", align_corners=False)[0]
        return _limited(turned, pixels)
