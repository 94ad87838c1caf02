"""Conductance against Captum at the same points, integrated gradients, closed forms and completeness."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, mlp, row
from attribution.test_layers import Residual
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import Conductance
from xai_widgets.models import Target, TorchModel

EVENLY = {"tolerance": 0.0, "spacing": "even"}


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7 * abs(theirs).max())


def by_hand(net, x, layer, points):
    """The trapezoid rule over points from zero, in one pass."""
    alphas = torch.linspace(0, 1, points, dtype=torch.float64)
    _, y, g = TorchModel(net).through(layer, alphas[:, None] * x, Target(0))
    return ((g[1:] + g[:-1]) / 2 * (y[1:] - y[:-1])).sum(0).numpy()


@pytest.mark.parametrize(
    ("net", "layer"), [(convnet(), "1"), (convnet(), "4"), (Residual(), "stem"), (Residual(), "layer")]
)
def test_it_agrees_with_captum_at_the_same_points(net, layer):
    """Captum takes the gradient at the beginning of each step: both ways along the path make the mean of both ends."""
    x, base = image(), image(seed=9)
    ours = xai.attribute(net, x, "conductance", layer=layer, baselines=base, target=2, n_steps=33, **EVENLY)
    theirs = captum.attr.LayerConductance(net, net.get_submodule(layer))
    options = {"target": 2, "n_steps": 32, "method": "riemann_trapezoid"}
    there = theirs.attribute(x[None], base[None], **options)
    back = theirs.attribute(base[None], x[None], **options)
    close(ours.values, (there - back)[0].detach().numpy() / 2)
    assert ours.backwards == 33
    assert ours.params["layer"] == layer


def test_of_the_input_itself_it_is_integrated_gradients():
    class Starts(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.rest = nn.Identity(), mlp()

        def forward(self, x):
            return self.rest(self.first(x))

    options = {"target": 1, "n_steps": 65, "tolerance": 0.0}
    ours = xai.attribute(Starts(), row(), "conductance", layer="first", **options)
    close(ours.values, xai.attribute(Starts(), row(), "integrated_gradients", **options).values)


def test_a_step_split_at_any_place_is_the_trapezoid_rule_over_all():
    """Whatever came in, the values are the sum over neighbouring points."""
    net, x = mlp(), row()
    steps = list(xai.attribute_iter(net, x, "conductance", layer="1", target=0, n_steps=33, **EVENLY))
    last = steps[-1]
    close(last.values, by_hand(net, x, "1", 33))
    assert [one.steps[0] for one in steps] == sorted(one.steps[0] for one in steps)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), layer=st.sampled_from(["0", "1", "2", "3"]))
def test_what_flows_through_a_layer_is_the_rise_of_the_score(seed, layer):
    net, x = mlp(seed=seed), row(seed=seed)
    result = xai.attribute(net, x, "conductance", layer=layer, target=0, n_steps=1025, tolerance=0.0)
    with torch.no_grad():
        rise = (net(x[None]) - net(torch.zeros_like(x)[None]))[0, 0].item()
    assert result.values.sum() - rise == pytest.approx(result.gap, abs=1e-5)
    assert abs(result.gap) < 0.02 * max(1, abs(rise))
    assert result.values.shape == (16,)


def test_what_goes_around_the_layer_is_the_gap():
    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(6, 6).double()

        def forward(self, x):
            return (3 * x + self.layer(x)).sum(1, keepdim=True)

    net, x = Around(), row()
    result = xai.attribute(net, x, "conductance", layer="layer", target=0)
    close(result.values, (net.layer(x) - net.layer.bias).detach().numpy())
    assert result.gap == pytest.approx(-3 * float(x.sum()))
    assert result.error == pytest.approx(0, abs=1e-9)


def test_the_error_is_honest():
    within = []
    for seed in range(40):
        net, x = mlp(seed=seed), row(seed=seed)
        options = {"layer": "1", "target": 0}
        true = by_hand(net, x, "1", 4097)
        result = xai.attribute(net, x, "conductance", tolerance=0.05, **options)
        within.append(np.linalg.norm(result.values - true) <= result.error * np.linalg.norm(true))
        assert result.error <= 0.05
    assert np.mean(within) >= 0.9


@pytest.mark.parametrize("part", [1, 7, 200])
def test_maps_are_added_up_in_parts(part, monkeypatch):
    monkeypatch.setattr("xai_widgets.attribution.points.HELD", 0)
    options = {"layer": "1", "target": 1, "n_steps": 33, "tolerance": 0.0}
    whole = xai.attribute(convnet(), image(), "conductance", **options)
    monkeypatch.setattr("xai_widgets.attribution.quadrature.PART", part)
    parts = xai.attribute(convnet(), image(), "conductance", **options)
    np.testing.assert_allclose(parts.values, whole.values, rtol=1e-6, atol=1e-9)
    assert parts.error == pytest.approx(whole.error, rel=1e-6)


class Late(nn.Module):
    """The score rises in a part of the path alone, which coarse steps do not meet."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Identity()

    def forward(self, x):
        return 6 * ((self.layer(x).mean(1, keepdim=True) - 0.51) / 0.11).clamp(0, 1)


def test_an_empty_map_is_not_done_while_the_score_has_risen():
    result = xai.attribute(Late(), torch.ones(4, dtype=torch.float64), "conductance", layer="layer", target=0)
    assert result.values.sum() == pytest.approx(6, rel=0.25)


@pytest.mark.parametrize(
    ("net", "x", "layer"),
    [(convnet(), image(), "5"), (mlp(), row(), "3"), (nn.Sequential(nn.Flatten(), mlp(768)), image(), "1.3")],
)
def test_the_layer_is_found(net, x, layer):
    found = xai.attribute(net, x, "conductance", target=1)
    assert f"Layer: {layer}." in found.notes
    np.testing.assert_allclose(
        found.values, xai.attribute(net, x, "conductance", layer=layer, target=1).values, rtol=1e-5, atol=1e-7
    )


def test_tokens_and_units():
    net, x = TinyViT(), image()
    unit = xai.Unit("norm", (0, 3))
    result = xai.attribute(net, x, "conductance", target=unit, layer="encoder.layers.0", n_steps=257, tolerance=0.01)
    assert result.values.shape == (17, 16)
    assert abs(result.gap) < 0.02


def test_no_more_steps_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr("xai_widgets.attribution.points.ROOM", 2 * 8 * 16 * 10)
    result = xai.attribute(mlp(), row(), "conductance", layer="1", target=1, n_steps=129, tolerance=0.0)
    assert result.steps == (9, 9)
    assert "At most 10 steps" in " ".join(result.notes)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="no layer '33'"):
        xai.attribute_iter(mlp(), row(), Conductance(layer="33"))
    with pytest.raises(xai.ModelError, match="No layer lies before the scores"):
        xai.attribute(nn.Sequential(nn.Linear(6, 3)).double(), row(), "conductance")
