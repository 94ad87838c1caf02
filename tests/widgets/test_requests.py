"""A request travels whole, one at a time, and what it asked for is in the result."""

from __future__ import annotations

import gc
import json
import threading
import weakref

import numpy as np
import pytest
import torch
from torch import nn
from widgets.fakes import CALLS, Browser, Gate, until

import xai_widgets as xai
from xai_widgets.export.payload import shrink


def test_a_drag_keeps_the_parameters(make):
    widget = make(method="occlusion", sliding_window_shapes=(5, 7), strides=(2, 3), baselines=torch.ones(3, 12, 12))
    browser = Browser(widget)
    browser.wait("ended", 1)
    asked = browser.of("welcome")[0]["state"]["request"]
    assert asked["params"] == {"sliding_window_shapes": [5, 7], "strides": [2, 3]}
    # The browser sends back what it was told, with an edit more.
    browser.say(kind="ask", id=2, slot="a", request={**asked, "edits": [{"name": "brightness", "value": 0.1}]})
    assert browser.wait("ended", 2)["outcome"] == "done"
    assert widget.attribution.params["sliding_window_shapes"] == (5, 7)
    assert torch.equal(widget._requests["a"].method.baselines, torch.ones(3, 12, 12))
    assert "sliding_window_shapes=(5, 7)" in widget.to_code()


def test_explain_changes_only_what_is_given(make):
    widget = make(method="smooth_grad", noise_level=0.5, n_samples=3, target="dog")
    widget.explain(n_samples=4)
    params = widget.result(30).params
    assert (params["noise_level"], params["n_samples"]) == (0.5, 4)
    widget.explain("saliency")
    assert widget.result(30).label == "dog"


def test_what_is_wrong_changes_nothing(make):
    widget = make(method="saliency")
    with pytest.raises(TypeError, match=r"such as xai\.Blur\(2\.0\), got 'blur'"):
        widget.explain(perturbations=["blur"])
    with pytest.raises(TypeError, match="got 'blur'"):
        make(perturbations=["blur"])
    widget.explain(target="cow")
    assert widget.result(30).label == "cow"


