"""Integrated gradients against closed forms, axioms and Captum."""

from __future__ import annotations

import io

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, linear, mlp, row
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.points import room_of
from xai_widgets.attribution.quadrature import Integral


def test_a_linear_model_is_exact_after_the_first_refinement() -> None:
    model, x = linear(), row()
    result = xai.attribute(model, x, "integrated_gradients", target=1)
    np.testing.assert_allclose(result.values, (model.weight[1] * x).detach().numpy(), rtol=1e-6)
    assert result.error == pytest.approx(0, abs=1e-12)
    assert result.gap == pytest.approx(0, abs=1e-9)
    assert result.fraction == 1


def test_it_agrees_with_captum_at_the_same_points() -> None:
    model, x = convnet(), image()
    ours = xai.attribute(model, x, "integrated_gradients", target=2, n_steps=65, tolerance=0.0, spacing="even")
    theirs = captum.attr.IntegratedGradients(model).attribute(
        x[None], torch.zeros_like(x)[None], target=2, n_steps=65, method="riemann_trapezoid"
    )[0]
    # Captum weighs n points by 1/n each, but n points make n - 1 steps: its trapezoid rule is short by one.
    np.testing.assert_allclose(ours.values, theirs.detach().numpy() * 65 / 64, rtol=1e-6, atol=1e-12)
    assert ours.backwards == 65


@pytest.mark.parametrize("n_steps", [2, 3, 4, 5, 16, 17, 257])
def test_the_number_of_steps_is_rounded_down_to_a_level(n_steps: int) -> None:
    result = xai.attribute(convnet(), image(), "integrated_gradients", n_steps=n_steps, tolerance=0.0)
    assert result.backwards == 2 ** int(np.log2(n_steps - 1)) + 1
    assert result.fraction == 1


def test_each_level_is_a_trapezoid_rule() -> None:
    integral = Integral()
    for place in (1.0, 0.0):
        integral.add(place, torch.tensor(place), torch.tensor(place**2))
    for level in range(1, 6):
        points = integral.plan(even=True)
        for place in points:
            integral.add(place, torch.tensor(place), torch.tensor(place**2))
        np.testing.assert_array_equal(integral.places, np.linspace(0, 1, 2**level + 1))
        assert float(integral.values()) == pytest.approx(np.trapezoid(np.square(integral.places), integral.places))
    assert np.ptp(points[:4]) > 1 / 2  # spread from the start


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_the_values_sum_to_the_rise_of_the_score(seed: int) -> None:
    model, x = mlp(seed=seed), row(seed=seed)
    result = xai.attribute(model, x, "integrated_gradients", target=0, n_steps=1025, tolerance=0.0)
    with torch.no_grad():
        rise = (model(x[None]) - model(torch.zeros_like(x)[None]))[0, 0].item()
    assert result.values.sum() - rise == pytest.approx(result.gap, abs=1e-5)
    assert abs(result.gap) < 0.02 * max(1, abs(rise))


def deep_in_a_path(monkeypatch) -> xai.Attribution:
    monkeypatch.setattr("xai_widgets.attribution.points.LARGE", 1)
    monkeypatch.setattr("xai_widgets.attribution.points.HELD", 0)
    model, x = convnet().float(), image().float()
    return xai.attribute(model, x, "integrated_gradients", target=2, n_steps=129, tolerance=0.0)


def test_points_of_large_maps_take_half_the_room_for_next_to_no_error(monkeypatch) -> None:
    full = xai.attribute(
        convnet().float(), image().float(), "integrated_gradients", target=2, n_steps=129, tolerance=0.0
    )
    halved = deep_in_a_path(monkeypatch)
    assert room_of(torch.zeros(10)) == 2 * 10
    assert room_of(torch.zeros(10, dtype=torch.float64)) == 8 * 10
    far = np.linalg.norm(halved.values - full.values) / np.linalg.norm(full.values)
    assert 0 < far < 2e-4
    assert halved.error == pytest.approx(full.error, rel=1e-2)


def test_points_are_kept_in_a_file_that_is_gone_with_the_path(monkeypatch, tmp_path) -> None:
    files = []

    def named(**_):
        files.append((tmp_path / "points").open("w+b"))
        return files[-1]

    monkeypatch.setattr("xai_widgets.attribution.points.tempfile.TemporaryFile", named)
    found = deep_in_a_path(monkeypatch)
    assert [file.closed for file in files] == [True]
    place, sums = 4, 2 * found.values.nbytes  # of now, and of when the last round ended
    assert (tmp_path / "points").stat().st_size == found.backwards * (room_of(torch.zeros(3, 16, 16)) + place) + sums


def test_where_nothing_can_be_written_memory_keeps_the_points(monkeypatch) -> None:
    written = deep_in_a_path(monkeypatch)

    def refused(**_):
        raise FileNotFoundError

    monkeypatch.setattr("xai_widgets.attribution.points.tempfile.TemporaryFile", refused)
    np.testing.assert_allclose(deep_in_a_path(monkeypatch).values, written.values, rtol=1e-5, atol=1e-7)


