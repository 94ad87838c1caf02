"""Attribution methods, one file a family. Importing this package registers them all."""

from __future__ import annotations

from xai_widgets.attribution.ablation import FeatureAblation
from xai_widgets.attribution.backprop import Deconvolution, GuidedBackprop
from xai_widgets.attribution.cam import (
    Cam,
    EigenCam,
    GradCam,
    GradCamPlusPlus,
    GuidedGradCam,
    HiResCam,
    LayerCam,
    XGradCam,
)
from xai_widgets.attribution.cam_scored import AblationCam, ScoreCam
from xai_widgets.attribution.conductance import Conductance
from xai_widgets.attribution.deep_lift import DeepLift, DeepShap
from xai_widgets.attribution.gradients import InputXGradient, Saliency, SmoothGrad
from xai_widgets.attribution.masks import Rise
from xai_widgets.attribution.paths import IntegratedGradients
from xai_widgets.attribution.perturbation import Occlusion
from xai_widgets.attribution.relevance import AttentionLrp, LayerwiseRelevance
from xai_widgets.attribution.rollout import AttentionRollout
from xai_widgets.attribution.sampled import ExpectedGradients, VarGrad
from xai_widgets.attribution.shapley import ExactShapley, ShapleySampling
from xai_widgets.attribution.surrogate import KernelShap, Lime

__all__ = [
    "AblationCam",
    "AttentionLrp",
    "AttentionRollout",
    "Cam",
    "Conductance",
    "Deconvolution",
    "DeepLift",
    "DeepShap",
    "EigenCam",
    "ExactShapley",
    "ExpectedGradients",
    "FeatureAblation",
    "GradCam",
    "GradCamPlusPlus",
    "GuidedBackprop",
    "GuidedGradCam",
    "HiResCam",
    "InputXGradient",
    "IntegratedGradients",
    "KernelShap",
    "LayerCam",
    "LayerwiseRelevance",
    "Lime",
    "Occlusion",
    "Rise",
    "Saliency",
    "ScoreCam",
    "ShapleySampling",
    "SmoothGrad",
    "VarGrad",
    "XGradCam",
]
