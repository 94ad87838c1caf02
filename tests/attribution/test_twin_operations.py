"""Operations by one call and by hand: the same numbers, and those of a symmetric rule where no twin exists."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

import xai_widgets as xai

N = 6


class Net(nn.Module):
    """A layer, an operation on what it makes of the input, and a curved head."""

    def __init__(self, operation):
        super().__init__()
        self.operation, self.layer = operation, nn.Linear(N, 2 * N).double()
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for one in self.layer.parameters():
                one.copy_(torch.randn(one.shape, dtype=torch.float64, generator=generator) / 2)

    def forward(self, x):
        y = self.operation(*self.layer(x).chunk(2, 1)).reshape(len(x), -1)
        return torch.stack([y.tanh().sum(1), y.sum(1)], 1)


def rows(count=2, seed=3):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, N, dtype=torch.float64, generator=generator)


def parts(z):
    return torch.view_as_real(z).flatten(1)


def length(x, *, keepdim=False):
    return x.square().sum(1, keepdim=keepdim).sqrt()


TWINS = {
    "variance": (
        lambda a, _: a.var(1),
        lambda a, _: (a - a.mean(1, keepdim=True)).square().sum(1) / (N - 1),
    ),
    "deviation": (
        lambda a, _: torch.std(a, 1, unbiased=False, keepdim=True),
        lambda a, _: (a - a.mean(1, keepdim=True)).square().mean(1, keepdim=True).sqrt(),
    ),
    "both": (
        lambda a, _: torch.cat([one[:, None] for one in torch.var_mean(a, 1)], 1),
        lambda a, _: torch.stack([(a - a.mean(1, keepdim=True)).square().sum(1) / (N - 1), a.mean(1)], 1),
    ),
    "polar": (
        lambda a, b: parts(torch.polar(a, b)),
        lambda a, b: torch.stack([a * b.cos(), a * b.sin()], 2).flatten(1),
    ),
    "cross": (
        lambda a, b: torch.linalg.cross(a.view(-1, 2, 3), b.view(-1, 2, 3)),
        lambda a, b: torch.stack(
            [
                a.view(-1, 2, 3)[:, :, i] * b.view(-1, 2, 3)[:, :, j]
                - a.view(-1, 2, 3)[:, :, j] * b.view(-1, 2, 3)[:, :, i]
                for i, j in ((1, 2), (2, 0), (0, 1))
            ],
            2,
        ),
    ),
    "product of two": (
        lambda a, b: torch.stack([a, b], 2).prod(2),
        lambda a, b: a * b,
    ),
    "sums of exponentials": (
        lambda a, _: a.logcumsumexp(1),
        lambda a, _: torch.stack([a[:, : i + 1].logsumexp(1) for i in range(N)], 1),
    ),
    "log of two": (
        torch.logaddexp,
        lambda a, b: torch.stack([a, b]).logsumexp(0),
    ),
    "log of two to the base of two": (
        torch.logaddexp2,
        lambda a, b: (torch.stack([a, b]) * math.log(2)).logsumexp(0) / math.log(2),
    ),
    "hypotenuse": (torch.hypot, lambda a, b: (a**2 + b**2).sqrt()),
    "cosine": (
        lambda a, b: F.cosine_similarity(a, b)[:, None],
        lambda a, b: (a / length(a, keepdim=True) * (b / length(b, keepdim=True))).sum(1, keepdim=True),
    ),
    "distance": (
        lambda a, b: F.pairwise_distance(a, b)[:, None],
        lambda a, b: length(a - b + 1e-6)[:, None],
    ),
    "distances": (
        lambda a, b: torch.cdist(a.view(-1, 2, 3), b.view(-1, 2, 3), compute_mode="donot_use_mm_for_euclid_dist"),
        lambda a, b: (a.view(-1, 2, 1, 3) - b.view(-1, 1, 2, 3)).square().sum(-1).sqrt(),
    ),
    "error": (lambda a, b: F.mse_loss(a, b)[None, None], lambda a, b: (a - b).square().mean()[None, None]),
    "largest": (
        lambda a, _: torch.linalg.vector_norm(a, math.inf, 1)[:, None],
        lambda a, _: a.abs().amax(1, keepdim=True),
    ),
    "over two axes": (
        lambda a, _: a.view(-1, 2, 3).amax((1, 2)),
        lambda a, _: a.amax(1),
    ),
    "products of matrices": (
        lambda a, b: torch.addbmm(torch.ones(3, 3).to(a), a.view(-1, 3, 2), b.view(-1, 2, 3))[None],
        lambda a, b: torch.ones(1, 3, 3).to(a) + a.view(-1, 3, 2) @ b.view(-1, 2, 3),
    ),
    "areas": (
        lambda a, b: torch.trapezoid(a, b, dim=1)[:, None],
        lambda a, b: ((a[:, 1:] + a[:, :-1]) / 2 * b.diff(dim=1)).sum(1, keepdim=True),
    ),
    "of two layers": (
        lambda a, b: F.bilinear(a, b, torch.ones(2, N, N).to(a).tril()),
        lambda a, b: torch.einsum("ni,kij,nj->nk", a, torch.ones(2, N, N).to(a).tril(), b),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_by_one_call_and_by_hand_deep_lift_is_the_same(name):
    (x, base), (call, hand) = rows(), TWINS[name]
    with torch.no_grad():
        torch.testing.assert_close(Net(call)(x[None]), Net(hand)(x[None]))
    got, wanted = (xai.attribute(Net(one), x, "deep_lift", target=0, baselines=base) for one in (call, hand))
    assert np.abs(wanted.values).max() > 1e-3
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-7)
    assert abs(got.gap) < 1e-12
    assert not got.notes


NORMS = {
    "variance": lambda x: (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt(),
    "by parts": lambda x: (
        (x - x.mean(-1, keepdim=True)) * ((x - x.mean(-1, keepdim=True)).square().mean(-1, keepdim=True) + 1e-5).rsqrt()
    ),
}


@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("method", ["deep_lift", "attention_lrp"])
def test_a_norm_by_the_variance_is_the_norm_by_one_call(name, method):
    x, _ = rows()
    models = [Net(lambda a, _, norm=norm: norm(a)) for norm in (NORMS[name], lambda a: F.layer_norm(a, (N,)))]
    got, wanted = (xai.attribute(one, x, method, target=1 if method == "deep_lift" else 0).values for one in models)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-8)


def test_factors_share_a_product_as_shapley_would():
    x, base = rows()[:, :4] + 1

    class Product(nn.Module):
        def forward(self, x):
            return x.prod(1, keepdim=True)

    got = xai.attribute(Product().double(), x, "deep_lift", baselines=base).values
    wanted = np.zeros(4)
    for order in itertools.permutations(range(4)):
        now = base.clone()
        for one in order:
            before = now.prod()
            now[one] = x[one]
            wanted[one] += float(now.prod() - before) / math.factorial(4)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6)


def test_what_is_added_to_all_logits_gets_nothing_of_a_softmax():
    x, base = rows()
    plain = Net(lambda a, _: a.softmax(1))
    wanted = xai.attribute(plain, x, "deep_lift", target=0, baselines=base).values
    # Hundreds apart, a baseline's exponentials were nothing, and one over their sum infinite.
    for much in (1, 30, 300, 3000):
        moved = Net(lambda a, _, much=much: (a + much * a.sum(1, keepdim=True).tanh()).softmax(1))
        got = xai.attribute(moved, x, "deep_lift", target=0, baselines=base)
        np.testing.assert_allclose(got.values, wanted, rtol=1e-4, atol=1e-7)
        assert not got.notes


def test_exponentials_of_very_low_logits_add_up():
    x, base = rows()
    for low in (0, 20, 60):
        net = Net(lambda a, _, low=low: torch.cat([a[:, :3] - low, a[:, 3:]], 1).logcumsumexp(1))
        assert abs(xai.attribute(net, x, "deep_lift", target=0, baselines=base).gap) < 1e-9


def test_relevance_counts_once_what_is_put_to_a_place():
    x, _ = rows()
    places = torch.tensor([0, 1, 1, 2, 2, 2])

    def put(a, b):
        return torch.zeros_like(a).index_put((torch.arange(len(a))[:, None], places), a * 2, accumulate=True) + b

    def summed(a, b):
        return (a * 2) @ F.one_hot(places, N).to(a) + b

    got, wanted = (xai.attribute(Net(one), x, "lrp", composite="epsilon", target=1).values for one in (put, summed))
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6)


class Unpooling(nn.Module):
    def __init__(self, size, stride):
        super().__init__()
        torch.manual_seed(0)
        self.size, self.stride, self.layer = size, stride, nn.Conv2d(1, 2, 3, padding=1, bias=False)
        self.double()

    def forward(self, x):
        y = self.layer(x)
        pooled, index = F.max_pool2d(y, self.size, self.stride, return_indices=True)
        return F.max_unpool2d(pooled, index, self.size, self.stride, output_size=y.shape[-2:]).sum((2, 3))


def test_unpooling_hands_each_relevance_to_one_place_or_is_refused():
    x = torch.rand(1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    result = xai.attribute(Unpooling(2, 2), x, "lrp", composite="epsilon", target=0)
    assert abs(result.gap) < 1e-4 * abs(result.values).sum()
    with pytest.raises(xai.ModelError, match=r"no rule for \S*max_unpool2d of windows that overlap, called in test_"):
        xai.attribute(Unpooling(3, 1), x, "lrp", target=0)


def test_a_self_normalising_network_is_explained():
    """Its dropout does nothing but in training."""
    torch.manual_seed(0)
    layers = nn.Linear(N, 8), nn.SELU(), nn.AlphaDropout(0.5), nn.FeatureAlphaDropout(0.5), nn.Linear(8, 2)
    with_it, without = nn.Sequential(*layers), nn.Sequential(*layers[:2], layers[4])
    for method in ("deep_lift", "lrp", "attention_lrp"):
        got, wanted = (xai.attribute(one.double(), rows()[0], method).values for one in (with_it, without))
        np.testing.assert_array_equal(got, wanted)


def test_what_is_taken_apart_is_refused_by_the_name_that_the_model_calls():
    x, _ = rows()
    for operation in (lambda a, _: a.std(1, keepdim=True), lambda a, b: F.cosine_similarity(a, b)[:, None]):
        with pytest.raises(
            xai.ModelError, match=r"lrp has no rule for \S*(std|cosine_similarity), called in test_twin"
        ):
            xai.attribute(Net(operation), x, "lrp")
    with pytest.raises(xai.ModelError, match=r"no rule for torch.addcmul of this kind, called in test_twin"):
        xai.attribute(Net(lambda a, b: torch.addcmul(a, 2, a, b)), x, "deep_lift")
