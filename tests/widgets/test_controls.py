"""Every parameter that a method has can be drawn by the widget, has a default that it takes, and says what it does."""

from __future__ import annotations

import re

import pytest

import xai_widgets.attribution  # noqa: F401  registers the methods
from xai_widgets.counterfactual import SEARCHES
from xai_widgets.evaluation import METRICS
from xai_widgets.export.payload import method as described
from xai_widgets.method import REGISTRY

ALL = [(name, one) for known in (REGISTRY, SEARCHES, METRICS) for name in known for one in known[name].parameters()]
CONTROLS = {"bool", "int", "float", "choice", "layer"}
"""What js/panels/parameters.tsx draws."""


def named(parameters):
    return pytest.mark.parametrize("one", [pytest.param(one, id=f"{name}.{one.name}") for name, one in parameters])


@named(ALL)
def test_one_plain_sentence_says_what_it_does(one):
    assert re.fullmatch(r"[A-Z][^.!?\n]*(\.\d[^.!?\n]*)*\.", one.sentence), one.sentence
    assert len(one.sentence) <= 120


@named(ALL)
def test_its_default_is_one_that_it_takes(one):
    if one.default is not None:
        one.check("test", one.default)
    else:
        assert one.optional or one.hidden


@named([entry for entry in ALL if not entry[1].hidden])
def test_the_widget_can_draw_it(one):
    class Titled:
        name = title = family = sentence = ""

    (control,) = described(Titled, [one])["parameters"]
    assert control["kind"] in CONTROLS
    if control["kind"] in {"int", "float"}:
        assert control["low"] < control["high"]
        assert control["step"] is None or 0 < control["step"] <= control["high"] - control["low"]
        assert control["default"] is None or control["low"] <= control["default"] <= control["high"]
    if control["kind"] == "choice":
        assert len(set(control["choices"])) == len(control["choices"]) > 1
        assert control["default"] in control["choices"]
        assert (None in control["choices"]) == control["optional"]
    elif control["kind"] != "layer":
        assert control["optional"] == (control["default"] is None)
