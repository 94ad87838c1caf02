"""Methods of many passes show a coarse picture of the whole after few of them, and stop at the time they are given."""

from __future__ import annotations

from functools import partial
from itertools import count

import numpy as np
import pytest
import torch
from attribution.test_anytime import fitting
from torch import Tensor, nn

from xai_widgets.attribution.runs import run
from xai_widgets.inputs import read_inputs
from xai_widgets.method import REGISTRY, create
from xai_widgets.models import Target, TorchModel
from xai_widgets.results import Attribution

SIDE, CHANNELS = 32, 32
WORTH = torch.tensor([1.0, 2.0, 3.0, 4.0])
EARLY = 1 / 8
"""Of all passes."""


class Quarters(nn.Module):
    """Keeps a quarter of the picture in each channel."""

    kept: Tensor

    def __init__(self) -> None:
        super().__init__()
        quarter = torch.arange(SIDE)[:, None] // (SIDE // 2) * 2 + torch.arange(SIDE) // (SIDE // 2)
        self.register_buffer("kept", (quarter == torch.arange(CHANNELS)[:, None, None] % 4).float())

    def forward(self, x: Tensor) -> Tensor:
        return x * self.kept


def network() -> nn.Module:
    """Make one to which each quarter is worth more than the last."""
    torch.manual_seed(0)
    conv, head = nn.Conv2d(3, CHANNELS, 1, bias=False), nn.Linear(CHANNELS, 2)
    with torch.no_grad():
        conv.weight.fill_(1.0)
        head.weight.copy_(torch.stack([torch.zeros(CHANNELS), WORTH.repeat(CHANNELS // 4)]))
    return nn.Sequential(conv, Quarters(), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), head).eval()


def by_quarter(values: Tensor) -> np.ndarray:
    pooled = nn.functional.adaptive_avg_pool2d(values.float().reshape(1, -1, *values.shape[-2:]), 2)
    return pooled.mean(1).flatten().numpy()


@pytest.fixture(autouse=True)
def _one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    monkeypatch.setattr("xai_widgets.models.pace.Pace.fit", lambda _, left: min(left, 4))


@pytest.mark.parametrize("name", ["occlusion", "rise", "score_cam", "lime"])
def test_the_first_picture_is_a_coarse_one_of_the_whole(name: str) -> None:
    model = TorchModel(network())
    inputs = read_inputs(torch.ones(3, SIDE, SIDE), device=model.device, dtype=model.dtype)
    known = {one.name for one in REGISTRY[name].parameters()}
    asked = {"n_samples": 512, "tolerance": 0.0, "strides": 2, "sliding_window_shapes": 4}
    method = create(name, {key: value for key, value in asked.items() if key in known})
    steps = method.run(model, inputs, Target(1), 0)
    early = [one.values for one in steps if one.ready and one.done <= EARLY * one.total]
    assert np.corrcoef(by_quarter(early[-1]), WORTH)[0, 1] > 0.7


@pytest.mark.parametrize("name", REGISTRY)
def test_at_its_time_every_method_stops_with_the_best_so_far(name: str) -> None:
    method, model, inputs = fitting(name, tolerance=0.0, n_samples=600)
    model = model.fresh()
    prediction = model.predict(inputs.x)

    def results(seconds: float | None) -> list[Attribution]:
        ticks = map(float, count())
        clock = partial(next, ticks)
        steps = run(method, model.fresh(), inputs, Target(1), prediction, time_budget=seconds, clock=clock)
        return [one for one in steps if one is not None]

    whole, short = results(None), results(1e-9)
    assert whole[-1].fraction == 1
    assert len(short) == 1
    assert short[0].values.shape == whole[-1].values.shape
    np.testing.assert_allclose(short[0].values, whole[0].values, rtol=1e-5, atol=1e-7)
    assert short[0].fraction == whole[0].fraction
