"""The pass that predicted is the one whose layers a class activation map looks at."""

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image
from torch import nn

import xai_widgets as xai
from xai_widgets.models import ModelError, Target, TorchModel
from xai_widgets.models.passed import LATE

LAYER = "5"


class Counted(nn.Module):
    """Counts its passes; all copies of it together."""

    runs = 0

    def __init__(self, task=None):
        super().__init__()
        self.net, self.task = convnet(), task

    def forward(self, x):
        type(self).runs += 1
        scores = self.net(x)
        return scores if self.task is None else self.task(scores)


def explain(net, x, **params):
    adapter = TorchModel(net)
    inputs = xai.inputs.read_inputs(x, device="cpu", dtype=torch.float64)
    [found] = xai.attribution.GradCam(**params).run(adapter.fresh(), inputs, Target(2))
    return found.values.numpy()


@pytest.mark.parametrize("method", ["grad_cam", "xgrad_cam", "layer_cam"])
@pytest.mark.parametrize(("layer", "passes"), [("net.5", 1), (None, 2)])
def test_an_explanation_with_its_prediction_is_one_pass(method, layer, passes):
    """Of so small a network, the last layers have no map, so another pass looks at all."""
    net, x = Counted(), image()
    Counted.runs = 0
    got = xai.attribute(net, x, method, layer=layer, target=2)
    assert Counted.runs == got.forwards == passes
    np.testing.assert_array_equal(got.prediction.scores, TorchModel(net).predict(x).scores)
    if method == "grad_cam":
        np.testing.assert_allclose(got.values, explain(net, x, layer=layer), rtol=1e-6)


@pytest.mark.parametrize("task", [lambda z: z.softmax(1), lambda z: z.sigmoid(), lambda z: z.log_softmax(1)])
def test_what_the_scores_stand_for_is_told_by_the_part_above_the_layer(task):
    net, x = Counted(task), image()
    wanted = TorchModel(net).predict(x)
    got = xai.attribute(net, x, "grad_cam", layer="net.5", target=2).prediction
    np.testing.assert_array_equal(got.probabilities, wanted.probabilities)


def test_who_asked_for_a_layer_is_kept_that_layer_of_the_next_prediction():
    net, x = convnet(), image()
    adapter = TorchModel(net)
    adapter.predict(x)
    adapter.fresh().tap(x[None], Target(1), LAYER)
    other = x + 0.1
    adapter.predict(other)
    run = adapter.fresh()
    got = run.tap(other[None], Target(1), LAYER)
    assert run.forwards == run.backwards == 1
    assert adapter._passed.wanted == LAYER
    torch.testing.assert_close(got, TorchModel(net).tap(other[None], Target(1), LAYER), rtol=0, atol=0)
    # Once; and the gradient of the input is another one, for which the next prediction is kept.
    torch.testing.assert_close(run.tap(other[None], Target(1), LAYER), got, rtol=0, atol=0)
    wanted = TorchModel(net).gradients(other[None], Target(1))
    torch.testing.assert_close(run.gradients(other[None], Target(1)), wanted, rtol=0, atol=0)


@pytest.mark.parametrize("other", ["input", "weights", "hook"])
def test_it_is_not_the_layer_of_something_else(other):
    net, x = convnet(), image()
    adapter = TorchModel(net)
    adapter.expect(LAYER)
    adapter.predict(x)
    with torch.no_grad():
        if other == "input":
            x = x + 0.1
        elif other == "weights":
            net[0].weight.mul_(2)
        else:
            adapter.module[0].register_forward_hook(lambda _module, _given, output: output * 2)
    fresh = TorchModel(net) if other != "hook" else TorchModel(Doubled(net))
    layer = LAYER if other != "hook" else f"net.{LAYER}"
    torch.testing.assert_close(
        adapter.fresh().tap(x[None], Target(2), LAYER), fresh.tap(x[None], Target(2), layer), rtol=1e-12, atol=0
    )


class Doubled(nn.Module):
    """What the hook makes of it."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net[1:](self.net[0](x) * 2)


class Refusing(nn.Module):
    """Goes on only from the very tensor that a layer put out."""

    def __init__(self):
        super().__init__()
        self.layer, self.head = nn.Conv2d(3, 4, 3).double(), nn.Linear(4, 5).double()
        self.layer.register_forward_hook(lambda *_: None)

    def forward(self, x):
        y = self.layer(x)
        if y.requires_grad and y._base is None and type(y.grad_fn).__name__.endswith("CloneBackward0"):
            msg = "not mine"
            raise RuntimeError(msg)
        return self.head(y.mean((2, 3)))


@pytest.mark.parametrize("wanted", ["layer", "nowhere", LATE])
def test_a_prediction_does_not_suffer_from_what_is_wrong_with_a_layer(wanted):
    net, x = Refusing(), image()
    adapter = TorchModel(net)
    adapter.expect(wanted)
    np.testing.assert_array_equal(adapter.predict(x).scores, TorchModel(net).predict(x).scores)
    with pytest.raises(ModelError, match="not mine"):
        adapter.tap(x[None], Target(1), "layer")
