"""VarGrad and expected gradients against numpy, closed forms, their axioms and their own stated errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.games import Constant, distance
from attribution.nets import convnet, image, linear, mlp, row
from torch import nn

import xai_widgets as xai


def test_var_grad_is_the_variance_of_smooth_grads_samples() -> None:
    model, x = convnet(), image()
    scale = 0.1 * float(x.max() - x.min())
    samples = []
    for n in range(12):
        noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(5 * 1_000_003 + n))
        leaf = (x + scale * noise).requires_grad_()
        samples.append(torch.autograd.grad(model(leaf[None])[0, 2], leaf)[0])
    samples = torch.stack(samples).numpy()
    params = {"target": 2, "seed": 5, "n_samples": 12, "noise_level": 0.1, "tolerance": 0.0}
    np.testing.assert_allclose(
        xai.attribute(model, x, "smooth_grad", **params).values, samples.mean(0), rtol=1e-4, atol=1e-8
    )
    np.testing.assert_allclose(xai.attribute(model, x, "var_grad", **params).values, samples.var(0, ddof=1), rtol=1e-4)


def test_var_grad_of_a_quadratic() -> None:
    """For F = sum x², the gradient is 2 (x + noise), whose variance is 4 sigma²."""

    class Quadratic(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x**2).sum(1, keepdim=True)

    x = torch.linspace(-1, 1, 400)
    result = xai.attribute(Quadratic(), x, "var_grad", n_samples=400, noise_level=0.2, tolerance=0.0)
    assert result.values.mean() == pytest.approx(4 * (0.2 * 2) ** 2, rel=0.02)
    true = distance(result.values, np.full(400, 0.64))
    assert 0.6 * result.error < true <= result.error


def test_expected_gradients_of_a_linear_model() -> None:
    model, x = linear(), row()
    baselines = torch.randn(5, 6, dtype=torch.float64)
    result = xai.attribute(model, x, "expected_gradients", target=1, baselines=baselines, n_samples=10, tolerance=0.0)
    expected = model.weight[1] * (x - baselines.mean(0))
    np.testing.assert_allclose(result.values, expected.detach().numpy(), rtol=1e-5)
    assert result.gap == pytest.approx(0, abs=1e-9)


def test_one_baseline_gives_integrated_gradients_on_average() -> None:
    model, x = mlp(), row()
    exact = xai.attribute(model, x, "integrated_gradients", target=1, n_steps=4097, tolerance=0.0).values
    for baselines in ("zero", torch.zeros(1, 6)):
        result = xai.attribute(
            model, x, "expected_gradients", target=1, baselines=baselines, n_samples=4000, tolerance=0.0
        )
        assert distance(result.values, exact) < 1.3 * result.error < 0.1
    assert abs(result.gap) < 0.05


@pytest.mark.parametrize("name", ["var_grad", "expected_gradients"])
def test_limits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = convnet(), image()
    single = xai.attribute(model, x, name, n_samples=1)
    assert single.error is None
    assert single.values.any() == (name == "expected_gradients")

    class Flat(Constant):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) + 0 * x.flatten(1)[:, :1]

    assert not xai.attribute(Flat(), x, name, n_samples=20).values.any()
    first = xai.attribute(model, x, name, n_samples=20, tolerance=0.0, seed=3)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    np.testing.assert_allclose(
        first.values, xai.attribute(model, x, name, n_samples=20, tolerance=0.0, seed=3).values, rtol=1e-4, atol=1e-9
    )


def test_wrong_baselines_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \[n, 6\], got \[3, 5\]"):
        xai.attribute(mlp(), row(), "expected_gradients", baselines=torch.zeros(3, 5))
