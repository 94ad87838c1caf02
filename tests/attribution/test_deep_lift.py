"""DeepLIFT against Captum, closed forms and completeness on random networks; Deep SHAP as its mean."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, linear, mlp, row
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F  # noqa: N812

import xai_widgets as xai


def smooth(pool):
    torch.manual_seed(3)
    layers = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Tanh(), pool, nn.Conv2d(8, 16, 3), nn.ReLU()
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 5), nn.ELU()).double().eval()


@pytest.mark.filterwarnings("ignore:Setting forward")
@pytest.mark.parametrize("pool", [nn.Identity(), nn.AvgPool2d(2)], ids=["none", "average"])
def test_it_agrees_with_captum_on_modules(pool):
    x, base = image(), image(seed=9)
    ours = xai.attribute(smooth(pool), x, "deep_lift", target=2, baselines=base)
    theirs = captum.attr.DeepLift(smooth(pool)).attribute(x[None].requires_grad_(), base[None], target=2)[0].detach()
    np.testing.assert_allclose(ours.values, theirs.numpy(), rtol=1e-6, atol=1e-7 * float(theirs.abs().max()))
    assert abs(ours.gap) < 1e-12


@pytest.mark.parametrize(
    "options", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 2, "padding": 1}, {"kernel_size": 3, "stride": 1}]
)
def test_max_pooling_window_by_window(options):
    """Captum's is no oracle: behind a layer its contributions miss the score's rise."""
    torch.manual_seed(0)
    x, base = torch.randn(2, 8, 8, dtype=torch.float64), torch.randn(2, 8, 8, dtype=torch.float64)
    pool = nn.MaxPool2d(**options)
    weight = torch.randn(2, *pool(x).shape, dtype=torch.float64)
    head = nn.Linear(weight[0].numel(), 2, bias=False).double()
    with torch.no_grad():
        head.weight.copy_(weight.flatten(1))
    got = xai.attribute(nn.Sequential(pool, nn.Flatten(), head), x, "deep_lift", target=1, baselines=base).values
    (y, up), (below, down) = (nn.functional.max_pool2d(one, **options, return_indices=True) for one in (x, base))
    wanted = torch.zeros_like(x)
    for place in np.ndindex(*y.shape):
        rise = y[place] - below[place]
        winner = (up if rise >= 0 else down)[place]
        wanted[place[0]].view(-1)[winner] += weight[1][place] * rise
    np.testing.assert_allclose(got, wanted.numpy(), rtol=1e-6, atol=1e-7)


class Random(nn.Module):
    """Some of everything, in an order that the seed decides."""

    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        acts = [
            F.relu, F.gelu, F.silu, F.elu, torch.tanh, torch.sigmoid, F.softplus, torch.sin, F.mish, F.hardswish,
            lambda x: x.softmax(-1), lambda x: F.log_softmax(x, 1), lambda x: F.layer_norm(x, (8,)),
            lambda x: F.group_norm(x, 2), lambda x: F.rms_norm(x, (8,)), lambda x: x * torch.sigmoid(x.flip(1)),
            lambda x: x / (1 + x.abs().sum(1, keepdim=True)), lambda x: torch.maximum(x, x.flip(1)),
            lambda x: x + x.max(1, keepdim=True).values - x.amin(1, keepdim=True), lambda x: x**3 / 10,
            F.normalize, lambda x: F.glu(torch.cat([x, x.flip(1)], 1)), lambda x: (x / 3).exp(),
            lambda x: x.logsumexp(1, keepdim=True) - x, lambda x: torch.einsum("ni,nj->ni", x, x.tanh()),
            lambda x: F.max_pool1d(x[:, None], 3, 2, 1).repeat(1, 1, 2).flatten(1),
            lambda x: x.square().mean(1, True) + x,
            lambda x: F.adaptive_max_pool1d(x[:, None], 4).repeat(1, 2, 1).flatten(1), lambda x: x.min() + x,
            lambda x: F.scaled_dot_product_attention(x.view(-1, 4, 2), x.view(-1, 4, 2), x.view(-1, 4, 2)).flatten(1),
            lambda x: F.prelu(x, torch.tensor([0.2]).to(x)), lambda x: torch.addcmul(x, x, x.cos(), value=0.5),
            lambda x: torch.lerp(x, x.flip(1), 0.3), lambda x: F.leaky_relu(x, 0.1, inplace=True),
        ]  # fmt: skip
        self.acts = [acts[i] for i in torch.randperm(len(acts))[:5]]
        self.layers = nn.ModuleList(nn.Linear(a, 8).double() for a in (6, 8, 8, 8, 8))
        self.head = nn.Linear(8, 3).double()

    def forward(self, x):
        for layer, act in zip(self.layers, self.acts, strict=True):
            x = act(layer(x))
        return self.head(x)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000))
def test_the_values_sum_to_the_rise_of_the_score(seed):
    model, x, base = Random(seed), row(seed=seed), row(seed=seed + 1)
    result = xai.attribute(model, x, "deep_lift", target=(0, 2), baselines=base)
    assert abs(result.gap) < 1e-9
    with torch.no_grad():
        high, low = (model(one[None])[0] for one in (x, base))
    assert result.values.sum() == pytest.approx(float((high - low)[0] - (high - low)[2]), abs=1e-4)
    assert not result.notes


@pytest.mark.parametrize("model", [convnet(), TinyViT()], ids=["convnet", "vit"])
@pytest.mark.parametrize("baseline", ["zero", "blur", "noise", "mean"])
def test_completeness_on_pictures(model, baseline):
    result = xai.attribute(model, image(), "deep_lift", target=2, baselines=baseline)
    assert abs(result.gap) < 1e-12
    assert (result.forwards, result.backwards) == (2, 1)
    assert result.error is None


def test_a_linear_model_is_weight_times_difference_and_a_feature_without_weight_gets_none():
    model, x = linear(), row()
    got = xai.attribute(model, x, "deep_lift", target=1, baselines=0.5).values
    np.testing.assert_allclose(got, (model.weight[1] * (x - 0.5)).detach().numpy(), rtol=1e-6)
    model = mlp()
    with torch.no_grad():
        model[0].weight[:, 3] = 0
    assert xai.attribute(model, x, "deep_lift").values[3] == 0


def test_an_input_that_is_its_baseline_gets_nothing():
    x = image()
    for model in (convnet(), TinyViT()):
        result = xai.attribute(model, x, "deep_lift", baselines=x)
        assert np.array_equal(result.values, np.zeros_like(result.values))
        assert result.gap == pytest.approx(0, abs=1e-14)


def test_a_product_is_shared_alike():
    class Product(nn.Module):
        def forward(self, x):
            return (x[:, 0] * x[:, 1])[:, None]

    x = torch.tensor([3.0, 5.0])
    assert xai.attribute(Product(), x, "deep_lift").values.tolist() == [7.5, 7.5]  # as Shapley would
    assert xai.attribute(Product(), x, "deep_lift", baselines=1.0).values.tolist() == [2 * 3, 4 * 2]


def test_a_maximum_goes_to_who_was_it():
    class Highest(nn.Module):
        def forward(self, x):
            return x.amax(1, keepdim=True)

    x, base = torch.tensor([1.0, 5.0, 2.0]), torch.tensor([3.0, 1.0, 0.0])
    assert xai.attribute(Highest(), x, "deep_lift", baselines=base).values.tolist() == [0, 2, 0]
    assert xai.attribute(Highest(), base, "deep_lift", baselines=x).values.tolist() == [0, -2, 0]


def test_a_choice_by_the_input_and_another_path_are_refused():
    class Choice(nn.Module):
        def forward(self, x):
            return torch.where(x > 0, x, 2 * x)[:, :2]

    class Path(nn.Module):
        def forward(self, x):
            return x[:, :2].exp() if bool(x.sum() > 0) else x[:, :2].sin()

    x = torch.tensor([1.0, -2.0, 3.0])
    with pytest.raises(xai.ModelError, match=r"no rule for torch\.where of this kind"):
        xai.attribute(Choice(), x, "deep_lift")
    with pytest.raises(xai.ModelError, match="another path for the baseline"):
        xai.attribute(Path(), x, "deep_lift")


def test_a_cut_gradient_is_told():
    class Cut(nn.Module):
        def forward(self, x):
            return (x * x.detach())[:, :2]

    result = xai.attribute(Cut(), torch.tensor([1.0, -2.0, 3.0]), "deep_lift", baselines=0.5)
    assert "do not sum" in result.notes[-1]


def test_half_of_attention_masked_by_infinity_is_complete():
    class Causal(nn.Module):
        def forward(self, x):
            return F.scaled_dot_product_attention(x, x, x, is_causal=True).sum(1)

    x = torch.randn(5, 4, dtype=torch.float64)
    result = xai.attribute(Causal(), x, "deep_lift", target=1, baselines=torch.randn(5, 4, dtype=torch.float64))
    assert abs(result.gap) < 1e-6  # a model without weights computes in single precision
    assert np.isfinite(result.values).all()


def test_deep_shap_is_the_mean_over_given_baselines():
    model, x = mlp(), row()
    bases = torch.randn(12, 6, dtype=torch.float64)
    result = xai.attribute(model, x, "deep_shap", target=1, baselines=bases)
    each = [xai.attribute(model, x, "deep_lift", target=1, baselines=one).values for one in bases]
    np.testing.assert_allclose(result.values, np.mean(each, 0), rtol=1e-5, atol=1e-7)
    assert result.error == 0
    assert abs(result.gap) < 1e-12
    with pytest.raises(ValueError, match=r"baselines must be of shape \[n, 6\], got \[6\]"):
        xai.attribute(model, x, "deep_shap", baselines=bases[0])


@pytest.mark.filterwarnings("ignore:Setting forward")
def test_deep_shap_agrees_with_captum():
    model, x, bases = smooth(nn.AvgPool2d(2)), image(), torch.stack([image(seed=i) for i in range(3)])
    ours = xai.attribute(model, x, "deep_shap", target=2, baselines=bases).values
    theirs = captum.attr.DeepLiftShap(smooth(nn.AvgPool2d(2))).attribute(x[None].requires_grad_(), bases, target=2)[0]
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-6, atol=1e-9)


def test_deep_shap_draws_by_seed_and_row_and_stops_at_its_tolerance(monkeypatch):
    model, x = convnet(), image()
    options = {"target": 2, "n_samples": 40, "tolerance": 0.0}
    first = xai.attribute(model, x, "deep_shap", seed=1, **options)
    assert not np.allclose(first.values, xai.attribute(model, x, "deep_shap", seed=2, **options).values)
    early = xai.attribute(model, x, "deep_shap", target=2, n_samples=1000, tolerance=0.2)
    assert early.error <= 0.2
    assert early.fraction == 1
    assert early.backwards < 1000
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    one_by_one = xai.attribute(model, x, "deep_shap", seed=1, **options)
    np.testing.assert_allclose(first.values, one_by_one.values, rtol=1e-5, atol=1e-10)
