"""The image widget against the protocol, with a browser that is not there."""

from __future__ import annotations

import gc
import json
import re
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from widgets.fakes import CALLS, FAIL, Browser, Gate, until

import xai_widgets as xai
from xai_widgets.widgets.image_messages import heat_map

# Batches of other sizes round differently in float32.
ROUNDING = {"rtol": 1e-4, "atol": 1e-6}


def test_it_answers_with_the_same_numbers_as_off_screen(make):
    x = torch.rand(3, 12, 12)
    model = Gate()
    widget = make(model, x, method="occlusion", sliding_window_shapes=4)
    browser = Browser(widget)
    widget.result(30)
    plain = xai.attribute(model, x, "occlusion", sliding_window_shapes=4, labels=["cat", "dog", "cow"])
    np.testing.assert_allclose(widget.attribution.values, plain.values, **ROUNDING)
    assert widget.attribution.label == plain.label
    browser.ask(5, "occlusion", sliding_window_shapes=4).wait("ended", 5)
    sent, exact = browser.array("map", "values", 5), widget.attribution.heat
    assert np.abs(sent - exact).max() <= (exact.max() - exact.min()) / 65534
    assert sent.min() == exact.min()
    assert sent.max() == exact.max()
    np.testing.assert_allclose(browser.array("prediction", "probabilities", 5), plain.prediction.probabilities)
    final = browser.of("map", 5)[-1]
    assert final["final"]
    assert final["fraction"] == 1
    assert final["label"] == plain.label


def test_making_it_calls_preprocess_once_and_the_rest_is_found_out_in_the_background(make):
    threads = []

    def preprocess(picture):
        threads.append(threading.current_thread())
        return torch.from_numpy(np.array(picture.crop((2, 2, 14, 14)))).permute(2, 0, 1) / 255

    widget = make(image=np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8), preprocess=preprocess)
    assert threads.count(threading.current_thread()) == 1
    assert widget.result(30).region == pytest.approx((2, 2, 14, 14), abs=0.01)
    assert widget.spec["region"] == list(widget.attribution.region)
    assert threads.count(threading.current_thread()) == 1
    assert len(threads) > 1


def test_closing_it_while_preprocess_is_tried_out_lets_go_of_the_picture(make):
    main, trying, closed = threading.current_thread(), threading.Event(), threading.Event()

    def preprocess(picture):
        if threading.current_thread() is not main:
            trying.set()
            assert closed.wait(30)
        return torch.from_numpy(np.array(picture)).permute(2, 0, 1) / 255

    widget = make(image=np.zeros((16, 16, 3), np.uint8), preprocess=preprocess)
    assert trying.wait(30)
    widget.close()
    closed.set()
    make().result(30)  # by the same worker, after what it was at
    assert not hasattr(widget._session, "inputs")


@pytest.mark.parametrize(
    ("error", "sent"), [(None, None), (0.25, 0.25), (float("inf"), "unbounded"), (float("nan"), None)]
)
def test_the_browser_is_told_of_an_error_without_bound(make, error, sent):
    widget = make()
    result = replace(widget.result(30), error=error)
    message = heat_map(1, "a", {}, result)
    assert message.content["error"] == sent
    json.dumps(message.content, allow_nan=False)


def test_every_ask_gets_exactly_one_ended_and_it_is_the_last_word(make):
    browser = Browser(make())
    for number in range(2, 30):
        browser.ask(number, "smooth_grad", n_samples=20, target=number % 3)
    browser.wait("ended", 29)
    kinds = [(c["kind"], c.get("id")) for c, _ in browser.messages]
    for number in range(2, 30):
        assert kinds.count(("ended", number)) == 1
        last = max(i for i, (kind, n) in enumerate(kinds) if n == number)
        assert kinds[last] == ("ended", number)
    assert browser.of("ended", 29)[0]["outcome"] == "done"
    assert {c["outcome"] for c in browser.of("ended")} <= {"done", "superseded"}
    # Everything is valid JSON: no infinities, no arrays inside.
    json.dumps([c for c, _ in browser.messages], allow_nan=False)


def test_a_thousand_events_end_with_the_last_one_answered(make):
    widget = make()
    browser = Browser(widget)
    for number in range(2, 1002):
        edits = [{"name": "brightness", "value": number / 2004 - 0.25}]
        browser.ask(number, "smooth_grad", n_samples=5, edits=edits)
    browser.wait("ended", 1001)
    widget.wait(30)
    assert browser.of("prediction")[-1]["id"] == 1001
    assert browser.of("map")[-1]["id"] == 1001
    assert len(browser.of("ended")) >= 1000
    assert len(widget._session._seen) <= 4  # memory stays flat


