"""What flows through the units of a layer on the way from a baseline to the input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from xai_widgets.attribution.layers import why_no_layer
from xai_widgets.attribution.points import affordable, room_of
from xai_widgets.attribution.quadrature import SPACINGS, refine
from xai_widgets.attribution.spatial import find_last, find_layer
from xai_widgets.attribution.statistics import wide
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models import ModelError, why_no_gradient
from xai_widgets.models.passed import SPATIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


@register
@dataclass(frozen=True, kw_only=True)
class Conductance(Method):
    r"""Integrated gradients of each unit of a layer: how much of the score's rise flows through it.

    .. math:: \int_0^1 \frac{\partial F}{\partial y_j} \, \frac{d y_j(x' + \alpha (x - x'))}{d\alpha} \, d\alpha

    as a sum over steps of the change of :math:`y_j` times the mean of the gradients at both ends (a trapezoid rule;
    Captum takes the gradient at the beginning of each step). It is refined as integrated gradients are, with the same
    error, except that the completeness gap proves nothing: it also holds what goes around the layer. Where nothing
    does, the values sum to the rise of the score. Without `layer`, the last one that has a map is taken, or the last
    one before the scores where the input is no picture. The values have the shape of the layer's activation.

    References
    ----------
    Dhamdhere, Sundararajan, Yan: How Important Is a Neuron? arXiv:1805.12233 (2018).
    """

    name: ClassVar[str] = "conductance"
    title: ClassVar[str] = "Conductance"
    family: ClassVar[str] = "Paths"
    sentence: ClassVar[str] = "How much of the score's rise from an empty input flows through each unit of a layer?"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "batches"})
    inner: ClassVar[bool] = True

    layer: str | None = parameter(
        None, "The layer whose units are looked at; found by itself if empty.", kind="layer", optional=True
    )
    n_steps: int = parameter(129, "How many gradients along the path at most.", low=2, high=4097)
    tolerance: float = parameter(0.05, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)
    baselines: Any = parameter(
        "zero", "What the path starts from: a picture that says nothing.", choices=BASELINES, kind="baseline"
    )
    spacing: str = parameter(
        "adaptive", "Whether steps are finer where the gradient changes more, or all alike.", choices=SPACINGS
    )

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse what has no gradient, and a layer that is not there."""
        if not inputs.x.is_floating_point():
            return "A path needs a floating-point input."
        return why_no_layer(model, self.layer) or why_no_gradient(model.module)

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of points."""
        layer = self.layer if self.layer is not None else _find(model, inputs, target)
        base = inputs.baseline(self.baselines, seed)
        n_steps, notes = self._affordable(model.activations(layer, inputs.x[None]))

        def at(x: Tensor, _places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            scores, activations, gradients = model.through(layer, x, target)
            return wide(scores), wide(activations), wide(gradients)

        tolerance, spacing = self.tolerance, self.spacing
        way = wide(inputs.x) - wide(base)
        for estimate in refine(
            model, at, base, way, n_steps=n_steps, tolerance=tolerance, spacing=spacing, whole=False
        ):
            yield replace(estimate, notes=(f"Layer: {layer}.", *notes))

    def _affordable(self, activation: Tensor) -> tuple[int, tuple[str, ...]]:
        activation = wide(activation)
        return affordable(self.n_steps, activation.nbytes + room_of(activation))


def _find(model: Model, inputs: Inputs, target: Target) -> str:
    if inputs.kind == "image":
        try:
            return model.remember(SPATIAL, lambda: find_layer(model, inputs.x, target, inputs.grid)[0])
        except ModelError:
            pass  # a picture is read by a network without maps
    return model.remember("last layer", lambda: find_last(model, inputs.x, target))
