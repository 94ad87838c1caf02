"""What a run tells beside its values."""

import time

import numpy as np
import pytest
import torch
from attribution.nets import convnet, image, mlp, row
from torch import nn

import xai_widgets as xai
from xai_widgets.attribution.runs import MIXED, run
from xai_widgets.inputs import read_inputs
from xai_widgets.method import create
from xai_widgets.models import Target, TorchModel


def test_the_fingerprint_is_taken_once_after_the_first_passes_and_its_time_is_told(monkeypatch):
    net, taken, passes = convnet(), [], []
    net.register_forward_hook(lambda *_: passes.append(1))

    def slow(_module):
        taken.append(len(passes))
        time.sleep(0.3)
        with torch.no_grad():
            net[0].weight.mul_(1.0)  # training goes on in another thread
        return "0123"

    monkeypatch.setattr("xai_widgets.models.original.fingerprint", slow)
    model, inputs = TorchModel(net), read_inputs(image(), device="cpu", dtype=torch.float64)
    method = create("smooth_grad", {"n_samples": 10})
    results = list(run(method, model, inputs, Target(1), model.predict(inputs.x)))
    assert len(results) > 1
    assert len(taken) == 1
    assert all(MIXED in one.notes for one in results)
    assert {one.model_hash for one in results} == {"0123"}
    assert all(one.seconds >= 0.3 for one in results)


@pytest.mark.parametrize("method", ["saliency", "grad_cam"])
def test_every_result_has_a_fingerprint(method):
    assert all(len(one.model_hash) == 16 for one in xai.attribute_iter(convnet(), image(), method))


class Clock:
    """Time that passes with the model's passes alone: a second each."""

    def __init__(self, model):
        self.seconds = 0.0

        # A plain function: the model's private copy keeps it as it is.
        def tick(_module, given, _output):
            self.seconds += len(given[0])

        model.register_forward_hook(tick)

    def __call__(self):
        return self.seconds


def runs_for(seconds, method, net, x, **params):
    """Every result of a run in which each input takes a second, and batches are of one input."""
    clock = Clock(net)
    model = TorchModel(net)
    model.paces["forward"].limit = model.paces["backward"].limit = 1
    inputs = read_inputs(x, device=model.device, dtype=model.dtype)
    prediction = model.predict(x)
    ran = run(create(method, params), model, inputs, Target(1), prediction, time_budget=seconds, clock=clock)
    return [one for one in ran if one is not None]


def test_it_stops_at_its_time_with_what_it_has():
    found = runs_for(3, "smooth_grad", mlp(), row(), n_samples=20, tolerance=0.0)
    assert [one.seconds for one in found] == [1, 2, 3]
    assert found[-1].fraction == 3 / 20
    assert found[-1].notes[-1] == "Stopped after 3 s: 15% of the work is done."
    assert not any("Stopped" in note for one in found[:-1] for note in one.notes)
    np.testing.assert_allclose(
        found[-1].values,
        xai.attribute(mlp(), row(), "smooth_grad", target=1, n_samples=3, tolerance=0.0).values,
        rtol=1e-5,
        atol=1e-7,
    )


def test_the_first_picture_is_waited_for():
    """Occlusion's first picture takes one pass for the whole and some for coarse windows."""
    params = {"sliding_window_shapes": 2, "strides": 1}
    first, *_ = runs_for(None, "occlusion", convnet(), image(), **params)
    (only,) = runs_for(0.01, "occlusion", convnet(), image(), **params)
    assert only.steps == first.steps
    assert 2 < only.steps[0] < 40
    assert only.values.any()
    assert only.notes[-1].startswith("Stopped after 0.01 s: ")


def test_what_is_done_in_time_says_nothing_of_it():
    found = runs_for(3, "smooth_grad", mlp(), row(), n_samples=3, tolerance=0.0)
    assert found[-1].fraction == 1
    assert not any("Stopped" in note for one in found for note in one.notes)


def test_the_readers_own_time_does_not_count():
    net, x = mlp(), row()
    clock, model = Clock(net), TorchModel(net)
    model.paces["backward"].limit = 1
    inputs = read_inputs(x, device=model.device, dtype=model.dtype)
    method = create("smooth_grad", {"n_samples": 20, "tolerance": 0.0})
    count = 0
    for one in run(method, model, inputs, Target(1), model.predict(x), time_budget=3, clock=clock):
        clock.seconds += 1000
        count += 1
        assert one.seconds == count
    assert count == 3


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        (0, ValueError, "time_budget must be more than 0 seconds, got 0"),
        (-1.5, ValueError, "got -1.5"),
        (float("nan"), ValueError, "got nan"),
        (True, TypeError, "time_budget must be a number of seconds, or None for no limit, got True"),
        ("2 s", TypeError, "got '2 s'"),
    ],
)
def test_wrong_budgets_are_refused_at_the_call(wrong, kind, said):
    for ask in (xai.attribute, xai.attribute_iter, xai.explain):
        with pytest.raises(kind, match=said):
            ask(convnet(), image(), method="saliency", time_budget=wrong)


def test_a_budget_reaches_the_run_from_outside():
    result = xai.attribute(convnet(), image(), "smooth_grad", n_samples=1000, tolerance=0.0, time_budget=1e-9)
    assert result.fraction < 1
    assert result.notes[-1].startswith("Stopped after 1e-09 s: ")


def test_a_map_that_may_be_all_error_says_so():
    """Two pairs of gradients that differ more than they agree bound nothing."""
    steps = list(xai.attribute_iter(convnet(), image(), "smooth_grad", noise_level=1.0, n_samples=4, tolerance=0.0))
    assert steps[-1].error == np.inf
    assert "error unbounded so far" in repr(steps[-1])
    assert steps[-1].notes == ("This map may be nothing but chance: give it more samples.",)
    assert "±" not in repr(steps[-1])
    assert "error ±" in repr(xai.attribute(convnet(), image(), "smooth_grad", noise_level=0.01, tolerance=0.5))


def test_a_gap_of_rounding_is_none():
    """The seeds are such that the sums differ in their last digits."""
    for seed in range(8):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 2)).double()
        x = torch.randn(6, dtype=torch.float64)
        assert xai.attribute(model, x, "exact_shapley", target=1).gap == 0
        coarse = xai.attribute(model, x, "integrated_gradients", target=1, n_steps=2)
        assert abs(coarse.gap) > 1e-4
