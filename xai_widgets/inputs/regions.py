"""Whole regions of the picture that are covered."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from xai_widgets.inputs.fills import check_fill, colour_of, filling
from xai_widgets.inputs.perturbation import Perturbation, check_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from torch import Tensor

MOST_RUNS = 20_000
LARGEST = 2**26
"""Pixels of a picture."""


@dataclass(frozen=True)
class Regions(Perturbation):
    """Cover some regions of the picture.

    Parameters
    ----------
    size : (int, int)
        Height and width of the model's picture.
    runs : sequence of int
        Lengths of the runs of pixels that stay and that are covered, by turns, row by row from the top left corner; the
        first one stays, and may be 0.
    fill : {"mean", "blur", "noise", "colour"}
        The mean colour outside the regions, the strongly blurred picture, uniform noise, or `colour`.
    colour : (int, int, int)
        Red, green and blue in 0..255.
    """

    name: ClassVar[str] = "regions"
    title: ClassVar[str] = "Regions"
    sentence: ClassVar[str] = "Hides whole regions."

    size: tuple[int, int]
    runs: tuple[int, ...]
    fill: str = "mean"
    colour: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        size, runs = _whole("size", self.size, 2), _whole("runs", self.runs, MOST_RUNS)
        if len(size) != 2 or sum(runs) != size[0] * size[1] or sum(runs) > LARGEST:  # noqa: PLR2004
            msg = f"Regions: runs must sum to the {' x '.join(map(str, size))} pixels of size, got {sum(runs)}."
            raise ValueError(msg)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "runs", runs)
        object.__setattr__(self, "colour", colour_of("Regions", self.colour))
        check_fill("Regions", self.fill)

    @property
    def is_neutral(self) -> bool:
        """Whether nothing is covered."""
        return not any(self.runs[1::2])

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Which pixels are covered, shape (height, width)."""
        covered = np.arange(len(self.runs)) % 2 == 1
        return np.repeat(covered, self.runs).reshape(self.size)

    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Cover."""
        if tuple(pixels.shape[-2:]) != self.size:
            msg = f"Regions: they are of a picture of {self.size}, and this one has {tuple(pixels.shape[-2:])} pixels."
            raise ValueError(msg)
        mask = torch.from_numpy(self.mask).to(pixels.device)
        return torch.where(mask, filling(self.fill, self.colour, pixels, mask, generator), pixels)

    def to_dict(self) -> dict[str, Any]:
        """Return the protocol's `Edit`."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        lists = {name: list(one) if isinstance(one, tuple) else one for name, one in found.items()}
        return {"name": self.name, **lists}

    @classmethod
    def from_dict(cls, edit: Mapping[str, Any]) -> Regions:
        """Build it from the protocol's `Edit`."""
        check_keys(cls.name, edit, required={"size", "runs"}, optional=frozenset({"fill", "colour"}))
        return cls(**{field.name: edit[field.name] for field in fields(cls) if field.name in edit})


def runs_of(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the lengths of the runs of a mask (height, width), as `Regions` takes them."""
    flat = mask.ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    lengths = np.diff([0, *ends.tolist(), flat.size]).tolist()
    return tuple([0, *lengths] if flat[0] else lengths)


def _whole(name: str, given: Any, most: int) -> tuple[int, ...]:
    right = isinstance(given, (tuple, list)) and len(given) <= most
    # A browser has one kind of number.
    if not right or any(type(one) not in {int, float} or one != one // 1 or one < 0 for one in given):
        msg = f"Regions: {name} must be at most {most} whole numbers, got {str(given)[:60]}."
        raise ValueError(msg)
    return tuple(int(one) for one in given)
