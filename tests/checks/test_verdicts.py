"""What the findings come to for each method, and that nothing is left behind."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from checks.nets import Net, drop, picture, resnet
from torch import nn

import xai_widgets as xai
from xai_widgets import samples
from xai_widgets.findings import Check, Finding
from xai_widgets.inputs import read_inputs
from xai_widgets.method import REGISTRY
from xai_widgets.models import Target, TorchModel

ALL = {info.name for info in xai.methods()}
GRADIENTS = {name for name, cls in REGISTRY.items() if "gradients" in cls.uses}
BATCHES = {name for name, cls in REGISTRY.items() if "batches" in cls.uses}


def vit():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=32,
        patch_size=8,
        num_labels=5,
    )
    return transformers.ViTForImageClassification(config).eval()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("make", [resnet, vit, Net])
def test_healthy_models_raise_no_alarm(make, dtype):
    result = xai.check(make().to(dtype), picture(32).to(dtype))
    assert result.ok, result
    assert {one.severity for one in result.findings} <= {"ok", "note"}
    assert result.fraction == 1
    assert set(result.methods) == ALL
    sound = set(result.by_soundness("sound"))
    assert sound >= ALL - {"guided_backprop", "deconvolution", "guided_grad_cam", "cam", "lrp", "attention_rollout"}
    if make is vit:
        assert result.methods["guided_backprop"].soundness == "unsound"
        assert "gelu" in result.methods["guided_backprop"].reason
        assert result.methods["lrp"].soundness == "impossible"
        assert "layer_norm, called in modeling_vit.py line" in result.methods["lrp"].reason
        assert {result.methods[name].soundness for name in ("attention_lrp", "attention_rollout")} == {"sound"}
    else:
        assert sound == ALL - {"attention_rollout"}
        assert result.methods["attention_rollout"].soundness == "impossible"


def test_the_sample_is_fit_for_every_method():
    model, preprocess, labels = samples.imagenet()
    result = xai.check(model, samples.photo("cat"), preprocess=preprocess, labels=labels)
    assert {one.severity for one in result.findings} == {"ok"}, result
    assert set(result.by_soundness("sound")) == ALL - {"attention_rollout"}


def test_a_score_that_is_drawn_makes_every_method_unsound():
    assert set(xai.check(Net(drop), picture()).by_soundness("sound")) == set()


def test_live_batch_statistics_slow_methods_that_use_batches_and_spoil_none():
    result = xai.check(Net(norm=nn.BatchNorm2d(8, track_running_stats=False)), picture())
    assert BATCHES - {"deep_shap"} <= set(result.by_soundness("sound"))
    assert "batch_norm" in result.methods["deep_shap"].reason
    (found,) = (one for one in result.findings if one.name == "batch_dependence")
    assert set(found.methods) == BATCHES
    assert "passed alone" in found.sentence


def test_without_a_gradient_only_perturbation_is_left():
    result = xai.check(Net(torch.Tensor.detach), picture())
    assert set(result.by_soundness("impossible")) == GRADIENTS
    assert set(result.by_soundness("sound")) == ALL - GRADIENTS
    assert "detach" in result.methods["saliency"].reason


def test_a_verdict_of_impossible_is_what_happens():
    net, x = Net(features=nn.Softmax(1)), picture()
    result = xai.check(net, x)
    assert "lrp" in result.by_soundness("impossible")
    for name in ALL:
        if result.methods[name].soundness == "impossible":
            with pytest.raises((ValueError, xai.ModelError)):
                next(xai.attribute_iter(net, x, name))
        elif "batches" not in REGISTRY[name].uses:
            assert xai.attribute(net, x, name).fraction == 1


def test_a_table_row_has_no_maps_and_needs_none():
    net = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)).eval()
    result = xai.check(net, torch.rand(6))
    assert result.ok
    assert "picture" in result.methods["grad_cam"].reason
    assert result.methods["lrp"].soundness == "sound"


def test_a_model_without_gradients_by_nature_is_fit_for_the_methods_that_need_none():
    result = xai.check(lambda x: np.stack([x.sum(1), x.max(1)], 1), [0.1, 0.7, 0.4])
    assert result.ok, result
    assert next(one for one in result.findings if one.name == "gradient").severity == "note"
    assert set(result.by_soundness("sound")) == ALL - GRADIENTS - {"rise"}
    assert not [one for one in result.findings if one.name == "mode"]


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.a, self.b = nn.Linear(4, 3), nn.Linear(5, 3)

    def forward(self, x, y):
        return torch.relu(self.a(x) + 2) + self.b(y)


def test_several_inputs_are_one_to_the_check():
    result = xai.check(Pair().eval(), (torch.rand(4), torch.rand(5)))
    assert result.ok, result
    assert {"saliency", "lrp", "kernel_shap"} <= set(result.by_soundness("sound"))
    with pytest.raises(TypeError, match="one input"):
        xai.check(Net(), [picture(), picture()])


class Sizes(list):
    """The sizes of the batches that passed; copies of a model write to the same list."""

    def __deepcopy__(self, memo):
        return self


class Spy(nn.Module):
    """Every pixel counts for all others, so that no method gets by with parts of a picture, which no batch shows."""

    def __init__(self, net, sizes):
        super().__init__()
        self.net, self.sizes = net, sizes

    def forward(self, x):
        self.sizes.append(len(x))
        return self.net(x - x.mean((1, 2, 3), keepdim=True))


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_methods_say_truly_what_they_use(name):
    sizes, attends = Sizes(), "attention" in REGISTRY[name].uses
    model = TorchModel(Spy(vit() if attends else Net(), sizes))
    inputs = read_inputs(picture(32) if attends else picture(), device=model.device, dtype=model.dtype)
    model.predict(inputs.x)
    sizes.clear()
    for steps, _ in enumerate(REGISTRY[name]().run(model, inputs, Target(0))):
        if steps > 30:
            break
    uses = REGISTRY[name].uses
    assert ("gradients" in uses) == (model.backwards > 0)
    # None at all where the gradient is that of the prediction's own pass.
    assert ("batches" in uses) == (max(sizes, default=1) > 1)


def everything(model):
    return {
        "training": [m.training for m in model.modules()],
        "hooks": [len(m._forward_hooks) for m in model.modules()],
        "tensors": {name: value.clone() for name, value in model.state_dict().items()},
        "grads": [None if p.grad is None else p.grad.clone() for p in model.parameters()],
        "requires": [p.requires_grad for p in model.parameters()],
        "versions": [t._version for t in (*model.parameters(), *model.buffers())],
    }


def same(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


@pytest.mark.parametrize("stop", [1, 7, 12, None])
def test_model_and_random_state_stay_as_they_were(stop):
    model = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Dropout(), nn.Flatten(), nn.LazyLinear(4)
    )
    model(torch.rand(4, 3, 16, 16)).sum().backward()
    x = picture()
    kept, before, rng = x.clone(), everything(model), torch.get_rng_state()
    for step, _ in enumerate(xai.check_iter(model, x)):
        if step == stop:
            break
    assert same(before, everything(model))
    assert torch.equal(rng, torch.get_rng_state())
    assert torch.equal(x, kept)
    assert torch.is_grad_enabled()


def test_steps_tell_more_and_more():
    steps = list(xai.check_iter(Net(), picture()))
    fractions = [one.fraction for one in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(steps) > 15
    assert not steps[0].methods
    names = [{f.name for f in one.findings} for one in steps]
    assert all(a <= b for a, b in pairwise(names))


def test_it_reads_well_and_travels():
    result = xai.check(Net(drop, end=lambda s: s.softmax(1)), picture())
    text = repr(result)
    assert text.startswith("Explanations of this model may mislead.")
    assert "\n ! The model draws random numbers" in text
    assert "Unsound: " in text
    assert max(map(len, text.splitlines())) <= 110
    data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert data["severity"] == "warning"
    assert data["methods"]["saliency"] == {
        "soundness": "unsound",
        "reason": result.methods["saliency"].reason,
    }
    assert Check((Finding("runs", "ok", "Fine."),)).ok
    assert not Check((Finding("runs", "ok", "Fine."), Finding("x", "error", "No."))).ok