class FullDisk(io.FileIO):
    """Takes a few points, the last of them in part."""

    def write(self, values) -> int:
        return super().write(memoryview(values).cast("B")[: max(0, 5_000 - self.tell())])


def test_what_a_disk_that_fills_up_takes_no_more_is_kept_in_memory(monkeypatch, tmp_path) -> None:
    written = deep_in_a_path(monkeypatch)

    def full(**_):
        return FullDisk(tmp_path / "points", "w+b")

    monkeypatch.setattr("xai_widgets.attribution.points.tempfile.TemporaryFile", full)
    np.testing.assert_allclose(deep_in_a_path(monkeypatch).values, written.values, rtol=1e-5, atol=1e-7)
    assert (tmp_path / "points").stat().st_size == 5_000


class Step(nn.Module):
    """The score rises in a part of the path alone, and nowhere else is there a gradient."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 6 * ((x.mean(1, keepdim=True) - self.low) / (self.high - self.low)).clamp(0, 1)


@pytest.mark.parametrize(("low", "high"), [(0.05, 0.45), (0.3, 0.32), (0.51, 0.62)])
def test_an_empty_map_is_not_done_while_the_score_has_risen(low: float, high: float) -> None:
    x = torch.ones(4, dtype=torch.float64)
    steps = list(xai.attribute_iter(Step(low, high), x, "integrated_gradients", target=0))
    assert not steps[1].values.any()
    assert steps[1].error is None or steps[1].error == np.inf
    assert steps[-1].values.sum() == pytest.approx(6, rel=0.25)
    for one in steps:
        if one.error is not None:
            true = np.linalg.norm(one.values - 1.5) / np.linalg.norm(one.values) if one.values.any() else np.inf
            assert true <= one.error


def test_a_jump_is_found_by_halving_its_step() -> None:
    class Jump(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 40 * torch.relu(x.mean(1, keepdim=True) - 0.3) + x[:, :1].sin()

    x = torch.ones(4, dtype=torch.float64)
    true = np.full(4, 7.0)
    true[0] += np.sin(1)
    away = {}
    for spacing in ("adaptive", "even"):
        result = xai.attribute(Jump(), x, "integrated_gradients", n_steps=65, tolerance=0.0, spacing=spacing)
        away[spacing] = np.linalg.norm(result.values - true) / np.linalg.norm(true)
        assert result.backwards == 65
        assert away[spacing] <= result.error
    assert away["adaptive"] < away["even"] / 50


def test_a_smooth_gradient_keeps_even_steps() -> None:
    class Waves(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (3 * x + torch.arange(4)).sin().sum(1, keepdim=True)

    x = torch.linspace(1, 2, 4, dtype=torch.float64)
    found = [
        xai.attribute(Waves(), x, "integrated_gradients", n_steps=65, tolerance=0.0, spacing=spacing).values
        for spacing in ("adaptive", "even")
    ]
    np.testing.assert_allclose(*found, rtol=1e-12)


def test_a_map_that_is_exact_early_is_done_early() -> None:
    result = xai.attribute(nn.Linear(300, 3), torch.randn(300), "integrated_gradients")
    assert result.backwards <= 9


def test_implementation_invariance_and_dummy() -> None:
    """Equal functions get equal values; a feature the model ignores gets none."""
    model, x = mlp(), row()
    with torch.no_grad():
        model[0].weight[:, 3] = 0

    class Otherwise(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            h = torch.relu(x @ model[0].weight.T + model[0].bias)
            h = torch.log1p(torch.exp(h @ model[2].weight.T + model[2].bias))
            return h @ model[4].weight.T + model[4].bias

    otherwise = Otherwise()
    otherwise.inner = model  # its parameters tell the type to compute in

    ours, twin = (xai.attribute(m, x, "integrated_gradients", target=1).values for m in (model, otherwise))
    np.testing.assert_allclose(ours, twin, rtol=1e-6, atol=1e-9)
    assert ours[3] == 0


def test_baselines() -> None:
    model, x = convnet(), image()
    for name in ("zero", "black", "white", "mean", "blur", "noise"):
        result = xai.attribute(model, x, "integrated_gradients", baselines=name, target=0)
        base = x.new_zeros(())
        if name == "white":
            base = x.new_ones(())
        if name in {"zero", "black", "white"}:
            with torch.no_grad():
                rise = (model(x[None]) - model((x * 0 + base)[None]))[0, 0].item()
            assert result.values.sum() == pytest.approx(rise, abs=0.02 * abs(rise) + 1e-3)
    given_tensor = xai.attribute(model, x, "integrated_gradients", baselines=torch.zeros_like(x), target=0)
    named = xai.attribute(model, x, "integrated_gradients", baselines="zero", target=0)
    np.testing.assert_allclose(given_tensor.values, named.values, rtol=1e-5, atol=1e-7)
    with pytest.raises(ValueError, match="baselines must be one of"):
        xai.attribute(model, x, "integrated_gradients", baselines="grey")


def test_from_the_baseline_itself_nothing_is_attributed() -> None:
    model = convnet()
    result = xai.attribute(model, torch.zeros(3, 16, 16, dtype=torch.float64), "integrated_gradients")
    assert not result.values.any()
    assert result.error == 0
    assert result.gap == pytest.approx(0)
