"""AttnLRP: twins agree, products conserve, closed forms of each rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, image
from attribution.nets_twins import ENCODERS, ByParts, Encoder, columns
from torch import nn

import xai_widgets as xai


@pytest.mark.parametrize("gamma", [0.0, 0.25])
@pytest.mark.parametrize("twin", [name for name in ENCODERS if name != "module"])
def test_twins_agree(twin, gamma):
    wanted = xai.attribute(Encoder(), columns(), "attention_lrp", target=1, gamma=gamma, epsilon=1e-9).values
    got = xai.attribute(ENCODERS[twin](), columns(), "attention_lrp", target=1, gamma=gamma, epsilon=1e-9).values
    assert np.isfinite(wanted).all()
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


def test_a_vision_transformer_from_end_to_end():
    result = xai.attribute(TinyViT(), image(), "attention_lrp", target=2)
    assert np.isfinite(result.values).all()
    assert np.abs(result.values).max() > 0


@pytest.mark.parametrize("gamma", [0.0, 0.05])
def test_products_norms_and_residuals_without_biases_conserve_the_score(gamma):
    class Products(nn.Module):
        """Attention by weights that need not sum to 1."""

        def __init__(self):
            super().__init__()
            torch.manual_seed(3)
            self.q, self.k, self.v, self.head = (nn.Linear(5, 5, bias=False) for _ in range(4))
            self.norm = nn.LayerNorm(5)

        def forward(self, x):
            x = self.norm(x)
            x = x + (self.q(x) @ self.k(x).transpose(-2, -1)) @ self.v(x)
            return self.head(x.mean(1))

    model, x = Products().double(), columns()[0]
    score = float(model(x[None])[0, 1])
    result = xai.attribute(model, x, "attention_lrp", target=1, gamma=gamma, epsilon=1e-12)
    assert result.values.sum() == pytest.approx(score, rel=1e-5)
    assert result.gap == pytest.approx(0, abs=1e-8)


def test_softmax_hands_down_by_its_expansion():
    class Soft(nn.Module):
        def forward(self, x):
            return x.masked_fill(x > 2, float("-inf")).softmax(1)[:, :3]

    x = torch.tensor([0.5, -1.0, 1.5, 3.0])
    s = torch.softmax(x[:3], 0)
    came = torch.tensor([s[0], 0, 0])  # the score of class 0 is what softmax puts out there
    got = xai.attribute(Soft(), x, "attention_lrp", target=0).values
    np.testing.assert_allclose(got[:3], x[:3] * (came - s * came.sum()), rtol=1e-5)
    assert got[3] == 0


def test_a_product_gives_half_to_each():
    class Product(nn.Module):
        def forward(self, x):
            return (x[:, None, :2] @ x[:, 2:, None])[:, 0]

    x = torch.tensor([1.0, 2.0, 3.0, 5.0])
    got = xai.attribute(Product(), x, "attention_lrp", gamma=0.0).values
    np.testing.assert_allclose(got, [1.5, 5, 1.5, 5], rtol=1e-5)


def test_a_norm_by_hand_is_a_norm():
    whole, parts = Encoder(), ByParts()
    wanted, got = (xai.attribute(net, columns(), "attention_lrp", target=1, epsilon=1e-9) for net in (whole, parts))
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-5, atol=1e-9)


def test_a_norm_shares_what_comes_as_the_linear_map_that_it_is_for_a_constant_divisor():
    torch.manual_seed(0)
    norm = nn.LayerNorm(4).double()
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    x = torch.tensor([1e-7, 2.0, -1.0, 3.0], dtype=torch.float64)  # one value near zero, whose centred one is not
    centring = torch.eye(4, dtype=torch.float64) - 0.25
    slopes = norm.weight / (x.var(correction=0) + norm.eps).sqrt() * centring.T
    got = xai.attribute(norm, x, "attention_lrp", target=2, epsilon=1e-12).values
    np.testing.assert_allclose(got, (x * slopes.T[2]).detach(), rtol=1e-5, atol=1e-12)


def test_a_real_sentence_gets_relevance_of_the_size_of_its_score(critic):
    """Where norms passed on all that came, values of some thousands cancelled each other out."""
    text = "A dull, lifeless mess with no jokes that land."
    found = xai.attribute(critic.model, text, "attention_lrp", tokenizer=critic.tokenizer)
    lost = xai.attribute(critic.model, text, "feature_ablation", tokenizer=critic.tokenizer)
    assert np.abs(found.values).sum() < 10
    assert np.corrcoef(found.values, lost.values)[0, 1] > 0.7


class Block(nn.Module):
    """A norm and an activation, each by torch or by hand."""

    def __init__(self, norm, activation):
        super().__init__()
        torch.manual_seed(3)
        self.up, self.down, self.norm, self.activation = nn.Linear(5, 7), nn.Linear(7, 3), norm, activation
        self.weight = nn.Parameter(torch.rand(5) + 0.5)
        self.double()

    def forward(self, x):
        return self.down(self.activation(self.up(self.norm(x, self.weight)))).sum(1)


def rms(x, weight):
    return nn.functional.rms_norm(x, (5,), weight, 1e-6)


def rms_as_llama(x, weight):
    return weight * (x * torch.rsqrt(x.to(torch.float64).pow(2).mean(-1, keepdim=True) + 1e-6)).to(x.dtype)


def rms_by_power(x, weight):
    return x * (x**2).mean(-1, keepdim=True).add(1e-6).pow(-0.5) * weight


def rms_by_division(x, weight):
    return x / torch.sqrt(torch.mean(x * x, -1, keepdim=True) + 1e-6) * weight


def gelu_tanh(x):
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))


ACTIVATIONS = [
    (nn.GELU("tanh"), gelu_tanh),
    (nn.GELU(), lambda x: x * 0.5 * (1.0 + torch.erf(x / math.sqrt(2)))),
    (nn.SiLU(), lambda x: x * x.sigmoid()),
    (nn.Hardswish(), lambda x: x * nn.functional.relu6(x + 3) / 6),
    (lambda x: nn.functional.silu(1.702 * x) / 1.702, lambda x: x * torch.sigmoid(1.702 * x)),
    (nn.Softsign(), lambda x: x / (1 + x.abs())),
    (nn.Mish(), lambda x: x * nn.functional.softplus(x).tanh()),
]


@pytest.mark.parametrize("by_hand", [rms_as_llama, rms_by_power, rms_by_division])
def test_a_norm_without_mean_by_hand_gets_the_same_values(by_hand):
    nets = Block(rms, nn.GELU()), Block(by_hand, nn.GELU())
    wanted, got = (xai.attribute(net, columns()[0], "attention_lrp", target=1).values for net in nets)
    np.testing.assert_allclose(got, wanted, rtol=1e-5)
    assert wanted.any()


@pytest.mark.parametrize("shift", [0.0, 0.7], ids=["", "shifted"])
@pytest.mark.parametrize(("method", "norm"), [("lrp", torch.mul), ("attention_lrp", rms), ("deep_lift", rms)])
@pytest.mark.parametrize(("torchs", "by_hand"), ACTIVATIONS)
def test_an_activation_by_hand_gets_the_same_values(torchs, by_hand, method, norm, shift):
    """Shifted, it is one of the sum, of which the number that is added takes its share."""
    nets = [Block(norm, lambda x, act=act: act(x + shift)) for act in (torchs, by_hand)]
    params = {"composite": "epsilon"} if method == "lrp" else {}
    wanted, got = (xai.attribute(net, columns()[0], method, target=1, **params).values for net in nets)
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-9)
    assert wanted.any()


def test_a_vector_of_unit_length_passes_on_what_comes():
    class Unit(nn.Module):
        def forward(self, x):
            return nn.functional.normalize(x, dim=1) @ torch.tensor([[1.0, 2], [0, -1], [3, 1]])

    x = torch.tensor([2.0, -1, 2])
    got = xai.attribute(Unit(), x, "attention_lrp", target=1, gamma=0.0).values
    np.testing.assert_allclose(got, x / 3 * torch.tensor([2, -1, 1]), rtol=1e-5)


@pytest.mark.parametrize("root", [torch.sqrt, lambda x: (x.square() + 1).rsqrt(), lambda x: x.pow(0.5)])
def test_a_root_that_scales_nothing_is_refused(root):
    class Rooted(nn.Module):
        def forward(self, x):
            return root(x.relu().clamp(min=0.1)).cumsum(1)

    with pytest.raises(xai.ModelError, match=r"attention_lrp has no rule for .*(sqrt|pow) but to divide by it"):
        xai.attribute(Rooted(), torch.rand(3), "attention_lrp", target=1)


class Masked(nn.Module):
    """Makes its mask of places, one after the other for all, as transformers does."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.score = nn.Linear(3, 2)
        self.double().eval()

    def forward(self, x):
        places = torch.arange(x.shape[1])
        seen = torch.vmap(lambda place: place.new_ones((), dtype=torch.bool) & (place > 1))(places)
        return self.score(x.masked_fill(~seen[:, None], 0.0).mean(1))


@pytest.mark.parametrize("method", ["attention_lrp", "lrp", "deep_lift"])
def test_masks_that_are_made_of_places_within_torch_func_are_constants(method):
    found = xai.attribute(Masked(), torch.rand(5, 3).double() + 1, method, target=1).values
    assert np.isfinite(found).all()
    assert found[2:].any()
    assert not found[:2].any()
