from __future__ import annotations

import itertools
from types import SimpleNamespace

from torch import Tensor, nn
from torch.nn import functional

from detectron2.layers import FrozenBatchNorm2d

STRIDES = {"p2": 4, "p3": 8, "p4": 16}


class Stage(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inner, outer, 3, stride, 1, bias=False), FrozenBatchNorm2d(outer)
        self.conv2, self.norm2 = nn.Conv2d(outer, outer, 3, 1, 1, bias=False), FrozenBatchNorm2d(outer)
        self.shortcut = nn.Sequential(nn.Conv2d(inner, outer, 1, stride, bias=False), FrozenBatchNorm2d(outer))

    def forward(self, x: Tensor) -> Tensor:
        out = self.norm2(self.conv2(functional.relu_(self.norm1(self.conv1(x)))))
        out += self.shortcut(x)
        return functional.relu_(out)


class FPN(nn.Module):
    """Features of several sizes, each one's own and what comes down from the smaller ones."""

    def __init__(self, channels: int):
        super().__init__()
        widths = [8 * 2**i for i in range(len(STRIDES))]
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 7, 2, 3, bias=False), FrozenBatchNorm2d(widths[0]), nn.ReLU())
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stages = nn.ModuleList(
            Stage(inner, outer, 1 if i == 0 else 2)
            for i, (inner, outer) in enumerate(zip([widths[0], *widths], widths, strict=False))
        )
        self.lateral = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in widths)
        self.output = nn.ModuleList(nn.Conv2d(channels, channels, 3, 1, 1) for _ in widths)
        self.channels = channels

    def output_shape(self) -> dict[str, SimpleNamespace]:
        return {name: SimpleNamespace(channels=self.channels, stride=stride) for name, stride in STRIDES.items()}

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        ups = list(itertools.accumulate(self.stages, lambda x, stage: stage(x), initial=self.pool(self.stem(x))))
        top, found = None, []
        for up, lateral, output in reversed(list(zip(ups[1:], self.lateral, self.output, strict=True))):
            side = lateral(up)
            top = side if top is None else side + functional.interpolate(top, scale_factor=2.0, mode="nearest")
            found.append(output(top))
        return dict(zip(STRIDES, reversed(found), strict=True))
