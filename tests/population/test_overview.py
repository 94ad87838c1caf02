"""Contributions over many rows: Shapley values in closed form, sums, honest errors, pictures."""

from __future__ import annotations

import numpy as np
from population.models import linear, mlp, rows

import xai_widgets as xai


def test_a_linear_model_gives_each_its_weight_times_the_distance_from_the_mean() -> None:
    x = rows(300, 3)
    weights = np.array([2.0, -1.0, 0.0])
    found = xai.global_importance(linear(list(weights)), x, n_rows=50, n_samples=30)
    truth = weights * (found.data - x.mean(0))
    off = np.abs(found.local - truth)[:, :2]
    assert (off <= 3 * found.error[:, :2]).mean() > 0.97
    assert (off > 0.1 * found.error[:, :2]).mean() > 0.8  # the errors are not boasting either
    np.testing.assert_allclose(found.local[:, 2], 0, atol=1e-12)
    assert found.order == [0, 1, 2]
    assert abs(found.values[0] - 2 * np.abs(x[:, 0] - x[:, 0].mean()).mean()) <= found.interval[0]


def test_a_product_is_shared_evenly() -> None:
    x = np.random.default_rng(0).choice([-1.0, 1.0], (400, 3))
    found = xai.global_importance(lambda r: r[:, 0] * r[:, 1], x, n_rows=40, n_samples=64)
    # Over an even background each of the two gets half of the product.
    truth = np.outer(found.data[:, 0] * found.data[:, 1] / 2, [1, 1, 0])
    assert (np.abs(found.local - truth) <= 3.5 * found.error + 0.03).mean() > 0.97


def test_sums_stream_and_points() -> None:
    x = rows(100, 4)
    steps = list(xai.population_iter("global_importance", mlp(4), x, n_rows=20, n_samples=8))
    assert [one.fraction for one in steps] == [k / 8 for k in range(1, 9)]
    assert (steps[-1].error < 10).all()
    assert np.mean(steps[-1].error) < np.mean(steps[2].error)
    assert len(steps[-1].points()) == 20 * 4
    np.testing.assert_array_equal(steps[-1].data, x[steps[-1].places])
    assert [one["row"] for one in steps[-1].points()[:20]] == steps[-1].places.tolist()
    everything = xai.global_importance(mlp(4), x[:1], n_rows=1, n_samples=2)
    np.testing.assert_allclose(everything.local, 0, atol=1e-7)  # a row beside itself alone
    assert steps[-1].plot().size[0] == 760
