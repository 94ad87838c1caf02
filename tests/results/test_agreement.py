"""Rank correlation: closed forms, SciPy, common grids, and the numbers that the browser is held to."""

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest
from export.conftest import a_result
from scipy.stats import spearmanr

from xai_widgets.agreement import on_common_grid, rank_correlation
from xai_widgets.export.smoothing import automatic, smoothed

FOLDER = Path(__file__).parent.parent / "fixtures" / "agreement"


def test_without_ties_it_is_the_formula_of_squared_differences():
    a, b = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([30.0, 10.0, 20.0, 60.0, 40.0])
    # 1 - 6 sum(d²) / (n (n² - 1)): the ranks of b are 3, 1, 2, 5, 4.
    assert rank_correlation(a, b) == pytest.approx(1 - 6 * (4 + 1 + 1 + 1 + 1) / (5 * 24))


def test_the_same_order_is_one_and_the_opposite_minus_one_whatever_the_units():
    values = np.random.default_rng(0).normal(size=(2, 9, 7)).astype(np.float32)
    result = a_result(values)
    assert result.agreement(a_result(1e-6 * values)) == pytest.approx(1)
    heat = values.sum(axis=0)
    assert result.agreement(a_result(np.exp(heat)[None])) == pytest.approx(1)
    assert result.agreement(a_result(-values)) == pytest.approx(-1)
    assert result.agreement(a_result(-values), sign="absolute") == pytest.approx(1)


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_it_is_scipys_with_and_without_ties(decimals):
    random = np.random.default_rng(1)
    a = random.normal(size=(1, 40, 30)).round(decimals)
    b = (0.4 * a + random.normal(size=a.shape)).round(decimals)
    a[0, :3, :4] = np.nan
    expected = spearmanr(a.ravel(), b.ravel(), nan_policy="omit").statistic
    assert a_result(a).agreement(a_result(b)) == pytest.approx(float(expected), abs=1e-12)
    positive = spearmanr(np.maximum(a, 0).ravel(), np.maximum(b, 0).ravel(), nan_policy="omit").statistic
    assert a_result(a).agreement(a_result(b), sign="positive") == pytest.approx(float(positive), abs=1e-12)


def test_a_map_of_one_value_puts_nothing_in_an_order():
    flat = a_result(np.full((1, 4, 4), 3.0))
    assert math.isnan(flat.agreement(a_result(np.arange(16.0).reshape(1, 4, 4))))
    assert math.isnan(flat.agreement(flat))
    assert math.isnan(a_result(np.full((1, 4, 4), np.nan)).agreement(flat))


def test_a_common_grid_takes_means_by_area():
    fine = np.arange(24.0).reshape(4, 6)
    a, b = on_common_grid(fine, np.zeros((2, 3)))
    np.testing.assert_allclose(a, fine.reshape(2, 2, 3, 2).mean((1, 3)))
    assert b.shape == (2, 3)
    # Cells of two and a half: the middle one counts by half on either side.
    halves, _ = on_common_grid(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), np.zeros((1, 2)))
    np.testing.assert_allclose(halves, [[(1 + 2 + 1.5) / 2.5, (1.5 + 4 + 5) / 2.5]])
    # Crossed sizes meet in the coarser of both, along either axis.
    a, b = on_common_grid(np.ones((8, 3)), np.ones((2, 9)))
    assert a.shape == b.shape == (2, 3)
    np.testing.assert_allclose([a, b], 1.0)


def test_holes_count_for_nothing_in_a_mean():
    holed = np.array([[1.0, np.nan, np.nan, np.nan]])
    a, _ = on_common_grid(holed, np.zeros((1, 2)))
    np.testing.assert_array_equal(a, [[1.0, np.nan]])


def test_values_that_are_no_maps_are_compared_one_by_one():
    row = np.array([0.1, -3.0, 2.0, 0.4])
    assert a_result(row).agreement(a_result(row**3)) == pytest.approx(1)
    with pytest.raises(ValueError, match=r"agreement needs two maps or values of one shape, got \(4,\) and \(3,\)"):
        a_result(row).agreement(a_result(row[:3]))
    with pytest.raises(ValueError, match="sign must be one of 'both', 'positive', 'negative', 'absolute', got 'for'"):
        a_result(row).agreement(a_result(row), sign="for")


def test_maps_are_read_under_the_smoothing_that_is_asked_for():
    random = np.random.default_rng(2)
    a, b = (random.normal(size=(1, 60, 60)).astype(np.float32) for _ in range(2))
    sigma = automatic(a[0])
    assert sigma > 0
    expected = spearmanr(smoothed(a[0], sigma).ravel(), smoothed(b[0], sigma).ravel()).statistic
    assert a_result(a).agreement(a_result(b), smooth=None) == pytest.approx(float(expected), abs=1e-12)
    assert a_result(a).agreement(a_result(b)) != pytest.approx(float(expected), abs=1e-3)


def test_the_file_for_the_browser_is_fresh():
    spec = importlib.util.spec_from_file_location("generate_agreement", FOLDER / "generate.py")
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    kept = json.loads((FOLDER / "agreement.json").read_text("utf-8"))
    for now, then in zip(generate.made(), kept, strict=True):
        # Another processor may round another way, and a code more or less changes few ranks.
        was = then.pop("correlation")
        for sign, value in now.pop("correlation").items():
            assert was[sign] is None if value is None else value == pytest.approx(was[sign], abs=1e-4), now["name"]
        assert {**now, "data": None, "arrays": None} == {**then, "data": None, "arrays": None}
