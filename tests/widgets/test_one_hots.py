"""A model of columns that are one-hot encoded already, explained by the columns as they were before."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

import xai_widgets as xai

JOBS = ["job_clerk", "job_boss", "job_cook"]
GROUPS = {"job": JOBS}
NAMES = ["age", *JOBS, "owns"]
WEIGHTS = np.array([0.05, -1.0, 2.0, 0.5, 1.0])
ROW = {"age": 30.0, "job_clerk": 1.0, "job_boss": 0.0, "job_cook": 0.0, "owns": 0.0}


def encoded(count=120):
    random = np.random.default_rng(0)
    jobs = np.eye(3)[random.integers(3, size=count)]
    data = np.column_stack([random.integers(18, 80, count), jobs, random.random(count) < 0.4])
    return pd.DataFrame(data, columns=NAMES)


def net():
    layer = torch.nn.Linear(5, 2)
    with torch.no_grad():
        layer.weight[:] = torch.tensor(np.stack([0 * WEIGHTS, WEIGHTS]))
        layer.bias[:] = torch.tensor([0.0, -5.0])
    return layer


def function(rows):
    assert list(rows.columns) == NAMES
    assert (rows[JOBS].sum(axis=1) == 1).all()
    return np.stack([np.zeros(len(rows)), rows.to_numpy(float) @ WEIGHTS - 5], 1)


@pytest.mark.parametrize("model", [net(), function])
def test_the_widget_speaks_of_categories(model):
    widget = xai.TabularExplainer(model, ROW, background=encoded(), encode=GROUPS, method="exact_shapley", target=1)
    try:
        result = widget.result(30)
        assert result.names == ("age", "job", "owns")
        columns = {one["name"]: one for one in widget.spec["columns"]}
        assert list(columns["job"]["choices"]) == ["clerk", "boss", "cook"]
        assert widget.row == {"age": 30.0, "job": "clerk", "owns": 0.0}
        # A weighted sum: each column adds what it is above the mean over the rows it is compared with.
        against = widget._session.references.double().numpy()
        mean = [0.05 * against[:, 0].mean(), WEIGHTS[1:4][against[:, 1].astype(int)].mean(), against[:, 2].mean()]
        assert result.values == pytest.approx(np.array([1.5, -1.0, 0.0]) - mean, abs=1e-4)
        widget.explain(changes={"job": "boss"})
        assert widget.result(30).values[1] == pytest.approx(2.0 - mean[1], abs=1e-4)
        assert widget.prediction.scores[1] == pytest.approx(1.5 + 2.0 - 5, abs=1e-5)
    finally:
        widget.close()


@pytest.mark.parametrize(("model", "method"), [(net(), "gradient"), (net(), "genetic"), (function, "random")])
def test_counterfactuals_set_exactly_one(model, method):
    keep = xai.Constraints(immutable=["age", "owns"])
    options = {"background": encoded(), "encode": GROUPS, "constraints": keep, "method": method}
    found = xai.counterfactuals(model, {**ROW, "age": 70.0}, 1, **options)
    assert {tuple(one.values.items()) for one in found.candidates} <= {
        (("age", 70.0), ("job", job), ("owns", 0.0)) for job in ("boss", "cook")
    }
    assert str(found.candidates[0].changes[0]) in {"job: 'clerk' → 'boss'", "job: 'clerk' → 'cook'"}
    again = xai.counterfactuals(model, found.original, 1, **options)
    assert again.original == found.original == {"age": 70.0, "job": "clerk", "owns": 0.0}
    assert [one.values for one in again.candidates] == [one.values for one in found.candidates]


def test_arrays_have_groups_too_and_only_choices_that_occur():
    data = encoded().to_numpy(np.float32)
    data = data[data[:, 3] == 0]
    options = {"background": data, "features": NAMES, "encode": GROUPS, "target": 1}
    widget = xai.TabularExplainer(net(), data[0], **options)
    try:
        (job,) = (one for one in widget.spec["columns"] if one["name"] == "job")
        assert list(job["choices"]) == ["clerk", "boss"]
    finally:
        widget.close()
    with pytest.raises(ValueError, match="exactly one must be 1 and the others 0, row 0 has 0, 0"):
        xai.TabularExplainer(net(), data[0] * 0, **options)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"job": ["job_clerk", "job_smith"]}, "has the column 'job_smith', which the background has not"),
        ({"job": JOBS[:2]}, "exactly one must be 1 and the others 0, row 0 has 0, 0"),
        ({"job": JOBS, "task": JOBS}, "belongs to several groups"),
        ({"age": JOBS}, "called as a column that is not in it"),
        ({"job": "job_clerk"}, "at least two columns"),
    ],
)
def test_wrong_groups_are_refused(groups, message):
    data = encoded().sort_values("job_cook", ascending=False)
    with pytest.raises((ValueError, TypeError), match=message):
        xai.counterfactuals(net(), ROW, background=data, encode=groups)
