"""Keras models on the torch backend: modules whose pictures have their channels last."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, Saliency
from models.test_untouched import assert_same, state

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
        ("integrated_gradients", IntegratedGradients(net), {"tolerance": 0.0, "n_steps": 257}),
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
