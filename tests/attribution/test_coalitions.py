"""Which coalitions Kernel SHAP draws, and what it gains from drawing none twice."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from attribution.games import distance
from attribution.nets import mlp, row

import xai_widgets as xai
from xai_widgets.attribution.coalitions import Pairs
from xai_widgets.attribution.fit import fit


@pytest.mark.parametrize("count", [2, 5, 6, 9])
def test_pairs_are_all_coalitions_once(count: int) -> None:
    pairs = Pairs(count, seed=3)
    drawn = [pairs[i] for i in range(pairs.total)]
    both = {tuple(one.tolist()) for one in [*drawn, *(~one for one in drawn)]}
    assert len(both) == 2 * pairs.total == 2**count - 2
    weights, missing = pairs.weigh(pairs.total)
    assert not missing.any()
    sizes = torch.stack(drawn).sum(1).double()
    # The kernel of a coalition, up to a factor.
    kernel = torch.tensor([1 / (math.comb(count, int(s)) * s * (count - s)) for s in sizes])
    torch.testing.assert_close(weights / weights.sum(), kernel / kernel.sum())


@pytest.mark.parametrize("count", [12, 24, 60])
def test_few_pairs_have_each_size_by_its_weight(count: int) -> None:
    pairs = Pairs(count, seed=0)
    drawn = torch.stack([pairs[i] for i in range(300)])
    assert len(drawn.unique(dim=0)) == 300
    found = torch.bincount(drawn.sum(1), minlength=count // 2 + 1)[1:]
    each = [1 / (s * (count - s)) / (1 + (2 * s == count)) for s in range(1, count // 2 + 1)]
    every = [math.comb(count, s) // (1 + (2 * s == count)) for s in range(1, count // 2 + 1)]
    for size, weight in enumerate(each):
        if found[size] < every[size]:  # those that are not complete share what is left
            rest = [i for i, n in enumerate(every) if found[i] < n]
            share = weight / sum(each[i] for i in rest) * float(found[rest].sum())
            assert abs(float(found[size]) - share) <= 3 + 0.35 * share
    assert found[0] == min(every[0], found[0])


def test_kernel_shap_gains_more_than_the_square_root_of_its_samples() -> None:
    """With n of N coalitions, none twice, the variance falls by (1 - n/N) as well."""
    distances: dict[int, list[float]] = {100: [], 900: []}
    for seed in range(12):
        model, x = mlp(10, seed=seed), row(10, seed=seed)
        true = xai.attribute(model, x, "exact_shapley", target=0).values
        for samples, found in distances.items():
            values = xai.attribute(model, x, "kernel_shap", target=0, n_samples=samples, tolerance=0.0, seed=seed)
            found.append(distance(true, values.values))
    few, many = (float(np.sqrt(np.mean(np.square(one)))) for one in distances.values())
    assert many < few / 5


@pytest.mark.parametrize("samples", [400, 1000, 1400])
def test_kernel_shap_sums_to_the_rise_however_many_samples(samples: int) -> None:
    """The fit has one direction too many, which rounding must not blow up."""
    model, x = mlp(12), row(12)
    result = xai.attribute(model, x, "kernel_shap", target=0, n_samples=samples, tolerance=0.0)
    assert abs(result.gap) < 1e-9


def test_kernel_shap_takes_more_columns_than_floats_count_coalitions_of() -> None:
    weights = torch.zeros(1100, dtype=torch.float64)
    weights[7] = 3.0
    found = xai.attribute(lambda x: x @ weights[:, None], torch.ones(1100).double(), "kernel_shap", n_samples=64)
    assert found.values.sum() == pytest.approx(3.0, abs=1e-5)


def test_fewer_rows_than_columns_are_fitted_as_all_are() -> None:
    generator = torch.Generator().manual_seed(0)
    rows, targets = torch.randn(9, 30, generator=generator).double(), torch.randn(9, generator=generator).double()
    weights = torch.rand(9, generator=generator).double()
    weighted = rows * weights[:, None]
    smallest = torch.linalg.pinv(weighted.T @ rows, hermitian=True, rtol=1e-12) @ (weighted.T @ targets)
    torch.testing.assert_close(fit(rows, targets, weights).coefficients, smallest)
