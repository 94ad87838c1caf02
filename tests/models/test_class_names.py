"""Names of classes as users have them, and models that are not ready to be run."""

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai

NAMES = ["cat", "dog", "cow"]
x = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(1))


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))


@pytest.mark.parametrize(
    "labels",
    [
        NAMES,
        tuple(NAMES),
        np.array(NAMES),
        {0: "cat", 1: "dog", 2: "cow"},
        {2: "cow", 0: "cat", 1: "dog"},
        {"0": "cat", "1": "dog", "2": "cow"},
        {"dog": 1, "cat": 0, "cow": 2},
        dict(zip(np.arange(3), NAMES, strict=True)),
    ],
    ids=repr,
)
def test_names_come_in_order_by_number_or_as_numbers_by_name(labels):
    assert list(xai.attribute(net(), x, "saliency", labels=labels, target="dog").prediction.labels) == NAMES
    widget = xai.explain(net(), x, labels=labels, target="dog", method="saliency")
    try:
        assert (widget.result(30).label, widget.result(30).target) == ("dog", 1)
        assert widget.spec["labels"] == NAMES
    finally:
        widget.close()


@pytest.mark.parametrize(
    ("labels", "error", "says"),
    [
        ("cat", TypeError, "must be the names of all classes, got 'cat'"),
        (3, TypeError, "must be the names of all classes, got 3"),
        ({0: "cat", 2: "cow"}, ValueError, r"must name each of the classes 0\.\.1, got \{0: 'cat', 2: 'cow'\}"),
        ({"cat": "dog"}, ValueError, r"0\.\.0"),
        ({"cat": 0, "dog": 0}, ValueError, r"0\.\.1"),
    ],
)
def test_what_names_no_classes_is_refused_at_the_call(labels, error, says):
    for call in (xai.attribute, xai.explain):
        with pytest.raises(error, match=says):
            call(net(), x, labels=labels)


def test_a_model_without_sizes_says_what_to_do():
    model = nn.Sequential(nn.Flatten(), nn.LazyLinear(3))
    for call in (xai.attribute, xai.explain):
        with pytest.raises(ValueError, match="pass a batch through the model first"):
            call(model, x)
    model(x[None])
    assert xai.attribute(model, x, "saliency").fraction == 1
