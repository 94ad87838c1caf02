from detectron2.layers import batch_norm
from detectron2.layers.batch_norm import FrozenBatchNorm2d

__all__ = ["FrozenBatchNorm2d", "batch_norm"]
