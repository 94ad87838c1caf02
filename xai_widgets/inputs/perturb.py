"""Every perturbation there is, and the picture that the model eats changed by them, on its device."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.inputs.base import reorder
from xai_widgets.inputs.occlude import Occlude
from xai_widgets.inputs.regions import Regions
from xai_widgets.inputs.sliders import Blur, Brightness, Contrast, Noise, Rotation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor

    from xai_widgets.inputs.base import Inputs
    from xai_widgets.inputs.perturbation import Perturbation

PERTURBATIONS: dict[str, type[Perturbation]] = {
    cls.name: cls for cls in (Blur, Noise, Brightness, Contrast, Rotation, Occlude, Regions)
}
"""Every perturbation by name, in the order the widget shows them."""


def perturbation_from(edit: Any) -> Perturbation:
    """Build a perturbation from the protocol's `Edit`, trusting nothing in it.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if not isinstance(edit, Mapping):
        msg = f"an edit must be a mapping such as {{'name': 'blur', 'value': 2}}, got {type(edit).__name__}."
        raise TypeError(msg)
    name = edit.get("name")
    if not isinstance(name, str) or name not in PERTURBATIONS:
        msg = f"there is no perturbation {name!r}; there are: {', '.join(PERTURBATIONS)}."
        raise ValueError(msg)
    return PERTURBATIONS[name].from_dict(edit)


def perturb(inputs: Inputs, perturbations: Iterable[Perturbation], seed: int = 0) -> Inputs:
    """Return `inputs` with the `perturbations` applied in their order; the rest of it stays as it is.

    The user's `preprocess` is not asked again: pixels are changed between `black` and `white`, where the
    model sees them. With nothing to change, the same object comes back; an element whose pixel does not
    change keeps its exact value.

    Raises
    ------
    ValueError
        When `inputs` is no picture.
    """
    active = [one for one in perturbations if not one.is_neutral]
    if not active:
        return inputs
    before = pixels = inputs.pixels
    for one in active:
        # One seed for each, not a shared stream: a new edit before the noise must not change its pattern.
        pixels = one.apply(pixels, torch.Generator().manual_seed(seed))
    same = reorder(pixels == before, inputs.disorder)
    return dataclasses.replace(inputs, x=torch.where(same, inputs.x, eaten(inputs, pixels)))


def eaten(inputs: Inputs, pixels: Tensor) -> Tensor:
    """Return what the model eats of changed `pixels`, the other way round than `Inputs.pixels`.

    Parameters
    ----------
    inputs : Inputs
        The picture that was changed.
    pixels : Tensor, shape (..., channels, height, width)
    """
    assert inputs.black is not None
    assert inputs.white is not None
    black, white = inputs.black.to(pixels.dtype), inputs.white.to(pixels.dtype)
    return (black + reorder(pixels, inputs.disorder) * (white - black)).to(inputs.x.dtype)