def test_an_ask_that_has_not_heard_of_a_newer_one_is_superseded(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    widget.explain("input_x_gradient")
    number = browser.of("state")[-1]["state"]["id"]
    browser.ask(2, "grad_cam")  # was on its way when Python asked
    assert number > 2
    assert browser.wait("ended", 2)["outcome"] == "superseded"
    assert browser.wait("ended", number)["outcome"] == "done"
    assert not browser.of("map", 2)
    assert widget.state["request"]["method"] == widget.attribution.method == "input_x_gradient"


def test_asks_from_many_threads_end_with_the_map_of_the_state(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    names = ["saliency", "input_x_gradient", "grad_cam"]
    for trial in range(20):
        threads = [
            threading.Thread(target=widget._receive, args=(widget, ask(100 * trial + 10 + i, name), []))
            for i, name in enumerate(names)
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        for i in range(len(names)):
            browser.wait("ended", 100 * trial + 10 + i)
        assert widget.attribution.method == widget._state()["request"]["method"]


def ask(number, method):
    request = {"method": method, "params": {}, "target": None, "edits": []}
    return {"kind": "ask", "id": number, "slot": "a", "request": request}


def test_the_result_knows_the_edits_and_shows_them(make):
    x = torch.zeros(3, 12, 12)
    x[:, 0, 0] = 1.0
    widget = make(nn.Sequential(nn.Flatten(), nn.Linear(432, 3)), x, method="saliency")
    assert widget.result(30).edits == ()
    widget.explain(perturbations=[xai.Brightness(0.5)])
    result = widget.result(30)
    assert result.edits == ({"name": "brightness", "value": 0.5},)
    assert result.photo[6, 6].tolist() == [128, 128, 128]
    # It is the same explanation as that of the edited input off screen.
    plain = xai.attribute(widget._given["model"], (x + 0.5).clamp(0, 1), "saliency")
    np.testing.assert_allclose(result.values, plain.values, rtol=1e-5)


def test_a_model_that_is_trained_further_is_seen_as_it_is_now(make):
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(400, 3))
    x = torch.rand(3, 12, 12)
    widget = make(model, x, method="saliency")
    before = widget.result(30)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        model(torch.rand(8, 3, 12, 12))[:, 2].mean().neg().backward()
        optimizer.step()
    widget.explain("input_x_gradient")
    after = widget.result(30)
    model.eval()
    with torch.no_grad():
        truth = model(x[None]).softmax(1)[0].numpy()
    np.testing.assert_allclose(after.prediction.probabilities, truth, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(widget.prediction.probabilities, truth, rtol=1e-4, atol=1e-7)
    assert after.model_hash != before.model_hash


def test_a_question_that_was_answered_is_answered_again_without_a_pass(make):
    widget = make(method="smooth_grad", n_samples=3)
    first = widget.result(30)
    widget.explain("occlusion", perturbations=[xai.Blur(1.0)])
    widget.result(30)
    passes = len(CALLS)
    widget.explain("smooth_grad", n_samples=3, perturbations=())
    assert widget.result(30) is first
    assert len(CALLS) == passes
    widget.explain(n_samples=4)
    assert widget.result(30).params["n_samples"] == 4
    assert len(CALLS) > passes


def test_what_was_cancelled_or_asked_of_other_weights_is_computed(make, gate):
    model = Gate()
    widget = make(model, method="smooth_grad", n_samples=40, tolerance=0.0)
    until(lambda: widget.attribution is not None)
    gate.clear()
    widget.cancel()
    gate.set()
    assert widget.wait(30)
    widget.explain()
    whole = widget.result(30)
    assert whole.fraction == 1
    with torch.no_grad():
        model.net[4].weight.mul_(2)
    widget.explain()
    assert widget.result(30).model_hash != whole.model_hash


def test_a_parameter_that_may_be_written_into_is_looked_at_again(make):
    baseline = torch.zeros(3, 12, 12)
    widget = make(method="occlusion", baselines=baseline)
    first = widget.result(30).values
    baseline.fill_(1.0)
    widget.explain()
    assert not np.allclose(widget.result(30).values, first)


def test_answers_that_are_kept_have_a_limit(make, monkeypatch):
    monkeypatch.setattr("xai_widgets.widgets.answers.LARGEST_RESULTS", 2 * 3 * 12 * 12 * 4)
    widget = make(method="saliency")
    first = widget.result(30)
    for name in ("input_x_gradient", "occlusion"):
        widget.explain(name)
        last = widget.result(30)
    assert widget._session._results.get((widget._session.model.version, widget._requests["a"].key)) is last
    widget.explain("saliency")
    again = widget.result(30)
    assert again is not first
    np.testing.assert_allclose(again.values, first.values)


def test_a_drag_is_kept_once_and_not_at_every_event(make):
    widget = make(method="smooth_grad", n_samples=300, tolerance=0.0)
    browser = Browser(widget)
    kept = []
    widget.observe(kept.append, "snapshot")
    for number in range(2, 12):
        browser.ask(number, "smooth_grad", n_samples=300, tolerance=0.0)
        browser.wait("prediction", number)
    browser.ask(12).wait("ended", 12)
    assert len(kept) <= 2
    assert kept[-1]["new"]["maps"]["a"]["id"] == 12


def test_what_outlives_the_kernel_is_sent_when_nothing_newer_came_for_a_while(make, monkeypatch):
    widget, sent = make(), []
    monkeypatch.setattr(widget, "_send", lambda message, **_: sent.append(message.get("state", {})))
    browser = Browser(widget)
    widget._mirroring._delay = 3600
    for number in (2, 3):
        browser.ask(number).wait("ended", number)
        assert widget.snapshot["maps"]["a"]["id"] == number
        assert widget.get_state()["snapshot"]["maps"]["a"]["id"] == number
    assert not any("snapshot" in state for state in sent)
    widget._mirroring._delay = 0
    browser.ask(4).wait("ended", 4)
    until(lambda: any("snapshot" in state for state in sent))
    assert [state["snapshot"]["maps"]["a"]["id"] for state in sent if "snapshot" in state] == [4]


def test_a_closed_widget_that_is_still_at_hand_holds_nothing(make):
    model = Gate()
    widget = make(model)
    widget.result(30)
    twin, inputs = weakref.ref(widget._session.model.module), weakref.ref(widget._session.inputs)
    widget.close()
    until(lambda: gc.collect() is not None and twin() is None and inputs() is None)
    with pytest.raises(RuntimeError, match="closed"):
        widget.explain("saliency")
    assert widget.attribution.method == "integrated_gradients"


def test_a_view_of_a_closed_comparison_opens(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.say(kind="close", slot="a")
    assert "only the comparison" in browser.wait("error")["message"]
    browser.say(kind="hello", v=1, version="0.1.0")
    assert len(browser.of("welcome")) == 2


def test_a_view_says_how_exactly_and_how_often_it_wants_maps(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    exact = browser.array("map", "values")
    browser.say(kind="hello", v=1, version="0.1.0", rate=4, bits=8)
    told, coarse = browser.of("map")[-1]["values"], browser.array("map", "values")
    assert (told["dtype"], told["shape"]) == ("|u1", [12, 12])
    assert 0 < np.abs(coarse - exact).max() <= (told["hi"] - told["lo"]) / 254 / 2 * (1 + 1e-9)
    assert {one.interval for one in widget._paced()} == {0.25}
    assert widget.snapshot["maps"]["a"]["values"]["dtype"] == "<u2"
    browser.ask(2, "input_x_gradient").wait("ended", 2)
    assert browser.of("map", 2)[-1]["values"]["dtype"] == "|u1"
    browser.say(kind="hello", v=1, version="0.1.0")
    assert browser.of("map", 2)[-1]["values"]["dtype"] == "<u2"
    assert {one.interval for one in widget._paced()} == {0.05}
    browser.say(kind="hello", v=1, version="0.1.0", rate=21)
    assert "rate must lie in 1..20" in browser.wait("error")["message"]


def test_large_maps_are_averaged_down_whole():
    array = np.arange(30, dtype=np.float32).reshape(5, 6)
    small = shrink(array, 12)
    assert small.size <= 12
    areas = np.outer(
        *[np.diff(np.linspace(0, n, m + 1).round()) for n, m in zip(array.shape, small.shape, strict=True)]
    )
    assert (small * areas).sum() == pytest.approx(array.sum())
    assert shrink(array, 30) is array
    assert shrink(np.full((9, 9, 3), 255, np.uint8), 100).min() == 255


def test_every_message_is_json(make):
    widget = make(method="occlusion", sliding_window_shapes=(5, 7))
    browser = Browser(widget)
    browser.wait("ended", 1)
    json.dumps([content for content, _ in browser.messages], allow_nan=False)


def test_a_map_sharpens_and_says_how_far_it_is_and_how_long_it_takes_still(make):
    browser = Browser(make(method="smooth_grad", n_samples=1000, tolerance=0.0))
    browser.wait("ended", 1)
    maps = browser.of("map", 1)
    assert len(maps) > 2
    done = [one["done"] for one in maps]
    assert done == sorted(set(done))
    assert {one["total"] for one in maps} == {done[-1]}
    for one in maps:
        rest = one["total"] - one["done"]
        assert one["left"] == pytest.approx(one["seconds"] * rest / one["done"])
    assert maps[0]["left"] > 0 == maps[-1]["left"]
    errors = [one["error"] for one in maps if one["error"] is not None]
    assert errors[-1] < errors[0]
    assert [one["final"] for one in maps] == [one is maps[-1] for one in maps]


def test_an_answer_whose_time_was_up_is_shown_at_once_and_goes_further(make):
    widget = make(method="smooth_grad", n_samples=40, tolerance=0.0, time_budget=1e-6)
    session, request = widget._session, widget._requests["a"]

    def shown() -> list[xai.Attribution]:
        steps = list(session.explain(request))
        assert steps[-1] is not None  # readers take the last step for the answer
        return [one for one in steps if one is not None]

    cut = widget.result(30)
    assert cut.fraction < 1
    again = shown()
    assert again[0] is cut
    session.time_budget = None
    whole = shown()
    assert whole[0] is again[-1]
    assert whole[-1].fraction == 1
    fractions = [one.fraction for one in (*again, *whole)]
    assert fractions == sorted(fractions)
    assert shown() == [whole[-1]]
