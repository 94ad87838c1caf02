"""Brush strokes that cover a part of the picture."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from xai_widgets.inputs.fills import check_fill, colour_of, filling
from xai_widgets.inputs.perturbation import Perturbation, check_keys, number
from xai_widgets.inputs.strokes import stroke_mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

_MOST_POINTS = 20_000
_FARTHEST = 1e5


@dataclass(frozen=True)
class Occlude(Perturbation):
    """A stroke of a round brush along `points`.

    Parameters
    ----------
    points : sequence of float
        ``(x0, y0, x1, y1, ...)`` in the model's pixels, from the top left corner; one point is a dot.
    radius : float
        Of the brush, in the model's pixels.
    fill : {"mean", "blur", "noise", "colour"}
        The mean colour outside the stroke, the strongly blurred picture, uniform noise, or `colour`.
    colour : (int, int, int)
        Red, green and blue in 0..255.
    """

    name: ClassVar[str] = "occlude"
    title: ClassVar[str] = "Occlude"
    sentence: ClassVar[str] = "Hides what the brush passes over."
    low: ClassVar[float] = 2.0
    high: ClassVar[float] = 64.0
    step: ClassVar[float] = 1.0
    default: ClassVar[float] = 12.0
    unit: ClassVar[str] = "px"

    points: tuple[float, ...]
    radius: float = 12.0
    fill: str = "mean"
    colour: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _points(self.points))
        # Wider than the brush's slider: from code, any radius is sensible.
        object.__setattr__(self, "radius", number("Occlude: radius", self.radius, 0.1, 10_000, "px"))
        object.__setattr__(self, "colour", colour_of("Occlude", self.colour))
        check_fill("Occlude", self.fill)

    @property
    def is_neutral(self) -> bool:
        """Whether it has no points."""
        return not self.points

    def mask(self, height: int, width: int) -> Tensor:
        """Return which pixels are covered, as a bool tensor on the CPU."""
        if self.is_neutral:
            return torch.zeros(height, width, dtype=torch.bool)
        points = np.asarray(self.points, dtype=np.float64).reshape(-1, 2)
        return torch.from_numpy(stroke_mask(points, self.radius, height, width))

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Cover."""
        height, width = pixels.shape[-2:]
        mask = self.mask(height, width).to(pixels.device)
        return torch.where(mask, filling(self.fill, self.colour, pixels, mask, generator), pixels)

    def to_dict(self) -> dict[str, Any]:
        """Return the protocol's `Edit`."""
        return {
            "name": self.name,
            "points": list(self.points),
            "radius": self.radius,
            "fill": self.fill,
            "colour": list(self.colour),
        }

    @classmethod
    def from_dict(cls, edit: Mapping[str, Any]) -> Occlude:
        """Build it from the protocol's `Edit`."""
        check_keys(cls.name, edit, required={"points"}, optional=frozenset({"radius", "fill", "colour"}))
        return cls(**{field.name: edit[field.name] for field in fields(cls) if field.name in edit})


def _points(points: Any) -> tuple[float, ...]:
    if isinstance(points, (str, bytes)) or not hasattr(points, "__len__"):
        msg = f"Occlude: points must be a list x0, y0, x1, y1, ..., got {type(points).__name__}."
        raise TypeError(msg)
    if len(points) % 2 or len(points) > 2 * _MOST_POINTS:
        msg = f"Occlude: points must be an even number of coordinates, at most {2 * _MOST_POINTS}, got {len(points)}."
        raise ValueError(msg)
    return tuple(number("Occlude: every coordinate", value, -_FARTHEST, _FARTHEST, "px") for value in points)
