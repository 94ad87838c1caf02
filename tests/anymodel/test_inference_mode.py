"""Weights, inputs and calls within ``torch.inference_mode()``: explained as elsewhere, or told what to do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image
from torch import nn

import xai_widgets as xai
from xai_widgets.models import TorchModel

METHODS = ["saliency", "integrated_gradients", "lrp", "deep_lift", "grad_cam", "occlusion", "auto"]


def one_weight():
    net = convnet()
    with torch.inference_mode():
        net[0]._parameters["weight"] = net[0].weight * 1
    return net


def within(make):
    with torch.inference_mode():
        return make()


GIVEN = {
    "weights": lambda: (within(convnet), image()),
    "one weight": lambda: (one_weight(), image()),
    "input": lambda: (convnet(), within(image)),
    "both": lambda: (within(convnet), within(image)),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("given", GIVEN)
def test_what_was_made_in_inference_mode_is_explained_as_anything_else(given, method):
    wanted = xai.attribute(convnet(), image(), method, target=1)
    found = xai.attribute(*GIVEN[given](), method, target=1)
    assert found.method == wanted.method
    assert np.abs(wanted.values).max() > 0
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("given", GIVEN)
def test_the_check_finds_nothing_else_in_it(given):
    wanted, found = xai.check(convnet(), image()), xai.check(*GIVEN[given]())
    assert [(one.name, one.severity) for one in found.findings if one.name != "weights"] == [
        (one.name, one.severity) for one in wanted.findings if one.name != "weights"
    ]
    assert {name: one.soundness for name, one in found.methods.items()} == {
        name: one.soundness for name, one in wanted.methods.items()
    }


def test_calls_within_inference_mode_have_their_gradients_all_the_same():
    net, x = convnet(), image()
    wanted = xai.attribute(net, x, "lrp", target=1)
    with torch.inference_mode():
        found = xai.attribute(net, image(), "lrp", target=1)
        assert xai.check(net, image()).ok
        told = xai.evaluate(net, x, found, ["completeness"])
        near = xai.counterfactuals(net, x, 1, n=1, method="smooth")
        assert torch.is_inference_mode_enabled()
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-5, atol=1e-9)
    assert [one.name for one in told.measures] == ["completeness"]
    assert len(near.candidates) == len(xai.counterfactuals(net, x, 1, n=1, method="smooth").candidates)


def test_weights_that_are_trained_on_are_followed():
    net = within(convnet)
    model = TorchModel(net)
    before = model.predict(image()).scores
    with torch.inference_mode():
        for one in net.parameters():
            one.mul_(0.5)
    assert not np.allclose(model.fresh().predict(image()).scores, before)
    assert not any(one.is_inference() for one in model.module.parameters())


class Uncopied(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = within(convnet)

    def __deepcopy__(self, memo):
        raise TypeError

    def forward(self, x):
        return self.net(x)


def test_what_cannot_be_explained_says_what_to_do():
    with pytest.raises(xai.ModelError, match=r"make them outside of it, or clone\(\) them") as told:
        xai.attribute(Uncopied().eval(), image(), "saliency", target=1)
    assert "saved for backward" not in str(told.value)


def steps_of(name):
    net, x = convnet(), image()
    if name == "check":
        return xai.check_iter(net, x)
    if name == "counterfactuals":
        return xai.counterfactuals_iter(net, x, 1, n=1, method="smooth")
    if name == "evaluate":
        return xai.evaluate_iter(net, x, xai.attribute(net, x, "lrp", target=1), ["completeness", "randomisation"])
    options = {"n_steps": 9} if name == "integrated_gradients" else {}
    return xai.attribute_iter(net, x, name, target=1, **options)


def agree(name, step, wanted):
    if name == "check":
        found, wanted = ([(one.name, one.severity) for one in it.findings] for it in (step, wanted))
        assert found == wanted
    elif name == "counterfactuals":
        assert len(step.candidates) == len(wanted.candidates)
    else:
        found, wanted = (
            np.array([one.value for one in it.measures]) if name == "evaluate" else it.values for it in (step, wanted)
        )
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6 * np.abs(wanted).max())


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("name", [*METHODS, "score_cam", "conductance", "check", "counterfactuals", "evaluate"])
def test_steps_are_taken_within_any_mode(name, mode):
    *_, wanted = steps_of(name)
    with mode():
        steps = steps_of(name)
        first = next(steps)
        assert not torch.is_grad_enabled()
    *_, last = first, *steps  # outside of what it was begun in
    assert torch.is_grad_enabled()
    agree(name, last, wanted)
    steps = steps_of(name)
    with mode():
        *_, last = steps
        assert torch.is_inference_mode_enabled() == (mode is torch.inference_mode)
    agree(name, last, wanted)
