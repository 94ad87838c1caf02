"""A unit of a layer as target: against Captum, and as the model that ends there."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image
from attribution.test_layers import Residual, close
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.gradients import GradientMethod
from xai_widgets.method import REGISTRY
from xai_widgets.models import ModelError, TorchModel

METHODS = sorted(name for name, cls in REGISTRY.items() if issubclass(cls, GradientMethod) and name != "conductance")


def selector(unit):
    """The same unit, as Captum is asked for it; a function where it has no words."""
    return unit.path if len(unit.path) == 3 else lambda out: out[(slice(None), *unit.path)].flatten(1).mean(1)


@pytest.mark.parametrize("unit", [xai.Unit("layer", (2, 3, 4)), xai.Unit("layer", 2), xai.Unit("stem", (1, 5))])
def test_it_agrees_with_captum(unit):
    net, x, base = Residual(), image(), image(seed=9)
    layer = net.get_submodule(unit.layer)
    ours = xai.attribute(net, x, "saliency", target=unit, absolute=False)
    close(ours.values, captum.attr.NeuronGradient(net, layer).attribute(x[None].clone(), selector(unit))[0])
    ours = xai.attribute(
        net, x, "integrated_gradients", target=unit, baselines=base, n_steps=65, tolerance=0.0, spacing="even"
    )
    theirs = captum.attr.NeuronIntegratedGradients(net, layer).attribute(
        x[None].clone(), selector(unit), base[None], n_steps=65, method="riemann_trapezoid"
    )[0]
    close(ours.values, theirs * 65 / 64)
    with torch.no_grad():
        h = net.stem(torch.stack([x, base]))
        h = h if unit.layer == "stem" else net.layer(net.act(h))
    rise = h[(slice(None), *unit.path)].reshape(2, -1).mean(1)
    assert ours.values.sum() - float(rise[0] - rise[1]) == pytest.approx(ours.gap, abs=1e-6)


@pytest.mark.parametrize("method", [*METHODS, "occlusion", "feature_ablation"])
def test_every_method_does_what_it_does_on_a_model_that_ends_there(method):
    net, x = convnet(), image()

    class Ends(nn.Module):
        def __init__(self):
            super().__init__()
            self.lower = net[:5]

        def forward(self, x):
            return self.lower(x)[:, 3].mean((1, 2))[:, None]

    ours = xai.attribute(net, x, method, target=xai.Unit("4", 3), seed=2)
    alone = xai.attribute(Ends(), x, method, target=0, seed=2)
    np.testing.assert_allclose(ours.values, alone.values, rtol=1e-5, atol=1e-9)
    assert ours.values.any()
    assert (ours.target, ours.label) == (xai.Unit("4", 3), "4 unit 3")
    assert np.array_equal(ours.prediction.scores, xai.attribute(net, x, "saliency").prediction.scores)
    assert ours.model_hash == xai.attribute(net, x, "saliency").model_hash


class Refuses(nn.Module):
    """What is above the layer has no rule, cannot be differentiated, and takes its time."""

    def __init__(self):
        super().__init__()
        self.layer, self.ran = nn.Linear(4, 6), []
        self.double()

    def forward(self, x):
        h = self.layer(x).relu()
        self.ran.append(len(x))
        return torch.erfinv(h.detach().softmax(1))


def test_nothing_above_the_layer_is_run():
    net, x = Refuses(), torch.randn(4, dtype=torch.float64)
    unit = xai.Unit("layer", 5)
    model = TorchModel(net)
    view = model.unit(unit, x[None])
    ran = len(model.module.ran)
    torch.testing.assert_close(view.scores(x[None]), net.layer(x)[None, 5:].detach())
    assert len(model.module.ran) == ran
    relevance = xai.attribute(net, x, "lrp", target=unit, composite="epsilon")
    wanted = net.layer.weight[5] * x * (net.layer(x)[5] / (net.layer(x)[5] + 1e-6 * net.layer(x)[5].sign()))
    close(relevance.values, wanted)


def test_a_unit_is_explained_by_another_layer():
    net, x = Residual(), image()
    ours = xai.attribute(net, x, "saliency", layer="stem", target=xai.Unit("layer", 2), absolute=False)
    h = net.stem(x[None]).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(net.layer(net.act(h))[:, 2].mean(), h)
    close(ours.values, gradient[0])
    itself = xai.attribute(net, x, "saliency", layer="layer", target=xai.Unit("layer", (2, 0, 1)), absolute=False)
    assert (np.count_nonzero(itself.values), itself.values[2, 0, 1]) == (1, 1)
    with pytest.raises(ModelError, match=r"'layer' .* does not run on the way to the score"):
        xai.attribute(net, x, "saliency", layer="layer", target=xai.Unit("stem", 2))


def test_a_class_activation_map_of_a_unit_is_its_channel():
    net, x = convnet(), image()
    ours = xai.attribute(net, x, "grad_cam", target=xai.Unit("4", 3), relu=False)
    with torch.no_grad():
        channel = net[:5](x[None])[:, 3:4]
    wanted = nn.functional.interpolate(channel / channel[0].numel(), size=(16, 16), mode="bilinear")
    assert "Layer: 4." in ours.notes
    np.testing.assert_allclose(ours.values, wanted[0], rtol=1e-5, atol=1e-9)


def test_the_feature_of_a_token():
    net, x = TinyViT(), image()
    result = xai.attribute(net, x, "integrated_gradients", target=xai.Unit("encoder.layers.0", (0, 7)), tolerance=0.01)
    assert result.label == "encoder.layers.0 unit 0, 7"
    assert abs(result.gap) < 0.02


def test_what_is_no_unit_is_refused_at_the_call():
    net, x = convnet(), image()
    with pytest.raises(ValueError, match=r"There is no 4 unit 16: .*, the layer puts out shape \[16, 8, 8\]"):
        xai.attribute_iter(net, x, "saliency", target=xai.Unit("4", 16))
    with pytest.raises(ValueError, match="There is no 8 unit 1, 1"):
        xai.attribute_iter(net, x, "saliency", target=xai.Unit("8", (1, 1)))
    with pytest.raises(ValueError, match="no layer '44'"):
        xai.attribute_iter(net, x, "saliency", target=xai.Unit("44", 1))
    with pytest.raises(ValueError, match="counts from 0, got -1"):
        xai.Unit("4", -1)
    with pytest.raises(ValueError, match="one number at least"):
        xai.Unit("4", ())
    for index in (1.5, True, "1"):
        with pytest.raises(TypeError, match="whole number or several"):
            xai.Unit("4", index)
    with pytest.raises(TypeError, match="given by its name"):
        xai.Unit(net[4], 1)


def test_units_are_equal_however_they_are_written():
    assert xai.Unit("4", (3,)) == xai.Unit("4", np.int64(3)) == xai.Unit("4", 3)
    assert len({xai.Unit("4", [1, 2]), xai.Unit("4", (1, 2))}) == 1


@pytest.mark.parametrize("index", [3, (3, 1, 0)])
@pytest.mark.parametrize("suffix", [".xai.json", ".npz", ".png"])
def test_results_keep_their_unit(tmp_path, index, suffix):
    path = tmp_path / f"why{suffix}"
    result = xai.attribute(convnet(), image(), "saliency", target=xai.Unit("4", index))
    result.save(path)
    if suffix != ".png":
        loaded = xai.load(path)
        assert (loaded.target, loaded.label) == (result.target, result.label)


class Segments(nn.Module):
    """Puts out a map of each class, as a segmentation does."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.out = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 1)
        self.double().eval()

    def forward(self, x):
        return {"out": self.out(self.first(x).tanh())}


@pytest.mark.parametrize("method", ["saliency", "grad_cam", "occlusion", "integrated_gradients"])
def test_a_pixel_of_what_is_no_row_of_scores_is_a_unit(method):
    net, x, unit = Segments(), image(8), xai.Unit("out", (1, 2, 3))
    ours = xai.attribute(net, x, method, target=unit)
    alone = xai.attribute(net, x, method, target=lambda out: out["out"][:, 1, 2, 3])
    np.testing.assert_allclose(ours.values, alone.values, rtol=1e-5, atol=1e-9)
    assert ours.values.any()
    assert (ours.target, ours.label) == (unit, unit.label)
    assert ours.prediction.scores == pytest.approx(alone.prediction.scores)
