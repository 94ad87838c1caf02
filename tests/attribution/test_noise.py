"""How far noisy copies are from the input: each value by its own range, where that is known."""

import numpy as np
import pytest
import torch
from attribution.nets import image

import xai_widgets as xai
from xai_widgets.attribution.gradients import ONE_RANGE

ROW = torch.tensor([1.0, -2.0, 300.0], dtype=torch.float64)
TABLE = torch.tensor([[0.0, -1.0, 100.0], [2.0, -3.0, 500.0], [1.0, -2.0, 400.0]], dtype=torch.float64)
RANGES = np.array([2.0, 2.0, 400.0])


def cubes(rows):
    return rows.pow(3).sum(1)


def squares(rows):
    return rows.square().sum(1)


@pytest.mark.parametrize("level", [0.1, 0.4])
def test_columns_are_moved_as_far_as_they_vary(level):
    found = xai.attribute(cubes, ROW, "smooth_grad", background=TABLE, noise_level=level, n_samples=1000, tolerance=0)
    # The mean of 3 (x + ε)² is 3 x² + 3 σ².
    sigma = level * RANGES
    wanted = 3 * ROW.numpy() ** 2 + 3 * sigma**2
    doubt = 3 * np.sqrt(4 * ROW.numpy() ** 2 * sigma**2 + 2 * sigma**4) / np.sqrt(1000)
    assert (np.abs(found.values - wanted) < 4 * doubt).all()
    assert ONE_RANGE not in found.notes
    found = xai.attribute(squares, ROW, "var_grad", background=TABLE, noise_level=level, n_samples=1000, tolerance=0)
    np.testing.assert_allclose(found.values, 4 * sigma**2, rtol=4 * np.sqrt(2 / 999))


@pytest.mark.parametrize("method", ["smooth_grad", "var_grad"])
def test_without_a_background_a_row_is_told_that_all_columns_have_one_range(method):
    assert ONE_RANGE in xai.attribute(cubes, ROW, method, n_samples=4).notes
    assert ONE_RANGE not in xai.attribute(lambda x: x.flatten(1).sum(1), image(), method, n_samples=4).notes
    with pytest.raises(ValueError, match=r"background must be of shape \[n, 3\], got \[3\]"):
        xai.attribute(cubes, ROW, method, background=TABLE[0])
