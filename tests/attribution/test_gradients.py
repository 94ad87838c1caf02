"""Gradient methods against closed forms, limits and Captum."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, linear, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import SmoothGrad


@pytest.mark.parametrize(("model", "x"), [(mlp(), row()), (convnet(), image())], ids=["mlp", "convnet"])
def test_saliency_and_input_x_gradient_agree_with_captum(model: nn.Module, x: torch.Tensor) -> None:
    ours = xai.attribute(model, x, "saliency", target=1)
    theirs = captum.attr.Saliency(model).attribute(x[None], target=1)[0]
    np.testing.assert_allclose(ours.values, theirs.detach().numpy(), rtol=1e-6, atol=1e-12)
    assert (ours.forwards, ours.backwards) == (1, 1)
    assert ours.error is None
    ours = xai.attribute(model, x, "input_x_gradient", target=1)
    theirs = captum.attr.InputXGradient(model).attribute(x[None].requires_grad_(), target=1)[0]
    np.testing.assert_allclose(ours.values, theirs.detach().numpy(), rtol=1e-6, atol=1e-12)


def test_a_linear_model_is_its_weights() -> None:
    model, x = linear(), row()
    weight = model.weight.detach().numpy()
    np.testing.assert_allclose(xai.attribute(model, x, "saliency", target=2).values, abs(weight[2]), rtol=1e-6)
    signed = xai.attribute(model, x, "saliency", target=2, absolute=False).values
    np.testing.assert_allclose(signed, weight[2], rtol=1e-6)
    pair = xai.attribute(model, x, "saliency", target=(2, 0), absolute=False)
    np.testing.assert_allclose(pair.values, weight[2] - weight[0], rtol=1e-6)
    assert pair.label == "class 2 rather than class 0"
    values = xai.attribute(model, x, "input_x_gradient", target=2).values
    np.testing.assert_allclose(values, weight[2] * x.numpy(), rtol=1e-6)


def test_smooth_grad_without_noise_is_the_gradient() -> None:
    model, x = convnet(), image()
    gradient = xai.attribute(model, x, "saliency", target=0, absolute=False).values
    result = xai.attribute(model, x, "smooth_grad", target=0, n_samples=9, noise_level=0.0)
    np.testing.assert_allclose(result.values, gradient, rtol=1e-6, atol=1e-12)
    assert result.error == pytest.approx(0, abs=1e-7)
    single = xai.attribute(model, x, "smooth_grad", target=0, n_samples=1, noise_level=0.0)
    np.testing.assert_allclose(single.values, gradient, rtol=1e-6, atol=1e-12)
    assert single.error is None  # one sample knows no spread


class Power(nn.Module):
    def __init__(self, exponent: int) -> None:
        super().__init__()
        self.exponent = exponent

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x**self.exponent).sum(1, keepdim=True)


def test_smooth_grad_of_a_quadratic_is_its_gradient() -> None:
    """For F = sum x², the gradient is 2 (x + noise), in the mean of which opposite noise cancels."""
    x = torch.linspace(-1, 1, 400)
    result = xai.attribute(Power(2), x, "smooth_grad", n_samples=16, noise_level=0.2, tolerance=0.0)
    np.testing.assert_allclose(result.values, 2 * x.numpy(), atol=1e-6)
    assert result.error < 1e-6
    odd = xai.attribute(Power(2), x, "smooth_grad", n_samples=17, noise_level=0.2, tolerance=0.0)
    true = np.linalg.norm(odd.values - 2 * x.numpy()) / np.linalg.norm(2 * x)
    assert 0.01 < true < odd.error < 1  # the last copy has no opposite


def test_smooth_grad_of_a_cubic_has_the_error_of_pairs() -> None:
    """For F = sum x³, a pair's mean gradient is 3x² + 3 noise²: of n / 2 pairs the error is 6 sigma² / √n a cell."""
    x = torch.linspace(-1, 1, 400, dtype=torch.float32)
    result = xai.attribute(Power(3), x, "smooth_grad", n_samples=128, noise_level=0.2, tolerance=0.0)
    sigma = 0.2 * 2
    size = np.linalg.norm(result.values)
    expected = 6 * sigma**2 * np.sqrt(400 / 128) / size
    freedom = 1 / (1 / 400 + 1 / 63 + 1 / 256)  # 400 independent cells, of which 64 rows of 256 numbers tell so many
    bound = (1 - 2 / (9 * freedom) + 1.645 * np.sqrt(2 / (9 * freedom))) ** 1.5  # 95 of 100 cases
    assert result.error == pytest.approx(bound * expected, rel=0.15)
    true = np.linalg.norm(result.values - 3 * x.numpy() ** 2 - 3 * sigma**2) / size
    assert true == pytest.approx(expected, rel=0.15)


def test_seeds_and_batch_sizes_do_not_change_the_numbers_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = convnet(), image()
    first = xai.attribute(model, x, "smooth_grad", seed=1, n_samples=20)
    np.testing.assert_allclose(
        first.values, xai.attribute(model, x, "smooth_grad", seed=1, n_samples=20).values, rtol=1e-5, atol=1e-7
    )
    assert not np.allclose(first.values, xai.attribute(model, x, "smooth_grad", seed=2, n_samples=20).values)
    monkeypatch.setattr("xai_widgets.models.pace.BATCH_SECONDS", 0)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    one_by_one = xai.attribute(model, x, "smooth_grad", seed=1, n_samples=20)
    np.testing.assert_allclose(first.values, one_by_one.values, rtol=1e-6, atol=1e-12)


def test_smooth_grad_stops_at_its_tolerance() -> None:
    steps = list(xai.attribute_iter(convnet(), image(), "smooth_grad", noise_level=0.02, n_samples=1000, tolerance=0.3))
    assert len(steps) > 1
    assert steps[-1].error <= 0.3
    assert steps[-1].fraction == 1
    assert steps[-1].backwards < 1000
    fractions = [one.fraction for one in steps]
    assert fractions == sorted(fractions)


def test_wrong_parameters_say_what_was_expected() -> None:
    with pytest.raises(ValueError, match=r"smooth_grad: n_samples must lie in 1\.\.1000, got 0"):
        SmoothGrad(n_samples=0)
    with pytest.raises(TypeError, match=r"n_samples must be a whole number, got 2.5"):
        SmoothGrad(n_samples=2.5)
    with pytest.raises(ValueError, match="noise_level must lie in"):
        SmoothGrad(noise_level=float("nan"))
    with pytest.raises(TypeError, match=r"smooth_grad has no parameter 'steps'; it has: .*n_samples"):
        xai.attribute(mlp(), row(), "smooth_grad", steps=3)
    with pytest.raises(ValueError, match=r"There is no method 'smoothgrad'. Did you mean smooth_grad"):
        xai.attribute(mlp(), row(), "smoothgrad")
    for near in ("SmoothGrad", "smooth-grad", "smooth gard"):
        with pytest.raises(ValueError, match=f"There is no method '{near}'. Did you mean smooth_grad"):
            xai.attribute(mlp(), row(), near)
    with pytest.raises(ValueError, match=r"There is no method 'zzz'. There are: ablation_cam, .*xgrad_cam\."):
        xai.attribute(mlp(), row(), "zzz")
    with pytest.raises(ValueError, match=r"There is no measure 'insrtion'. Did you mean insertion\?"):
        xai.evaluate(mlp(), row(), xai.attribute(mlp(), row(), "saliency"), ["insrtion"])
    with pytest.raises(TypeError, match="not beside it"):
        xai.attribute(mlp(), row(), SmoothGrad(), n_samples=3)
