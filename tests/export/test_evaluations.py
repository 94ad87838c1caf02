"""Evaluations come back from their files as they were, and damaged ones are refused."""

import json

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai


@pytest.fixture(scope="module")
def made():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Flatten(), nn.Linear(192, 3)), torch.rand(3, 8, 8)
    return xai.evaluate(model, x, xai.attribute(model, x, method="saliency"), mask=np.eye(8))


def test_an_evaluation_comes_back(made, tmp_path):
    path = tmp_path / "trust.xai.json"
    made.save(path)
    back = xai.load(path)
    for one, other in zip(made.measures, back.measures, strict=True):
        for mine, theirs in zip(one.curves, other.curves, strict=True):
            assert mine.name == theirs.name
            np.testing.assert_array_equal(mine.x, theirs.x)
            np.testing.assert_array_equal(mine.y, theirs.y)
        assert repr(vars(one) | {"curves": 0}) == repr(vars(other) | {"curves": 0})
    assert repr(vars(back) | {"measures": 0}) == repr(vars(made) | {"measures": 0})
    assert str(back) == str(made)
    with pytest.raises(ValueError, match=r"must end in \.xai\.json"):
        made.save(tmp_path / "trust.png")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("v", 9, "version 9"),
        ("measures", {}, "measures"),
        ("measures", [0], "measures"),
        ("believable", "yes", "believable"),
        ("verdict", None, "verdict"),
        ("checked", -1, "checked"),
        ("notes", [1], "notes"),
    ],
)
def test_a_damaged_file_is_refused_by_the_name_of_its_field(made, tmp_path, field, value, said):
    path = tmp_path / "trust.xai.json"
    made.save(path)
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, field: value}))
    with pytest.raises(ValueError, match=said):
        xai.load(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("better", "best"),
        ("passed", 1),
        ("value", "0"),
        ("curves", [{"name": "a", "x": [0], "y": [0, 1]}]),
        ("random", 3),
    ],
)
def test_so_is_a_damaged_measure(made, tmp_path, field, value):
    path = tmp_path / "trust.xai.json"
    made.save(path)
    record = json.loads(path.read_text())
    record["measures"][0][field] = value
    path.write_text(json.dumps(record))
    with pytest.raises(ValueError, match="field"):
        xai.load(path)
