"""Sensitivity analysis: Ishigami's function, whose indices are known, and SALib's numbers."""

from __future__ import annotations

import numpy as np
import pytest
from population.models import linear, rows

import xai_widgets as xai

A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0]) / VARIANCE
TOTAL = FIRST + np.array([1, 0, 1]) * (8 * B**2 * np.pi**8 / 225) / VARIANCE
CUBE = np.array([[-np.pi] * 3, [np.pi] * 3, [0.1] * 3])


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_ishigami() -> None:
    found = xai.sensitivity(ishigami, CUBE, n_samples=4096, marginals="range")
    np.testing.assert_allclose(found.values, TOTAL, atol=0.02)
    np.testing.assert_allclose(found.measures["first_order"], FIRST, atol=0.02)
    assert (np.abs(found.values - TOTAL) <= found.interval).all()
    assert found.forwards == 5 * 4096
    assert found.to_dataframe()["column"][0] == "0"


def test_sobol_intervals_hold() -> None:
    covered = np.zeros(3)
    for seed in range(60):
        found = xai.sensitivity(ishigami, CUBE, n_samples=256, marginals="range", seed=seed)
        covered += np.abs(found.values - TOTAL) <= found.interval
    assert (covered >= 0.93 * 60).all(), covered


def test_as_near_as_salib() -> None:
    salib = pytest.importorskip("SALib.analyze.sobol")
    sample = pytest.importorskip("SALib.sample.sobol")
    problem = {"num_vars": 3, "names": np.array(["a", "b", "c"]), "bounds": [[-np.pi, np.pi]] * 3}
    off = np.zeros((2, 2, 3))
    for seed in range(6):
        points = sample.sample(problem, 512, calc_second_order=False, seed=seed)
        theirs = salib.analyze(problem, ishigami(points), calc_second_order=False, num_resamples=2, seed=0)
        ours = xai.sensitivity(ishigami, CUBE, n_samples=512, marginals="range", seed=seed)
        off[0] += np.square([theirs["ST"] - TOTAL, theirs["S1"] - FIRST])
        off[1] += np.square([ours.values - TOTAL, ours.measures["first_order"] - FIRST])
    assert (off[1] <= 4 * off[0] + 6 * 0.01**2).all(), np.sqrt(off / 6)


def test_morris_of_a_linear_model_is_its_weights_and_of_others_their_bends() -> None:
    x = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 1.0], [0.123456789] * 3])
    found = xai.sensitivity(linear([3.0, -1.0, 0.0]), x + 0.0, scheme="morris", marginals="range", n_samples=50)
    # Each over its whole range.
    np.testing.assert_allclose(found.values, [3, 2, 0], atol=1e-9)
    np.testing.assert_allclose(found.measures["mu"], [3, -2, 0], atol=1e-9)
    np.testing.assert_allclose(found.measures["sigma"], 0, atol=1e-9)
    bent = xai.sensitivity(lambda r: r[:, 0] * r[:, 1], x, scheme="morris", marginals="range", n_samples=200)
    assert bent.measures["sigma"][0] > 0.3
    assert bent.values[2] == 0
    assert bent.values[0] == pytest.approx(1, abs=3 * bent.interval[0])


def test_shares_of_independent_terms_sum_to_one_and_follow_the_data() -> None:
    x = rows(2000, 3)
    found = xai.sensitivity(linear([1.0, 2.0, 0.0]), x, n_samples=2048)
    np.testing.assert_allclose(found.values, [0.2, 0.8, 0], atol=0.04)
    assert found.measures["first_order"].sum() == pytest.approx(1, abs=0.05)
    steps = list(xai.population_iter("sensitivity", linear([1.0, 2.0, 0.0]), x, n_samples=64))
    assert [one.rows for one in steps] == [16, 32, 64]
    assert steps[0].fraction == 0.25


def test_a_constant_has_no_spread_to_share() -> None:
    found = xai.sensitivity(linear([0.0, 0.0], 3.0), rows(50, 2))
    assert found.values.tolist() == [0, 0]
    assert found.notes == ("The answer is the same everywhere.",)
