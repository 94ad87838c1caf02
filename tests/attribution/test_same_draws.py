"""Methods that draw, against Captum given the same draws: what is left is the definition."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import captum.attr
import numpy as np
import pytest
import torch
from attribution import truths
from attribution.nets import convnet, image, mlp, row
from captum._utils.models.linear_model import SkLearnLinearRegression, SkLearnRidge
from captum._utils.models.model import Model
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import SmoothGrad
from xai_widgets.attribution.groups import row_generator
from xai_widgets.attribution.stratified import Paths

SAMPLES, SEED = 12, 3


@pytest.mark.parametrize(("method", "theirs"), [("smooth_grad", "smoothgrad"), ("var_grad", "vargrad")])
@pytest.mark.parametrize(("model", "x"), [(mlp(), row()), (convnet(), image())])
def test_noise(method: str, theirs: str, model: nn.Module, x: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = [torch.randn(x.shape, generator=row_generator(SEED, one)) for one in range(SAMPLES)]
    pairs = [SmoothGrad()._noise(torch.Generator(), SEED, one, x) for one in range(SAMPLES)]
    noise = torch.stack(draws if method == "var_grad" else pairs)
    # Captum's samples of one input come one after the other.
    monkeypatch.setattr(torch, "normal", lambda _mean, deviation: noise.to(deviation) * deviation)
    wide = 0.15 * float(x.max() - x.min())
    tunnel = captum.attr.NoiseTunnel(captum.attr.Saliency(model))
    found = tunnel.attribute(x[None], nt_type=theirs, nt_samples=SAMPLES, stdevs=wide, target=1, abs=False)[0]
    # The variance here is that of a sample, without bias; Captum divides by the number of samples.
    found *= SAMPLES / (SAMPLES - 1) if method == "var_grad" else 1
    ours = xai.attribute(model, x, method, target=1, n_samples=SAMPLES, tolerance=0.0, seed=SEED)
    np.testing.assert_allclose(ours.values, found, rtol=1e-6, atol=1e-6 * float(found.abs().max()))


@pytest.mark.parametrize(("model", "x"), [(mlp(), row()), (convnet(), image())])
def test_expected_gradients(model: nn.Module, x: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = 3
    baselines = torch.randn(paths, *x.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    places = np.array([Paths(paths, SEED).place(one) for one in range(SAMPLES)])
    turns = torch.randperm(paths, generator=row_generator(SEED, -1)).numpy()[np.arange(SAMPLES) % paths]
    # Captum draws for each sample which baseline, and where on its path.
    monkeypatch.setattr(np.random, "choice", lambda _among, count: turns[:count])
    monkeypatch.setattr(np.random, "uniform", lambda _low, _high, count: places[:count])
    found = captum.attr.GradientShap(model).attribute(x[None], baselines, n_samples=SAMPLES, stdevs=0.0, target=1)[0]
    params = {"baselines": baselines, "n_samples": SAMPLES, "tolerance": 0.0, "seed": SEED}
    ours = xai.attribute(model, x, "expected_gradients", target=1, **params).values
    np.testing.assert_allclose(ours, found, rtol=1e-6, atol=1e-6 * float(found.abs().max()))


def fitted_by_captum(
    model: nn.Module, x: torch.Tensor, drawn: Iterable[torch.Tensor], count: int, fit: Model
) -> torch.Tensor:
    """Fit a linear model to coalitions, with the weights of the lime library."""

    def each(*_: object, **__: object) -> Iterator[torch.Tensor]:
        for shown in drawn:
            yield shown[None].double()

    def weight(_x: object, _hidden: object, shown: torch.Tensor, **_: object) -> float:
        alike = float(shown.mean()) ** 0.5
        return float(np.exp(-((1 - alike) ** 2) / (2 * 0.25**2)))

    peer = captum.attr.LimeBase(
        lambda batch: model(batch)[:, 1],
        fit,
        weight,
        each,
        perturb_interpretable_space=True,
        from_interp_rep_transform=lambda shown, given, **_: shown * given,
        to_interp_rep_transform=None,
    )
    return peer.attribute(x[None], n_samples=count)[0]


@pytest.mark.parametrize("count", [12, 64])
@pytest.mark.parametrize("ridge", [0.0, 0.5])
def test_lime_fits_what_captums_fits_to_the_same_pictures(count: int, ridge: float) -> None:
    model, x = truths.dense(5)
    drawn = [
        (torch.rand(truths.FEATURES, generator=row_generator(SEED, one // 2)) < 1 / 2) ^ bool(one % 2)
        for one in range(count)
    ]
    peer = SkLearnRidge(alpha=ridge) if ridge else SkLearnLinearRegression()
    found = fitted_by_captum(model, x, drawn, count, peer)
    ours = xai.attribute(model, x, "lime", target=1, ridge=ridge, n_samples=count, tolerance=0.0, seed=SEED).values
    np.testing.assert_allclose(ours, found, rtol=1e-6, atol=1e-6 * float(found.abs().max()))


def test_lime_fits_what_captums_fits_to_all_coalitions() -> None:
    model, x = truths.dense(5)
    every = map(torch.tensor, itertools.product((0.0, 1.0), repeat=truths.FEATURES))
    found = fitted_by_captum(model, x, every, 2**truths.FEATURES, SkLearnLinearRegression())
    np.testing.assert_allclose(truths.surrogate(model, x), found, rtol=1e-6, atol=1e-6 * float(found.abs().max()))
    params = {"ridge": 0.0, "n_samples": 6000, "tolerance": 0.0}
    ours = xai.attribute(model, x, "lime", target=1, **params)
    off = np.linalg.norm(ours.values - found.numpy()) / np.linalg.norm(found)
    assert off <= ours.error < 0.1