def test_predictions_come_before_the_picture_that_is_still_computed(make):
    widget = make(method="smooth_grad", n_samples=1000, tolerance=0.0)
    browser = Browser(widget)
    browser.wait("map", 1)
    browser.ask(2, "smooth_grad", n_samples=1000, tolerance=0.0, edits=[{"name": "blur", "value": 1}])
    browser.wait("map", 2)
    kinds = [(c["kind"], c.get("id")) for c, _ in browser.messages]
    assert kinds.index(("prediction", 2)) < kinds.index(("map", 2))
    assert kinds.index(("ended", 1)) < kinds.index(("map", 2))
    assert not browser.of("map", 1)[-1]["final"]
    widget.cancel()


def test_cancel_keeps_the_partial_map(make):
    widget = make(method="smooth_grad", n_samples=1000, tolerance=0.0)
    browser = Browser(widget)
    browser.wait("map", 1)
    browser.say(kind="cancel", id=1, slot="a")
    assert browser.wait("ended", 1)["outcome"] == "cancelled"
    assert 0 < widget.attribution.fraction < 1
    calls = len(CALLS)
    browser.ask(2, "saliency").wait("ended", 2)
    assert len(CALLS) <= calls + 2  # nothing of the cancelled run went on


def test_a_cancel_that_comes_too_late_stops_nothing_newer(make):
    browser = Browser(make())
    browser.ask(2, "smooth_grad", n_samples=200, tolerance=0.0)
    browser.say(kind="cancel", id=1, slot="a")
    assert browser.wait("ended", 2)["outcome"] == "done"


def test_two_slots_compare_two_methods(make):
    browser = Browser(make(method="saliency"))
    browser.ask(2, "input_x_gradient", slot="b").wait("ended", 2)
    assert browser.of("map", 2)[0]["slot"] == "b"
    state = browser.of("prediction", 2)[-1]["state"]
    assert state["request"]["method"] == "saliency"
    assert state["compare"]["method"] == "input_x_gradient"
    assert not browser.of("state")  # which would have kept the prediction waiting
    browser.say(kind="close", slot="b")
    browser.say(kind="hello", v=1, version="0.1.0")
    assert "state" not in browser.of("prediction")[-1]  # what is told again is no news
    assert browser.of("welcome")[-1]["state"]["compare"] is None


def test_edits_reach_the_model_and_the_picture_comes_back(make):
    x = torch.full((3, 12, 12), 0.5)
    x[:, :6] = 0.0
    x[:, 0, 0] = 1.0
    widget = make(nn.Sequential(nn.Flatten(), nn.Linear(3 * 144, 3)), x)
    browser = Browser(widget)
    stroke = {"name": "occlude", "points": [3, 3, 9, 9], "radius": 2, "fill": "colour", "colour": [255, 0, 0]}
    browser.ask(2, edits=[stroke, {"name": "brightness", "value": 0.1}]).wait("ended", 2)
    picture = browser.array("prediction", "picture", 2)
    assert picture.shape == (12, 12, 3)
    assert picture[6, 6].tolist() == [255, 26, 26]
    assert picture[11, 0].tolist() == [153, 153, 153]
    assert np.array_equal(np.asarray(widget.perturbed), picture)
    assert not np.allclose(browser.array("prediction", "probabilities", 2), browser.array("prediction", "original", 2))
    browser.ask(3).wait("ended", 3)
    assert browser.of("prediction", 3)[0]["picture"] is None
    assert np.allclose(browser.array("prediction", "probabilities", 3), browser.array("prediction", "original", 3))


def test_a_second_view_is_shown_what_there_is(make):
    widget = make()
    widget.result(30)
    browser = Browser(widget)
    assert [c["kind"] for c, _ in browser.messages] == ["welcome", "prediction", "map", "ended"]
    welcome = browser.of("welcome")[0]
    assert welcome["id"] == 1
    assert welcome["state"]["request"]["method"] == "integrated_gradients"


