"""VarGrad and expected gradients against numpy, closed forms, their axioms and their own stated errors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.games import Constant, distance
from attribution.nets import convnet, image, linear, mlp, row
from torch import nn

import xai_widgets as xai


def test_smooth_grad_is_of_opposite_samples_and_var_grad_of_independent_ones() -> None:
    model, x = convnet(), image()
    scale = 0.1 * float(x.max() - x.min())
    draws = [torch.randn(x.shape, generator=torch.Generator().manual_seed(5 * 1_000_003 + n)) for n in range(12)]

    def gradients(noise: list[torch.Tensor]) -> np.ndarray:
        leaves = (x + scale * torch.stack(noise)).requires_grad_()
        return torch.autograd.grad(model(leaves)[:, 2].sum(), leaves)[0].numpy()

    pairs = gradients([sign * draws[n] for n in range(6) for sign in (1, -1)])
    alone = gradients(draws)
    params = {"target": 2, "seed": 5, "n_samples": 12, "noise_level": 0.1, "tolerance": 0.0}
    smooth = xai.attribute(model, x, "smooth_grad", **params)
    np.testing.assert_allclose(smooth.values, pairs.mean(0), rtol=1e-4, atol=1e-8)
    sizes = xai.attribute(model, x, "smooth_grad", absolute=True, **params)
    np.testing.assert_allclose(sizes.values, abs(alone).mean(0), rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(xai.attribute(model, x, "var_grad", **params).values, alone.var(0, ddof=1), rtol=1e-4)


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


class Step(nn.Module):
    """The score rises in a short part of the path alone, which few points do not meet."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 6 * ((x.mean(1, keepdim=True) - 0.51) / 1e-4).clamp(0, 1)


def test_a_rise_that_no_point_has_met_is_no_map_without_error() -> None:
    x = torch.ones(4, dtype=torch.float64)
    result = xai.attribute(Step(), x, "expected_gradients", target=0, baselines="zero", n_samples=64)
    assert not result.values.any()
    assert result.gap == pytest.approx(-6)
    assert result.error == np.inf
    assert result.steps == (64, 64)


def test_a_given_baseline_is_scored_once() -> None:
    model, x = convnet(), image()
    baselines = torch.stack([image(seed=one) for one in range(3)])
    options = {"target": 1, "n_samples": 60, "tolerance": 0.0}
    result = xai.attribute(model, x, "expected_gradients", baselines=baselines, **options)
    assert (result.backwards, result.forwards) == (60, 60 + 3 + 1)
    alone = xai.attribute(model, x, "expected_gradients", baselines="blur", **options)
    assert (alone.backwards, alone.forwards) == (60, 60 + 1 + 1)


def test_paths_are_taken_equally_often() -> None:
    baselines = torch.stack([row(seed=one) for one in range(7)])
    result = xai.attribute(mlp(), row(), "expected_gradients", baselines=baselines, n_samples=30, tolerance=0.0)
    assert result.steps == (28, 28)
    few = xai.attribute(mlp(), row(), "expected_gradients", baselines=baselines, n_samples=5, tolerance=0.0)
    assert few.steps == (5, 5)
