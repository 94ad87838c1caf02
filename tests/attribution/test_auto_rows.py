"""Which method a row gets by itself: all coalitions wherever few different rows come of them, however many columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai


def plain(rows: Any) -> Any:
    z = np.asarray(rows, float).sum(1)
    return np.stack([0 * z, z], 1)


def table(columns: int, differing: int) -> Any:
    """Return rows that differ from the first one in so many columns."""
    rows = np.zeros((101, columns), np.float32)
    rows[1:, :differing] = np.random.default_rng(0).normal(size=(100, differing))
    return rows


@pytest.mark.parametrize(
    ("columns", "differing", "function", "network"),
    [
        (8, 8, "exact_shapley", "exact_shapley"),
        (10, 10, "exact_shapley", "exact_shapley"),
        (11, 11, "kernel_shap", "exact_shapley"),
        (12, 12, "kernel_shap", "exact_shapley"),
        (13, 13, "kernel_shap", "expected_gradients"),
        (16, 8, "exact_shapley", "exact_shapley"),
        (16, 12, "kernel_shap", "exact_shapley"),
        (16, 13, "kernel_shap", "expected_gradients"),
        (17, 1, "kernel_shap", "expected_gradients"),
    ],
)
def test_all_coalitions_are_done_where_they_make_few_different_rows(
    columns: int, differing: int, function: str, network: str
) -> None:
    rows = table(columns, differing)
    asked: dict[str, Any] = {"background": rows[1:], "target": 1, "time_budget": 1e-9}
    names = [f"column {i}" for i in range(columns)]
    assert xai.attribute(plain, rows[0], features=names, **asked).method == function
    torch.manual_seed(0)
    assert xai.attribute(nn.Linear(columns, 2), rows[0], **asked).method == network


def test_rows_that_are_given_in_place_of_the_drawn_ones_decide() -> None:
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame(table(16, 13), columns=[f"c{i}" for i in range(16)])
    near = frame.iloc[1:5].assign(**{f"c{i}": 0.0 for i in range(3, 16)})
    found = xai.attribute(plain, frame.iloc[0], background=frame.iloc[1:], baselines=near, target=1)
    assert (found.method, found.error) == ("exact_shapley", None)
    assert found.forwards < 60
    np.testing.assert_allclose(found.values, (frame.iloc[0] - near.mean()).to_numpy(), atol=1e-5)
