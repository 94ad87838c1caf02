"""Models that are unusual, and models that are broken."""

from __future__ import annotations

import dataclasses
import json
import random

import numpy as np
import pytest
import torch
from faults.nets import LABELS, METHODS, Net, picture
from torch import nn
from widgets.fakes import Browser

import xai_widgets as xai
from xai_widgets.method import REGISTRY
from xai_widgets.models.untouched import moved_between, random_states

# Batches of other sizes round differently in float32.
ROUNDING = {"rtol": 1e-3, "atol": 1e-6}
LIMITED = {"occlusion": {"sliding_window_shapes": 4}}


def explain(model, method="saliency", x=None, **options):
    return xai.attribute(
        model, picture() if x is None else x, method, labels=LABELS, **LIMITED.get(method, {}), **options
    )


class Returns(nn.Module):
    """A model that returns whatever it is told to."""

    def __init__(self, make):
        super().__init__()
        self.make, self.weight = make, nn.Parameter(torch.ones(()))

    def forward(self, x):
        return self.make(x * self.weight)


@pytest.mark.parametrize("method", METHODS)
def test_training_mode_is_explained_as_evaluation_and_stays(method):
    training, evaluating = Net().train(), Net().eval()
    np.testing.assert_allclose(explain(training, method).values, explain(evaluating, method).values, **ROUNDING)
    assert all(m.training for m in training.modules())
    assert training.net[1].num_batches_tracked == 0


@pytest.mark.parametrize("method", [m for m in METHODS if m != "grad_cam"])
def test_the_first_layer_may_work_in_place(method):
    body = [nn.Flatten(), nn.Linear(432, 3)]
    torch.manual_seed(0)
    head = nn.Linear(432, 3)
    body[1] = head
    x = picture() - 0.5
    kept = x.clone()
    inplace = nn.Sequential(nn.ReLU(inplace=True), *body)
    plain = nn.Sequential(nn.ReLU(), *body)
    np.testing.assert_allclose(explain(inplace, method, x).values, explain(plain, method, x).values, **ROUNDING)
    assert torch.equal(x, kept)


