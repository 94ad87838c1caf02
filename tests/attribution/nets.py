"""Small networks with known properties, in float64 so that numbers can be compared closely."""

from __future__ import annotations

import torch
from torch import nn


def linear(features: int = 6, classes: int = 3) -> nn.Module:
    torch.manual_seed(1)
    return nn.Linear(features, classes).double().eval()


def mlp(features: int = 6, classes: int = 3, seed: int = 2) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(features, 16), nn.ReLU(), nn.Linear(16, 16), nn.Softplus(), nn.Linear(16, classes)
    ).double()


def convnet(seed: int = 3) -> nn.Module:
    torch.manual_seed(seed)
    return (
        nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(16, 5),
        )
        .double()
        .eval()
    )


class TinyViT(nn.Module):
    """A vision transformer with a class token, whose patches matter through attention alone."""

    def __init__(self, size: int = 16, patch: int = 4, width: int = 16) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.embed = nn.Conv2d(3, width, patch, patch)
        self.cls = nn.Parameter(torch.randn(1, 1, width))
        self.pos = nn.Parameter(0.1 * torch.randn(1, (size // patch) ** 2 + 1, width))
        layer = nn.TransformerEncoderLayer(width, 2, 32, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 4)
        self.double().eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.embed(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls.expand(len(x), -1, -1), tokens], 1) + self.pos
        return self.head(self.norm(self.encoder(tokens))[:, 0])


def image(size: int = 16, seed: int = 5) -> torch.Tensor:
    return torch.rand(3, size, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def row(features: int = 6, seed: int = 6) -> torch.Tensor:
    return torch.randn(features, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
