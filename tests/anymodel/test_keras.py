"""Keras models on the torch backend: modules whose pictures have their channels last."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, Saliency
from models.test_untouched import assert_same, state
from torch import nn

import xai_widgets as xai


@pytest.fixture(scope="module")
def net():
    keras.utils.set_random_seed(0)
    layers = keras.layers
    body = [layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(), layers.Flatten(), layers.Dense(3)]
    return keras.Sequential([keras.Input((6, 5, 3)), *body])


PICTURE = torch.rand(6, 5, 3, generator=torch.Generator().manual_seed(0))


def test_gradients_and_paths_are_captums(net):
    before, drawn = state(net), torch.get_rng_state()
    for method, oracle, options in (
        ("saliency", Saliency(net), {}),
        ("integrated_gradients", IntegratedGradients(net), {"tolerance": 0.0, "n_steps": 257, "spacing": "even"}),
    ):
        ours = xai.attribute(net, PICTURE, method, target=1, **options)
        assert torch.equal(torch.get_rng_state(), drawn)
        assert_same(state(net), before)
        theirs = oracle.attribute(PICTURE[None].requires_grad_(), target=1)[0].detach()
        np.testing.assert_allclose(ours.values, theirs.movedim(-1, 0), rtol=1e-2, atol=1e-4)
        assert ours.heat.shape == (6, 5)
    np.testing.assert_allclose(ours.prediction.scores, net(PICTURE[None])[0].detach(), rtol=1e-5)


def test_weights_trained_further_are_seen(net):
    first = xai.attribute(net, PICTURE, "saliency", target=1).values
    weights = net.get_weights()
    net.set_weights([2 * one if one.ndim == 2 else one for one in weights])
    again = xai.attribute(net, PICTURE, "saliency", target=1).values
    net.set_weights(weights)
    np.testing.assert_allclose(again, 2 * first, rtol=1e-5)


@pytest.mark.parametrize("method", ["lrp", "deep_lift", "feature_ablation", "occlusion", "lime"])
def test_other_families(net, method):
    result = xai.attribute(net, PICTURE, method, target=1)
    assert result.heat.shape == (6, 5)
    assert result.values.any()


def test_rows_and_words():
    dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    row = np.array([1.0, -2.0, 3.0, 0.5])
    values = xai.attribute(dense, row, "exact_shapley").values
    np.testing.assert_allclose(values, dense.get_weights()[0][:, 0] * row, rtol=1e-4)


@pytest.fixture(scope="module")
def twins():
    """A Keras model, and the same in torch's own layers."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    ours = keras.Sequential(
        [
            keras.Input((12, 10, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu", name="low"),
            layers.MaxPooling2D(),
            keras.Sequential(
                [keras.Input((6, 5, 4)), layers.Conv2D(7, 3, activation="relu", name="high")], name="body"
            ),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3),
        ]
    )
    convolutions = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 7, 3)
    pooled = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(7, 3)
    theirs = nn.Sequential(convolutions[0], nn.ReLU(), nn.MaxPool2d(2), convolutions[1], nn.ReLU(), *pooled)
    weights = [torch.from_numpy(one) for one in ours.get_weights()]
    with torch.no_grad():
        for to, kernel, bias in zip((*convolutions, pooled[2]), weights[::2], weights[1::2], strict=True):
            to.weight.copy_(kernel.permute(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T)
            to.bias.copy_(bias)
    return ours, theirs


@pytest.mark.parametrize(
    ("method", "params", "layer", "twin"),
    [
        ("grad_cam", {"relu": False}, None, None),
        ("grad_cam", {"relu": False}, "low", "1"),
        ("layer_cam", {}, "body.high", "4"),
        ("score_cam", {}, None, None),
        ("guided_grad_cam", {"relu": False}, None, None),
        ("lrp", {"composite": "gamma"}, None, None),
        ("guided_backprop", {}, None, None),
        ("occlusion", {}, None, None),
    ],
)
def test_layers_are_found_and_give_the_maps_of_the_same_network_in_torch(twins, method, params, layer, twin):
    keras_net, torch_net = twins
    picture = torch.rand(12, 10, 3, generator=torch.Generator().manual_seed(2))
    before = state(keras_net)
    named = [{} if name is None else {"layer": name} for name in (layer, twin)]
    got = xai.attribute(keras_net, picture, method, target=1, **params, **named[0])
    wanted = xai.attribute(torch_net, picture.movedim(-1, 0), method, target=1, **params, **named[1])
    assert_same(state(keras_net), before)
    assert list(dict(keras_net.named_children())) == ["_functional", "_torch_params"]  # as Keras left them
    np.testing.assert_allclose(got.values, wanted.values, rtol=1e-3, atol=1e-5 * np.abs(wanted.values).max())
    assert got.heat.shape == (12, 10)
    assert got.values.any()


def test_models_of_several_inputs():
    keras.utils.set_random_seed(2)
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    both = keras.layers.Concatenate()([keras.layers.Dense(5, activation="tanh")(left), right])
    net = keras.Model([left, right], keras.layers.Dense(2)(both))
    a, b = torch.rand(4), torch.rand(3)
    theirs = Saliency(lambda a, b: net([a, b])).attribute(
        (a[None].requires_grad_(), b[None].requires_grad_()), target=1
    )
    for given, names in [((a, b), ("0", "1")), ({"right": b, "left": a}, ("left", "right"))]:
        ours = xai.attribute(net, given, "saliency", target=1)
        for name, expected in zip(names, theirs, strict=True):
            np.testing.assert_allclose(ours.parts[name], expected[0], rtol=1e-4)
        whole = xai.attribute(net, given, "exact_shapley", target=1)
        rise = net([a[None], b[None]])[0, 1] - net([0 * a[None], 0 * b[None]])[0, 1]
        assert whole.values.sum() == pytest.approx(float(rise), rel=1e-4)


@pytest.mark.parametrize("whole", ["int32", "float32"])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_tokens_through_a_recurrent_network(whole, kind):
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Embedding(50, 8), getattr(keras.layers, kind)(5), keras.layers.Dense(3)]
    net = keras.Sequential([keras.Input((6,), dtype=whole), *layers])
    ids = torch.tensor([5, 9, 30, 7, 1, 2])
    vectors = layers[0](ids[None]).detach().requires_grad_()
    layers[2](layers[1](vectors))[0, 1].backward()
    ours = xai.attribute(net, ids, "saliency", target=1)
    np.testing.assert_allclose(ours.values, vectors.grad[0].norm(dim=-1), rtol=1e-4)
    path = xai.attribute(net, ids, "integrated_gradients", target=1, tolerance=0.0, n_steps=65)
    assert path.gap == pytest.approx(0, abs=1e-4)
    assert xai.attribute(net, ids, "feature_ablation", target=1).values.all()


def test_a_layer_with_as_many_channels_as_rows_has_its_channels_last():
    keras.utils.set_random_seed(4)
    body = [keras.layers.Conv2D(8, 3, padding="same", activation="relu", name="cube"), keras.layers.Flatten()]
    net = keras.Sequential([keras.Input((8, 8, 3)), *body, keras.layers.Dense(2)])
    picture = torch.rand(8, 8, 3)
    activation = body[0](picture[None]).detach().requires_grad_()
    score = net.layers[-1](body[1](activation))[0, 1]
    (gradient,) = torch.autograd.grad(score, activation)
    cam = (activation * gradient)[0].sum(-1).relu()
    ours = xai.attribute(net, picture, "hires_cam", target=1)
    assert "cube" in ours.notes[0]
    np.testing.assert_allclose(ours.heat, cam.detach(), rtol=1e-3, atol=1e-6)
