"""The model check in a widget: asked for by a view, one look at a time, after everything else."""

from __future__ import annotations

import json
import threading

import pytest
import torch
from torch import nn
from widgets.fakes import CALLS, HOLD, Browser, until

from xai_widgets.method import REGISTRY


def checked(browser, count=1):
    """Open the fold-out, wait until the check has ended, and return what it came to."""
    browser.say(kind="check", open=True)
    until(lambda: sum(not one["running"] for one in browser.of("check")) >= count)
    return browser.of("check")[-1]


def test_nothing_is_looked_at_before_somebody_asks(make):
    browser = Browser(make(method="saliency"))
    browser.wait("ended", 1)
    spent = len(CALLS)
    browser.say(kind="hello", v=1, version="0.1.0")
    assert browser.of("check") == []
    assert len(CALLS) == spent


def test_findings_and_verdicts_come_and_are_json(make):
    browser = Browser(make(method="saliency"))
    message = checked(browser)
    json.dumps(browser.of("check"), allow_nan=False)
    assert browser.of("check")[0] == {"kind": "check", "check": None, "running": True, "error": None}
    check = message["check"]
    assert check["fraction"] == 1
    assert message["error"] is None
    assert set(check["methods"]) == set(REGISTRY)
    assert {"mode", "in_place"} <= {one["name"] for one in check["findings"]}


def test_a_second_view_and_a_second_look_cost_nothing(make):
    browser = Browser(make(method="saliency"))
    first = checked(browser)
    spent = len(CALLS)
    browser.say(kind="hello", v=1, version="0.1.0")
    assert browser.of("check")[-1] == first
    said = len(browser.of("check"))
    browser.say(kind="check", open=True)
    assert browser.of("check")[said:] == [first]
    assert len(CALLS) == spent


def test_it_is_made_anew_for_other_weights(make):
    model = nn.Sequential(nn.Flatten(), nn.Linear(432, 3)).eval()
    browser = Browser(make(model, method="saliency"))
    assert checked(browser)["check"]["severity"] == "note"
    with torch.no_grad():
        model[1].weight.zero_()
    again = checked(browser, count=2)["check"]
    dead = next(one for one in again["findings"] if one["name"] == "gradient")
    assert dead["severity"] == "error"
    assert again["methods"]["saliency"]["soundness"] == "unsound"


def test_what_is_asked_meanwhile_goes_first(make, gate):
    browser = Browser(make(method="saliency"))
    browser.wait("ended", 1)
    gate.clear()
    browser.say(kind="check", open=True)
    browser.ask(2, "input_x_gradient")
    gate.set()
    browser.wait("ended", 2)
    until(lambda: browser.of("check") and not browser.of("check")[-1]["running"])
    kinds = [(c["kind"], c.get("id"), c.get("running")) for c, _ in browser.messages]
    assert kinds.index(("ended", 2, None)) < kinds.index(("check", None, False))


def test_shutting_the_fold_stops_it_and_opening_it_begins_anew(make, gate):
    browser = Browser(make(method="saliency"))
    browser.wait("ended", 1)
    gate.clear()
    browser.say(kind="check", open=True)
    browser.say(kind="check", open=False)
    gate.set()
    assert browser.of("check")[-1]["running"] is False
    said = len(browser.of("check"))
    until(lambda: not browser.widget._health._slot._running)
    assert len(browser.of("check")) == said
    assert checked(browser, count=2)["check"]["fraction"] == 1


def test_a_model_that_fails_is_a_finding(make, gate):  # noqa: ARG001
    class Failing(nn.Module):
        def forward(self, x):
            msg = f"<b>no</b>\nmore of {x.shape}"
            raise RuntimeError(msg)

    browser = Browser(make(Failing(), method="saliency"))
    check = checked(browser)["check"]
    assert check["severity"] == "error"
    assert {one["soundness"] for one in check["methods"].values()} == {"impossible"}
    assert "\n" not in check["findings"][0]["sentence"]


def test_what_cannot_be_checked_says_why(make):
    browser = Browser(make(nn.Sequential(nn.Flatten(), nn.Linear(432, 5)), labels=["a", "b", "c"]))
    assert "5 classes, but 3 labels" in checked(browser)["error"]


@pytest.mark.parametrize("wrong", [None, 1, "yes"])
def test_a_wrong_message_is_an_error_and_no_check(make, wrong):
    browser = Browser(make(method="saliency"))
    browser.say(kind="check", open=wrong)
    assert "open must be true or false" in browser.wait("error")["message"]
    assert browser.of("check") == []


def test_closing_the_widget_ends_it(make, gate):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.wait("ended", 1)
    gate.clear()
    browser.say(kind="check", open=True)
    threading.Timer(0, HOLD.set).start()
    widget.close()
    said = len(browser.of("check"))
    until(lambda: widget._health._slot._running is None)
    browser.say(kind="check", open=True)
    assert len(browser.of("check")) == said
