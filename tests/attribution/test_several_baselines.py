"""Of several baselines, what a method says is the mean over them."""

import captum.attr
import numpy as np
import pandas as pd
import pytest
import torch
from attribution.nets import convnet, image, mlp, row

import xai_widgets as xai

BASES = torch.randn(3, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
EVENLY = {"tolerance": 0.0, "spacing": "even"}


def test_it_is_the_mean_of_captums_values():
    net, x = mlp(), row()
    found = xai.attribute(net, x, "integrated_gradients", target=1, baselines=BASES, n_steps=65, **EVENLY)
    oracle = captum.attr.IntegratedGradients(net)
    theirs = [
        oracle.attribute(x[None], base[None], target=1, n_steps=65, method="riemann_trapezoid")[0] for base in BASES
    ]
    wanted = torch.stack(theirs).mean(0).detach().numpy() * 65 / 64  # its steps are as many as its points
    np.testing.assert_allclose(found.values, wanted, rtol=1e-6, atol=1e-9)
    assert found.forwards == 3 * 65
    scores = net(torch.cat([x[None], BASES]))[:, 1].detach()
    assert found.gap == pytest.approx(float(found.values.sum() - (scores[0] - scores[1:].mean())), abs=1e-6)


@pytest.mark.parametrize("tolerance", [0.0, 0.1])
def test_it_goes_on_and_ends(tolerance):
    bases = torch.rand(4, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    params = {"target": 1, "baselines": bases, "n_steps": 33, "tolerance": tolerance}
    steps = list(xai.attribute_iter(convnet(), image(), "integrated_gradients", **params))
    fractions = [one.fraction for one in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert all(one.error is None for one in steps if one.fraction <= 3 / 4)
    exact = xai.attribute(convnet(), image(), "integrated_gradients", **params | {"n_steps": 4097, "tolerance": 1e-9})
    true = np.linalg.norm(steps[-1].values - exact.values) / np.linalg.norm(exact.values)
    assert 0 < true <= steps[-1].error


def test_one_of_them_is_that_baseline_and_layers_lift_them():
    net, x = mlp(), row()
    alone = xai.attribute(net, x, "integrated_gradients", target=1, baselines=BASES[0])
    np.testing.assert_allclose(
        xai.attribute(net, x, "integrated_gradients", target=1, baselines=BASES[:1]).values,
        alone.values,
        rtol=1e-5,
        atol=1e-7,
    )
    every = [
        xai.attribute(net, x, "integrated_gradients", target=1, layer="1", baselines=base, tolerance=0.0).values
        for base in BASES
    ]
    found = xai.attribute(net, x, "integrated_gradients", target=1, layer="1", baselines=BASES.numpy(), tolerance=0.0)
    np.testing.assert_allclose(found.values, np.mean(every, 0), rtol=1e-6, atol=1e-9)
    with pytest.raises(ValueError, match=r"shape \[n, 6\], got \[3, 5\]"):
        xai.attribute(net, x, "integrated_gradients", baselines=BASES[:, :5])


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("occlusion", {"sliding_window_shapes": 2, "strides": 1}),
        ("deep_lift", {}),
        ("conductance", {"layer": "1", "spacing": "even", "tolerance": 0.0, "n_steps": 17}),
        ("feature_ablation", {}),
    ],
)
def test_whatever_compares_takes_the_mean_over_several(name, params):
    net, x = mlp(), row()
    given = {"target": 1, **params}
    every = [xai.attribute(net, x, name, baselines=base, **given).values for base in BASES]
    steps = list(xai.attribute_iter(net, x, name, baselines=BASES, **given))
    np.testing.assert_allclose(steps[-1].values, np.mean(every, 0), rtol=1e-5, atol=1e-7)
    assert steps[-1].fraction == 1
    frame = pd.DataFrame(BASES.numpy(), columns=list("abcdef"))
    of_rows = xai.attribute(net, pd.Series(x.numpy(), frame.columns), name, background=frame, **given)
    np.testing.assert_allclose(of_rows.values, np.mean(every, 0), rtol=1e-5, atol=1e-7)
    with pytest.raises(ValueError, match=r"shape \[n, 6\], got \[3, 5\]"):
        xai.attribute(net, x, name, baselines=BASES[:, :5])


@pytest.mark.parametrize(("name", "params"), [("rise", {"n_samples": 40, "tolerance": 0.0}), ("score_cam", {})])
def test_pictures_may_be_compared_with_several_too(name, params):
    bases = torch.rand(2, 3, 16, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    given = {"target": 1, **params}
    every = [xai.attribute(convnet(), image(), name, baselines=base, **given).values for base in bases]
    found = xai.attribute(convnet(), image(), name, baselines=bases, **given)
    np.testing.assert_allclose(found.values, np.mean(every, 0), rtol=1e-5, atol=1e-7)
