"""Explaining what a layer puts out in place of the input: the same method, on the model above that layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.inputs import Inputs
from xai_widgets.models import check_layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from xai_widgets.models import Model


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class LayerInputs(Inputs):
    """A layer's activation for one input, which is the input of the model above that layer.

    Baselines are of the model's own input, and what the layer puts out for them stands for "nothing there".

    Attributes
    ----------
    below : Inputs
        What the model itself eats.
    lift : callable
        From inputs of the model (n, features…) to activations of the layer (n, …).
    """

    below: Inputs
    lift: Callable[[Tensor], Tensor]
    motion = ()

    def baseline(self, kind: str | float | Tensor, seed: int = 0, *, opposite: bool = False) -> Tensor:
        """Return the layer's activation for a baseline of the model's input."""
        return self.lift(self.below.baseline(kind, seed, opposite=opposite)[None])[0]

    def several(self, baselines: Any) -> Tensor | None:
        """Return the layer's activations for several baselines of the model's input."""
        given = self.below.several(baselines)
        return None if given is None else self.lift(given)

    def draw(self, seed: int, *, opposite: bool = False) -> Tensor:
        """Return the layer's activation for a random input of the model."""
        return self.lift(self.below.draw(seed, opposite=opposite)[None])[0]


def why_no_layer(model: Model, layer: str | None) -> str | None:
    """Say that a layer is not there, naming the nearest ones; None where it is, or none is asked for."""
    if layer is not None:
        try:
            check_layer(model.module, layer)
        except ValueError as error:
            return str(error)
    return None


def above(model: Model, inputs: Inputs, layer: str) -> tuple[Model, LayerInputs]:
    """Return the model above a layer, and the layer's activation as its input.

    Raises
    ------
    ValueError, TypeError, ModelError
        For a layer that is not there, or that has no activation.
    """

    def lift(x: Tensor) -> Tensor:
        found = model.batches(len(x), lambda rows: model.activations(layer, x[rows]))
        return torch.cat([activations for _, activations in found])

    x = inputs.x[None]
    view = model.above(layer, x)
    return view, LayerInputs(x=lift(x)[0], kind="tensor", below=inputs, lift=lift)
