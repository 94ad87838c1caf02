"""Every registered method keeps the promises of the protocol: stops often, goes never back, is done when told."""

from __future__ import annotations

import contextlib

import pytest
import torch
from attribution.nets import TinyViT, convnet, image
from torch import nn

from xai_widgets.attribution.statistics import CHECKED
from xai_widgets.inputs import Inputs, read_inputs
from xai_widgets.method import REGISTRY, Estimate, Method
from xai_widgets.models import ModelError, Target, TorchModel

BATCH = 4
EACH = 2
"""Passes that a method makes of one row at most: expected gradients need the baseline's score too."""

SETUP = 4
"""Single passes that may come with the first batch: the score of the whole input, a layer's activations."""

TOLERANT = [name for name, one in REGISTRY.items() if "tolerance" in {p.name for p in one.parameters()}]
FEW = {"n_samples": 64, "n_steps": 65, "n_segments": 6}
LAYERED = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)).double()


def fitting(name: str, **params: float) -> tuple[Method, TorchModel, Inputs]:
    """Build the method with little to do, for the first network that it fits."""
    known = {one.name for one in REGISTRY[name].parameters()}
    method = REGISTRY[name](**{key: value for key, value in {**FEW, **params}.items() if key in known})
    for module in (convnet(), LAYERED, TinyViT()):
        model, x = TorchModel(module), image()
        inputs = read_inputs(x, device=model.device, dtype=model.dtype)
        if method.why_not(model, inputs) is None:
            with contextlib.suppress(ModelError):  # some find out only in their first pass
                next(iter(method.run(model.fresh(), inputs, Target(1))))
                return method, model, inputs
    pytest.fail("No network here fits it: add one.")


def estimates(method: Method, model: TorchModel, inputs: Inputs) -> list[tuple[Estimate, int]]:
    """Run in batches of one size, without a faster copy, and note the passes before each estimate."""
    model = model.fresh()
    model.plain()
    for pace in model.paces.values():
        pace.size = pace.limit = BATCH
    found, before = [], 0
    for one in method.run(model, inputs, Target(1), 0):
        found.append((one, model.forwards - before))
        before = model.forwards
    return found


@pytest.fixture(autouse=True)
def _one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)


@pytest.mark.parametrize("name", REGISTRY)
def test_it_yields_after_each_batch_and_never_goes_back(name: str) -> None:
    found = estimates(*fitting(name, tolerance=0.0))
    assert max(passes for _, passes in found) <= EACH * BATCH + SETUP
    fractions = [one.done / one.total for one, _ in found]
    assert fractions == sorted(fractions)
    assert all(0 < one.done <= one.total for one, _ in found)
    assert fractions[-1] == 1
    assert found[-1][0].ready
    ready = [one.ready for one, _ in found]
    assert ready == sorted(ready), "once there is a picture, there always is"
    assert all(one.error is None or one.error >= 0 for one, _ in found)


@pytest.mark.parametrize("name", TOLERANT)
def test_it_stops_at_its_tolerance_and_says_that_it_is_done(name: str) -> None:
    long = {"n_samples": 600, "n_segments": 12}
    method, model, inputs = fitting(name, tolerance=0.0, **long)
    first = next(iter(method.run(model.fresh(), inputs, Target(1), 0)))
    early = [one for one, _ in estimates(*fitting(name, tolerance=0.99, **long))]
    assert early[-1].error <= 0.99
    assert early[-1].done == early[-1].total < first.total
    assert all(one.error is None or one.error > 0.99 or one.done % CHECKED for one in early[:-1])


@pytest.mark.parametrize("name", REGISTRY)
def test_a_reader_that_stops_leaves_nothing_behind(name: str) -> None:
    """The next run is that of a fresh model."""
    method, model, inputs = fitting(name, tolerance=0.0)
    steps = method.run(model.fresh(), inputs, Target(1), 0)
    next(iter(steps))
    steps.close()
    again, fresh = estimates(method, model, inputs), estimates(*fitting(name, tolerance=0.0))
    torch.testing.assert_close(again[-1][0].values, fresh[-1][0].values, equal_nan=True)
    assert len(again) == len(fresh)