def test_the_snapshot_holds_the_last_view(make):
    widget = make(method="saliency")
    widget.result(30)
    kept = widget.snapshot["maps"]["a"]
    assert kept["final"]
    assert len(kept["buffers"][0]) == 12 * 12 * 2
    assert widget.snapshot["prediction"]["label"] in {"cat", "dog", "cow"}
    assert widget.state["request"]["method"] == "saliency"


def test_python_asks_too_and_the_views_follow(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    widget.explain("grad_cam", target="dog", perturbations=[xai.Blur(1.0)])
    result = widget.result(30)
    assert result.method == "grad_cam"
    assert result.label == "dog"
    state = browser.of("state")[-1]["state"]
    assert state["request"] == {
        "method": "grad_cam",
        "params": {"layer": None, "relu": True},
        "target": 1,
        "edits": [{"name": "blur", "value": 1.0}],
    }
    seen = []
    widget.observe(lambda change: seen.append(change["new"].label), "attribution")
    widget.explain(target=("cat", "cow"))
    assert widget.result(30).label == "cat rather than cow"
    assert seen[-1] == "cat rather than cow"


def test_code_reproduces_the_view(make):
    widget = make(method="occlusion", sliding_window_shapes=4, target="cow", seed=3)
    widget.explain(perturbations=[xai.Brightness(0.2), xai.Occlude(points=(1.0, 2.0), radius=2.0)])
    result = widget.result(30)
    space = {"model": widget._given["model"], "image": widget._given["image"], "labels": ["cat", "dog", "cow"]}
    exec(widget.to_code(), space)
    again = space["w"]
    np.testing.assert_allclose(again.result(30).values, result.values, **ROUNDING)
    assert again.to_code() == widget.to_code()
    again.close()


def test_each_explanation_stops_at_its_time(make):
    widget = make(method="smooth_grad", n_samples=1000, tolerance=0.0, time_budget=1e-6)
    assert widget.result(30).fraction < 1
    assert "    time_budget=1e-06,\n" in widget.to_code()
    widget.explain(method="rise", tolerance=0.0)
    result = widget.result(30)
    assert result.method == "rise"
    assert result.fraction < 1
    assert result.notes[-1].startswith("Stopped after 1e-06 s: ")


def test_bad_input_is_refused_at_the_call(make):
    with pytest.raises(ValueError, match=r"no label 'dgo' among the 3 labels.*dog"):
        make(target="dgo")
    with pytest.raises(ValueError, match=r"must lie in 0\.\.2"):
        make(target=3)
    with pytest.raises(ValueError, match="Did you mean grad_cam"):
        make(method="gradcam")
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.Module, .*got str"):
        make(model="resnet")
    with pytest.raises(ValueError, match=r"needs one picture .*got shape \[7\]"):
        make(image=torch.zeros(7))
    with pytest.raises(ValueError, match="display has no 'colourmap'"):
        make(display={"colourmap": "x"})


def test_a_model_that_fails_says_so_and_the_widget_goes_on(make):
    FAIL.set()
    widget = make()
    browser = Browser(widget)
    assert browser.wait("ended", 1)["outcome"] == "failed"
    errors = browser.of("error")
    assert len(errors) == 1
    assert errors[0]["message"].startswith("The model raised RuntimeError for an input of shape [1, 3, 12, 12]")
    assert "the sky fell" in errors[0]["detail"]
    with pytest.raises(RuntimeError, match="the sky fell"):
        widget.result(5)
    FAIL.clear()
    browser.ask(2).wait("ended", 2)
    assert browser.of("ended", 2)[0]["outcome"] == "done"
    assert widget.result(5).fraction == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"kind": "ask", "id": 9, "request": {"method": "nope", "params": {}}}, "no method 'nope'"),
        ({"kind": "ask", "id": 9, "request": {"method": "saliency", "params": {"x": 1}}}, "no parameter 'x'"),
        ({"kind": "ask", "id": 9, "request": {"method": "smooth_grad", "params": {"n_samples": 10**9}}}, "must lie in"),
        (
            {"kind": "ask", "id": 9, "request": {"method": "saliency", "edits": [{"name": "blur", "value": 99}]}},
            "Blur: sigma must lie",
        ),
        ({"kind": "ask", "id": 9, "request": {"method": "saliency", "target": 77}}, r"must lie in 0\.\.2"),
        ({"kind": "ask", "id": 9, "request": {"method": "saliency", "target": -1}}, "whole number"),
        ({"kind": "display", "display": {"opacity": "full"}}, "opacity"),
        ({"kind": "explode"}, "kind must be"),
        (None, "object"),
    ],
)
def test_hostile_messages_are_answered_with_an_error(make, content, message):
    browser = Browser(make())
    browser.wait("ended", 1)
    browser.widget._receive(browser.widget, content, [])
    error = browser.wait("error")
    assert re.search(message, error["message"])
    if content and content.get("kind") == "ask":
        assert browser.wait("ended", 9)["outcome"] == "failed"
    browser.ask(20).wait("ended", 20)
    assert browser.of("ended", 20)[0]["outcome"] == "done"


