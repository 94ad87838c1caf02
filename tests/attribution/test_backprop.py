"""Guided backpropagation and deconvolution against Captum, closed forms and each way to write a rectifier."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, mlp, row
from attribution.nets_twins import Modules, picture
from torch import nn
from torch.nn import functional as F  # noqa: N812

import xai_widgets as xai

METHODS = {"guided_backprop": captum.attr.GuidedBackprop, "deconvolution": captum.attr.Deconvolution}


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("make", [convnet, mlp, Modules])
def test_it_agrees_with_captum_on_modules(method, make):
    x = {convnet: image(), mlp: row(), Modules: picture()}[make]
    for target in range(3):
        ours = xai.attribute(make(), x, method, target=target).values
        theirs = METHODS[method](make()).attribute(x[None].requires_grad_(), target=target)[0].detach().numpy()
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7 * np.abs(theirs).max())


RECTIFIERS = {
    "nn.ReLU": nn.ReLU,
    "nn.ReLU in place": lambda: nn.ReLU(inplace=True),
    "F.relu": lambda: F.relu,
    "F.relu in place": lambda: lambda x: F.relu(x, True),
    "F.relu_": lambda: F.relu_,
    "torch.relu": lambda: torch.relu,
    "torch.relu_": lambda: torch.relu_,
    "x.relu": lambda: lambda x: x.relu(),
    "x.relu_": lambda: lambda x: x.relu_(),
    "aten": lambda: torch.ops.aten.relu,
    "clamp": lambda: lambda x: x.clamp(0),
    "clamp_min_": lambda: lambda x: x.clamp_min_(0.0),
    "clip": lambda: lambda x: torch.clip(x, min=0),
    "threshold": lambda: nn.Threshold(0, 0, inplace=True),
    "relu6": nn.ReLU6,
    "hardtanh": lambda: nn.Hardtanh(0, 1e3),
}


class Around(nn.Module):
    def __init__(self, act):
        super().__init__()
        torch.manual_seed(1)
        self.one, self.two, self.three = (nn.Linear(a, b).double() for a, b in ((6, 9), (9, 9), (9, 3)))
        self.act = act

    def forward(self, x):
        return self.three(self.act(self.two(self.act(self.one(x)))))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("written", RECTIFIERS)
def test_every_way_to_write_a_rectifier_is_one_operation(method, written):
    x = row()
    result = xai.attribute(Around(RECTIFIERS[written]()), x, method, target=1)
    np.testing.assert_allclose(
        result.values, xai.attribute(Around(nn.ReLU()), x, method, target=1).values, rtol=1e-6, atol=1e-12
    )
    assert not result.notes


class InPart(nn.Module):
    """A rectifier that writes into a part of a tensor, or puts together what another one has made of the parts."""

    def __init__(self, *, inside):
        super().__init__()
        torch.manual_seed(1)
        self.one, self.two = nn.Linear(6, 9).double(), nn.Linear(9, 3).double()
        self.inside = inside

    def forward(self, x):
        h = self.one(x)
        if self.inside:
            h[:, 2:7].relu_()
            h.view(-1, 3, 3)[:, 0].relu_()
            return self.two(h)
        h = torch.cat([h[:, :2], h[:, 2:7].relu(), h[:, 7:]], 1)
        return self.two(torch.cat([h[:, :3].relu(), h[:, 3:]], 1))


@pytest.mark.parametrize("method", METHODS)
def test_a_rectifier_of_a_part_is_that_of_the_part_alone(method):
    inside, apart = (xai.attribute(InPart(inside=flag), row(), method, target=1).values for flag in (True, False))
    np.testing.assert_allclose(inside, apart, rtol=1e-6, atol=1e-12)


def test_closed_forms_of_one_rectifier():
    """For F = w · relu(v x): guided keeps open paths with positive weight, deconvolution every positive weight."""

    class One(nn.Module):
        def forward(self, x):
            return torch.stack([(torch.tensor([1.0, -2.0, 3.0, -4.0]) * x.relu()).sum(1)], 1)

    x = torch.tensor([1.0, 1.0, -1.0, -1.0])
    assert xai.attribute(One(), x, "guided_backprop").values.tolist() == [1, 0, 0, 0]
    assert xai.attribute(One(), x, "deconvolution").values.tolist() == [1, 0, 3, 0]


@pytest.mark.parametrize("method", METHODS)
def test_without_a_rectifier_it_is_the_gradient_and_says_so(method):
    model, x = Around(nn.GELU()), row()
    result = xai.attribute(model, x, method, target=0)
    np.testing.assert_array_equal(result.values, xai.attribute(model, x, "saliency", target=0, absolute=False).values)
    assert "no ReLU" in result.notes[-2]
    assert "gelu" in result.notes[-1]
