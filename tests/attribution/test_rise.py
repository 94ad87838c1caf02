"""RISE against its formula, a model whose limit is known, and its own stated error."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.games import Constant
from attribution.nets import convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import Rise


def test_it_is_its_formula() -> None:
    model, x = convnet(), image()
    result = xai.attribute(model, x, "rise", target=1, n_samples=50, cells=4, shown=0.3, seed=2)
    masks = Rise(cells=4, shown=0.3)._masks(slice(0, 50), (16, 16), 2).double()
    assert float(masks.min()) >= 0
    assert float(masks.max()) <= 1
    scores = model(x * masks[:, None])[:, 1].detach()
    expected = torch.einsum("n,nhw->hw", scores, masks) / masks.sum(0) - scores.mean()
    np.testing.assert_allclose(result.values[0], expected.numpy(), rtol=1e-4, atol=1e-7)


def test_masks_show_their_share_of_every_pixel() -> None:
    masks = Rise(shown=0.3)._masks(slice(0, 4000), (20, 30), 0)
    assert masks.shape == (4000, 20, 30)
    np.testing.assert_allclose(masks.mean(0), 0.3, atol=0.04)


def test_it_points_at_what_the_model_sees() -> None:
    class Corner(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            score = x[:, :, :5, :5].mean((1, 2, 3))
            return torch.stack([score, -score], 1)

    values = xai.attribute(Corner(), torch.ones(3, 20, 20), "rise", target=0, n_samples=600, cells=4).values[0]
    assert values[:5, :5].min() > 4 * np.abs(values[10:, 10:]).max()


def test_limits() -> None:
    constant = xai.attribute(Constant(), image(), "rise", n_samples=40)
    np.testing.assert_allclose(constant.values, 0, atol=1e-12)
    assert constant.error == pytest.approx(0, abs=1e-9)
    single = xai.attribute(convnet(), image(), "rise", n_samples=1)
    np.testing.assert_allclose(single.values, 0, atol=1e-9)  # one mask has no other to differ from
    assert single.error is None


def test_the_size_of_batches_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = convnet(), image()
    first = xai.attribute(model, x, "rise", n_samples=30, tolerance=0.0)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    one_by_one = xai.attribute(model, x, "rise", n_samples=30, tolerance=0.0)
    np.testing.assert_allclose(first.values, one_by_one.values, rtol=1e-4, atol=1e-9)


def test_it_stops_at_its_tolerance() -> None:
    result = xai.attribute(convnet(), image(), "rise", n_samples=5000, tolerance=0.4)
    assert result.error <= 0.4
    assert result.forwards < 5000


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rise does not fit here. It needs a picture"):
        xai.attribute(mlp(), row(), "rise")
