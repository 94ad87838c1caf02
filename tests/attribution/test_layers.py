"""A layer's activations explained: against Captum, and against the upper part of the network alone."""

from __future__ import annotations

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import InputXGradient, IntegratedGradients, Saliency
from xai_widgets.attribution.gradients import GradientMethod
from xai_widgets.inputs import Inputs, read_inputs
from xai_widgets.method import REGISTRY
from xai_widgets.models import Target, TorchModel

METHODS = sorted(name for name, cls in REGISTRY.items() if issubclass(cls, GradientMethod) and name != "conductance")


class Residual(nn.Module):
    """A layer that part of the signal goes around, and layers written out of place, which Captum needs."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(7)
        self.stem, self.layer = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.act, self.pool, self.head = nn.Softplus(), nn.AdaptiveAvgPool2d(2), nn.Linear(24, 4)
        self.double().eval()

    def forward(self, x):
        h = self.act(self.stem(x))
        return self.head(self.pool((h + self.layer(h)).tanh()).flatten(1))


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs := theirs.detach().numpy(), rtol=1e-6, atol=1e-7 * abs(theirs).max())


@pytest.mark.parametrize("layer", ["stem", "layer"])
def test_integrated_gradients_agree_with_captum(layer):
    net, x, base = Residual(), image(), image(seed=9)
    ours = xai.attribute(
        net, x, "integrated_gradients", layer=layer, baselines=base, target=2, n_steps=65, tolerance=0.0, spacing="even"
    )
    theirs = captum.attr.LayerIntegratedGradients(net, net.get_submodule(layer)).attribute(
        x[None], base[None], target=2, n_steps=65, method="riemann_trapezoid"
    )[0]
    # Captum weighs n points by 1/n each, but n points make n - 1 steps: its trapezoid rule is short by one.
    close(ours.values, theirs * 65 / 64)
    assert ours.values.shape == (6, 16, 16)
    assert ours.params["layer"] == layer


@pytest.mark.parametrize("layer", ["stem", "layer"])
def test_gradients_agree_with_captum(layer):
    net, x = Residual(), image()
    for method, multiply in (("input_x_gradient", True), ("saliency", False)):
        theirs = captum.attr.LayerGradientXActivation(
            net, net.get_submodule(layer), multiply_by_inputs=multiply
        ).attribute(x[None], target=1)[0]
        params = {} if multiply else {"absolute": False}
        close(xai.attribute(net, x, method, layer=layer, target=1, **params).values, theirs)


@pytest.mark.filterwarnings("ignore:Setting forward")
def test_deep_lift_agrees_with_captum():
    torch.manual_seed(3)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Conv2d(4, 6, 3), nn.ELU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(216, 4)
    ).double()
    x, base = image(), image(seed=9)
    for layer in ("0", "1", "3"):
        ours = xai.attribute(net, x, "deep_lift", layer=layer, target=2, baselines=base)
        # Captum gives what comes before an activation and after it one hook: it cannot be asked about both.
        close(ours.values, captum.attr.LayerDeepLift(net, net[int(layer)]).attribute(x[None], base[None], target=2)[0])
        several = torch.stack([base, image(seed=10)])
        ours = xai.attribute(net, x, "deep_shap", layer=layer, target=2, baselines=several)
        close(ours.values, captum.attr.LayerDeepLiftShap(net, net[int(layer)]).attribute(x[None], several, target=2)[0])


@pytest.mark.parametrize("layer", ["stem", "layer"])
def test_hiding_channels_agrees_with_captum(layer):
    net, x, base = Residual(), image(), image(seed=9)
    module = net.get_submodule(layer)
    with torch.no_grad():
        # What the layer puts out for the baseline stands in place of a channel.
        layer_base = {"stem": lambda: net.stem(base[None]), "layer": lambda: net.layer(net.act(net.stem(base[None])))}
        hidden = layer_base[layer]()
        channels = torch.arange(6).reshape(1, 6, 1, 1).expand(1, 6, 16, 16)
        theirs = captum.attr.LayerFeatureAblation(net, module).attribute(
            x[None], hidden, target=1, layer_mask=channels
        )[0]
    ours = xai.attribute(net, x, "feature_ablation", layer=layer, baselines=base, target=1)
    close(ours.values, theirs)
    pairs = channels[0] // 2
    assert len(np.unique(xai.attribute(net, x, "feature_ablation", layer=layer, feature_mask=pairs).values)) == 3


@pytest.mark.parametrize("method", METHODS)
def test_every_method_does_what_it_does_on_the_upper_part_alone(method):
    net, x, base = convnet(), image(), image(seed=9)
    lower, upper = net[:5], net[5:]
    with torch.no_grad():
        activation, base_activation = lower(torch.stack([x, base]))
    fields = {one.name for one in REGISTRY[method].parameters()}
    params = {"tolerance": 0.0} if "tolerance" in fields else {}
    params |= {"n_samples": 20} if "n_samples" in fields else {}
    params |= {"composite": "epsilon_plus"} if "composite" in fields else {}
    options = [{}, {}]
    if "baselines" in fields:
        options = [{"baselines": base}, {"baselines": base_activation}]
        if method == "deep_shap":
            options = [{"baselines": one["baselines"][None]} for one in options]
    ours = xai.attribute(net, x, method, layer="4", target=2, seed=3, **params, **options[0])
    alone = xai.attribute(upper, activation, method, target=2, seed=3, **params, **options[1])
    assert ours.values.shape == activation.shape
    assert ours.values.any()
    np.testing.assert_allclose(ours.values, alone.values, rtol=1e-5, atol=1e-9)
    for a, b in ((ours.error, alone.error), (ours.gap, alone.gap)):
        assert a is b is None or a == pytest.approx(b, rel=1e-4, abs=1e-9)


def test_named_baselines_are_of_the_models_own_input():
    net, x = convnet(), image()
    model = TorchModel(net)
    for name in ("zero", "white", "blur", "noise"):
        base = read_inputs(x, device="cpu", dtype=x.dtype).baseline(name)
        named = xai.attribute(net, x, "integrated_gradients", layer="4", target=1, baselines=name)
        given = xai.attribute(net, x, "integrated_gradients", layer="4", target=1, baselines=base)
        np.testing.assert_allclose(named.values, given.values, rtol=1e-5, atol=1e-7)
        rise = (model.scores(x[None]) - model.scores(base[None]))[0, 1].item()
        assert named.values.sum() - rise == pytest.approx(named.gap, abs=1e-6)


def test_relevance_reaches_a_layer_as_it_passes_through_it():
    """No first layer comes after a layer: the flat rule is for what reads the picture."""
    net, x = convnet(), image()
    values = [
        xai.attribute(net, x, "lrp", layer="4", target=1, composite=one).values
        for one in ("epsilon_plus", "epsilon_plus_flat")
    ]
    assert np.array_equal(*values)


def test_deep_shap_draws_inputs_and_not_activations():
    net, x = mlp(), row()
    ours = xai.attribute(net, x, "deep_shap", layer="1", target=0, n_samples=16, tolerance=0.0)
    inputs = read_inputs(x, device="cpu", dtype=x.dtype)
    bases = torch.stack([inputs.draw(i // 2, opposite=bool(i % 2)) for i in range(16)])
    given = xai.attribute(net, x, "deep_shap", layer="1", target=0, baselines=bases)
    np.testing.assert_allclose(ours.values, given.values, rtol=1e-6)


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.embed, self.mix, self.head = nn.Embedding(9, 4), nn.Linear(4, 8), nn.Linear(8, 3)
        self.double()

    def forward(self, ids):
        return self.head(self.mix(self.embed(ids)).tanh().mean(1))


def test_whole_numbers_are_explained_by_their_embeddings():
    net, ids = Reader(), torch.tensor([3, 1, 4, 1, 5])
    inputs, model = Inputs(ids, "tensor"), TorchModel(net)
    assert "or a layer" in Saliency().why_not(model, inputs)
    assert InputXGradient(layer="embed").why_not(model, inputs) is None
    *_, ours = InputXGradient(layer="embed").run(model, inputs, Target(2))
    close(ours.values, captum.attr.LayerGradientXActivation(net, net.embed).attribute(ids[None], target=2)[0])
    *_, path = IntegratedGradients(layer="embed", tolerance=0.001, baselines=0).run(model, inputs, Target(2))
    rise = (net(ids[None]) - net(torch.zeros_like(ids)[None]))[0, 2].item()
    assert path.values.shape == (5, 4)
    assert float(path.values.sum()) == pytest.approx(rise, abs=1e-4)


def test_a_map_lies_on_the_photo_and_nothing_else_does(tmp_path):
    net, x = convnet(), image()
    shown = xai.attribute(net, x, "saliency", layer="3", target=1)
    assert shown.heat.shape == (8, 8)
    assert shown.photo is not None
    assert shown.on_photo(smooth=False).shape == (16, 16)
    np.testing.assert_array_equal(shown.on_photo(smooth=False), shown.heat.repeat(2, 0).repeat(2, 1))
    shown.save(tmp_path / "map.png")
    for kind, layer, shape in ((net, "7", (16,)), (TinyViT(), "encoder.layers.0", (17, 16))):
        plain = xai.attribute(kind, x, "saliency", layer=layer, target=1)
        assert plain.values.shape == shape
        assert (plain.photo, plain.region, plain.placement) == (None, None, None)
        plain.save(tmp_path / "values.xai.json")
        assert xai.load(tmp_path / "values.xai.json").params["layer"] == layer


class ChannelsLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.head = nn.Conv2d(3, 12, 4, 4), nn.Linear(12, 3)
        self.norm = nn.LayerNorm(12)
        self.double()

    def forward(self, x):
        return self.head(self.norm(self.embed(x).permute(0, 2, 3, 1)).mean((1, 2)))


def test_channels_that_come_last_are_not_summed_as_rows():
    found = xai.attribute(ChannelsLast(), image(), "input_x_gradient", layer="norm", target=0)
    assert found.values.shape == (4, 4, 12)
    assert found.photo is None


def test_an_unknown_layer_is_refused_at_the_call():
    with pytest.raises(ValueError, match=r"no layer 'encoder.layer.0'. Did you mean 'encoder.layers.0'"):
        xai.attribute_iter(TinyViT(), image(), "saliency", layer="encoder.layer.0")
    with pytest.raises(ValueError, match="no layer 'nor'"):
        xai.attribute_iter(TinyViT(), image(), "feature_ablation", layer="nor")
    with pytest.raises(TypeError, match="layer must be the name of a layer"):
        xai.attribute_iter(TinyViT(), image(), "saliency", layer=3)
