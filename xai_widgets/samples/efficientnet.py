"""EfficientNet-Lite0 as a plain module: an ordinary, small, good image classifier.

References
----------
Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019. The *Lite* variant leaves
out squeeze-and-excitation and uses ReLU6.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn


class Stage(NamedTuple):
    """A run of equal blocks."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


STAGES = (
    Stage(blocks=1, kernel=3, stride=1, expansion=1, channels=16),
    Stage(blocks=2, kernel=3, stride=2, expansion=6, channels=24),
    Stage(blocks=2, kernel=5, stride=2, expansion=6, channels=40),
    Stage(blocks=3, kernel=3, stride=2, expansion=6, channels=80),
    Stage(blocks=3, kernel=5, stride=1, expansion=6, channels=112),
    Stage(blocks=4, kernel=5, stride=2, expansion=6, channels=192),
    Stage(blocks=1, kernel=3, stride=1, expansion=6, channels=320),
)
STEM, HEAD = 32, 1280


def convolution(
    inputs: int, outputs: int, *, kernel: int = 1, stride: int = 1, groups: int = 1, relu: bool = True
) -> nn.Sequential:
    """Pad, convolve, normalise and activate.

    The weights come from TensorFlow, whose "same" padding is lopsided when the stride is 2: one column
    more on the right, one row more at the bottom.
    """
    padding = kernel - stride if stride > 1 else kernel - 1
    before, after = padding // 2, padding - padding // 2
    return nn.Sequential(
        nn.ZeroPad2d((before, after, before, after)) if padding else nn.Identity(),
        nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3),
        nn.ReLU6() if relu else nn.Identity(),
    )


class Block(nn.Module):
    """Widen, filter each channel by itself, narrow; and add the input where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.skip = stride == 1 and inputs == outputs
        self.expand = convolution(inputs, wide) if expansion > 1 else nn.Identity()
        self.depthwise = convolution(wide, wide, kernel=kernel, stride=stride, groups=wide)
        self.project = convolution(wide, outputs, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's features."""
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self.skip else y


class EfficientNetLite0(nn.Module):
    """4.65 million parameters, inputs of ``3 x 224 x 224``, a logit for each class."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.stem = convolution(3, STEM, kernel=3, stride=2)
        widths = [STEM, *(stage.channels for stage in STAGES for _ in range(stage.blocks))]
        shapes = [
            (stage.kernel, stage.stride if first else 1, stage.expansion)
            for stage in STAGES
            for first in (True, *(False,) * (stage.blocks - 1))
        ]
        self.blocks = nn.Sequential(
            *(
                Block(inputs, outputs, kernel=kernel, stride=stride, expansion=expansion)
                for (inputs, outputs), (kernel, stride, expansion) in zip(pairwise(widths), shapes, strict=True)
            )
        )
        self.head = convolution(widths[-1], HEAD)
        self.fc = nn.Linear(HEAD, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of a batch."""
        features: Tensor = self.head(self.blocks(self.stem(x)))
        logits: Tensor = self.fc(features.mean((2, 3)))
        return logits


IN_BLOCK = {
    "_expand_conv": "expand.1",
    "_bn0": "expand.2",
    "_depthwise_conv": "depthwise.1",
    "_bn1": "depthwise.2",
    "_project_conv": "project.1",
    "_bn2": "project.2",
}
OUTSIDE = {"_conv_stem": "stem.1", "_bn0": "stem.2", "_conv_head": "head.1", "_bn1": "head.2", "_fc": "fc"}


def renamed(name: str) -> str:
    """Translate the name of a published weight into the name it has here.

    Examples
    --------
    >>> renamed("_blocks.3._bn1.weight"), renamed("_fc.bias")
    ('blocks.3.depthwise.2.weight', 'fc.bias')
    """
    match name.split("."):
        case ["_blocks", index, part, leaf]:
            return f"blocks.{index}.{IN_BLOCK[part]}.{leaf}"
        case [part, leaf]:
            return f"{OUTSIDE[part]}.{leaf}"
    msg = f"expected the name of an EfficientNet-Lite weight, got {name!r}"
    raise KeyError(msg)
