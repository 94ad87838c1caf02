"""What all class activation maps share: a layer, its channels, and a map laid over the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from torch import nn

from xai_widgets.attribution.spatial import as_map, find_layer
from xai_widgets.method import Estimate, Method, parameter
from xai_widgets.models import Model, ModelError, Target, check_layer, why_no_gradient
from xai_widgets.models.keras_models import is_keras
from xai_widgets.models.passed import LATE, SPATIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs

LAYER = "Layer: "
"""How the note begins that names the layer."""

NO_PICTURE = "It needs a picture: an input of shape [channels, height, width]."


@dataclass(frozen=True)
class Channels:
    """A layer's channels for one input.

    Attributes
    ----------
    name : str
        Of the layer.
    activation, gradient : Tensor, shape (channels, h, w)
        What the layer puts out, and the gradient of the score with respect to it.
    raw : Tensor
        The activation as the layer puts it out, with its batch axis.
    """

    name: str
    activation: Tensor
    gradient: Tensor
    raw: Tensor


@dataclass(frozen=True, kw_only=True)
class ActivationMap(Method):
    """A map made of a layer's channels, laid over the picture as `GradCam` says."""

    family: ClassVar[str] = "Class activation maps"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "map"})

    layer: str | None = parameter(
        None,
        "The layer whose map is shown; found by itself if empty.",
        kind="layer",
        optional=True,
        needs="map",
    )
    relu: bool = parameter(default=True, sentence="Keep only what speaks for the class.")

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse what is no picture, where there is nothing to draw a map on, and what has no layers."""
        return why_no_gradient(model.module) if inputs.kind == "image" else NO_PICTURE

    def asks(self) -> str:
        """Name the layer, or any of the last ones."""
        return self.layer or LATE

    def channels(self, model: Model, inputs: Inputs, target: Target) -> Channels:
        """Find the layer, and take its activation and gradient.

        Raises
        ------
        ModelError
            Where the score does not depend on the layer, or the layer has no map.
        """
        grid = inputs.grid
        name, tap = self._tap(model, inputs, target)
        activation, gradient = (as_map(t, grid, last=is_keras(model.module)) for t in tap)
        if activation is None or gradient is None:
            shape = list(tap[0].shape)
            msg = f"The layer {name!r} puts out shape {shape}, which is no map. Choose one with height and width."
            raise ModelError(msg)
        return Channels(name, activation, gradient, tap[0])

    def show(self, cam: Tensor, grid: tuple[int, int]) -> Tensor:
        """Lay a map (h, w) over the picture: (1, height, width)."""
        cam = cam.relu() if self.relu else cam
        return nn.functional.interpolate(cam[None, None], size=grid, mode="bilinear", align_corners=False)[0]

    def _tap(self, model: Model, inputs: Inputs, target: Target) -> tuple[str, tuple[Tensor, Tensor]]:
        """Name the layer, and give its activation and gradient; the pass that finds a layer gives them too."""
        found: list[tuple[Tensor, Tensor]] = []

        def find() -> str:
            name, *tap = find_layer(model, inputs.x, target, inputs.grid)
            found.append((tap[0], tap[1]))
            return name

        name = model.remember(SPATIAL, find) if self.layer is None else check_layer(model.module, self.layer)
        return name, found[0] if found else model.tap(inputs.x[None], target, name)[1:]


@dataclass(frozen=True, kw_only=True)
class WeighedMap(ActivationMap):
    """A map from activations and gradients alone: exact after one pass."""

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        channels = self.channels(model, inputs, target)
        cam = self.weigh(channels.activation, channels.gradient)
        yield Estimate(self.show(cam, inputs.grid), done=1, total=1, notes=(f"{LAYER}{channels.name}.",))

    @staticmethod
    def weigh(activation: Tensor, gradient: Tensor) -> Tensor:
        """Make a map (h, w) of activations and gradients (channels, h, w)."""
        raise NotImplementedError
