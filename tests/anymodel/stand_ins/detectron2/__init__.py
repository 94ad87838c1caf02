"""What transformers' LayoutLMv2 touches of detectron2, where that cannot be had: a small backbone of its kind."""

from detectron2 import config, layers, modeling

__all__ = ["config", "layers", "modeling"]
