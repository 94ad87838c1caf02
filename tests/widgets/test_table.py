"""The table widget against the protocol, with a browser that is not there."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from widgets.fakes import CALLS, FAIL, HOLD, Browser, until
from widgets.tables import FRAME, LABELS, ROW, judge, logit, probability

import xai_widgets as xai

AGE, INCOME, JOB, OWNS, SINCE = range(5)


def cell(column, value):
    return {"name": "cell", "column": column, "value": value}


def test_contributions_sum_to_the_score_above_the_backgrounds(make_table):
    widget = make_table(method="exact_shapley")
    result = widget.result(30)
    assert result.names == tuple(FRAME.columns)
    assert result.cells == (30, 20_000.0, "clerk", False, "2020-01-01")
    rows = widget._table.give(widget._session.references.numpy())
    mean = logit(rows).mean()
    z = logit(pd.DataFrame([ROW]))[0]
    sign = 1 if result.label == "yes" else -1
    # The model's two scores are 0 and z, and the class asked about is one of them.
    if result.label == "no":
        np.testing.assert_allclose(result.values, 0, atol=1e-12)
        result = make_table(method="exact_shapley", target="yes").result(30)
        sign = 1
    assert result.values.sum() == pytest.approx(sign * (z - mean), abs=1e-5)
    # It is a sum of columns, so each adds what it is above the mean of its own.
    ages = (30 - 45) / 15 - ((rows["age"] - 45) / 15).mean()
    assert result.values[AGE] == pytest.approx(ages, abs=1e-5)


@pytest.mark.parametrize("again", [{"method": "auto"}, {"method": "exact_shapley"}, {"compare": "exact_shapley"}])
def test_what_is_asked_for_later_is_compared_with_the_background_too(make_table, again):
    widget = make_table(target="yes")
    first = widget.result(30)
    if "method" in again:
        widget.explain("feature_ablation")
    widget.explain(**again)
    assert widget.wait(30, "b" if "compare" in again else "a")
    found = widget.compared if "compare" in again else widget.result(30)
    assert found.method == first.method == "exact_shapley"
    np.testing.assert_allclose(found.values, first.values, rtol=1e-6)


def test_no_layer_is_offered_whose_values_are_not_of_columns():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2))
    widget = xai.TabularExplainer(model, [1.0, 2.0, 3.0], background=np.random.default_rng(0).random((30, 3)))
    assert widget.spec["layers"] == []
    kinds = {one["name"]: {p["kind"] for p in one["parameters"]} for one in widget.spec["methods"]}
    assert "int" in kinds["integrated_gradients"]
    assert all("layer" not in found for found in kinds.values())
    widget.close()


def test_changes_reach_the_model_in_the_datas_own_types(make_table):
    widget = make_table(target="yes")
    browser = Browser(widget)
    day = (pd.Timestamp("2016-03-01") - pd.Timestamp("1970-01-01")).days
    edits = [cell(AGE, 60), cell(JOB, 0), cell(OWNS, 1), cell(SINCE, day)]
    browser.ask(2, "kernel_shap", target=1, edits=edits).wait("ended", 2)
    changes = {"age": 60, "job": "boss", "owns": True, "since": pd.Timestamp("2016-03-01")}
    assert widget.row == {**ROW, **changes, "since": np.datetime64("2016-03-01", "ns")}
    sent = browser.array("prediction", "probabilities", 2)
    assert sent[1] == pytest.approx(probability(**changes), abs=1e-6)
    assert browser.array("prediction", "original", 2)[1] == pytest.approx(probability(), abs=1e-6)
    assert browser.of("prediction", 2)[-1]["edited"]
    assert browser.array("map", "values", 2).shape == (5,)
    assert widget.attribution.edits[0] == {"name": "cell", "column": AGE, "value": 60.0}


def test_the_curves_of_the_row_on_show_come_by_themselves(make_table):
    widget = make_table(target="yes")
    browser = Browser(widget)
    browser.ask(2, "kernel_shap", target=1, edits=[cell(OWNS, 1)]).wait("ended", 2)
    until(lambda: any(m["values"] and m["edits"] == [cell(OWNS, 1.0)] for m in browser.of("curves")))
    until(lambda: not browser.of("curves")[-1]["running"])
    starts, grid, values = (browser.array("curves", name) for name in ("starts", "grid", "values"))
    classes = browser.of("curves")[-1]["classes"]
    assert classes[0] == 1
    for i in range(starts[AGE], starts[AGE + 1]):
        assert values[i, 0] == pytest.approx(probability(owns=True, age=int(grid[i])), abs=1e-5)
    for i in range(3):
        job = ["boss", "clerk", "cook"][i]
        assert values[starts[JOB] + i, 0] == pytest.approx(probability(owns=True, job=job), abs=1e-5)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (cell(9, 1), "names a column in 0..4"),
        (cell(AGE, "x"), "must be a finite number"),
        (cell(JOB, 3), "has 3 values"),
        (cell(JOB, 0.5), "has 3 values"),
        ({"name": "blur", "value": 1}, "names a column"),
    ],
)
def test_edits_that_no_table_has_are_refused_and_what_was_shown_stays(make_table, edit, said):
    widget = make_table()
    browser = Browser(widget)
    widget.result(30)
    browser.ask(7, "kernel_shap", edits=[edit]).wait("ended", 7)
    assert said in browser.of("error", 7)[-1]["message"]
    assert widget.row["age"] == 30


def test_a_thousand_edits_end_with_the_last_one_answered(make_table):
    widget = make_table(target="yes")
    browser = Browser(widget)
    for number in range(2, 1002):
        browser.ask(number, "kernel_shap", target=1, edits=[cell(AGE, 20 + number % 60)])
    browser.wait("ended", 1001)
    assert browser.array("prediction", "probabilities", 1001)[1] == pytest.approx(
        probability(age=20 + 1001 % 60), abs=1e-6
    )
    assert sorted(one["id"] for one in browser.of("ended")) == list(range(1, 1002))
    assert len(browser.of("map")) < 500


def test_counterfactuals_keep_to_the_rules_that_the_view_set(make_table):
    widget = make_table(target="yes")
    browser = Browser(widget)
    browser.say(
        kind="rules", immutable=["owns", "since"], direction={"age": "up"}, ranges={"income": [None, 30000]},
        effort={"job": 2}, rules=["age < 70"],
    )  # fmt: skip
    assert widget.state["rules"]["error"] is None
    assert widget.constraints == xai.Constraints(
        ("owns", "since"), {"income": (None, 30000.0)}, {"age": "up"}, ("age < 70",), None, {"job": 2.0}
    )
    browser.say(kind="search", open=True, target=1, n=3, most=2)
    assert widget._asides.search.wait(60)
    told = browser.of("search")[-1]
    assert told["found"]
    assert not told["running"]
    # To what they are answers, so that a view can tell when something else is asked for.
    assert (told["target"], told["most"]) == (1, 2)
    assert {**told["rules"], "error": None} == widget.state["rules"]
    for one in told["found"]:
        assert one["valid"]
        assert 1 <= len(one["cells"]) <= 2
        browser.ask(2 + told["found"].index(one), "kernel_shap", target=1, edits=one["cells"])
        browser.wait("ended", 2 + told["found"].index(one))
        row = widget.row
        assert not row["owns"]
        assert row["since"] == np.datetime64("2020-01-01")
        assert 30 <= row["age"] < 70
        assert row["income"] <= 30000
        assert widget.prediction.probabilities[1] > 0.5
        assert one["delta"] == pytest.approx(widget.prediction.probabilities[1] - probability(), abs=1e-5)
    assert len(widget.counterfactuals) == len(told["found"])


def test_no_search_changes_more_columns_than_the_constraints_allow(make_table):
    widget = make_table(target="yes", constraints=xai.Constraints(max_changes=2))
    browser = Browser(widget)
    assert widget.state["rules"]["most"] == 2
    lock = {"kind": "rules", "immutable": ["since"]}
    for say in ({}, lock, {**lock, "rules": ["age <"]}, {**lock, "most": 2}):
        if say:
            browser.say(**say)
            assert widget.state["rules"]["most"] == 2
        browser.say(kind="search", open=True, target=1, within=[0.9, None], n=4, most=4)
        assert widget._asides.search.wait(60)
        told = browser.of("search")[-1]
        assert told["most"] == 2
        assert told["found"]
        assert max(len(one["cells"]) for one in told["found"]) <= 2
    assert widget.constraints == xai.Constraints(("since",), max_changes=2)
    assert "max_changes=2" in widget.to_code()
    # Moved in a view, it is the widget's; what it cannot be is told.
    browser.say(**lock, most=3)
    assert widget.constraints.max_changes == 3
    assert "max_changes=3" in widget.to_code()
    browser.say(**lock, most=0)
    assert "must be a whole number from 1" in widget.state["rules"]["error"]
    assert widget.constraints.max_changes == 3


def test_a_probability_or_an_output_is_searched_for_in_a_range(make_table):
    widget = make_table(target="yes")
    browser = Browser(widget)
    browser.say(kind="search", open=True, target=1, within=[0.9, 0.95], n=3, most=4)
    assert widget._asides.search.wait(60)
    told = browser.of("search")[-1]
    assert (told["target"], told["within"]) == (1, [0.9, 0.95])
    assert told["found"]
    assert all(0.9 <= one["score"] <= 0.95 for one in told["found"])


def test_a_regression_is_searched_for_a_range_of_its_output(make_table):
    widget = make_table(model=lambda frame: logit(frame)[:, None], labels=None)
    browser = Browser(widget)
    browser.say(kind="search", open=True, n=2, most=4)
    assert widget._asides.search.wait(60)
    assert "A regression needs a range to reach" in browser.of("search")[-1]["error"]
    browser.say(kind="search", open=True, within=[2, None], n=2, most=4)
    assert widget._asides.search.wait(60)
    told = browser.of("search")[-1]
    assert told["error"] is None
    assert told["found"]
    assert all(one["score"] >= 2 for one in told["found"])


def test_wrong_rules_are_told_before_a_search_and_the_right_ones_stay(make_table):
    widget = make_table(constraints=xai.Constraints(immutable=["job"]))
    browser = Browser(widget)
    rules = {"kind": "rules", "immutable": ["job"], "direction": {}, "ranges": {}, "effort": {}}
    for rule, said in (("age <=", "cannot be read"), ("height > 3", "no column 'height'"), ("age > 200", "never hold")):
        browser.say(**rules, rules=[rule])
        told = browser.of("state")[-1]["state"]["rules"]
        assert said in told["error"]
        # It stays in the form to be mended, and nobody is shown what keeps to other rules than those on show.
        assert list(told["rules"]) == [rule]
        browser.say(kind="search", open=True, target=1, n=1, most=2)
        assert browser.of("search") == []
        assert widget.constraints == xai.Constraints(immutable=["job"])
    browser.say(**{**rules, "effort": {"age": -1}}, rules=[])
    assert widget.state["rules"]["error"] == "The effort of 'age' must be a number above 0, got -1.0."
    browser.say(kind="rules", rules=["age > 1 / 0"])
    assert widget.state["rules"]["error"] == "The rule 'age > 1 / 0' divides by zero."
    browser.say(**rules, rules=["age < 70"])
    assert widget.state["rules"]["error"] is None


def test_none_found_names_the_rule_that_blocks(make_table):
    widget = make_table(target="yes")
    browser = Browser(widget)
    browser.say(kind="rules", immutable=["owns", "job", "since"], direction={"age": "down"}, ranges={}, effort={},
                rules=["income < 21000"])  # fmt: skip
    browser.say(kind="search", open=True, target=1, n=3, most=5)
    assert widget._asides.search.wait(60)
    told = browser.of("search")[-1]
    assert told["found"] == []
    assert "None found under these constraints" in told["note"]


def test_a_search_is_stopped_within_a_step(make_table):
    widget = make_table()
    browser = Browser(widget)
    widget.result(30)
    HOLD.clear()
    browser.say(kind="search", open=True, target=None, n=20, most=5)
    browser.say(kind="search", open=False)
    HOLD.set()
    assert widget._asides.search.wait(60)
    assert browser.of("search")[-1]["error"] is None


def test_scenarios_are_kept_compared_and_taken_along(make_table):
    widget = make_table(target="yes", scenarios={"older": {"age": 60}})
    browser = Browser(widget)
    browser.say(kind="scenario", name="boss", edits=[cell(JOB, 0)])
    until(lambda: all(one["probabilities"] for one in widget.state["scenarios"]))
    told = widget.state["scenarios"]
    assert [one["name"] for one in told] == ["older", "boss"]
    assert told[1]["probabilities"][1] == pytest.approx(probability(job="boss"), abs=1e-6)
    frame = widget.scenarios_frame()
    assert frame.index.tolist() == ["original", "older", "boss"]
    assert frame["age"].tolist() == [30, 60, 30]
    assert frame["job"].tolist() == ["clerk", "clerk", "boss"]
    # Of one class throughout: the rows lie on different sides.
    widget.keep("both", {"age": 60, "job": "boss"})
    frame = widget.scenarios_frame()
    assert frame["prediction"].tolist() == ["no", "no", "no", "yes"]
    said = [probability(), probability(age=60), probability(job="boss"), probability(age=60, job="boss")]
    np.testing.assert_allclose(frame["probability of yes"], said, rtol=1e-5)
    widget.explain(target=("no", "yes"))
    np.testing.assert_allclose(widget.scenarios_frame()["probability of no"], 1 - np.array(said), rtol=1e-5)
    browser.say(kind="scenario", name="older", edits=None)
    assert [one["name"] for one in widget.state["scenarios"]] == ["boss", "both"]
    browser.say(kind="scenario", name="  ", edits=[])
    assert "needs a name" in browser.of("error")[-1]["message"]


def test_scenarios_of_a_regression_are_told_its_output(make_table):
    widget = make_table(lambda rows: logit(rows)[:, None], labels=None, scenarios={"older": {"age": 60}})
    frame = widget.scenarios_frame()
    assert list(frame.columns) == [*FRAME.columns, "output 0"]
    assert frame.loc["older", "output 0"] - frame.loc["original", "output 0"] == pytest.approx(2)


def test_the_code_makes_the_same_again(make_table):
    model, background = judge, FRAME
    widget = make_table(target="yes", scenarios={"older": {"age": 60}})
    widget.explain("exact_shapley", changes={"job": "boss", "since": "2016-03-01"})
    widget.result(30)
    Browser(widget).say(kind="rules", immutable=["job"], direction={}, ranges={}, effort={}, rules=[])
    code = widget.to_code()
    assert "baselines" not in code
    names = {"model": model, "row": ROW, "background": background, "labels": LABELS}
    exec(code.rsplit("\n", 2)[0], names)
    again = names["w"]
    try:
        np.testing.assert_allclose(again.result(30).values, widget.attribution.values, rtol=1e-5, atol=1e-7)
        assert again.row == widget.row
        assert again.constraints == widget.constraints
        assert [one["name"] for one in again.state["scenarios"]] == ["older"]
    finally:
        again.close()


def test_a_torch_module_is_explained_by_its_gradients_against_the_background(make_table):
    torch.manual_seed(0)
    data = torch.randn(200, 20, dtype=torch.float64).numpy()
    net = nn.Sequential(nn.Linear(20, 8), nn.Tanh(), nn.Linear(8, 2)).double()
    widget = make_table(net, data[0], background=data, labels=None)
    result = widget.result(30)
    assert result.method == "expected_gradients"
    alone = xai.attribute(net, torch.as_tensor(data[0]), "expected_gradients", baselines=widget._session.references)
    np.testing.assert_allclose(result.values, alone.values, rtol=1e-6)


def test_missing_values_are_a_choice_where_the_data_has_them(make_table):
    frame = FRAME.assign(age=FRAME["age"].astype(float).where(FRAME["age"] > 25), job=FRAME["job"].where(FRAME["owns"]))
    widget = make_table(
        lambda rows: np.stack([rows["age"].isna() + 0.25, rows["job"].isna() + 0.5], 1), background=frame
    )
    assert [one["missing"] for one in widget.spec["columns"]] == [True, False, True, False, False]
    browser = Browser(widget)
    browser.ask(2, "kernel_shap", edits=[cell(AGE, None), cell(JOB, None)]).wait("ended", 2)
    assert (widget.row["age"], widget.row["job"]) == (None, None)
    assert not browser.of("error")


def test_two_thousand_columns_fit_into_messages(make_table):
    data = np.random.default_rng(0).normal(size=(30, 2000)).astype(np.float32)
    net = nn.Linear(2000, 2)
    widget = make_table(net, data[0], background=data, labels=None, n_samples=20)
    browser = Browser(widget)
    browser.ask(2, "expected_gradients", n_samples=20, edits=[cell(1999, 3.0)]).wait("ended", 2)
    until(lambda: any(m["values"] for m in browser.of("curves")), 30)
    assert all(sum(map(len, buffers)) < 1_000_000 for _, buffers in browser.messages)
    assert browser.array("map", "values", 2).shape == (2000,)


def test_what_fails_is_told_and_the_next_question_is_answered(make_table):
    widget = make_table()
    browser = Browser(widget)
    widget.result(30)
    FAIL.set()
    browser.ask(5, "kernel_shap", edits=[cell(AGE, 44)]).wait("ended", 5)
    assert "the vault is shut" in browser.of("error", 5)[-1]["message"]
    FAIL.clear()
    browser.ask(6, "kernel_shap", edits=[cell(AGE, 44)]).wait("ended", 6)
    assert browser.of("ended", 6)[-1]["outcome"] == "done"


@pytest.mark.parametrize(
    ("row", "more", "said"),
    [
        ({**ROW, "height": 3}, {}, "'height' too many"),
        ({**ROW, "job": "pilot"}, {}, "has no 'pilot'"),
        ({name: ROW[name] for name in list(ROW)[1:]}, {}, "lacks the column 'age'"),
        ({**ROW, "age": float("inf")}, {}, "finite number"),
        (ROW, {"changes": {"size": 3}}, "no column 'size'"),
        (ROW, {"constraints": xai.Constraints(immutable=["size"])}, "no column 'size'"),
    ],
)
def test_wrong_input_says_what_is_wrong(make_table, row, more, said):
    with pytest.raises(ValueError, match=said):
        make_table(judge, row, **more)


def test_one_row_of_background_is_enough(make_table):
    widget = make_table(background=FRAME.iloc[:1].assign(job="clerk"), target="yes")
    assert widget.result(30).values.shape == (5,)


def test_a_view_that_opens_later_is_told_all_and_closing_lets_go(make_table):
    widget = make_table(target="yes")
    widget.result(30)
    widget.keep("now")
    until(lambda: not widget._asides.curves._said.content["running"])
    browser = Browser(widget)
    assert browser.of("welcome")[-1]["state"]["scenarios"][0]["name"] == "now"
    assert browser.of("curves")[-1]["values"]
    assert browser.of("map")[-1]["final"]
    session = weakref.ref(widget._session.subject)
    widget.close()
    CALLS.clear()
    until(lambda: gc.collect() is not None and session() is None)
    with pytest.raises(RuntimeError, match="closed"):
        widget.keep("more")
