"""Layers whose bias or norm is written behind them have the relevance of the one operation that they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

import xai_widgets as xai
from xai_widgets.models.rules.operations import operation_of


class Net(nn.Module):
    """Two layers, each written by a function, and a head."""

    def __init__(self, layer, convolves):
        super().__init__()
        torch.manual_seed(1)
        self.layer = layer
        kinds = (lambda a: nn.Conv2d(a, 4, 2)) if convolves else (lambda a: nn.Linear(a, 4))
        self.layers = nn.ModuleList([kinds(2 if convolves else 8), kinds(4)])
        self.norms = nn.ModuleList(nn.BatchNorm2d(4) for _ in range(2))
        self.head = nn.Linear(4, 3)
        for norm in self.norms:
            with torch.no_grad():
                for one in (norm.weight, norm.bias, norm.running_mean):
                    one.copy_(torch.randn(4))
            norm.running_var.uniform_(0.5, 2)
        self.double().eval()

    def forward(self, x):
        for layer, norm in zip(self.layers, self.norms, strict=True):
            x = self.layer(x, layer, norm).relu()
        return self.head(x.flatten(2).mean(2) if x.ndim == 4 else x)


def scale_and_shift(norm):
    scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
    return [one[:, None, None] for one in (scale, norm.bias - norm.running_mean * scale)]


def frozen(x, layer, norm):
    scale, shift = scale_and_shift(norm)
    return layer(x) * scale + shift


def by_statistics(x, layer, norm):
    mean, var, weight, bias = (t[None, :, None, None] for t in (
        norm.running_mean, norm.running_var, norm.weight, norm.bias))  # fmt: skip
    return weight * (layer(x) - mean) / torch.sqrt(var + norm.eps) + bias


def in_place(x, layer, norm):
    scale, shift = scale_and_shift(norm)
    return layer(x).mul_(scale).add_(shift)


def without_bias(x, layer, *_):
    return F.linear(x, layer.weight) if x.ndim == 2 else F.conv2d(x, layer.weight)


def normed(x, layer, norm):
    return norm(layer(x))


def plain(x, layer, _):
    return layer(x)


TWINS = {
    "x @ W + b": (False, plain, lambda x, layer, _: x @ layer.weight.T + layer.bias),
    "b + x @ W": (False, plain, lambda x, layer, _: layer.bias + torch.mm(x, layer.weight.t())),
    "x @ W - b": (False, plain, lambda x, layer, _: x @ layer.weight.T - -layer.bias),
    "x @ W + b by halves": (False, plain, lambda x, layer, _: x @ layer.weight.T + layer.bias / 2 + layer.bias / 2),
    "einsum": (False, plain, lambda x, layer, _: torch.einsum("ni,oi->no", x, layer.weight) + layer.bias),
    "bias in place": (False, plain, lambda x, layer, _: without_bias(x, layer).add_(layer.bias)),
    "a number": (
        False,
        lambda x, layer, _: F.linear(x, layer.weight, torch.full_like(layer.bias, 0.7)),
        lambda x, layer, _: without_bias(x, layer) + 0.7,
    ),
    "convolution": (True, plain, lambda x, layer, _: without_bias(x, layer) + layer.bias[:, None, None]),
    "frozen": (True, normed, frozen),
    "by statistics": (True, normed, by_statistics),
    "norm in place": (True, normed, in_place),
    "at once": (True, normed, lambda x, layer, norm: torch.addcmul(
        scale_and_shift(norm)[1], layer(x), scale_and_shift(norm)[0])),
}  # fmt: skip


def explain(layer, convolves, method, **params):
    generator = torch.Generator().manual_seed(6)
    x = torch.rand(*((2, 5, 5) if convolves else (8,)), dtype=torch.float64, generator=generator)
    return xai.attribute(Net(layer, convolves), x, method, target=1, **params).values


@pytest.mark.parametrize("rule", ["zplus", "gamma", "alpha_beta", "epsilon", "attention_lrp"])
@pytest.mark.parametrize("name", TWINS)
def test_a_layer_by_hand_gets_what_its_twin_gets(name, rule):
    convolves, twin, by_hand = TWINS[name]
    params = ("attention_lrp", {}) if rule == "attention_lrp" else ("lrp", {"composite": rule})
    wanted, got = (explain(one, convolves, params[0], **params[1]) for one in (twin, by_hand))
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())
    assert wanted.any()


def test_what_differs_from_place_to_place_is_no_bias():
    """It has its share of the sum, as an embedding of places has, before the layer shares the rest."""
    places = torch.linspace(-1, 1, 16, dtype=torch.float64).view(4, 4)

    class Placed(nn.Module):
        def __init__(self):
            super().__init__()
            torch.manual_seed(1)
            self.one = nn.Conv2d(2, 4, 2, bias=False).double()

        def forward(self, x):
            return (self.one(x) + places).sum((2, 3))

    model, x = Placed(), torch.rand(2, 5, 5, dtype=torch.float64)
    with torch.no_grad():
        model.one.weight.abs_()
        wanted = float(model.one(x[None])[0, 1].sum())
    got = xai.attribute(model, x, "lrp", composite="zplus", target=1, epsilon=1e-12).values
    assert got.sum() == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("first", ["mm", "spmm", "dsmm"])
def test_a_product_has_one_name_whichever_of_its_names_came_first(first):
    """Python takes them for the same function, so one name is remembered for all."""
    assert torch.mm == torch.spmm == torch.dsmm
    operation_of.cache_clear()
    assert operation_of(getattr(torch, first)) == operation_of(torch.mm) == ("matmul", False)