# The same groups for all: superpixels of a picture of noise follow its rounding.
GROUPED = {"feature_mask": torch.arange(144).reshape(1, 12, 12) // 36}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("method", METHODS)
def test_any_floating_type_gives_about_the_same_map(method, dtype):
    grouped = any(field.name == "feature_mask" for field in dataclasses.fields(REGISTRY[method]))
    exact = explain(Net().double(), method, **GROUPED if grouped else {})
    found = explain(Net().to(dtype), method, **GROUPED if grouped else {})
    assert found.values.dtype == np.float32
    assert np.isfinite(found.values).all()
    size = np.linalg.norm(exact.values)
    rounding = {torch.float16: 0.03, torch.bfloat16: 0.2, torch.float64: 1e-6}[dtype]
    factors = 2 if method == "guided_grad_cam" else 1  # a product of two maps is rounded twice
    bound = factors * rounding + 2 * (exact.error or 0) + 2 * (found.error or 0)
    assert np.linalg.norm(found.values - exact.values) <= bound * size
    assert found.prediction.probabilities == pytest.approx(exact.prediction.probabilities, abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_a_model_without_data_is_refused_in_one_sentence(method):
    with pytest.raises((ValueError, xai.ModelError), match="meta") as caught:
        explain(Net().to("meta"), method)
    assert "\n" not in str(caught.value)


def test_a_model_on_two_devices_says_what_it_raised():
    model = Net()
    model.net[-1].to("meta")
    with pytest.raises(xai.ModelError, match="meta"):
        explain(model)


WRONG = [
    (lambda x: x.flatten(1) * float("nan"), "The model returned NaN"),
    (lambda x: x, r"got shape \[1, 3, 12, 12\]"),
    (lambda _x: None, "got NoneType"),
    (lambda _x: "cat", "got str"),
    (lambda _x: {}, "got dict"),
    (lambda x: x.flatten(1).argmax(1), "int64"),
    (lambda x: x.sum(), "one row"),
    (lambda x: x.new_zeros(0, 3), "batch of 1 it returned 0"),
    (lambda x: x.new_zeros(1, 0), "at least one score an input"),
    (lambda x: torch.cat([x.flatten(1), x.flatten(1)])[:, :3], "batch of 1 it returned 2"),
    (lambda x: x.flatten(1).double().numpy(), "numpy|ndarray"),
]


@pytest.mark.parametrize(("output", "match"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_scores_is_refused_in_one_sentence(make, output, match):
    model = Returns(output)
    with pytest.raises(xai.ModelError, match=match) as caught:
        xai.attribute(model, picture(), "saliency")
    assert "\n" not in str(caught.value)
    widget = make(model, method="saliency", labels=None)
    browser = Browser(widget)
    assert browser.wait("ended", 1)["outcome"] == "failed"
    assert len(browser.of("error")) == 1
    assert "\n" not in browser.of("error")[0]["message"]
    assert browser.of("prediction") == []


def test_infinite_scores_do_not_break_the_wire(make):
    widget = make(Returns(lambda x: x.flatten(1)[:, :3] * float("inf")), labels=None, method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    json.dumps([content for content, _ in browser.messages], allow_nan=False)


def test_a_target_that_only_the_model_can_refuse_leaves_the_classes_to_choose_from(make):
    widget = make(target=9, labels=None)
    browser = Browser(widget)
    assert browser.wait("ended", 1)["outcome"] == "failed"
    [error] = browser.of("error")
    assert error["message"] == "The target must lie in 0..2 (the model has 3 classes), got 9."
    assert browser.array("prediction", "probabilities").shape == (3,)
    assert widget.prediction is not None
    browser.ask(2, target=1).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"


def test_a_model_of_one_output_says_so_of_another_target():
    with pytest.raises(ValueError, match=r"^The model has one output, number 0, got the target 3\.$"):
        explain(Returns(lambda x: x.flatten(1)[:, :1]), target=3)


def test_a_detached_model_names_the_way_out():
    model = Returns(lambda x: x.detach().flatten(1)[:, :3])
    with pytest.raises(xai.ModelError, match="occlusion"):
        explain(model)
    assert explain(model, "occlusion").fraction == 1


def test_a_constant_model_has_an_empty_map(make):
    widget = make(Returns(lambda x: x.flatten(1)[:, :3] * 0), method="integrated_gradients")
    result = widget.result(30)
    assert not result.values.any()
    assert result.fraction == 1


@pytest.mark.parametrize(
    ("target", "match"),
    [
        ("doge", r"no label 'doge' among the 3 labels\. The nearest are: dog"),
        (("cat", "kat"), "The nearest are: cat"),
        (3, r"must lie in 0\.\.2"),
        (-1, r"must lie in 0\.\.2"),
        ((1, 1), "must differ"),
        ((0, 1, 2), "has two classes"),
        (1.5, "must be a class number"),
        (True, "must be a class number"),
        (float("nan"), "must be a class number"),
    ],
)
def test_a_wrong_target_is_refused_everywhere(make, target, match):
    with pytest.raises((ValueError, TypeError), match=match):
        explain(Net(), target=target)
    with pytest.raises((ValueError, TypeError), match=match):
        make(target=target)
    widget = make(method="saliency")
    before = widget.result(30)
    with pytest.raises((ValueError, TypeError), match=match):
        widget.explain(target=target)
    assert widget.attribution is before
    widget.explain(target="cow")
    assert widget.result(30).label == "cow"


class Draws(nn.Module):
    """A classifier whose scores are random, in a way to be given."""

    def __init__(self, draw):
        super().__init__()
        self.draw, self.linear = draw, nn.Linear(432, 3)

    def forward(self, x):
        return self.linear(self.draw(x.flatten(1)))


@pytest.mark.parametrize(
    "draw",
    [
        lambda x: nn.functional.dropout(x, 0.5, training=True),
        lambda x: x + torch.rand(x.shape),
        lambda x: x + torch.empty_like(x).normal_(),
        lambda x: x * torch.bernoulli(torch.full_like(x, 0.5)),
        lambda x: nn.functional.rrelu(x - 0.5, training=True),
        lambda x: x + np.float32(np.random.rand()),  # noqa: NPY002
        lambda x: x * random.uniform(0.5, 1),
    ],
    ids=["dropout", "rand", "normal_", "bernoulli", "rrelu", "numpy", "python"],
)
def test_a_model_that_draws_random_numbers_repeats_itself_and_leaves_the_generator_alone(draw):
    torch.manual_seed(7)
    model = Draws(draw)
    states = random_states(torch.device("cpu"))
    first = explain(model, "smooth_grad", seed=1)
    again = explain(model, "smooth_grad", seed=1)
    assert not moved_between(states, random_states(torch.device("cpu")))
    np.testing.assert_array_equal(first.prediction.scores, again.prediction.scores)
