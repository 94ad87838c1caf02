"""Small networks and maps to evaluate."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import xai_widgets as xai


@pytest.fixture(scope="session")
def net():
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(8 * 16 * 16, 16), nn.ReLU(), nn.Linear(16, 5)),
    )


@pytest.fixture(scope="session")
def picture():
    return torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="session")
def saliency(net, picture):
    return xai.attribute(net, picture, method="saliency")
