"""Attribution methods, one file a family. Importing this package registers them all."""

from __future__ import annotations

from xai_widgets.attribution.cam import GradCam
from xai_widgets.attribution.gradients import InputXGradient, Saliency, SmoothGrad
from xai_widgets.attribution.paths import IntegratedGradients
from xai_widgets.attribution.perturbation import Occlusion

__all__ = ["GradCam", "InputXGradient", "IntegratedGradients", "Occlusion", "Saliency", "SmoothGrad"]
