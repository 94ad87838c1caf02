"""Trust in a widget's maps: measured while a view shows it, or when Python asks, after everything else."""

from __future__ import annotations

import json
import math
import threading

import numpy as np
import pytest
import torch
from widgets.fakes import CALLS, FAIL, HOLD, Browser, until

import xai_widgets as xai
from xai_widgets.evaluations import judge


def whole(browser, slot="a", count=1):
    """Wait until the map in a slot has been measured to the end that many times, and return what was told."""

    def found():
        return [m for m in browser.of("trust") if m["slot"] == slot and m["fraction"] == 1 and not m["running"]]

    until(lambda: len(found()) >= count, 60)
    return found()[count - 1]


def tried(browser):
    """Wait until all methods have been measured, and return what was told."""
    until(lambda: browser.of("trial")[-1:] and browser.of("trial")[-1]["fraction"] == 1, 60)
    return browser.of("trial")[-1]


def picture():
    """Return what widgets are made of here."""
    return torch.rand(3, 12, 12, generator=torch.Generator().manual_seed(1))


def shown(make, **options):
    """Make a widget with a finished map, and its browser."""
    browser = Browser(make(**{"method": "saliency", **options}))
    browser.wait("ended", 1)
    return browser


def test_nothing_is_measured_before_somebody_asks(make):
    browser = shown(make)
    spent = len(CALLS)
    browser.say(kind="hello", v=1, version="0.1.0")
    assert browser.of("trust") == []
    assert browser.widget.evaluation is None
    assert len(CALLS) == spent


def test_a_view_is_told_as_it_comes_and_python_holds_the_same(make):
    browser = shown(make)
    browser.say(kind="trust", open=True, slot="a")
    told = whole(browser)
    messages = browser.of("trust")
    json.dumps(messages, allow_nan=False)
    assert messages[0] | {"running": True} == messages[0]
    assert (messages[0]["verdict"], messages[0]["believable"], messages[0]["measures"]) == (None, None, [])
    shares = [one["fraction"] for one in messages]
    assert shares == sorted(shares)
    assert len(set(shares)) > 2
    found = browser.widget.evaluation
    assert (told["id"], told["method"], told["label"]) == (1, "saliency", browser.widget.attribution.label)
    assert (told["verdict"], told["passed"], told["checked"]) == (found.verdict, found.passed, found.checked)
    assert [one["name"] for one in told["measures"]] == [one.name for one in found.measures]
    for said, one in zip(told["measures"], found.measures, strict=True):
        assert said["value"] == (pytest.approx(one.value, rel=1e-6) if math.isfinite(one.value) else None)
        assert said["passed"] == one.passed
        for line, curve in zip(said["curves"], one.curves, strict=True):
            assert len(line["x"]) == len(line["y"]) <= 64
            assert line["y"][0] == pytest.approx(float(curve.y[0]), rel=1e-3)
            assert line["x"][-1] == pytest.approx(float(curve.x[-1]), rel=1e-3)


def test_python_measures_what_is_on_show_and_agrees_with_the_plain_function(make):
    widget = make(method="input_x_gradient")
    found = widget.evaluate(60)
    plain = xai.evaluate(widget._session.model.module, picture(), widget.result(1))
    assert [one.name for one in found.measures] == [one.name for one in plain.measures]
    assert [one.value for one in found.measures] == pytest.approx([one.value for one in plain.measures], nan_ok=True)
    assert (found.verdict, found.believable) == (plain.verdict, plain.believable)
    assert widget.evaluate(60) is found  # it is known


