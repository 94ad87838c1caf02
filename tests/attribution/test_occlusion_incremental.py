"""Occlusion that recomputes only what the windows reach: nobody sees it but by the clock."""

from __future__ import annotations

import gc
import importlib.util
import weakref
from pathlib import Path

import captum.attr
import numpy as np
import pytest
import torch
from attribution.nets import TinyViT, convnet, image
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution import incremental
from xai_widgets.models import Incremental, copying
from xai_widgets.models.incremental import neighbourhoods

SIZES = {"sliding_window_shapes": 6, "strides": 5}
HALVES, QUARTERS = 2, 4
"""Windows of the coarse pictures."""


@pytest.fixture
def calls(monkeypatch):
    """Count the windows that were recomputed in part."""
    seen: list[int] = []
    original = Incremental.scores

    def scores(self, boxes, fill):
        seen.append(len(boxes))
        return original(self, boxes, fill)

    monkeypatch.setattr(Incremental, "scores", scores)
    return seen


def resnet() -> nn.Module:
    path = Path(__file__).parents[2] / "benchmarks" / "nets.py"
    spec = importlib.util.spec_from_file_location("benchmark_nets", path)
    nets = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(nets)
    return nets.ResNet((1, 1, 1, 1), 1).eval()


def vgg() -> nn.Module:
    layers: list[nn.Module] = []
    for inputs, width in ((3, 8), (8, 16), (16, 16)):
        layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU(inplace=True)]
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(256, 9), nn.Dropout()).eval()


