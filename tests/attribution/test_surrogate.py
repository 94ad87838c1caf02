"""LIME against closed forms, brute force and its own stated error."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.games import Constant, distance
from attribution.nets import convnet, image, linear, mlp, row
from hypothesis import given, settings
from hypothesis import strategies as st

import xai_widgets as xai
from xai_widgets.attribution.fit import fit


def limit(model: torch.nn.Module, x: torch.Tensor, target: int, width: float) -> np.ndarray:
    """What LIME converges to: the weighted fit to all coalitions, by numpy."""
    count = len(x)
    members = np.array([[n >> i & 1 for i in range(count)] for n in range(2**count)], dtype=float)
    scores = model(torch.tensor(members) * x)[:, target].detach().numpy()
    cosine = members.sum(1) / np.sqrt(count * np.maximum(members.sum(1), 1))
    weights = np.exp(-((1 - cosine) ** 2) / (2 * width**2))
    root = np.sqrt(weights)[:, None]
    columns = np.concatenate([members, np.ones((len(members), 1))], 1)
    return np.linalg.lstsq(columns * root, scores * root[:, 0], rcond=None)[0][:-1]


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_an_additive_model_is_recovered(seed: int) -> None:
    model, x = linear(), row(seed=seed)
    result = xai.attribute(model, x, "lime", target=1, ridge=0.0, n_samples=100, seed=seed)
    np.testing.assert_allclose(result.values, (model.weight[1] * x).detach().numpy(), rtol=1e-4, atol=1e-6)
    assert "The linear fit explains 100% of the score's variance." in result.notes
    assert result.error == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("width", [0.15, 0.25, 5.0])
def test_it_converges_to_the_weighted_fit_of_all_coalitions(width: float) -> None:
    model, x = mlp(), row()
    params = {"ridge": 0.0, "kernel_width": width, "n_samples": 6000, "tolerance": 0.0}
    result = xai.attribute(model, x, "lime", target=1, **params)
    assert distance(result.values, limit(model, x, 1, width)) < 0.05
    assert distance(result.values, limit(model, x, 1, width)) < result.error


def test_limits() -> None:
    assert not xai.attribute(Constant(), image(), "lime", n_samples=200).values.any()
    single = xai.attribute(mlp(), row(), "lime", n_samples=1)
    np.testing.assert_allclose(single.values, 0, atol=1e-12)  # one sample tells nothing of differences
    assert single.error is None
    strong = xai.attribute(mlp(), row(), "lime", ridge=100.0).values
    assert np.linalg.norm(strong) < np.linalg.norm(xai.attribute(mlp(), row(), "lime").values)


def test_the_size_of_batches_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = convnet(), image()
    first = xai.attribute(model, x, "lime", n_segments=9, n_samples=60, tolerance=0.0)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    one_by_one = xai.attribute(model, x, "lime", n_segments=9, n_samples=60, tolerance=0.0)
    np.testing.assert_allclose(first.values, one_by_one.values, rtol=1e-5)


def test_it_stops_at_its_tolerance() -> None:
    steps = list(xai.attribute_iter(mlp(), row(), "lime", n_samples=100_000, tolerance=0.2))
    assert steps[-1].error <= 0.2
    assert steps[-1].fraction == 1
    assert steps[-1].forwards < 5000


def test_a_fit_is_least_squares_and_knows_its_spread() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(400, 3, generator=generator, dtype=torch.float64)
    noise = torch.randn(400, generator=generator, dtype=torch.float64)
    targets = rows @ torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64) + 0.3 * noise
    found = fit(rows, targets)
    np.testing.assert_allclose(found.coefficients, np.linalg.lstsq(rows.numpy(), targets.numpy(), rcond=None)[0])
    np.testing.assert_allclose(found.covariance.diag(), 0.3**2 / 400, rtol=0.3)
    assert found.explained == pytest.approx(1 - 0.09 / (5.25 + 0.09), abs=0.01)
    assert fit(rows[:4], targets[:4]).covariance is None


def test_rows_drawn_together_are_one_draw() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(400, 3, generator=generator, dtype=torch.float64)
    targets = rows.sum(1) + torch.randn(400, generator=generator, dtype=torch.float64)
    once, twice = fit(rows, targets), fit(rows.repeat_interleave(2, 0), targets.repeat_interleave(2), together=2)
    np.testing.assert_allclose(twice.covariance, once.covariance, rtol=0.05)
    assert fit(rows[:10], targets[:10], together=2).covariance is None


def test_every_second_picture_shows_what_the_last_one_hid() -> None:
    shown: list[torch.Tensor] = []

    def function(rows: np.ndarray) -> np.ndarray:
        shown.extend(torch.as_tensor(row) > 0 for row in rows)
        return rows.sum(1, keepdims=True) ** 2

    xai.attribute(function, np.ones(7), "lime", n_samples=64, tolerance=0.0, target=0)
    drawn = torch.stack(shown[-32:])  # single pictures that are passed once more, to be sure of the model, come before
    assert torch.equal(drawn[1::2], ~drawn[::2])
    assert len(drawn[::2].unique(dim=0)) > 12