def test_with_a_mask_it_is_measured_whether_maps_point_where_they_should(make):
    browser = shown(make, compare="input_x_gradient")
    widget = browser.widget
    until(lambda: widget.compared is not None)
    browser.say(kind="trust", open=True, slot="a")
    browser.say(kind="trust", open=True, slot="b")
    before = {slot: whole(browser, slot) for slot in "ab"}
    mask = np.zeros((12, 12))
    mask[2:7, 3:9] = 1
    found = widget.evaluate(60, mask=torch.from_numpy(mask))
    plain = xai.evaluate(
        widget._session.model.module, picture(), widget.result(1), ["pointing_game", "relevance_mass"], mask=mask
    )
    for one in plain.measures:
        assert (found[one.name].value, found[one.name].sentence) == (one.value, one.sentence)
    for slot in "ab":
        names = [one["name"] for one in whole(browser, slot, 2)["measures"]]
        assert {*names} - {one["name"] for one in before[slot]["measures"]} == {"pointing_game", "relevance_mass"}
    assert widget.evaluate(60, mask=mask > 0) is found, "the same mask measures nothing anew"
    assert widget.evaluate(60) is found
    browser.say(kind="trial", open=True, methods=["saliency"])
    [row] = tried(browser)["rows"]
    assert {"pointing_game", "relevance_mass"} <= {one["name"] for one in row["measures"]}
    browser.ask(2, "input_x_gradient")

    def later():
        return [one for one in browser.of("trust") if one["id"] == 2 and one["slot"] == "a" and one["fraction"] == 1]

    until(later, 60)
    assert "pointing_game" in {one["name"] for one in later()[0]["measures"]}


@pytest.mark.parametrize("mask", [np.ones((7, 7)), np.ones((12, 12)), np.zeros((12, 12))])
def test_a_wrong_mask_is_refused_as_by_the_plain_function_and_changes_nothing(make, mask):
    widget = make(method="saliency")
    found = widget.evaluate(60)
    with pytest.raises(ValueError, match="mask m") as plain:
        xai.evaluate(widget._session.model.module, picture(), widget.result(1), mask=mask)
    with pytest.raises(ValueError, match="mask m") as refused:
        widget.evaluate(60, mask=mask)
    assert str(refused.value) == str(plain.value)
    assert widget.evaluate(60) is found


def test_another_map_is_measured_anew_and_the_old_verdict_is_gone_at_once(make):
    browser = shown(make)
    browser.say(kind="trust", open=True, slot="a")
    whole(browser)
    browser.ask(2, "input_x_gradient")
    browser.wait("ended", 2)
    again = whole(browser, count=2)
    assert (again["id"], again["method"]) == (2, "input_x_gradient")
    news = [one for one in browser.of("trust") if one["id"] != 1]
    assert (news[0]["id"], news[0]["believable"], news[0]["running"]) == (None, None, False)
    assert browser.widget.evaluation.method == "input_x_gradient"


def test_what_is_asked_meanwhile_goes_first(make, gate):
    browser = shown(make)
    gate.clear()
    browser.say(kind="trust", open=True, slot="a")
    browser.ask(2, "input_x_gradient")
    gate.set()
    told = whole(browser)
    assert told["id"] == 2
    kinds = [(c["kind"], c.get("id"), c.get("fraction")) for c, _ in browser.messages]
    assert kinds.index(("ended", 2, None)) < kinds.index(("trust", 2, 1.0))


def test_shutting_the_panel_stops_it_and_the_next_map_is_not_measured(make, gate):
    browser = shown(make)
    gate.clear()
    browser.say(kind="trust", open=True, slot="a")
    browser.say(kind="trust", open=False, slot="a")
    gate.set()
    until(lambda: not browser.of("trust")[-1]["running"])
    assert browser.of("trust")[-1]["fraction"] < 1
    browser.ask(2, "input_x_gradient")
    browser.wait("ended", 2)
    assert browser.of("trust")[-1]["id"] is None
    browser.say(kind="trust", open=True, slot="a")
    assert whole(browser)["id"] == 2


def test_a_panel_that_is_shut_does_not_stop_what_python_waits_for(make, gate):
    browser = shown(make)
    gate.clear()
    found = []
    waiting = threading.Thread(target=lambda: found.append(browser.widget.evaluate(60)))
    waiting.start()
    until(lambda: browser.of("trust"))
    browser.say(kind="trust", open=False, slot="a")
    gate.set()
    waiting.join(60)
    assert found[0].fraction == 1


def test_both_maps_of_a_comparison_are_measured(make):
    browser = shown(make, compare="input_x_gradient")
    until(lambda: browser.widget.compared is not None)
    for slot in "ab":
        browser.say(kind="trust", open=True, slot=slot)
    assert whole(browser, "a")["method"] == "saliency"
    assert whole(browser, "b")["method"] == "input_x_gradient"
    assert browser.widget.evaluation.method == "saliency"
    browser.say(kind="close", slot="b")
    assert [one for one in browser.of("trust") if one["slot"] == "b"][-1]["id"] is None


