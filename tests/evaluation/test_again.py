"""Explaining again: several inputs in one pass where the method takes one, and the same maps as alone."""

from __future__ import annotations

import copy
from collections import deque
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.gradients import OnePass
from xai_widgets.evaluation import Subject, again
from xai_widgets.evaluation.again import explain_again, explain_each
from xai_widgets.method import REGISTRY
from xai_widgets.models import resolve_target
from xai_widgets.prepare import adapt, read_for

ONE_PASS = sorted(name for name, cls in REGISTRY.items() if issubclass(cls, OnePass))
COUNT = 7


class Counting(nn.Module):
    """A network that notes the size of each batch."""

    def __init__(self, inside: nn.Module) -> None:
        super().__init__()
        self.inside, self.sizes = inside, []

    def __deepcopy__(self, memo: dict) -> Counting:
        twin = Counting(self.inside)
        twin.sizes = self.sizes
        return twin

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(x))
        return self.inside(x)


class Centred(nn.Module):
    """A layer whose rows depend on each other."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - x.mean(0) / 2).relu()


class Keeping(nn.Module):
    """A layer that keeps what it has seen last, with its history."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen = x.relu()
        return self.seen


def subject_of(model: nn.Module, picture: torch.Tensor, method: str) -> Subject:
    found = xai.attribute(model, picture, method)
    fed, inputs = read_for(adapt(model), picture)
    prediction = fed.predict(inputs.x)
    return Subject.of(fed, inputs, resolve_target(found.target, prediction), prediction, found).fresh()


def rows(x: torch.Tensor):
    draws = torch.rand(COUNT, *x.shape, generator=torch.Generator().manual_seed(0))
    return lambda i: x + 0.2 * draws[i].to(x)


def each(subject: Subject) -> list[np.ndarray]:
    maps = explain_each(subject, COUNT, rows(subject.inputs.x))
    return [one for batch in maps if batch is not None for one in batch]


def alone(subject: Subject, i: int) -> np.ndarray:
    found = []

    def run():
        found.append((yield from explain_again(subject, inputs=replace(subject.inputs, x=rows(subject.inputs.x)(i)))))

    deque(run(), maxlen=0)
    return found[0]


def test_the_methods_of_one_pass_are_these():
    assert ONE_PASS == ["attention_lrp", "deconvolution", "guided_backprop", "input_x_gradient", "lrp", "saliency"]


@pytest.mark.parametrize("method", [*ONE_PASS, "deep_lift"])
def test_several_inputs_have_the_maps_that_each_has_alone(net, picture, method):
    subject = subject_of(copy.deepcopy(net).double(), picture.double(), method)
    found = each(subject)
    assert len(found) == COUNT
    for i, one in enumerate(found):
        np.testing.assert_allclose(one, alone(subject, i), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("short", [True, False])
def test_several_inputs_share_a_pass_if_it_is_short(short, monkeypatch):
    monkeypatch.setattr(again, "SHORT", 10.0 if short else -1.0)
    torch.manual_seed(0)
    model = Counting(nn.Sequential(nn.Flatten(), nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 3)))
    subject = subject_of(model, torch.rand(3, 2, 2), "saliency")
    model.sizes.clear()
    each(subject)
    assert (max(model.sizes) > 1) is short, "to ask whether rows depend on each other takes a pass of two"
    assert (len(model.sizes) < COUNT) is short


def test_rows_that_depend_on_each_other_go_alone():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 8), Centred(), nn.Linear(8, 3))
    subject = subject_of(model, torch.rand(3, 2, 2), "lrp")
    assert subject.mixes()
    for i, one in enumerate(each(subject)):
        np.testing.assert_allclose(one, alone(subject, i), rtol=1e-6)


def test_weights_apart_are_copied_once_and_are_the_models_own():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(12, 8), Keeping(), nn.Linear(8, 3))
    subject = subject_of(model, torch.rand(3, 2, 2), "saliency")
    each(subject)
    apart = subject.model.apart()
    assert apart is not None, "what a pass has left on a module does not matter"
    assert apart.module is apart.given
    before, x = subject.model.scores(subject.inputs.x[None]), subject.inputs.x[None]
    torch.testing.assert_close(apart.scores(x), before)
    version = apart.version
    with torch.no_grad():
        apart.given[1].weight.zero_()
    assert apart.version != version
    assert not torch.allclose(apart.scores(x), before)
    torch.testing.assert_close(subject.model.scores(x), before)
