"""Two methods in one widget, asked for by Python and by the browser."""

from __future__ import annotations

import numpy as np
import pytest
from widgets.fakes import Browser, until

import xai_widgets as xai
from xai_widgets.attribution import Occlusion


def test_python_may_ask_for_a_second_method_from_the_start(make):
    widget = make(method="saliency", compare=Occlusion(strides=4), target="dog")
    browser = Browser(widget)
    assert widget.wait(30, "b")
    state = browser.of("welcome")[-1]["state"]
    assert [state["request"]["method"], state["compare"]["method"]] == ["saliency", "occlusion"]
    assert state["compare"]["params"]["strides"] == 4
    assert browser.wait("map")["slot"] in {"a", "b"}
    assert widget.result(30).target == widget.compared.target == 1
    one, other = widget.attribution, widget.compared
    alone = xai.attribute(widget._session.model.module, widget._session.inputs.x, Occlusion(strides=4), target=1)
    np.testing.assert_allclose(other.values, alone.values, rtol=1e-4, atol=1e-6)
    assert one.agreement(other) == pytest.approx(other.agreement(one))
    assert "compare=xai.attribution.Occlusion(strides=4)" in widget.to_code()


def test_a_method_that_does_not_fit_is_refused_at_once(make):
    with pytest.raises(ValueError, match="There is no method 'saliencey'"):
        make(compare="saliencey")
    widget = make()
    with pytest.raises(ValueError, match="There is no method 'nothing'"):
        widget.explain(compare="nothing")
    assert "compare=" not in widget.to_code()


def test_the_second_method_follows_class_and_edits_until_it_is_let_go(make):
    widget = make(method="saliency", compare="input_x_gradient")
    widget.explain(target="cow", perturbations=[xai.Brightness(0.3)])
    assert widget.wait(30, "b")
    assert widget.result(30).target == widget.compared.target == 2
    assert widget.compared.edits == widget.attribution.edits == ({"name": "brightness", "value": 0.3},)
    assert widget.compared.method == "input_x_gradient"
    widget.explain(compare=None)
    assert widget.compared is None
    assert widget._state()["compare"] is None
    widget.result(30)
    assert "compare=" not in widget.to_code()
    widget.explain(compare="saliency")
    assert widget.wait(30, "b")
    assert widget.compared.method == "saliency"


def test_what_the_browser_compares_is_there_in_python_too(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.ask(2, "input_x_gradient", slot="b").wait("ended", 2)
    until(lambda: widget.compared is not None)
    assert widget.compared.method == "input_x_gradient"
    assert 'compare="input_x_gradient"' in widget.to_code()
    browser.say(kind="close", slot="b")
    assert widget.compared is None


def test_the_layout_is_remembered_and_written(make):
    widget = make(method="saliency", compare="input_x_gradient")
    browser = Browser(widget)
    browser.say(kind="display", display={"layout": "disagreement", "opacity": 0.5})
    assert widget._state()["display"]["layout"] == "disagreement"
    assert '"layout": "disagreement"' in widget.to_code()
    with pytest.raises(ValueError, match="layout must be one of single, curtain, beside, disagreement, got 'both'"):
        make(display={"layout": "both"})
