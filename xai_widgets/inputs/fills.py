"""What is put in the place of a part of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.inputs.gaussian import blur
from xai_widgets.inputs.perturbation import number

if TYPE_CHECKING:
    from torch import Tensor

FILLS = ("mean", "blur", "noise", "colour")
"""The mean colour of the rest, the strongly blurred picture, uniform noise, or a colour."""

_LUMA = (0.299, 0.587, 0.114)


def filling(
    fill: str, colour: tuple[int, int, int], pixels: Tensor, mask: Tensor, generator: torch.Generator
) -> Tensor:
    """Return what stands where `mask` is true, broadcastable to `pixels` (channels, height, width).

    Only that of ``"mean"`` depends on the mask.
    """
    if fill == "mean":
        rest = (~mask).to(pixels.dtype)
        # With everything covered, nothing outside has a mean: take the whole picture's.
        rest = torch.where(rest.any(), rest, torch.ones_like(rest))
        return ((pixels * rest).sum((-2, -1)) / rest.sum())[:, None, None]
    if fill == "blur":
        return blur(pixels, max(1.0, min(pixels.shape[-2:]) / 8))
    if fill == "noise":
        return torch.rand(pixels.shape, generator=generator).to(pixels)
    return _channels(colour, pixels)


def check_fill(what: str, fill: Any) -> None:
    """Refuse what is no fill.

    Raises
    ------
    ValueError
        Naming those there are.
    """
    if fill not in FILLS:
        msg = f"{what}: fill must be one of {', '.join(map(repr, FILLS))}, got {fill!r}."
        raise ValueError(msg)


def colour_of(what: str, colour: Any) -> tuple[int, int, int]:
    """Return red, green and blue in 0..255.

    Raises
    ------
    ValueError, TypeError
        For what is no colour.
    """
    if not isinstance(colour, (tuple, list)) or len(colour) != 3:  # noqa: PLR2004
        msg = f"{what}: colour must be (red, green, blue), got {colour!r}."
        raise ValueError(msg)
    red, green, blue = (round(number(f"{what}: colour", value, 0, 255)) for value in colour)
    return red, green, blue


def _channels(colour: tuple[int, int, int], pixels: Tensor) -> Tensor:
    """Return the colour in as many channels as the picture has."""
    rgb = [value / 255 for value in colour]
    count = pixels.shape[0]
    if count in (3, 4):
        values = [*rgb, 1.0][:count]
    else:
        values = [sum(part * weight for part, weight in zip(rgb, _LUMA, strict=True))] * count
    return pixels.new_tensor(values)[:, None, None]
