"""In half precision, what is summed up over many passes is as exact as the passes themselves."""

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.paths import IntegratedGradients
from xai_widgets.attribution.windows import Windows
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel


@pytest.fixture(autouse=True)
def _one_by_one(monkeypatch):
    """Keep batches at one row: the most terms that a sum can have."""
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)


def far(found, true):
    return np.linalg.norm(found - true) / np.linalg.norm(true)


@pytest.fixture
def net():
    return convnet().to(torch.bfloat16)


def test_occlusion(net):
    x = image(48).to(torch.bfloat16)
    found = xai.attribute(net, x, "occlusion", target=1, sliding_window_shapes=32, strides=1).values
    model, windows = TorchModel(net), Windows.over(x.shape, 32, 1)
    masks = windows.masks(slice(None), x.device)
    whole = model.scores(x[None])[0, 1].double()
    losses = torch.stack([whole - model.scores((x * ~mask)[None])[0, 1].double() for mask in masks])
    true = torch.einsum("n,nhw->hw", losses, masks.double()) / masks.sum(0)
    assert far(found[0], true.numpy()) < 0.02


def test_smooth_grad(net):
    x, model = image().to(torch.bfloat16), TorchModel(net)
    seen = []
    original = TorchModel.gradients

    def keep(self, batch, target):
        result = original(self, batch, target)
        seen.append(result[1][0].double())
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TorchModel, "gradients", keep)
        found = xai.attribute(net, x, "smooth_grad", target=1, n_samples=1000, tolerance=0.0).values
    assert model.dtype == torch.bfloat16
    assert len(seen) == 1000
    assert far(found, torch.stack(seen).mean(0).numpy()) < 0.02


def test_integrated_gradients():
    net, x = mlp().to(torch.bfloat16), row().to(torch.bfloat16)
    model = TorchModel(net)
    alphas = torch.linspace(0, 1, 1025, dtype=torch.float64)
    gradients = [model.gradients((a * x.double()).to(x)[None], Target(1))[1][0].double() for a in alphas]
    true = torch.trapezoid(torch.stack(gradients), alphas, dim=0) * x.double()
    method = IntegratedGradients(n_steps=1025, tolerance=0.0)
    *_, last = method.run(model, read_inputs(x, device=x.device, dtype=x.dtype), Target(1))
    assert last.values.dtype == torch.float32
    assert far(last.values.numpy(), true.numpy()) < 0.02


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_cam_finds_the_head_by_its_scores_however_these_are_rounded(half):
    torch.manual_seed(0)
    layers = nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3)
    net, x = nn.Sequential(*layers).to(half).eval(), image().to(half)
    found = xai.attribute(net, x, "cam", target=1, relu=False).values
    true = xai.attribute(net.double(), x.double(), "cam", target=1, relu=False).values
    assert far(found, true) < 0.02


@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_the_last_layer_before_the_scores_is_none_that_puts_them_out_rounded_otherwise(half):
    class Layers(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layer, self.head = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), nn.Linear(8, 3)

        def forward(self, x):
            return self.head(self.layer(x).mean(1))

    net, x = Layers().to(half).eval(), torch.rand(5, 8, generator=torch.Generator().manual_seed(1)).to(half)
    assert xai.attribute(net, x, "conductance", target=1, n_steps=5).notes[0] == "Layer: layer."
