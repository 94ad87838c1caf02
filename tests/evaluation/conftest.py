"""Small networks and maps to evaluate."""

from __future__ import annotations

import importlib.util
import sys

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


@pytest.fixture(scope="session")
def quantus():
    if importlib.util.find_spec("quantus") is None:
        pytest.skip("pip install --no-deps quantus==0.6.0 to compare with it")
    with pytest.MonkeyPatch.context() as patch:
        # It imports zennit with torchvision, of which what is compared uses nothing.
        patch.setitem(sys.modules, "zennit", None)
        return pytest.importorskip("quantus")


@pytest.fixture(scope="session")
def small():
    """A network of one channel, whose pixels are the cells."""
    torch.manual_seed(4)
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 8 * 8, 4)).eval()


@pytest.fixture(scope="session")
def x():
    return torch.rand(1, 8, 8, generator=torch.Generator().manual_seed(5))


@pytest.fixture(scope="session")
def found(small, x):
    return xai.attribute(small, x, method="input_x_gradient")