def test_the_browser_writes_no_trait(make):
    widget = make()
    before = widget._esm
    widget.set_state({"_esm": "alert(1)", "state": {}, "spec": {}})
    assert widget._esm == before
    assert widget.state["request"]["method"]


def test_a_closed_widget_is_silent_and_frees_everything(make):
    model = Gate()
    alive = weakref.ref(model)
    widget = make(model, method="smooth_grad", n_samples=1000, tolerance=0.0)
    browser = Browser(widget)
    browser.wait("map", 1)
    session = weakref.ref(widget._session.model.module)
    widget.close()
    count = len(browser.messages)
    browser.ask(2)
    assert len(browser.messages) == count
    assert widget.wait(30)
    del model
    del widget, browser
    make.__closure__[[c.cell_contents.__class__ for c in make.__closure__].index(list)].cell_contents.clear()
    # The worker lets go of a job just after it has told that it ended.
    until(lambda: gc.collect() is not None and alive() is None and session() is None)


def test_two_widgets_share_one_model(make):
    model = Gate()
    one, two = make(model, method="smooth_grad", seed=1), make(model, method="smooth_grad", seed=1)
    np.testing.assert_allclose(one.result(30).values, two.result(30).values, **ROUNDING)


def test_the_cell_is_free_while_the_model_is_slow(make, gate):
    gate.clear()
    widget = make()  # returns although the model is held up
    browser = Browser(widget)
    browser.ask(2)
    assert not widget.wait(0)
    until(lambda: [t.name for t in threading.enumerate()].count("xai-worker-cpu") == 1)  # one may just be ending
    gate.set()
    browser.wait("ended", 2)


def test_a_regression_and_a_single_logit(make):
    flat = nn.Sequential(nn.Flatten(), nn.Linear(432, 1))
    widget = make(flat, labels=None)
    assert (widget.result(30).prediction.task, widget.result(30).label) == ("value", "output 0")
    widget = make(flat, labels=["no", "yes"], target="no")
    negative = widget.result(30)
    widget.explain(target="yes")
    np.testing.assert_allclose(negative.values, -widget.result(30).values, rtol=1e-4, atol=1e-7)
    assert widget.prediction.task == "binary"


def test_a_layer_with_a_map_is_shown_and_one_without_is_refused_in_words(make):
    model = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(100, 3))
    widget = make(model, method="saliency", layer="0")
    assert widget.result(30).heat.shape == (5, 5)
    assert 'layer="0"' in widget.to_code()
    browser = Browser(widget)
    widget.explain(layer="2")
    assert "Choose a layer with height and width" in browser.wait("error")["message"]
    with pytest.raises(RuntimeError, match=r"shape \[100\] are no map of the picture"):
        widget.result(30)


def test_a_unit_is_asked_about_by_python_and_kept_by_the_browser(make):
    widget = make(method="saliency", target=xai.Unit("net.0", (3, 1, 0)))
    browser = Browser(widget)
    unit = {"layer": "net.0", "index": [3, 1, 0]}
    first = widget.result(30)
    assert (first.target, first.label) == (xai.Unit("net.0", (3, 1, 0)), "net.0 unit 3, 1, 0")
    assert widget.state["request"]["target"] == unit
    assert 'target=xai.Unit("net.0", (3, 1, 0)),' in widget.to_code()
    browser.ask(7, "input_x_gradient", target=unit).wait("ended", 7)
    for kind in ("prediction", "map"):
        assert (browser.of(kind, 7)[-1]["target"], browser.of(kind, 7)[-1]["label"]) == (unit, "net.0 unit 3, 1, 0")
    assert widget.attribution.target == first.target
    browser.ask(8, "saliency", target={"layer": "net.0", "index": [99]}).wait("ended", 8)
    assert "There is no net.0 unit 99" in browser.of("error", 8)[-1]["message"]