def test_it_outlives_the_kernel_and_a_view_that_opens_is_told(make):
    browser = shown(make)
    browser.say(kind="trust", open=True, slot="a")
    told = whole(browser)
    assert browser.widget.snapshot["trust"] == {"a": {**told, "running": False}}
    said = len(browser.of("trust"))
    browser.say(kind="hello", v=1, version="0.1.0")
    assert browser.of("trust")[said:] == [told]
    browser.ask(2, "input_x_gradient")
    browser.wait("ended", 2)
    assert browser.widget.snapshot["trust"].get("a", {}).get("id") != 1


def test_a_model_that_fails_is_said_and_the_next_map_is_measured(make):
    browser = shown(make)
    FAIL.set()
    browser.say(kind="trust", open=True, slot="a")
    until(lambda: browser.of("trust") and not browser.of("trust")[-1]["running"], 60)
    failed = browser.of("trust")[-1]
    FAIL.clear()
    assert "the sky fell" in json.dumps(failed)
    assert failed["believable"] is None
    browser.ask(2)
    until(lambda: browser.of("trust")[-1]["id"] == 2 and browser.of("trust")[-1]["fraction"] == 1, 60)
    assert browser.of("trust")[-1]["checked"] > 0


def test_waiting_ends_in_time_and_without_a_map_there_is_nothing_to_measure(make, gate):
    widget = make(method="saliency")
    widget.result(30)
    gate.clear()
    with pytest.raises(TimeoutError, match="not measured within"):
        widget.evaluate(0.2)
    gate.set()
    assert widget.evaluate(60).fraction == 1
    widget.close()
    with pytest.raises(RuntimeError, match="closed"):
        widget.evaluate()


def test_closing_the_widget_ends_it(make, gate):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    gate.clear()
    browser.say(kind="trust", open=True, slot="a")
    threading.Timer(0, HOLD.set).start()
    widget.close()
    said = len(browser.of("trust"))
    browser.say(kind="trust", open=True, slot="a")
    browser.say(kind="trial", open=True, methods=["saliency"])
    assert len(browser.of("trust")) == said
    assert browser.of("trial") == []


def test_methods_are_measured_beside_each_other_row_by_row(make):
    browser = shown(make)
    browser.say(kind="trial", open=True, methods=["saliency", "input_x_gradient", "saliency"])
    tried(browser)
    told = browser.of("trial")
    json.dumps(told, allow_nan=False)
    assert told[-1]["methods"] == ["saliency", "input_x_gradient"]
    counts = [len(one["rows"]) for one in told]
    assert counts == sorted(counts)
    assert [row["method"] for row in told[-1]["rows"]] == ["saliency", "input_x_gradient"]
    alone = browser.widget.evaluate(60)
    values = {one["name"]: one["value"] for one in told[-1]["rows"][0]["measures"]}
    assert values["deletion"] == pytest.approx(alone["deletion"].value, rel=1e-6)
    assert told[-1]["rows"][0]["measures"][0]["curves"] == []
    computed = told[-1]["rows"][0]["computed"]
    assert (computed["model_hash"], computed["torch"]) == (alone.model_hash, torch.__version__)
    assert json.loads(computed["params"]) == {"absolute": True, "layer": None}
    # Of another picture the table says nothing.
    browser.ask(2, edits=[{"name": "blur", "value": 2.0}])
    assert browser.of("trial")[-1]["rows"] == []


def test_a_method_that_does_not_fit_is_a_note_and_an_unknown_one_an_error(make):
    browser = shown(make)
    odd = next(one["name"] for one in browser.widget.spec["methods"] if one["why_not"])
    browser.say(kind="trial", open=True, methods=[odd, "saliency"])
    last = tried(browser)
    assert [row["method"] for row in last["rows"]] == ["saliency"]
    assert len(last["notes"]) == 1
    browser.say(kind="trial", open=True, methods=["sailency"])
    assert "saliency" in browser.wait("error")["message"]


def test_texts_and_rows_are_measured_too(make_text, make_table):
    for widget in (make_text(method="saliency"), make_table(method="exact_shapley")):
        found = widget.evaluate(60)
        assert found.fraction == 1
        assert found["deletion"].reference is not None
        assert found.verdict == judge(found.measures)[0]
        browser = Browser(widget)
        browser.say(kind="trial", open=True, methods=[found.method])
        assert [row["method"] for row in tried(browser)["rows"]] == [found.method]