@pytest.mark.parametrize(("build", "side"), [(resnet, 96), (vgg, 64)], ids=["resnet", "vgg"])
@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-10), (torch.float32, 1e-4)], ids=str)
def test_it_agrees_with_captum(build, side, dtype, close, calls) -> None:
    torch.manual_seed(3)
    model, x = build().to(dtype), torch.randn(3, side, side, dtype=dtype)
    ours = xai.attribute(model, x, "occlusion", target=1, sliding_window_shapes=12, strides=8)
    theirs = captum.attr.Occlusion(model).attribute(x[None], (3, 12, 12), (3, 8, 8), target=1)[0, :1].numpy()
    np.testing.assert_allclose(ours.values, theirs, rtol=1e-6, atol=close * np.abs(theirs).max())
    # All but those of the first picture; those that were checked went through the whole model as well.
    count = (-(-(side - 12) // 8) + 1) ** 2
    assert sum(calls) == QUARTERS + count
    assert ours.forwards == 1 + HALVES + QUARTERS + count + 1 + incremental.CHECKED
    assert ours.error is None


def test_nothing_is_passed_but_what_counts_before_parts_take_over(calls, monkeypatch) -> None:
    """Neither the coarse picture's windows, nor to find out whether rows mix, which no batch of whole inputs asks."""
    model, x = vgg().double(), torch.randn(3, 64, 64, dtype=torch.float64)
    passed: list[int] = []
    original = type(model).forward
    monkeypatch.setattr(type(model), "forward", lambda self, x: (passed.append(len(x)), original(self, x))[1])
    steps = xai.attribute_iter(model, x, "occlusion", target=1, **SIZES)
    next(steps)
    assert passed == [1] * (1 + HALVES)
    assert not calls
    for _ in steps:
        pass
    assert passed == [1] * (1 + HALVES + incremental.CHECKED + 1)
    assert sum(calls) == QUARTERS + 169


@pytest.mark.parametrize("wrong", ["halo", "raise", "nan"])
def test_what_goes_wrong_is_done_by_full_passes(wrong, calls, monkeypatch) -> None:
    model, x = vgg().double(), torch.randn(3, 64, 64, dtype=torch.float64)
    expected = xai.attribute(model, x, "occlusion", target=1, **SIZES)
    spent, original = sum(calls), neighbourhoods.Stencil.reached
    calls.clear()

    def broken(self, region, shape):
        if wrong == "raise" and len(calls) > 1:
            raise RuntimeError
        found = original(self, region, shape)
        starts = found.starts - 1 if wrong == "halo" else found.starts
        return type(found)(starts.clip(0), found.size)

    monkeypatch.setattr(neighbourhoods.Stencil, "reached", broken)
    if wrong == "nan":
        monkeypatch.setattr(Incremental, "scores", lambda self, boxes, _: self.clean.repeat(len(boxes), 1) * torch.nan)
    got = xai.attribute(model, x, "occlusion", target=1, **SIZES)
    np.testing.assert_allclose(got.values, expected.values, rtol=1e-9, atol=1e-12)
    assert spent == QUARTERS + 169
    assert len(calls) == {"halo": 1, "raise": 2, "nan": 0}[wrong]


@pytest.mark.usefixtures("_copies_are_worth_it")
def test_no_merged_copy_is_made_where_parts_are_enough(calls, monkeypatch) -> None:
    made = []
    monkeypatch.setattr(copying, "copy_in_steps", lambda *a: iter(made.append(a) or ()))
    asked = {"method": "occlusion", "target": 1, "sliding_window_shapes": 4, "strides": 2}
    xai.attribute(convnet(), torch.rand(3, 40, 40, dtype=torch.float64), **asked)
    assert calls
    assert not made
    monkeypatch.setattr(Incremental, "holds", lambda _: False)
    xai.attribute(convnet(), torch.rand(3, 40, 40, dtype=torch.float64), **asked)
    assert made


def test_a_transformer_goes_through_whole(calls) -> None:
    model, x = TinyViT(), image()
    ours = xai.attribute(model, x, "occlusion", target=1, sliding_window_shapes=3, strides=2)
    theirs = captum.attr.Occlusion(model).attribute(x[None], (3, 3, 3), (3, 2, 2), target=1)[0, :1]
    np.testing.assert_allclose(ours.values, theirs.numpy(), rtol=1e-6, atol=1e-10)
    assert sum(calls) <= incremental.CHECKED


def test_a_batch_that_does_not_fit_is_halved(monkeypatch) -> None:
    model, x = vgg().double(), torch.randn(3, 64, 64, dtype=torch.float64)
    expected = xai.attribute(model, x, "occlusion", target=1, **SIZES)
    original, sizes = Incremental.scores, []

    def scores(self, boxes, fill):
        if len(boxes) > 2 and len(sizes) > 0:
            raise torch.OutOfMemoryError
        sizes.append(len(boxes))
        return original(self, boxes, fill)

    monkeypatch.setattr(Incremental, "scores", scores)
    got = xai.attribute(model, x, "occlusion", target=1, **SIZES)
    np.testing.assert_allclose(got.values, expected.values, rtol=1e-9, atol=1e-12)
    assert set(sizes[1:]) <= {1, 2}
    assert sum(sizes[1:]) == QUARTERS + 167
    assert any("Memory ran out" in note for note in got.notes)


def test_weights_that_change_meanwhile_end_the_run(calls) -> None:
    net, x = convnet(), torch.rand(3, 40, 40, dtype=torch.float64)
    steps = xai.attribute_iter(net, x, "occlusion", target=1, sliding_window_shapes=4, strides=2)
    next(one for one in steps if len(calls) > 1)
    with torch.no_grad():
        net[0].weight.mul_(1.5)
    seen = len(calls)
    with pytest.raises(xai.ModelError, match="weights changed"):
        list(steps)
    assert len(calls) == seen


def test_a_watched_model_is_run_itself(calls) -> None:
    net, x = convnet(), torch.rand(3, 40, 40, dtype=torch.float64)
    passed = []
    net[0].register_forward_hook(lambda _m, _a, output: passed.append(len(output)))
    result = xai.attribute(net, x, "occlusion", target=1, sliding_window_shapes=4, strides=2)
    assert not calls
    assert sum(passed) >= result.forwards


def test_cancelling_leaves_nothing(monkeypatch) -> None:
    made = []
    original = Incremental.__init__

    def remembered(self, *args):
        original(self, *args)
        made.append(weakref.ref(self))

    monkeypatch.setattr(Incremental, "__init__", remembered)
    net, x = convnet(), torch.rand(3, 40, 40, dtype=torch.float64)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    steps = xai.attribute_iter(net, x, "occlusion", target=1, sliding_window_shapes=4, strides=2)
    next(one for one in steps if made)
    assert made[0]() is not None
    steps.close()
    gc.collect()
    assert made[0]() is None
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in net.modules())
    assert torch._C._len_torch_dispatch_stack() == 0
