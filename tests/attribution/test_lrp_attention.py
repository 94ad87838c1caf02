"""AttnLRP: twins agree, products conserve, closed forms of each rule."""

from __future__ import annotations

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


def test_a_norm_by_hand_is_refused():
    with pytest.raises(xai.ModelError, match=r"attention_lrp has no rule for .*square, called in nets_twins.py"):
        xai.attribute(ByParts(), columns(), "attention_lrp")
