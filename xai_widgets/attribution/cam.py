"""Class activation maps: a weighted sum of a layer's channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from torch import nn

from xai_widgets.attribution.spatial import as_map, find_layer, layer_name
from xai_widgets.method import Estimate, Method, parameter, register
from xai_widgets.models import Model, ModelError, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs


@register
@dataclass(frozen=True, kw_only=True)
class GradCam(Method):
    r"""Channels of a layer, weighted by their mean gradient.

    .. math:: \mathrm{ReLU}\Big(\sum_k A_k \cdot \tfrac{1}{hw} \sum_{ij} \partial F / \partial A_{kij}\Big)

    Scaled up to the picture bilinearly, in the units of the score. Unlike pytorch-grad-cam, which scales each
    map to 0..1, and like Captum, which leaves the scaling up to the reader. Of a vision transformer, the patch tokens
    are the cells. Without `layer`, the last layer that has a map through which the score flows is taken.

    References
    ----------
    Selvaraju et al.: Grad-CAM. arXiv:1610.02391 (2017).
    """

    name: ClassVar[str] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    family: ClassVar[str] = "Class activation maps"
    sentence: ClassVar[str] = "Which regions of the last layer's map speak for the class?"

    layer: Any = parameter(None, "Name of the layer; found by itself when empty.", hidden=True)
    relu: bool = parameter(default=True, sentence="Keep only what speaks for the class.")

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse what is no picture: there is nothing to draw a map on."""
        return None if inputs.kind == "image" else "It needs a picture: an input of shape [channels, height, width]."

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        grid = inputs.grid
        name, tap = self._tap(model, inputs, target)
        activation, gradient = (as_map(t, grid) for t in tap)
        if activation is None or gradient is None:
            shape = list(tap[0].shape)
            msg = f"The layer {name!r} puts out shape {shape}, which is no map. Choose one with height and width."
            raise ModelError(msg)
        cam = (gradient.mean((1, 2), keepdim=True) * activation).sum(0, keepdim=True)
        cam = cam.relu() if self.relu else cam
        values = nn.functional.interpolate(cam[None], size=grid, mode="bilinear", align_corners=False)[0]
        yield Estimate(values, done=1, total=1, notes=(f"Layer: {name}.",))

    def _tap(self, model: Model, inputs: Inputs, target: Target) -> tuple[str, tuple[Tensor, Tensor]]:
        """Name the layer, and give its activation and gradient; the pass that finds a layer gives them too."""
        taps: dict[str, tuple[Tensor, Tensor]] = {}

        def find() -> str:
            name, activation, gradient = find_layer(model, inputs.x, target, inputs.grid)
            taps[name] = activation, gradient
            return name

        name = model.remember("spatial layer", find) if self.layer is None else layer_name(model, self.layer)
        if name not in taps:
            taps = model.taps(inputs.x[None], target, name)[1]
        if name not in taps:
            msg = f"The score does not depend on the layer {name!r}. Choose another layer."
            raise ModelError(msg)
        return name, taps[name]
