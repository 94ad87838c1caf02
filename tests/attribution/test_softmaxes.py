"""A softmax that is written out has the values of its twin, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import xai_widgets as xai


def in_place(a):
    a = a.clone()
    a.sub_(a.max(-1, keepdim=True).values).exp_()
    return a.div_(a.sum(-1, keepdim=True))


def shifted_twice(a):
    most = a.amax(-1, keepdim=True)
    return (a - (most + (a - most).exp().sum(-1, keepdim=True).log())).exp()


def fraction(a, less=None, *, divide=torch.div):
    e = (a if less is None else a - less).exp()
    return divide(e, e.sum(-1, keepdim=True))


WRITTEN = {
    "logsumexp": lambda a: (a - a.logsumexp(-1, keepdim=True)).exp(),
    "logsumexp_functions": lambda a: torch.exp(torch.sub(a, torch.logsumexp(a, -1, True))),
    "log_softmax": lambda a: a.log_softmax(-1).exp(),
    "log_softmax_function": lambda a: torch.exp(functional.log_softmax(a, dim=-1)),
    "fraction": fraction,
    "computed_twice": lambda a: a.exp() / a.exp().sum(-1, keepdim=True),
    "less_the_largest": lambda a: fraction(a, a.max(-1, keepdim=True).values),
    "less_the_largest_detached": lambda a: fraction(a, a.amax(-1, keepdim=True).detach()),
    "less_the_largest_of_all": lambda a: fraction(a, a.max()),
    "reciprocal": lambda a: fraction(a, divide=lambda e, s: e * s.reciprocal()),
    "one_over": lambda a: fraction(a, divide=lambda e, s: (1 / s) * e),
    "normalize": lambda a: functional.normalize(a.exp(), p=1, dim=-1),
    "clamped": lambda a: fraction(a, divide=lambda e, s: e / s.clamp(min=1e-12)),
    "logarithm_of_the_sum": lambda a: (a - a.exp().sum(-1, keepdim=True).log()).exp(),
    "shifted_twice": shifted_twice,
    "in_place": in_place,
}


class Attends(nn.Module):
    def __init__(self, weigh):
        super().__init__()
        torch.manual_seed(5)
        self.q, self.k, self.v, self.head = (nn.Linear(4, 4) for _ in range(4))
        self.weigh = weigh
        self.double()

    def forward(self, x):
        mixed = self.weigh(self.q(x) @ self.k(x).mT) @ self.v(x)
        return self.head((x + mixed).mean(1))


ROWS = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(6))


BEFORE = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(7))
METHODS = {"attention_lrp": {}, "deep_lift": {"baselines": BEFORE}}


def explain(weigh, method="attention_lrp"):
    found = xai.attribute(Attends(weigh), ROWS, method, target=1, **METHODS[method])
    assert method != "deep_lift" or abs(found.gap) < 1e-12
    return found.values


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", WRITTEN)
def test_a_softmax_that_is_written_out_has_the_values_of_its_twin(name, method):
    wanted = explain(lambda a: a.softmax(-1), method)
    if method == "attention_lrp":
        assert np.abs(wanted - explain(lambda a: a.softmax(-1).detach())).max() > 1e-3 * np.abs(wanted).max()
    np.testing.assert_allclose(explain(WRITTEN[name], method), wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["logsumexp", "less_the_largest", "log_softmax"])
def test_what_a_mask_hides_has_no_share(name, method):
    mask = torch.ones(5, 5, dtype=torch.bool).triu(1)

    def masked(weigh):
        return explain(lambda a: weigh(a.masked_fill(mask, -torch.inf)), method)

    np.testing.assert_allclose(masked(WRITTEN[name]), masked(lambda a: a.softmax(-1)), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_softmax_over_two_axes_is_one_too(method):
    wanted = explain(lambda a: a.flatten(1).softmax(-1).view_as(a), method)
    got = explain(lambda a: a.exp() / a.exp().sum((1, 2), keepdim=True), method)
    np.testing.assert_allclose(got, wanted, rtol=1e-6)


NONE = [
    lambda a: a.exp() / (1 + a.exp().sum(-1, keepdim=True)),
    lambda a: fraction(a, a.amax(-2, keepdim=True)),  # which differs along the axis of the sum
    lambda a: (a - a.mean(-1, keepdim=True)).exp(),
    lambda a: a.log_softmax(-1),
]


@pytest.mark.parametrize("weigh", NONE)
def test_what_is_none_is_refused(weigh):
    with pytest.raises(xai.ModelError, match=r"attention_lrp has no rule for .*, called in test_softmaxes.py"):
        explain(weigh)


@pytest.mark.parametrize("weigh", NONE)
def test_deep_lift_takes_none_for_one_either(weigh):
    assert explain(weigh, "deep_lift").any()
