"""Networks to measure with: seeded weights, BatchNorm statistics of real photos, nothing downloaded."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from xai_widgets.samples import PHOTOS, imagenet, photo

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 224


class Residual(nn.Module):
    """A residual block: two 3×3 convolutions, or the 1×1, 3×3, 1×1 of the deeper networks."""

    def __init__(self, inputs: int, width: int, stride: int, expansion: int) -> None:
        super().__init__()
        outputs = width * expansion
        shapes = [(3, stride), (3, 1)] if expansion == 1 else [(1, 1), (3, stride), (1, 1)]
        widths = [inputs, *[width] * (len(shapes) - 1), outputs]
        layers: list[nn.Module] = []
        for i, (kernel, step) in enumerate(shapes):
            layers += [
                nn.Conv2d(widths[i], widths[i + 1], kernel, step, kernel // 2, bias=False),
                nn.BatchNorm2d(widths[i + 1]),
                nn.ReLU(inplace=True),
            ]
        self.path = nn.Sequential(*layers[:-1])
        same = stride == 1 and inputs == outputs
        self.skip = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        )
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.path(x) + self.skip(x))
        return out


class ResNet(nn.Module):
    """ResNet v1 for 224×224 pictures and 1000 classes."""

    def __init__(self, depths: tuple[int, ...], expansion: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        blocks: list[nn.Module] = []
        inputs = 64
        for stage, depth in enumerate(depths):
            for i in range(depth):
                blocks.append(Residual(inputs, 64 << stage, 2 if stage and not i else 1, expansion))
                inputs = (64 << stage) * expansion
        self.blocks = nn.Sequential(*blocks)
        self.fc = nn.Linear(inputs, 1000)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(self.blocks(self.stem(x)).mean((2, 3)))
        return out


class VGG16(nn.Module):
    """VGG-16 without BatchNorm, for 224×224 pictures and 1000 classes."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 3
        for width, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(depth):
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(inplace=True)]
                nn.init.kaiming_normal_(layers[-2].weight, nonlinearity="relu")
                inputs = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(7)
        self.classifier = nn.Sequential(
            *(nn.Linear(512 * 49, 4096), nn.ReLU(inplace=True), nn.Dropout()),
            *(nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(4096, 1000)),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.classifier(self.pool(self.features(x)).flatten(1))
        return out


@cache
def batch_of_photos() -> Tensor:
    """The photos of the samples, as the classifier of the samples eats them."""
    preprocess = imagenet().preprocess
    return torch.stack([preprocess(photo(name)) for name in PHOTOS])


class Attending(nn.Module):
    """A block of a transformer, its norms first."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.qkv(self.norms[0](x)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        met = nn.functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(met.transpose(1, 2).flatten(2))
        out: Tensor = x + self.mlp(self.norms[1](x))
        return out


class ViT(nn.Module):
    """Vision transformer (ViT-S/16) for 224×224 pictures and 1000 classes."""

    def __init__(self, width: int = 384, heads: int = 6, depth: int = 12, patch: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, (SIZE // patch) ** 2 + 1, width))
        self.blocks = nn.Sequential(*(Attending(width, heads) for _ in range(depth)), nn.LayerNorm(width))
        self.fc = nn.Linear(width, 1000)

    def forward(self, x: Tensor) -> Tensor:
        patches = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.token.expand(len(x), -1, -1), patches], 1) + self.places
        out: Tensor = self.fc(self.blocks(tokens)[:, 0])
        return out


def calibrated(build: Callable[[], nn.Module]) -> nn.Module:
    """Draw weights from a fixed seed and let BatchNorm see the photos, so that activations keep their size."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches
    with torch.no_grad():
        model.train()(batch_of_photos())
    return model.eval()


NETS: dict[str, Callable[[], nn.Module]] = {
    "efficientnet-lite0": lambda: imagenet().model,
    "resnet-18": lambda: calibrated(lambda: ResNet((2, 2, 2, 2), 1)),
    "vgg-16": lambda: calibrated(VGG16),
    "vit-small": lambda: calibrated(ViT),
    "resnet-50": lambda: calibrated(lambda: ResNet((3, 4, 6, 3), 4)),
}


def net(name: str) -> tuple[nn.Module, Tensor]:
    """Return a network by its name, and a photo for it, shape (1, 3, 224, 224)."""
    return NETS[name](), batch_of_photos()[:1].clone()
