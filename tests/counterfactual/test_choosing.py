"""Which of many rows to show: cheap, unlike each other, and near real ones where that is asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import xai_widgets as xai
from xai_widgets.counterfactual.choosing import determinantal


def test_each_is_the_one_that_raises_the_determinant_most_for_its_cost():
    random = np.random.default_rng(0)
    points, costs = random.normal(size=(30, 3)), random.random(30)
    kernel = np.exp(-np.abs(points[:, None] - points).sum(-1))
    found = determinantal(costs, 5, lambda k: kernel[k])
    so_far = []
    for one in found:
        rest = [k for k in range(30) if k not in so_far]
        worth = [np.linalg.slogdet(kernel[np.ix_([*so_far, k], [*so_far, k])])[1] - costs[k] for k in rest]
        assert one == rest[int(np.argmax(worth))]
        so_far.append(one)


def test_a_twin_is_left_out_for_a_dearer_one_that_is_unlike():
    kernel = np.array([[1, 0.999, 0], [0.999, 1, 0], [0, 0, 1]])
    assert determinantal(np.array([0, 0.1, 2]), 2, lambda k: kernel[k]) == [0, 2]
    assert determinantal(np.array([0.5, 0, 2]), 9, lambda k: kernel[k]) == [1, 2, 0]


@pytest.mark.parametrize("method", ["genetic", "gradient"])
def test_plausible_rows_lie_nearer_to_real_ones(method):
    along = np.random.default_rng(0).normal(size=(400, 1))
    data = (np.repeat(along, 4, axis=1) + 0.05 * np.random.default_rng(1).normal(size=(400, 4))).astype(np.float32)
    layer = torch.nn.Linear(4, 2)
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[0.0] * 4, [1.0] * 4])
        layer.bias[:] = torch.tensor([4.0, 0.0])
    row = data[np.abs(along[:, 0]).argmin()]
    near = {}
    for plausible in (0.0, 20.0):
        found = xai.counterfactuals(layer, row, 1, n=1, background=data, method=method, plausible=plausible)
        near[plausible] = found.candidates[0].nearest
    assert near[20.0] < near[0.0]
