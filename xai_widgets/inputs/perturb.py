"""Change the picture that the model eats, on its device."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import torch

from xai_widgets.inputs.base import reorder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xai_widgets.inputs.base import Inputs
    from xai_widgets.inputs.perturbation import Perturbation


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
    back = tuple(inputs.order.index(i) for i in range(3))
    before, pixels = (reorder(one, (back[0], back[1], back[2])) for one in (before, pixels))
    assert inputs.black is not None
    assert inputs.white is not None
    black, white = inputs.black.to(pixels.dtype), inputs.white.to(pixels.dtype)
    changed = (black + pixels * (white - black)).to(inputs.x.dtype)
    return dataclasses.replace(inputs, x=torch.where(pixels == before, inputs.x, changed))
