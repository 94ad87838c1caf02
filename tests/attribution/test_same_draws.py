"""Methods that draw, against Captum given the same draws: what is left is the definition."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import captum.attr
import numpy as np
import pytest
import torch
from attribution import truths
from attribution.nets import convnet, image, mlp, row
from captum._utils.models.linear_model import SkLearnLinearRegression
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import SmoothGrad

SAMPLES, SEED = 12, 3


@pytest.mark.parametrize(("method", "theirs"), [("smooth_grad", "smoothgrad"), ("var_grad", "vargrad")])
@pytest.mark.parametrize(("model", "x"), [(mlp(), row()), (convnet(), image())])
def test_noise(method: str, theirs: str, model: nn.Module, x: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = torch.stack([SmoothGrad._noise(torch.Generator(), SEED, one, x) for one in range(SAMPLES)])
    # Captum's samples of one input come one after the other.
    monkeypatch.setattr(torch, "normal", lambda _mean, deviation: noise.to(deviation) * deviation)
    wide = 0.15 * float(x.max() - x.min())
    tunnel = captum.attr.NoiseTunnel(captum.attr.Saliency(model))
    found = tunnel.attribute(x[None], nt_type=theirs, nt_samples=SAMPLES, stdevs=wide, target=1, abs=False)[0]
    # The variance here is that of a sample, without bias; Captum divides by the number of samples.
    found *= SAMPLES / (SAMPLES - 1) if method == "var_grad" else 1
    ours = xai.attribute(model, x, method, target=1, n_samples=SAMPLES, tolerance=0.0, seed=SEED)
    np.testing.assert_allclose(ours.values, found, rtol=1e-5, atol=1e-6 * float(found.abs().max()))


def test_lime_fits_what_captums_fits_to_all_coalitions() -> None:
    model, x = truths.dense(5)

    def every(*_: object, **__: object) -> Iterator[torch.Tensor]:
        for shown in itertools.product((0.0, 1.0), repeat=truths.FEATURES):
            yield torch.tensor([shown], dtype=torch.float64)

    def weight(_x: object, _hidden: object, shown: torch.Tensor, **_: object) -> float:
        alike = float(shown.mean()) ** 0.5
        return float(np.exp(-((1 - alike) ** 2) / (2 * 0.25**2)))

    peer = captum.attr.LimeBase(
        lambda batch: model(batch)[:, 1],
        SkLearnLinearRegression(),
        weight,
        every,
        perturb_interpretable_space=True,
        from_interp_rep_transform=lambda shown, given, **_: shown * given,
        to_interp_rep_transform=None,
    )
    found = peer.attribute(x[None], n_samples=2**truths.FEATURES)[0]
    np.testing.assert_allclose(truths.surrogate(model, x), found, rtol=1e-4, atol=1e-5)
    params = {"ridge": 0.0, "n_samples": 6000, "tolerance": 0.0}
    ours = xai.attribute(model, x, "lime", target=1, **params)
    off = np.linalg.norm(ours.values - found.numpy()) / np.linalg.norm(found)
    assert off <= ours.error < 0.1
