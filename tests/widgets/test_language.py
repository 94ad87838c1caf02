"""Words of another language: sent to who asks, and complete for all that methods and sliders say."""

import re

import numpy as np
import pytest
import torch
from widgets.fakes import Browser
from widgets.sentences import said

import xai_widgets as xai
from xai_widgets.embeddings.projections import PROJECTIONS
from xai_widgets.esm import language, sentences
from xai_widgets.evaluation import METRICS
from xai_widgets.evaluation.embedding import EMBEDDING_GAUGES
from xai_widgets.evaluation.other_rows import POPULATION_GAUGES
from xai_widgets.inputs import PERTURBATIONS, Slider


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


def test_a_language_that_there_is_none_of_has_no_words():
    for code in ("", "en", "zh/../language-zh", "*"):
        assert (language(code), sentences(code)) == (None, {})


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
    for gauge in (*METRICS.values(), *POPULATION_GAUGES.values(), *EMBEDDING_GAUGES.values()):
        yield gauge.sentence
        yield "" if gauge.title.isupper() else gauge.title  # an acronym is one in every language
    for slider in PERTURBATIONS.values():
        if issubclass(slider, Slider):
            yield from (slider.spec()["title"], slider.spec()["sentence"])

    yield from (one.sentence for one in PROJECTIONS.values())


def known(sentence, code):
    """Tell whether a sentence, numbers and names in it, is translated: whole, or one after the other."""
    patterns = [re.escape(key).replace(r"\{\}", ".*?") for key in sentences(code) if " " in key]
    return re.fullmatch(rf"(?:(?:{'|'.join(patterns)})(?: |$))+", sentence, re.DOTALL) is not None


@pytest.mark.parametrize("code", ["zh"])
def test_all_that_methods_measures_and_sliders_say_is_translated(code):
    assert {one for one in said_by_the_kernel() if one} - set(sentences(code)) == set()


@pytest.mark.parametrize("code", ["zh"])
def test_whatever_else_the_kernel_may_say_to_a_reader_is_translated(code):
    there = sentences(code)
    assert {place: sentence for place, sentence in said() if sentence not in there} == {}


@pytest.mark.parametrize("code", ["zh"])
def test_what_was_measured_of_a_map_is_read_in_the_language(code):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(72, 3))
    x, mask = torch.rand(1, 8, 8), np.eye(8)
    for method in ("integrated_gradients", "smooth_grad"):
        found = xai.attribute(net.eval(), x, method=method)
        sentences = {one.sentence for one in xai.evaluate(net, x, found, mask=mask).measures}
        assert {one for one in sentences if not known(one, code)} == set()
