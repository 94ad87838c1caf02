"""Accumulated local effects: closed forms, also where columns go together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from population.models import linear, mlp, rows

import xai_widgets as xai


def test_a_linear_model_of_columns_that_go_together_is_a_line_with_its_slope() -> None:
    x = rows(400, 2)
    x[:, 1] = x[:, 0] + 0.1 * x[:, 1]
    curve = xai.accumulated_local_effects(linear([1.5, -4.0]), x, [0], intervals=10)["0"]
    np.testing.assert_allclose(np.diff(curve.mean), 1.5 * np.diff(curve.places), atol=1e-9)
    inside = np.searchsorted(curve.places[1:-1], x[:, 0])
    middle = (curve.mean[inside] + curve.mean[inside + 1]) / 2
    assert middle.mean() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(curve.interval, 0, atol=1e-6)  # every row changes by as much


def test_a_product_of_columns_that_go_together_tells_of_neighbours_alone() -> None:
    # For x0 * x1 with x1 = x0, rows move by x0 where they are: the sum of that is half the square.
    x = np.linspace(-1, 1, 2001)[:, None].repeat(2, 1)
    curve = xai.accumulated_local_effects(lambda r: r[:, 0] * r[:, 1], x, [0], intervals=50)["0"]
    np.testing.assert_allclose(curve.mean, curve.places**2 / 2 - 1 / 6, atol=2e-3)
    pdp = xai.partial_dependence(lambda r: r[:, 0] * r[:, 1], x, [0])["0"]
    np.testing.assert_allclose(pdp.mean, 0, atol=1e-9)


def test_intervals_are_honest() -> None:
    edges, covered, total = None, 0, 0
    for seed in range(150):
        x = rows(200, 2, seed=seed).clip(-2, 2)
        curve = xai.accumulated_local_effects(lambda r: r[:, 0] * (1 + r[:, 1]), x, [0], intervals=3)["0"]
        steps = np.diff(curve.mean)
        covered += int((np.abs(steps - np.diff(curve.places)) <= curve.interval[:-1] + curve.interval[1:]).sum())
        total += len(steps)
        edges = curve.places
    assert edges is not None
    assert 0.93 * total <= covered


def test_dates_constants_missing_values_and_categories() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.date_range("2024-01-01", periods=50),
            "flag": [True, False] * 25,
            "same": 1.0,
            "gap": [np.nan, 2.0] * 25,
            "kind": ["a", "b", "c", "a", "b"] * 10,
        }
    )
    function = lambda t: t["flag"] * 3.0 + t["day"].dt.day_of_year / 10 + t["gap"].fillna(0)  # noqa: E731
    found = xai.accumulated_local_effects(function, frame, intervals=5)
    assert [one.name for one in found.effects] == ["day", "flag", "same", "gap"]
    assert np.diff(found["flag"].mean) == pytest.approx(3)
    assert np.diff(found["day"].mean).sum() == pytest.approx(4.9)
    assert found["same"].mean.tolist() == [0]
    assert found.plot().size[0] == 760
    with pytest.raises(ValueError, match="categories of 'kind' have no order"):
        xai.accumulated_local_effects(function, frame, ["kind"])
    with pytest.raises(ValueError, match="no column 'x'"):
        xai.accumulated_local_effects(mlp(), rows(), ["x"])
