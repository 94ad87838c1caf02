"""Several baselines: what is hidden is the mean over them, as an interventional background has it."""

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai

GENERATOR = torch.Generator().manual_seed(5)
X = torch.randn(5, generator=GENERATOR, dtype=torch.float64)
BASES = torch.randn(4, 5, generator=GENERATOR, dtype=torch.float64)


@pytest.fixture
def net():
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(5, 9), nn.Tanh(), nn.Linear(9, 3)).double()


@pytest.mark.parametrize("method", ["exact_shapley", "kernel_shap", "feature_ablation"])
def test_the_values_are_the_mean_over_the_baselines(net, method):
    # Of the same coalitions, each of these is linear in what they are worth.
    several = xai.attribute(net, X, method, target=1, baselines=BASES)
    each = [xai.attribute(net, X, method, target=1, baselines=base).values for base in BASES]
    np.testing.assert_allclose(several.values, np.mean(each, 0), atol=1e-6)


def test_shapley_values_sum_to_the_score_above_the_backgrounds_mean(net):
    found = xai.attribute(net, X, "exact_shapley", target=1, baselines=BASES.numpy())
    with torch.no_grad():
        rise = float(net(X[None])[0, 1] - net(BASES)[:, 1].mean())
    assert found.values.sum() == pytest.approx(rise, abs=1e-6)


def test_one_baseline_in_a_batch_is_that_baseline(net):
    one = xai.attribute(net, X, "exact_shapley", target=0, baselines=BASES[:1])
    np.testing.assert_allclose(
        one.values, xai.attribute(net, X, "exact_shapley", target=0, baselines=BASES[0]).values, rtol=1e-5, atol=1e-7
    )


def test_baselines_of_another_shape_are_refused(net):
    with pytest.raises(ValueError, match=r"\[n, 5\]"):
        xai.attribute(net, X, "exact_shapley", baselines=torch.zeros(4, 3))
