"""What flows through the units of a layer on the way from a baseline to the input."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from xai_widgets.attribution.layers import why_no_layer
from xai_widgets.attribution.paths import Integral, refine, tiny_for
from xai_widgets.attribution.spatial import find_last, find_layer
from xai_widgets.attribution.statistics import wide
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models import ModelError, why_no_gradient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

ROOM = 2**30
"""Bytes for the activations and gradients of all points: each new point is weighed by its neighbours."""


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

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse what has no gradient, and a layer that is not there."""
        if not inputs.x.is_floating_point():
            return "A path needs a floating-point input."
        return why_no_layer(model, self.layer) or why_no_gradient(model.module)

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of points."""
        layer = self.layer if self.layer is not None else _find(model, inputs, target)
        base = inputs.baseline(self.baselines, seed)
        integral = _Flow(model, inputs, base, target, layer)
        notes: tuple[str, ...] = (f"Layer: {layer}.",)
        steps = self.n_steps
        most = max(3, ROOM // integral.bytes)
        if steps > most:
            steps = most
            notes += (f"At most {steps} steps: more activations of this layer than that would take too much memory.",)
        for estimate in refine(model, integral, steps, self.tolerance, tiny_for(inputs.x)):
            yield replace(estimate, notes=notes)


def _find(model: Model, inputs: Inputs, target: Target) -> str:
    if inputs.kind == "image":
        try:
            return model.remember("spatial layer", lambda: find_layer(model, inputs.x, target, inputs.grid)[0])
        except ModelError:
            pass  # a picture is read by a network without maps
    return model.remember("last layer", lambda: find_last(model, inputs.x, target))


class _Flow(Integral):
    """Changes of activations along the path, times gradients; a point more splits one step into two."""

    whole = False

    def __init__(self, model: Model, inputs: Inputs, base: Tensor, target: Target, layer: str) -> None:
        self._model, self._target, self._layer, self._type = model, target, layer, inputs.x
        self._base = wide(base)
        self._way = wide(inputs.x) - self._base
        activation = model.activations(layer, inputs.x[None])
        self.size = activation.numel()
        self.bytes = 2 * wide(activation).nbytes
        self._places: list[float] = []
        self._seen: list[tuple[Tensor, Tensor]] = []
        self._values: Tensor | None = None

    def at(self, points: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        alpha = points.to(self._way).reshape(-1, *[1] * self._way.ndim)
        x = (self._base + alpha * self._way).to(self._type)
        scores, activations, gradients = self._model.through(self._layer, x, self._target)
        return wide(scores), (wide(activations), wide(gradients))

    def add(self, points: Tensor, found: tuple[Tensor, Tensor], share: float) -> Tensor | None:
        for place, y, g in zip(points.tolist(), *found, strict=True):
            self._insert(place, y, g)
        return self._values

    def _insert(self, place: float, y: Tensor, g: Tensor) -> None:
        at = bisect_left(self._places, place)
        self._places.insert(at, place)
        self._seen.insert(at, (y, g))
        if len(self._seen) == 1:
            return
        if self._values is None:
            (y0, g0), (y1, g1) = self._seen
            self._values = (g0 + g1) * (y1 - y0) / 2
            return
        # (g0 + g) / 2 * (y - y0) + (g + g1) / 2 * (y1 - y), less what the step was before it was split.
        (y0, g0), (y1, g1) = self._seen[at - 1], self._seen[at + 1]
        self._values = self._values + (g0 * (y - y1) + g * (y1 - y0) + g1 * (y0 - y)) / 2
