from __future__ import annotations

from typing import Any

from torch import nn

from detectron2.modeling import backbone


class GeneralizedRCNN(nn.Module):
    """Of a detector, what LayoutLMv2 keeps."""

    def __init__(self, cfg: Any):
        super().__init__()
        self.backbone = backbone.FPN(cfg.MODEL.FPN.OUT_CHANNELS)


META_ARCH_REGISTRY = {"GeneralizedRCNN": GeneralizedRCNN}

__all__ = ["META_ARCH_REGISTRY", "backbone"]
