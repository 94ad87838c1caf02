"""Shapley values, expected gradients and Deep SHAP against the SHAP library, on the same networks in float64."""

from __future__ import annotations

import importlib.util
import sys
import types

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, mlp, row
from torch import nn

import xai_widgets as xai

TARGET = 1


@pytest.fixture(scope="module")
def shap():
    """The library; where Numba is not, without its speed: it only compiles loops here that run as they are."""
    wanted = "numba" not in sys.modules and importlib.util.find_spec("numba") is None
    if wanted:
        numba, typed = types.ModuleType("numba"), types.ModuleType("numba.typed")
        numba.njit = numba.jit = lambda *args, **_: args[0] if args and callable(args[0]) else lambda work: work
        typed.List, numba.typed = list, typed
        sys.modules |= {"numba": numba, "numba.typed": typed}
    try:
        return pytest.importorskip("shap", exc_type=ImportError)
    finally:
        if wanted:
            del sys.modules["numba"], sys.modules["numba.typed"]


def function(model: nn.Module):
    def scores(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return model(torch.from_numpy(rows))[:, TARGET].numpy()

    return scores


def far(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.linalg.norm(found - true) / np.linalg.norm(true))


@pytest.mark.parametrize("seed", range(4))
def test_exact_values_and_all_coalitions(shap, seed: int) -> None:
    model, x = mlp(seed=seed), row(seed=seed)
    zeros = np.zeros((1, len(x)))
    exact = xai.attribute(model, x, "exact_shapley", target=TARGET).values
    every = xai.attribute(model, x, "kernel_shap", target=TARGET, n_samples=62).values
    peer = shap.explainers.Exact(function(model), shap.maskers.Independent(zeros))(x.numpy()[None]).values[0]
    fitted = shap.KernelExplainer(function(model), zeros).shap_values(
        x.numpy()[None], nsamples=62, l1_reg=0, silent=True
    )
    np.testing.assert_allclose(exact, peer, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(every, fitted[0], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_sampled_orders(shap, seed: int) -> None:
    """SHAP takes orders forwards and backwards, as we do, but other ones."""
    model, x = mlp(8, seed=seed), row(8, seed=seed)
    masker = shap.maskers.Independent(np.zeros((1, len(x))))
    peer = shap.explainers.Permutation(function(model), masker, seed=seed)(x.numpy()[None], max_evals=400 * 17)
    ours = xai.attribute(model, x, "shapley_sampling", target=TARGET, n_samples=100, tolerance=0.0)
    fitted = xai.attribute(model, x, "kernel_shap", target=TARGET, n_samples=160, tolerance=0.0)
    for one in (ours, fitted):
        assert far(one.values, peer.values[0]) <= 1.3 * one.error < 0.3  # the other one is not exact either


def test_deep_shap(shap) -> None:
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3)).double()
    x, baselines = row(), torch.randn(7, 6, dtype=torch.float64)
    peer = shap.DeepExplainer(model, baselines).shap_values(x[None], check_additivity=False)[0, :, TARGET]
    ours = xai.attribute(model, x, "deep_shap", target=TARGET, baselines=baselines)
    np.testing.assert_allclose(ours.values, peer, rtol=1e-6, atol=1e-6)
    assert ours.error == 0


@pytest.mark.parametrize("picture", [False, True], ids=["row", "picture"])
def test_expected_gradients(shap, *, picture: bool) -> None:
    """SHAP draws baselines and points at random, in single precision: it is off by chance, as its own seeds tell."""
    model, x = (convnet().float(), image(8).float()) if picture else (mlp().float(), row().float())
    baselines = torch.rand(5, *x.shape, generator=torch.Generator().manual_seed(1))
    explainer = shap.GradientExplainer(model, baselines)
    found = [explainer.shap_values(x[None], nsamples=400, rseed=seed)[0][..., TARGET] for seed in range(4)]
    peer, chance = np.mean(found, 0), np.std(found, 0, ddof=1) / 2
    ours = xai.attribute(model, x, "expected_gradients", target=TARGET, baselines=baselines, tolerance=0.02)
    slack = 2 * np.linalg.norm(chance) / np.linalg.norm(peer)
    assert far(ours.values, peer) <= ours.error + slack
    assert ours.error + slack < 0.3
