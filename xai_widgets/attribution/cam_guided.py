"""Fine structures, where a class activation map is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from xai_widgets.attribution.backprop import GuidedBackprop
from xai_widgets.attribution.cam import GradCam
from xai_widgets.attribution.cam_base import ActivationMap
from xai_widgets.method import Estimate, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


@register
@dataclass(frozen=True, kw_only=True)
class GuidedGradCam(ActivationMap):
    r"""Guided backpropagation times Grad-CAM, pixel by pixel.

    Grad-CAM chooses the region, guided backpropagation draws what is in it, and shares its weakness: the drawing hardly
    changes when the model's weights do. Captum enlarges Grad-CAM by the nearest cell unless told otherwise, here it is
    bilinear.

    References
    ----------
    Selvaraju et al.: Grad-CAM. arXiv:1610.02391 (2017).
    """

    name: ClassVar[str] = "guided_grad_cam"
    title: ClassVar[str] = "Guided Grad-CAM"
    sentence: ClassVar[str] = "Which fine structures are there in the regions that speak for the class?"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "map", "rules"})

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each of both passes; the product of them is worth showing."""
        (where,) = GradCam(layer=self.layer, relu=self.relu).run(model, inputs, target, seed)
        yield Estimate(where.values, done=1, total=2, ready=False)
        (what,) = GuidedBackprop().run(model, inputs, target, seed)
        yield Estimate(what.values * where.values, done=2, total=2, notes=(*where.notes, *what.notes))
