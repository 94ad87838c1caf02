"""Methods of many passes show a coarse picture of the whole after few of them, and stop at the time they are given."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import count

import numpy as np
import pytest
import torch
from attribution.test_anytime import fitting
from scipy.stats import spearmanr
from torch import Tensor, nn

import xai_widgets as xai
from xai_widgets import samples
from xai_widgets.attribution.runs import run
from xai_widgets.inputs import read_inputs
from xai_widgets.method import REGISTRY, create
from xai_widgets.models import Target, TorchModel
from xai_widgets.results import Attribution

SIDE, CHANNELS = 32, 32
WORTH = torch.tensor([1.0, 2.0, 3.0, 4.0])
EARLY = 1 / 8
"""Of all passes."""

DIGITS = 6


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


def of_digits(monkeypatch: pytest.MonkeyPatch, name: str, size: int, **params: float) -> list[list[Attribution]]:
    """Explain some digits by the network that was trained on others, in batches of one size."""
    monkeypatch.setattr("xai_widgets.models.pace.Pace.fit", lambda _, left: min(left, size))
    known = samples.digits()
    asked = {"tolerance": 0.0} | params if name != "score_cam" else {}
    found = []
    for picture, answer in zip(known.images[:DIGITS], known.answers, strict=False):
        x = known.preprocess(picture)
        found.append(list(xai.attribute_iter(known.model, x, name, target=answer, **asked)))
    return found


def likeness(ones: Iterable[Attribution], others: Iterable[Attribution]) -> float:
    """Return the mean rank correlation of maps."""
    pairs = zip(ones, others, strict=True)
    return float(np.mean([spearmanr(a.values.flatten(), b.values.flatten())[0] for a, b in pairs]))


@pytest.mark.parametrize(
    ("name", "early", "more"), [("rise", 9, 0.1), ("rise", 18, 0.2), ("lime", 32, 0.03), ("lime", 96, 0.1)]
)
def test_of_a_trained_network_it_ranks_parts_as_the_last_one_does(
    name: str, early: int, more: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = [runs[-1] for runs in of_digits(monkeypatch, name, 256, n_samples=1024, seed=7)]
    steps = of_digits(monkeypatch, name, 16 if name == "lime" else 9, n_samples=400)
    coarse = [next(one for one in runs if one.steps[0] == early) for runs in steps]
    # As many passes by the method's definition alone.
    fine = [runs[-1] for runs in of_digits(monkeypatch, name, 16, n_samples=early)]
    assert likeness(coarse, last) > likeness(fine, last) + more


def test_score_cam_expects_of_all_channels_what_those_of_each_rank_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = of_digits(monkeypatch, "score_cam", 8)
    assert {one[0].steps for one in runs} == {(8, 128)}
    assert likeness([one[0] for one in runs], [one[-1] for one in runs]) > 0.6


@pytest.mark.parametrize("name", ["rise", "lime"])
def test_a_coarse_start_leaves_the_end_as_it_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    coarse = of_digits(monkeypatch, name, 16, n_samples=288)[0]
    monkeypatch.setattr("xai_widgets.attribution.masks.SPARE", 10**9)
    monkeypatch.setattr("xai_widgets.attribution.surrogate.lies", lambda _: False)
    monkeypatch.setattr("xai_widgets.attribution.surrogate.RIDGES", ())
    plain = of_digits(monkeypatch, name, 16, n_samples=288)[0]
    assert not np.allclose(coarse[-9].values, plain[-9].values)
    np.testing.assert_array_equal(coarse[-1].values, plain[-1].values)
    assert coarse[-1].error == plain[-1].error
    assert coarse[-1].forwards - plain[-1].forwards == (18 if name == "rise" else 0)
    few = of_digits(monkeypatch, name, 16, n_samples=287)[0]
    assert few[-1].steps == (287, 287)


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
