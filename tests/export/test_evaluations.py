"""Evaluations come back from their files as they were, and damaged ones are refused."""

import csv
import json

import numpy as np
import pytest
import torch
from torch import nn

import xai_widgets as xai
from xai_widgets.evaluation import Deletion
from xai_widgets.evaluations import Comparison


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
    assert {"title", "low", "high", "better", "definition", "paper"} <= set(back.columns())
    assert back.records()[0]["paper"] == made.measures[0].paper
    with pytest.raises(ValueError, match=r"must end in \.csv, \.html, \.png, \.svg, \.xai\.json"):
        made.save(tmp_path / "trust.npz")


def test_it_says_how_it_was_computed_wherever_it_is_saved(tmp_path):
    """Enough to compute it again: of the map, of each measure, and with what."""
    model, x = nn.Linear(4, 2), torch.rand(4)
    found = xai.attribute(model, x, "occlusion", baselines=0.5)
    one = xai.evaluate(model, x, found, [Deletion(n_steps=3), "sparseness"], seed=7)
    assert one.params == found.params
    assert one.model_hash == found.model_hash
    assert {name: found.provenance[name] for name in ("xai_widgets", "python", "torch", "numpy")}.items() <= (
        one.provenance.items()
    )
    assert one["deletion"].params == {"n_steps": 3, "n_random": None, "baselines": None}
    for suffix in (".xai.json", ".csv", ".html"):
        one.save(tmp_path / f"trust{suffix}")
    assert xai.load(tmp_path / "trust.xai.json").provenance == one.provenance
    with (tmp_path / "trust.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["params"] for line in lines] == ["n_steps=3, n_random=None, baselines=None", ""]
    for line in lines:
        assert line["Method"] == "Occlusion (occlusion)"
        assert "baselines=0.5" in line["Parameters"]
        assert line["Seed"] == "7"
        assert one.model_hash in line["Weights"]
        assert f"torch {torch.__version__}" in line["Versions"]
    page = (tmp_path / "trust.html").read_text()
    for said in ("deletion: n_steps=3, n_random=None", "baselines=0.5", one.model_hash, f"torch {torch.__version__}"):
        assert said in page
    xai.report(found, one, tmp_path / "both.html")
    assert "deletion: n_steps=3" in (tmp_path / "both.html").read_text()
    assert Comparison((one,)).records()[0]["model_hash"] == one.model_hash


def test_a_file_from_before_there_was_provenance_is_read(made, tmp_path):
    path = tmp_path / "trust.xai.json"
    made.save(path)
    record = json.loads(path.read_text())
    old = {name: value for name, value in record.items() if name not in {"params", "provenance"}}
    old["measures"] = [{k: v for k, v in one.items() if k != "params"} for one in record["measures"]]
    path.write_text(json.dumps(old))
    back = xai.load(path)
    assert (back.params, back.provenance, back.measures[0].params) == ({}, {}, {})
    assert str(back) == str(made)


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
        ("params", [], "params"),
        ("provenance", {"torch": 2}, "provenance"),
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
        ("params", {"n": [[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]}),
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
