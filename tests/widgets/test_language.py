"""Words of another language: sent to who asks, and complete for all that methods and sliders say."""

import json

import pytest
from widgets.fakes import Browser

import xai_widgets as xai
from xai_widgets.evaluation import METRICS
from xai_widgets.inputs import PERTURBATIONS, Slider
from xai_widgets.wire.esm import language


def test_a_reader_of_chinese_is_sent_the_words_and_any_other_is_not(make):
    widget = make(method="saliency")
    widget.result(30)
    browser = Browser(widget, hello=False)
    browser.say(kind="hello", v=1, version="0.1.0", language="zh")
    told = browser.wait("language")
    assert told["language"] == "zh"
    assert told["module"] == language("zh")
    other = Browser(widget)
    for code in ("", "en", "zh/../language-zh", "*"):
        other.say(kind="hello", v=1, version="0.1.0", language=code)
    other.wait("welcome", count=5)
    assert not other.of("language")


def test_a_language_is_no_number(make):
    widget = make(method="saliency")
    browser = Browser(widget)
    browser.say(kind="hello", v=1, version="0.1.0", language=7)
    assert "language must be a text" in browser.wait("error")["message"]


def said_by_the_kernel():
    for method in xai.methods():
        yield method.sentence
        yield method.family
        yield from (one.sentence for one in method.parameters if not one.hidden)
    yield from (metric.sentence for metric in METRICS.values())
    for slider in PERTURBATIONS.values():
        if issubclass(slider, Slider):
            yield from (slider.spec()["title"], slider.spec()["sentence"])


@pytest.mark.parametrize("code", ["zh"])
def test_all_that_methods_measures_and_sliders_say_is_translated(code):
    module = language(code)
    # A key that is a name needs no quotes.
    missing = {one for one in said_by_the_kernel() if one and json.dumps(one, ensure_ascii=False) not in module}
    assert {one for one in missing if f"{one}:" not in module} == set()
