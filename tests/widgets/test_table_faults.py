"""Tables as they come: very wide, very short, infinite, one-sided, labelled in words, and models that fail for some."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from widgets.fakes import Browser, until
from widgets.tables import FRAME, ROW, judge, logit
from widgets.test_population import array, ask

import xai_widgets as xai

X = pd.DataFrame(np.random.default_rng(0).normal(size=(600, 3)), columns=["a", "b", "c"])
ANSWERS = np.where(X["a"] > 0, "good", "bad")


def certain(rows):
    """Say good of what is above 0, for sure."""
    return np.stack([rows["a"] <= 0, rows["a"] > 0], 1) * 30.0


@pytest.fixture
def explore():
    made = []

    def build(model=certain, data=X, **options):
        made.append(xai.PopulationExplorer(model, data, **options))
        return made[-1], Browser(made[-1])

    yield build
    for one in made:
        one.close()


def test_two_thousand_columns_of_a_population_fit_into_messages(explore):
    data, net = np.random.default_rng(0).normal(size=(60, 2000)).astype(np.float32), torch.nn.Linear(2000, 2)
    with torch.no_grad():
        net.weight[:] = 0
        net.weight[1, 1500] = 5
    widget, browser = explore(net, data, y=data[:, 1500] > 0)
    assert ask(browser, "importance", n_repeats=1)["error"] is None
    assert array(browser, "importance", "values").argmax() == 1500
    assert ask(browser, "effect", 1500)["error"] is None
    assert ask(browser, "tree", depth=1)["error"] is None
    assert widget.tree.nodes[1].condition.startswith("1500 ≤")
    assert all(sum(map(len, buffers)) < 1_000_000 for _, buffers in browser.messages)


def test_what_is_right_may_be_told_in_words(explore):
    words = LogisticRegression().fit(X, ANSWERS)
    numbers = LogisticRegression().fit(X, ANSWERS == "good")
    found = []
    for model, y in ((words, pd.Series(ANSWERS)), (numbers, ANSWERS == "good")):
        widget, browser = explore(model, y=y)
        assert ask(browser, "importance", n_repeats=1)["error"] is None
        found.append(widget.importances.values)
        assert widget.spec["label"] == ("good" if model is words else "True")
    np.testing.assert_allclose(found[0], found[1], atol=1e-12)
    assert found[0][0] > 0.3


def test_a_class_that_the_model_never_gives(explore):
    never = lambda rows: np.tile([9.0, 0.0, -40.0], (len(rows), 1))  # noqa: E731
    widget, browser = explore(never, y=np.zeros(600, int), labels=["x", "y", "z"], target="z")
    for question, columns in (("importance", []), ("effect", [0]), ("pair", [0, 1]), ("tree", []), ("sensitivity", [])):
        assert ask(browser, question, *columns)["error"] is None, question
    assert not widget.importances.values.any()
    assert widget.effects("a").effects[0].mean == pytest.approx(0, abs=1e-15)
    assert [one.answer for one in widget.tree.nodes] == ["x"]
    assert widget.tree.guess == widget.tree.fidelity == 1


def test_a_model_that_raises_for_some_rows_leaves_what_is_known(explore):
    def fails(rows):
        if (rows["b"] > 50).any():
            msg = "b is out of range"
            raise ValueError(msg)
        return certain(rows)

    order = np.random.default_rng(0).permutation(600)
    one_late = X.copy()
    one_late.loc[order[500], "b"] = 60.0
    widget, browser = explore(fails, one_late, y=ANSWERS == "good")
    told = ask(browser, "tree")
    assert "b is out of range" in told["error"]
    assert told["rows"] == widget.tree.rows == 256
    assert told["fraction"] < 1
    assert ask(browser, "effect", 1)["error"] is not None
    assert widget.tree.rows == 256


def test_infinite_values_are_larger_than_all(explore):
    endless = X.assign(b=np.where(X["b"] > 1, np.inf, X["b"]), c=X["c"] * 1e100)
    widget, browser = explore(lambda rows: certain(pd.DataFrame({"a": rows["b"] - 1e9})), endless)
    told = ask(browser, "tree", depth=1)
    assert told["error"] is None
    assert widget.tree.fidelity == 1
    assert widget.tree.nodes[-1].answer == "class 1"


def test_one_row_says_what_it_can(explore):
    widget, browser = explore(data=X.iloc[:1], y=[1])
    reasons = {one["name"]: one["why_not"] for one in widget.spec["questions"]}
    assert reasons["tree"] == "It needs 8 rows at least."
    assert ask(browser, "importance")["error"] is None
    assert not widget.importances.values.any()
    assert ask(browser, "effect", 0)["error"] is None


def test_a_row_of_a_model_that_raises_for_some_rows(make_table):
    def fails(frame):
        if (frame["age"] > 70).any():
            msg = "nobody is that old"
            raise ValueError(msg)
        return judge(frame)

    widget = make_table(fails, target="yes")
    browser = Browser(widget)
    note = widget.result(60).notes[0]
    assert re.match(r"\d+ of \d+ rows to compare with were left out: the model fails for them\. The model raised", note)
    until(lambda: any(m["values"] and not m["running"] for m in browser.of("curves")))
    starts, grid, values = (browser.array("curves", name) for name in ("starts", "grid", "values"))
    np.testing.assert_array_equal(np.isnan(values).all(1), (np.arange(len(grid)) < starts[1]) & (grid > 70))
    assert browser.of("curves")[-1]["error"] is None
    assert widget.prediction.probabilities[1] == pytest.approx(
        1 / (1 + np.exp(-logit(pd.DataFrame([ROW]))[0])), abs=1e-6
    )


def test_a_row_of_a_model_that_raises_for_mixtures_of_rows(make_table):
    def fails(frame):
        if ((frame["job"] == ROW["job"]) & (frame["age"] > most)).any():
            msg = "too old for that"
            raise ValueError(msg)
        return judge(frame)

    most = 55
    known = FRAME[(FRAME["age"] <= most) | (FRAME["job"] != ROW["job"])]
    note = make_table(fails, target="yes", background=known).result(60).notes[0]
    assert re.match(r"\d+ of \d+ rows to compare with were left out: the model fails for mixtures of them and it", note)
    most = ROW["age"]
    alone = make_table(fails, target="yes", background=FRAME[FRAME["age"] > most])
    browser = Browser(alone)
    browser.wait("error")
    told = browser.of("error")[-1]["message"]
    assert re.search(r"for an input of the row age \d+, .*: too old for that\. It is shown inputs with parts", told)
    # The widget goes on: the prediction is there, and what does not fail is explained.
    assert alone.prediction is not None
    most = 200
    browser.ask(9, "feature_ablation").wait("ended", 9)
    assert browser.of("map", 9)[-1]["final"]


def test_a_row_is_asked_about_by_the_models_own_words(make_table):
    numbers = FRAME[["age", "income"]]
    model = LogisticRegression(max_iter=1000).fit(numbers, np.where(numbers["age"] > 50, "old", "young"))
    widget = make_table(model, numbers.iloc[0], background=numbers, labels=None, target="old")
    assert widget.result(30).label == "old"
    assert widget.prediction.labels == ("old", "young")


def test_an_answer_that_no_row_gets_is_not_found(make_table):
    never = lambda frame: np.tile([3.0, -3.0], (len(frame), 1))  # noqa: E731
    widget = make_table(never, target="yes")
    browser = Browser(widget)
    browser.say(kind="search", open=True, target=1, n=3, most=5)
    assert widget._asides.search.wait(60)
    told = browser.of("search")[-1]
    assert told["found"] == []
    assert "no row was met that the model answers in that way" in told["note"]
    assert not widget.result(30).values.any()


NUMBERS = FRAME[["age", "income"]]
YOUNG = LogisticRegression(max_iter=1000).fit(NUMBERS, np.where(NUMBERS["age"] > 50, "old", "young"))
GAPS = NUMBERS.assign(income=NUMBERS["income"].where(NUMBERS.index != 3))
LINEAR = torch.nn.Linear(2, 2)
REFUSED = {
    "a column too many": ({"row": {**ROW, "shoe": 42}}, "has a column 'shoe' too many; the background has 'age'"),
    "a column too few": ({"row": {"age": 30}}, "lacks the column 'income'; the background has 'age'"),
    "a value too many": ({"row": [*ROW.values(), 1]}, "the row has 6 values, the background 5 columns"),
    "several rows": ({"row": FRAME.iloc[:2]}, r"one row, got a frame of 2 rows: give one, such as frame.iloc\[\[0\]\]"),
    "a column twice": ({"row": pd.Series([*ROW.values(), 31], [*ROW, "age"])}, "the row has several columns 'age'"),
    "an unknown category": ({"row": {**ROW, "job": "pope"}}, "'job' has no 'pope' in the background: it is one of"),
    "no number": ({"row": {**ROW, "age": "old"}}, "'age' must hold a finite number, got 'old'"),
    "no finite number": ({"row": {**ROW, "income": np.inf}}, "'income' must hold a finite number, got inf"),
    "no finite number in a frame": ({"row": pd.DataFrame([{**ROW, "income": np.inf}])}, "a finite number, got inf"),
    "no date": ({"row": {**ROW, "since": "once"}}, "'since' must hold a date, such as '2020-03-01', got 'once'"),
    "a number for a date": ({"row": {**ROW, "since": 5}}, "'since' must hold a date, such as '2020-03-01', got 5"),
    "no rows": ({"background": FRAME.iloc[:0]}, "the background is empty: give some rows"),
    "two columns of a name": ({"background": pd.concat([FRAME, FRAME[["age"]]], axis=1)}, "several columns 'age'"),
    "nothing in a column": ({"background": FRAME.assign(job=None)}, "'job' of the background holds no value at all"),
    "lists": ({"background": FRAME.assign(job=[[1]] * 60)}, r"must hold numbers, dates, texts or booleans, got \[1\]"),
    "complex numbers": ({"background": FRAME.assign(age=1j)}, "must hold numbers, dates, texts or booleans, got"),
    "a column that the model needs": (
        {"model": YOUNG, "row": {"age": 30}, "background": FRAME[["age"]]},
        "lacks the column 'income' that the model was fitted with; it has 'age'",
    ),
    "a missing value": (
        {"model": YOUNG, "row": GAPS.iloc[3], "background": GAPS},
        r"1 rows of 2 columns \(missing or infinite values in 'income': fill them, or leave such rows out\)",
    ),
    "a missing value of a network": (
        {"model": LINEAR, "row": GAPS.iloc[3], "background": GAPS},
        r"returned NaN for an input of 1 rows of 2 columns \(missing or infinite values in 'income'",
    ),
    "another label": ({"model": YOUNG, "row": NUMBERS.iloc[0], "background": NUMBERS, "target": "oldish"}, "are: old"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_a_sentence(case):
    options, says = REFUSED[case]
    given = {"model": judge, "row": ROW, "background": FRAME, **options}
    model, row, background = (given.pop(name) for name in ("model", "row", "background"))
    with pytest.raises((ValueError, TypeError, xai.ModelError), match=says):
        xai.TabularExplainer(model, row, background=background, **given)
    with pytest.raises((ValueError, TypeError, xai.ModelError), match=says):
        xai.counterfactuals(model, row, given.pop("target", None), background=background)


def test_a_missing_value_that_is_known_by_pandas_alone(make_table):
    free = lambda frame: np.stack([0.5 * frame["age"], 9 + 0 * frame["age"]], 1)  # noqa: E731
    widget = make_table(free, {**ROW, "job": pd.NA, "since": pd.NaT})
    assert [widget.row[name] for name in ("job", "since")] == [None, None]


@pytest.mark.parametrize(
    ("y", "says"),
    [
        ([None, *["old"] * 59], "y lacks what is right for some rows: leave these out"),
        ([np.nan, *[1.0] * 59], "y lacks what is right for some rows: leave these out"),
        (["old"] * 5, r"expected shape \[60\], got \[5\]"),
        (["older"] * 60, "labels among 'old', 'young', got 'older'"),
    ],
)
def test_what_cannot_be_right_is_refused(y, says):
    with pytest.raises(ValueError, match=says):
        xai.PopulationExplorer(YOUNG, NUMBERS, y=y)


def test_a_population_names_the_columns_that_lack_values(explore):
    widget, browser = explore(YOUNG, GAPS, y=np.where(NUMBERS["age"] > 50, "old", "young"))
    for question, columns in (("importance", []), ("effect", [0]), ("tree", [])):
        assert "(missing or infinite values in 'income': fill them" in ask(browser, question, *columns)["error"]
    assert widget.spec["label"] == "young"


def test_a_search_among_rows_of_which_the_model_fails_for_some_goes_on(make_table):
    def fails(frame):
        if (frame["age"] > 70).any():
            msg = "nobody is that old"
            raise ValueError(msg)
        return judge(frame)

    widget = make_table(fails, target="yes")
    browser = Browser(widget)
    browser.say(kind="search", open=True, target=1, n=3, most=5)
    assert widget._asides.search.wait(60)
    told = browser.of("search")[-1]
    assert told["error"] is None
    assert len(told["found"]) == 3
    assert "Rows for which the model fails were left out." in told["note"]


def test_a_range_of_probabilities_that_none_has_is_refused():
    with pytest.raises(ValueError, match=r"within must reach into 0\.\.1, where probabilities lie, got \(2, 3\)"):
        xai.counterfactuals(judge, ROW, background=FRAME, within=(2, 3))


class Interrupted:
    """The judge, which has something done in the middle of one of its passes."""

    def __init__(self):
        self.left, self.then = 0, None

    def __call__(self, frame):
        self.left -= 1
        if not self.left:
            self.then()
        return judge(frame)


MOMENTS = (1, 2, 3, 5, 8, 13, 21)


def test_a_search_can_be_stopped_at_any_moment_and_begun_again(make_table):
    model = Interrupted()
    widget = make_table(model, target="yes")
    browser, search = Browser(widget), widget._asides.search
    widget.result(60)
    until(lambda: browser.of("curves"))
    model.then = lambda: browser.say(kind="search", open=False)
    asked = {"kind": "search", "open": True, "target": 1, "n": 3, "most": 5}

    def found():
        return [one["cells"] for one in browser.of("search")[-1]["found"]]

    for moment in MOMENTS:
        model.left = moment
        browser.say(**asked)
        assert search.wait(60)
        told = browser.of("search")[-1]
        assert (told["running"], told["error"]) == (False, None)
        assert all(one["valid"] for one in told["found"])
    model.left = 0
    browser.say(**asked)
    assert search.wait(60)
    assert len(found()) == 3
    assert browser.of("search")[-1]["fraction"] == 1
    assert not browser.of("error")


def test_a_question_about_a_population_can_be_stopped_at_any_moment_and_asked_again(explore):
    model = Interrupted()
    widget, browser = explore(model, FRAME, y=judge(FRAME).argmax(1), labels=["no", "yes"])
    stop = {"kind": "study", "question": "importance", "open": False, "columns": [], "params": {}}
    model.then = lambda: browser.say(**stop)
    for moment in MOMENTS:
        model.left = moment
        browser.say(**stop | {"open": True, "params": {"n_repeats": 40 + moment}})
        until(lambda: model.left <= 0)
        assert widget._questions["importance"].wait(60)
        told = browser.of("study")[-1]
        assert (told["running"], told["error"]) == (False, None)
        assert told["fraction"] < 1
    model.left = 0
    assert ask(browser, "importance", n_repeats=1)["fraction"] == 1
    assert widget.importances.fraction == 1


def test_no_scenario_takes_the_name_of_the_row_as_it_was_given(make_table):
    widget = make_table(target="yes", scenarios={"older": {"age": 60}})
    browser = Browser(widget)
    browser.say(kind="scenario", name="Original ", edits=[])
    assert "has the name 'Original': choose another one" in browser.of("error")[-1]["message"]
    with pytest.raises(ValueError, match="the name 'original'"):
        widget.keep("original", {"age": 60})
    assert widget.scenarios_frame().index.tolist() == ["original", "older"]
