"""AttnLRP beyond attention: experts, decays, turns by complex numbers, custom functions, writing in place."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai

X = torch.randn(5, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(3))


def explain(model, x=X, **params):
    return xai.attribute(model, x, "attention_lrp", target=1, **({"epsilon": 1e-12, "gamma": 0.0} | params))


class Net(nn.Module):
    """Rows of a table through a function of this module, then summed to three scores."""

    def __init__(self, act):
        super().__init__()
        torch.manual_seed(4)
        self.act = act
        self.first, self.gate, self.head = (nn.Linear(6, n, bias=False) for n in (6, 4, 3))
        self.up = nn.Parameter(torch.randn(4, 6, 6))
        self.double()

    def forward(self, x):
        return self.head(self.act(self, self.first(x))).sum(1)


def weights_of(net, x):
    """By logits: which two of four experts count, and how much."""
    top, index = net.gate(x).softmax(-1).topk(2)
    return top / top.sum(-1, keepdim=True), index


def weights_by_places(net, x):
    scores = net.gate(x)
    index = (scores + torch.arange(4) * 0).topk(2)[1]
    return scores.softmax(-1).gather(-1, index), index


def weights_in_a_table(net, x):
    logits = net.gate(x)
    top, index = logits.topk(2)
    full = torch.full_like(logits, -torch.inf).scatter_(-1, index, top)
    return full.softmax(-1).gather(-1, index), index


def apart(net, x):
    """An expert for each row, one after the other, added in place."""
    weights, index = net.route(net, x)
    flat, out = x.reshape(-1, 6), torch.zeros(x.numel() // 6, 6, dtype=x.dtype)
    for i in range(4):
        rows, place = torch.where(index.reshape(-1, 2) == i)
        made = nn.functional.linear(flat[rows], net.up[i]) * weights.reshape(-1, 2)[rows, place, None]
        out.index_add_(0, rows, made)
    return out.reshape(x.shape)


def together(net, x):
    """Every expert for every row, those that are not chosen times 0."""
    weights, index = net.route(net, x)
    full = torch.zeros(*x.shape[:-1], 4, dtype=x.dtype).scatter(-1, index, weights)
    return sum(nn.functional.linear(x, net.up[i]) * full[..., i, None] for i in range(4))


def frozen(route):
    def weights(net, x):
        with torch.no_grad():
            return route(net, x)

    return weights


@pytest.mark.parametrize("experts", [apart, together])
@pytest.mark.parametrize("route", [weights_of, weights_by_places, weights_in_a_table])
@pytest.mark.parametrize("gamma", [0.0, 0.25])
def test_experts_count_by_constant_weights(experts, route, gamma):
    net, fixed = Net(experts), Net(apart)
    net.route, fixed.route = route, frozen(route)
    got, wanted = explain(net, gamma=gamma), explain(fixed, gamma=gamma)
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-9)
    assert got.gap == pytest.approx(0, abs=1e-8)
    assert np.abs(wanted.values).max() > 0.01


@pytest.mark.parametrize("gamma", [0.0, 0.25])
def test_experts_in_one_call_are_experts_one_by_one(gamma):
    ends = torch.tensor([3, 8, 8, 10], dtype=torch.int32)

    class Grouped(nn.Module):
        def __init__(self, *, one_call):
            super().__init__()
            torch.manual_seed(5)
            self.weight, self.one_call = nn.Parameter(torch.randn(4, 8, 8)), one_call

        def forward(self, x):
            rows = x.reshape(-1, 8)
            if self.one_call:
                found = torch._grouped_mm(rows, self.weight, offs=ends)
            else:
                parts = zip([0, *ends.tolist()], ends.tolist(), self.weight, strict=False)
                found = torch.cat([rows[a:b] @ w for a, b, w in parts])
            return found.reshape(-1, 10, 8).relu().sum(1)

    x = torch.randn(10, 8, generator=torch.Generator().manual_seed(6))
    got, wanted = (explain(Grouped(one_call=one), x, gamma=gamma, epsilon=1e-6).values for one in (True, False))
    np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-5)
    assert np.abs(wanted).max() > 0.01


def scan(x, decay):
    state, states = torch.zeros_like(x[:, 0]), []
    for t in range(x.shape[1]):
        state = decay(x[:, t]) * state + x[:, t]
        states.append(state)
    return torch.stack(states, 1)


@pytest.mark.parametrize(
    "decay",
    [
        lambda x: torch.exp(-nn.functional.softplus(x)),
        lambda x: (-nn.functional.softplus(x)).exp_(),
        lambda x: (1 - torch.exp(-2 * x.sigmoid())).sqrt(),
        lambda x: torch.cat([-x.sigmoid(), -x.square()]).exp()[len(x) :],
    ],
)
def test_a_decay_is_constant_and_all_of_the_score_arrives(decay):
    def fixed(x):
        with torch.no_grad():
            return decay(x)

    got = explain(Net(lambda _, x: scan(x, decay)))
    wanted = explain(Net(lambda _, x: scan(x, fixed)))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-6, atol=1e-10)
    assert got.gap == pytest.approx(0, abs=1e-8)
    assert np.abs(wanted.values).max() > 0.01


ELSEWHERE = {
    "exp": lambda _, x: x.exp(),
    "softmax_beside_one": lambda _, x: x.exp() / (1 + x.exp().sum(-1, keepdim=True)),
    "log": lambda _, x: (x.square() + 1).log(),
    "logsumexp": lambda _, x: x - x.logsumexp(-1, keepdim=True),
    "reciprocal": lambda _, x: (x.square() + 1).reciprocal(),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_does_more_than_scale_is_refused_where_it_is_called(name):
    with pytest.raises(xai.ModelError, match=r"attention_lrp has no rule for .* called in test_lrp_gates.py line \d+"):
        explain(Net(ELSEWHERE[name]))


def turned(_, x):
    angles = torch.arange(6, dtype=x.dtype)
    half = torch.cat([-x[..., 3:], x[..., :3]], -1)
    return x * angles[:3].repeat(2).cos() + half * angles[:3].repeat(2).sin()


def turned_by_complex_numbers(_, x):
    pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], 2, 3).transpose(-1, -2).contiguous())
    turn = torch.polar(torch.ones(3, dtype=x.dtype), torch.arange(3, dtype=x.dtype))
    return torch.view_as_real(pairs * turn).transpose(-1, -2).reshape(x.shape)


def test_a_turn_is_the_same_by_sines_and_by_complex_numbers():
    got, wanted = explain(Net(turned_by_complex_numbers)), explain(Net(turned))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-9)
    assert got.gap == pytest.approx(0, abs=1e-8)


def test_a_fourier_transform_is_the_matrix_that_it_is():
    matrix = torch.fft.fft(torch.eye(6, dtype=torch.float64)).real
    got = explain(Net(lambda _, x: torch.fft.fft(x).real))
    wanted = explain(Net(lambda _, x: x @ matrix))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-6, atol=1e-10)
    mixed = explain(Net(lambda _, x: torch.fft.fftn(x, dim=(1, 2)).real))
    assert mixed.gap == pytest.approx(0, abs=1e-8)


def test_a_triangular_system_shares_as_its_inverse_does():
    lower = torch.randn(5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(7)).tril() + 3 * torch.eye(5)
    solve = torch.linalg.solve_triangular
    got = explain(Net(lambda _, x: solve(lower, x, upper=False)))
    wanted = explain(Net(lambda _, x: lower.inverse() @ x))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-6, atol=1e-10)
    # One that depends on the input counts as constant.
    depends = explain(Net(lambda _, x: solve(lower * (1 + x.mean().square()), x, upper=False)))
    assert depends.gap == pytest.approx(0, abs=1e-8)


class GeluByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return nn.functional.gelu(x)

    @staticmethod
    def backward(ctx, came):
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            leaf = x.detach().requires_grad_()
            return torch.autograd.grad(nn.functional.gelu(leaf), leaf, came)[0]


class GeluOfNeighbours(GeluByHand):
    @staticmethod
    def backward(_ctx, came):
        return came.roll(1, -1)


@pytest.mark.parametrize("method", ["lrp", "attention_lrp"])
def test_a_custom_function_that_is_an_activation_passes_on_what_comes(method):
    params = {"composite": "epsilon"} if method == "lrp" else {}
    got, wanted = (
        xai.attribute(Net(act), X, method, target=1, **params)
        for act in (lambda _, x: GeluByHand.apply(x), lambda _, x: nn.functional.gelu(x))
    )
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-6, atol=1e-10)
    with pytest.raises(xai.ModelError, match="no rule for GeluOfNeighboursBackward"):
        xai.attribute(Net(lambda _, x: GeluOfNeighbours.apply(x)), X, method, target=1)


def written(_, x):
    out = torch.zeros_like(x)
    out[..., :2] = x[..., 4:].relu()
    out[..., 2:].copy_(x[..., :4])
    out[..., 2:] *= 2
    return out


def test_writing_into_parts_is_joining_them():
    got = explain(Net(written))
    wanted = explain(Net(lambda _, x: torch.cat([x[..., 4:].relu(), 2 * x[..., :4]], -1)))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("reduce", ["amax", "sum"])
def test_rows_gathered_in_groups(reduce):
    groups = torch.tensor([0, 0, 1, 1, 1])

    def scattered(_, x):
        index = groups[None, :, None].expand(x.shape)
        empty = torch.zeros(len(x), 2, 6, dtype=x.dtype)
        return empty.scatter_reduce(1, index, x, reduce, include_self=False)

    def plain(_, x):
        parts = [x[:, groups == i] for i in range(2)]
        return torch.stack([p.amax(1) if reduce == "amax" else p.sum(1) for p in parts], 1)

    got, wanted = explain(Net(scattered)), explain(Net(plain))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-6, atol=1e-10)
    assert got.gap == pytest.approx(0, abs=1e-8)
