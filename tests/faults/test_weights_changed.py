"""Weights that change in the middle of an explanation: never a silent mixture of two models."""

import numpy as np
import pytest
import torch
from faults.nets import LABELS, After, Net, picture
from torch import nn
from widgets.fakes import Browser

import xai_widgets as xai
from xai_widgets.attribution.runs import AGAIN, MIXED, RESTARTS

MANY = {"n_samples": 40, "tolerance": 0.0}
ROUNDING = {"rtol": 1e-4, "atol": 1e-6}


def train(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    nn.functional.cross_entropy(model(picture()[None]), torch.tensor([2])).backward()
    optimizer.step()


def load(model):
    model.load_state_dict({name: one * 1.5 for name, one in model.state_dict().items()})


def exchange(model):
    for one in model.parameters():
        one.data = one.data * 1.5


def by_hand(model):
    with torch.no_grad():
        model.net[-1].bias.add_(0.1)


@pytest.mark.parametrize("change", [train, load, exchange, by_hand])
@pytest.mark.parametrize("steps", [0, 1, 4])
def test_between_two_steps_it_is_an_error_that_says_what_to_do(steps, change):
    model = Net().eval()
    reader = xai.attribute_iter(model, picture(), "smooth_grad", **MANY)
    for _ in range(steps):
        next(reader)
    change(model)
    with pytest.raises(xai.WeightsChangedError, match=r"changed when \d+% .* Explain it again"):
        next(reader)


def test_statistics_that_are_collected_meanwhile_change_nothing():
    model, alone = Net().eval(), Net().eval()
    results = []
    for one in xai.attribute_iter(model, picture(), "smooth_grad", **MANY):
        results.append(one)
        model.train()(torch.rand(4, 3, 12, 12))
        model.eval()
    wanted = xai.attribute(alone, picture(), "smooth_grad", **MANY)
    assert len(results) > 2
    np.testing.assert_allclose(results[-1].values, wanted.values, **ROUNDING)


class Held(Net):
    """Passes of its copies change its weights after `inputs`, `times` in all, as a training loop in another thread."""

    def __init__(self, inputs, times):
        super().__init__(After(inputs, self.change))
        self.times = times

    def change(self, _x):
        if self.times:
            self.times -= 1
            by_hand(self)

    def __deepcopy__(self, memo):
        twin = Net(self.before).eval()
        for mine, theirs in zip(twin.parameters(), self.parameters(), strict=True):
            mine.data = memo[id(theirs)].data
        return twin


def after(model):
    twin = Net().eval()
    twin.load_state_dict({name: one for name, one in model.state_dict().items() if name.startswith("net")})
    return twin


@pytest.mark.parametrize("inputs", [2, 10, 25])
def test_in_the_middle_it_is_begun_anew(inputs):
    model = Held(inputs, 1).eval()
    found = xai.attribute(model, picture(), "smooth_grad", target=1, **MANY)
    wanted = xai.attribute(after(model), picture(), "smooth_grad", target=1, **MANY)
    np.testing.assert_allclose(found.values, wanted.values, **ROUNDING)
    assert np.array_equal(found.prediction.scores, wanted.prediction.scores)
    assert found.model_hash == wanted.model_hash
    assert found.fraction == 1
    assert AGAIN in found.notes
    assert MIXED not in found.notes


def test_under_training_it_comes_to_an_end_and_says_what_it_is():
    model = Held(2, 10**6).eval()
    found = xai.attribute(model, picture(), "smooth_grad", **MANY)
    assert found.fraction == 1
    assert {AGAIN, MIXED} <= set(found.notes)
    assert 10**6 - model.times <= 40 + 8 * (RESTARTS + 1)


def test_the_time_of_what_was_given_up_counts():
    model = Held(10, 1).eval()
    found = xai.attribute(model, picture(), "smooth_grad", time_budget=60, **MANY)
    alone = xai.attribute(after(model), picture(), "smooth_grad", time_budget=60, **MANY)
    assert found.forwards == alone.forwards == 40
    assert found.seconds > 0


@pytest.mark.parametrize("inputs", [2, 10, 25])
def test_the_widget_begins_anew_by_itself(make, inputs):
    model = Held(inputs, 1).eval()
    widget = make(model, method="smooth_grad", target=1, **MANY)
    browser = Browser(widget)
    assert browser.wait("ended", 1)["outcome"] == "done"
    assert browser.of("error") == []
    wanted = xai.attribute(after(model), picture(), "smooth_grad", target=1, labels=LABELS, **MANY)
    np.testing.assert_allclose(widget.attribution.values, wanted.values, **ROUNDING)
    assert AGAIN in widget.attribution.notes
    assert browser.of("map", 1)[-1]["fraction"] == 1


def unseen(model):
    model.net[-1].weight.data.mul_(-2)


def test_weights_written_unseen_are_seen_when_the_next_run_begins(make):
    model = Net().eval()
    widget = make(model, method="saliency", target=1)
    before = widget.result(30)
    version = model.net[-1].weight._version
    unseen(model)
    assert model.net[-1].weight._version == version
    widget.explain("input_x_gradient")
    found = widget.result(30)
    wanted = xai.attribute(model, picture(), "input_x_gradient", target=1)
    np.testing.assert_allclose(found.values, wanted.values, **ROUNDING)
    np.testing.assert_allclose(widget.prediction.scores, wanted.prediction.scores, **ROUNDING)
    assert found.model_hash == wanted.model_hash != before.model_hash
