"""The explorer of populations, as its views and its users speak to it."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import threading

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from widgets.fakes import Browser, until

import xai_widgets as xai
from xai_widgets.populations import contributions
from xai_widgets.widgets import population_session
from xai_widgets.wire import decode

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "age": RANDOM.integers(18, 80, 600),
        "job": RANDOM.choice(["boss", "clerk", "cook"], 600),
        "owns": RANDOM.random(600) < 0.4,
        "noise": RANDOM.normal(size=600).round(3),
    }
)
GO, BROKEN = threading.Event(), threading.Event()


def judge(rows):
    GO.wait(30)
    if BROKEN.is_set():
        msg = "the sky fell\non everyone"
        raise RuntimeError(msg)
    jobs = rows["job"].map({"clerk": -1.0, "boss": 1.5, "cook": 0.0}).to_numpy()
    z = (rows["age"] - 45) / 15 + jobs + 2.0 * rows["owns"]
    return np.stack([np.zeros(len(rows)), z], 1)


@pytest.fixture
def make():
    made = []
    GO.set()
    BROKEN.clear()

    def build(**options):
        given = {"y": judge(FRAME).argmax(1), "labels": ["no", "yes"], **options}
        made.append(xai.explain(judge, FRAME, **given))
        return made[-1], Browser(made[-1])

    yield build
    GO.set()
    for one in made:
        one.close()


def newest(browser, question):
    return [c for c in browser.of("study") if c["question"] == question][-1]


def answered(browser, question, columns=()):
    """Wait for the end of the newest answer to a question."""
    until(lambda: (said := newest(browser, question))["columns"] == list(columns) and not said["running"], 30)
    return newest(browser, question)


def array(browser, question, *path):
    """Decode an array of the newest answer."""
    content, buffers = [m for m in browser.messages if m[0].get("question") == question][-1]
    found = content
    for name in path:
        found = found[name]
    return decode(found, buffers[found["buffer"]])


def ask(browser, question, *columns, **params):
    browser.say(kind="study", question=question, open=True, columns=list(columns), params=params)
    return answered(browser, question, columns)


def test_nothing_runs_until_a_view_asks(make):
    widget, browser = make()
    assert [one["kind"] for one, _ in browser.messages] == ["welcome"]
    assert widget.state == {"id": 0, "view": "importance", "asked": [], "selected": None}
    assert [one["why_not"] for one in widget.spec["questions"]] == [None] * 6
    assert (widget.spec["rows"], widget.spec["label"], widget.spec["valued"]) == (600, "yes", False)
    assert [one["kind"] for one in widget.spec["columns"]] == ["number", "choice", "flag", "number"]


def test_importance_is_that_of_the_function(make):
    widget, browser = make()
    told = ask(browser, "importance", n_repeats=2)
    expected = xai.permutation_importance(judge, FRAME, widget._given["y"], n_repeats=2)
    assert array(browser, "importance", "values") == pytest.approx(expected.values)
    assert array(browser, "importance", "interval") == pytest.approx(expected.interval)
    assert widget.importances.values == pytest.approx(expected.values)
    assert (told["fraction"], told["rows"], told["known"]) == (1, 600, True)
    assert told["unit"] == expected.unit


def test_an_effect_has_both_curves_on_one_level(make):
    widget, browser = make()
    told = ask(browser, "effect", 0)
    [mean] = xai.partial_dependence(judge, FRAME, ["age"]).effects
    [local] = xai.accumulated_local_effects(judge, FRAME, ["age"]).effects
    assert array(browser, "effect", "dependence", "mean") == pytest.approx(mean.mean, abs=1e-6)
    assert array(browser, "effect", "dependence", "lines") == pytest.approx(mean.lines, abs=2e-5)
    assert array(browser, "effect", "accumulated", "mean") == pytest.approx(local.mean, abs=1e-6)
    assert told["level"] == pytest.approx(np.interp(FRAME["age"], mean.places, mean.mean).mean())
    assert widget.effects("age").effects[0].mean == pytest.approx(mean.mean)
    assert widget.effects("age", accumulated=True).effects[0].mean == pytest.approx(local.mean)
    assert widget.effects("noise") is None
    assert ask(browser, "effect", 1)["accumulated"] is None, "categories have no order"


def test_two_columns_make_a_map(make):
    widget, browser = make()
    ask(browser, "pair", 0, 2)
    found = widget.effects("age", "owns")["age", "owns"]
    assert array(browser, "pair", "mean") == pytest.approx(found.mean, abs=1e-6)
    assert [len(one) for one in found.places] == [20, 2]
    assert array(browser, "pair", "grids", 0) == pytest.approx(found.places[0])


def test_some_rows_stand_for_all_of_a_large_table(make, monkeypatch):
    monkeypatch.setattr(population_session, "MOST_PASSES", 12_000)
    monkeypatch.setattr(population_session, "FEWEST", 100)
    widget, browser = make()
    told = ask(browser, "pair", 0, 2)
    assert (told["rows"], told["fraction"]) == (300, 1)
    assert told["notes"] == ["300 rows, drawn by chance, stand for all 600."]
    every = xai.partial_dependence(judge, FRAME, [("age", "owns")]).effects[0]
    [some] = widget.effects("age", "owns").effects
    assert (np.abs(some.mean - every.mean) <= some.interval + every.interval).all()
    assert ask(browser, "effect", 1)["rows"] == 600


def test_contributions_tell_of_which_rows_they_are(make):
    widget, browser = make()
    told = ask(browser, "contributions", n_rows=50)
    found = widget.contributions
    places = array(browser, "contributions", "places")
    assert told["shown"] == found.order
    np.testing.assert_array_equal(
        array(browser, "contributions", "data")[:, found.order.index(0)], FRAME["age"][places]
    )
    assert array(browser, "contributions", "local") == pytest.approx(found.local[:, found.order], abs=1e-4)
    browser.say(kind="pick", row=int(places[3]))
    assert widget.selected == places[3]
    assert browser.wait("state")["state"]["selected"] == places[3]
    browser.say(kind="pick", row=600)
    assert "row must lie in 0..599" in browser.wait("error")["message"]


def test_a_tree_comes_with_its_fidelity_and_rules(make):
    widget, browser = make()
    told = ask(browser, "tree", depth=2)
    assert told["nodes"][0] == ("", 0, "yes", 420, pytest.approx(0.7, abs=0.1), False)
    assert max(depth for _, depth, *_ in told["nodes"]) == 2
    assert told["rules"] == widget.tree.rules()
    assert told["fidelity"] == widget.tree.fidelity > told["guess"]


def test_sensitivity_by_either_scheme(make):
    widget, browser = make()
    ask(browser, "sensitivity", scheme="morris")
    assert set(newest(browser, "sensitivity")["measures"]) == {"mu", "sigma"}
    ask(browser, "sensitivity", scheme="sobol")
    assert array(browser, "sensitivity", "measures", "first_order") == pytest.approx(
        widget.sensitivity.measures["first_order"], abs=1e-6
    )


def test_what_is_known_is_told_again_at_once_until_the_model_is_trained():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
    widget = xai.PopulationExplorer(net, RANDOM.normal(size=(300, 3)), features=["a", "b", "c"])
    assert widget.state["view"] == "contributions", "without y there is nothing to become worse"
    widget.show("effect", "a")
    assert widget.wait(30)
    first = widget.effects("a")
    widget.show("effect", "a")
    assert widget.wait(30)
    assert widget.effects("a") is first
    with torch.no_grad():
        net[0].weight.mul_(2)
    widget.show("effect", "a")
    assert widget.wait(30)
    assert widget.effects("a").effects[0].mean.std() > 1.1 * first.effects[0].mean.std()
    widget.close()


def test_the_question_on_show_goes_before_one_that_was_begun(make):
    widget, browser = make()
    GO.clear()
    widget.show("importance", n_repeats=200)
    widget.show("tree")
    GO.set()
    until(lambda: newest(browser, "tree")["fraction"] == 1, 30)
    assert newest(browser, "importance")["fraction"] < 1
    browser.say(kind="study", question="importance", open=False)
    told = answered(browser, "importance")
    assert told["fraction"] < 1
    assert told["error"] is None


def test_a_model_that_raises_is_told_in_a_sentence_and_the_widget_goes_on(make):
    widget, browser = make()
    BROKEN.set()
    told = ask(browser, "tree")
    assert "the sky fell" in told["error"]
    assert "\n" not in told["error"]
    BROKEN.clear()
    assert ask(browser, "tree")["error"] is None
    assert widget.tree.fraction == 1


def test_columns_with_too_many_categories_are_refused_in_a_sentence(make, monkeypatch):
    monkeypatch.setattr(population_session, "MOST_CHOICES", 2)
    monkeypatch.setattr(population_session, "MOST_CELLS", 39)
    _, browser = make()
    assert ask(browser, "effect", 1)["error"] == "'job' has 3 categories, too many to go through one by one."
    assert "40 pairs of values" in ask(browser, "pair", 0, 2)["error"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"question": "meaning", "open": True}, "no question 'meaning'"),
        ({"question": "meaning", "open": False}, "no question 'meaning'"),
        ({"question": "effect", "open": True}, "asked of 1 columns, got"),
        ({"question": "effect", "open": True, "columns": [9]}, "no column 9"),
        ({"question": "pair", "open": True, "columns": [1, 1]}, "different ones"),
        ({"question": "tree", "open": True, "params": {"depth": 99}}, "depth"),
        ({"question": "tree", "open": True, "params": {"columns": "age"}}, "no parameter 'columns'"),
        ({"question": "tree", "open": 1}, "open must be true or false"),
    ],
)
def test_hostile_messages_are_answered_with_an_error(make, message, said):
    _, browser = make()
    browser.say(kind="study", **message)
    assert said in browser.wait("error")["message"]


def test_without_y_importance_says_what_it_needs(make):
    widget, browser = make(y=None)
    assert widget.spec["questions"][0]["why_not"] == "It needs what is right for each row: give y."
    browser.say(kind="study", question="importance", open=True)
    assert "give y" in browser.wait("error")["message"]
    with pytest.raises(ValueError, match="give y"):
        widget.show("importance")


def test_messages_stay_small_however_wide_the_table(monkeypatch):
    monkeypatch.setattr(contributions, "MOST_DOTS", 200)
    widget = xai.PopulationExplorer(lambda rows: rows[:, 0] + rows[:, 1], RANDOM.normal(size=(100, 30)))
    browser = Browser(widget)
    told = ask(browser, "contributions", n_rows=20)
    assert len(told["shown"]) == 10
    assert {0, 1} == set(told["shown"][:2])
    assert array(browser, "contributions", "local").shape == (20, 10)
    assert array(browser, "contributions", "values").shape == (30,)
    widget.close()


def test_what_is_on_show_outlives_the_kernel_and_is_saved_as_picture_and_words(make):
    widget, _ = make()
    data, _ = widget._repr_mimebundle_()  # nobody asked yet: showing it does
    assert widget.wait(30)
    assert data["text/plain"].startswith("Permutation importance of accuracy")
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width == 760
    widget.show("tree")
    until(lambda: set(widget.snapshot) == {"importance", "tree"})
    kept = widget.snapshot["tree"]
    assert kept["words"].endswith(widget.tree.rules())
    assert Image.open(io.BytesIO(kept["png"])).width == 760
    late = Browser(widget)
    assert {one["question"] for one in late.of("study")} == {"importance", "tree"}


def test_a_page_and_a_picture_are_saved(make, tmp_path):
    widget, _ = make()
    widget.show("tree")
    widget.save(tmp_path / "tree.png")
    assert Image.open(tmp_path / "tree.png").width == 760
    widget.save(tmp_path / "tree.html")
    text = (tmp_path / "tree.html").read_text()
    assert html.escape(widget.tree.rules()) in text
    [data] = re.findall(r'id="xai-page">(.*?)</script>', text)
    told = json.loads(data)
    assert told["state"]["view"] == "tree"
    assert [(one["question"], one["running"]) for one in told["messages"]] == [("tree", False)]
    with pytest.raises(ValueError, match=r"must end in \.csv, \.html, \.png, \.svg, \.xai\.json\."):
        widget.save(tmp_path / "tree.pdf")
    BROKEN.set()
    widget.show("contributions")
    with pytest.raises(RuntimeError, match="the sky fell"):
        widget.save(tmp_path / "tree.png")


def test_code_shows_the_same_again(make):
    widget, _ = make(target="no", seed=3)
    widget.show("effect", "age")
    space = {"model": judge, "frame": FRAME, "y": widget._given["y"], "labels": ["no", "yes"]}
    code = widget.to_code()
    assert code.endswith('    target="no",\n    seed=3,\n)\nw.show("effect", "age")\nw\n')
    exec(code, space)
    again = space["w"]
    assert again.wait(30)
    assert widget.wait(30)
    assert again.effects("age").effects[0].mean == pytest.approx(widget.effects("age").effects[0].mean)
    again.close()


def test_a_closed_widget_says_so_and_lets_go(make):
    widget, _ = make()
    widget.close()
    for call in (widget.to_code, lambda: widget.show("tree"), lambda: widget.effects("age")):
        with pytest.raises(RuntimeError, match="This widget is closed"):
            call()
    assert not hasattr(widget, "_session")


def test_one_row_alone_is_no_population():
    with pytest.raises(TypeError, match="give background="):
        xai.explain(judge, FRAME.iloc[:1])


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (FRAME.iloc[:0], "the background is empty"),
        (pd.concat([FRAME, FRAME["age"]], axis=1), "several columns 'age'"),
    ],
)
def test_bad_frames_are_refused_at_once(frame, said):
    with pytest.raises(ValueError, match=said):
        xai.explain(judge, frame)
