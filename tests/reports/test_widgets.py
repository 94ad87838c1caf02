"""A report tells all that a widget knows, whichever of the five it is."""

import pytest
from faults.test_saving import MADE
from reports.test_report import told

import xai_widgets as xai

SAID = {
    "picture's widget": ("What was predicted", "Saliency"),
    "row's widget": ("What was predicted", "Saliency"),
    "text's widget": ("What was predicted", "Saliency", "A warm"),
    "table's widget": ("Permutation importance of", "about many rows together"),
    "words' widget": ("Word vectors", "nearest neighbours survive"),
}


@pytest.mark.parametrize("kind", SAID)
def test_what_it_tells_of_each_widget(kind, tmp_path):
    widget = MADE[kind]()
    found = widget.evaluate(120)
    _, page = told(tmp_path / "why.html", widget)
    widget.close()
    for words in (*SAID[kind], found.verdict, *(one.sentence for one in found.measures)):
        assert words in page.words
    assert page.of("img") or kind in {"row's widget", "text's widget"}


def test_each_evaluation_stands_beside_the_answer_that_it_is_of(tmp_path):
    widget = MADE["table's widget"]()
    widget.show("effect", "a")
    widget.show("effect", "b")
    verdict = widget.evaluate(120)
    importances, *curves, found = widget.results()
    assert found is verdict
    assert [(one.method, dict(one.params)) for one in curves] == [
        (one.method, dict(one.params))
        for one in (widget.effects("b"), widget.effects("b", accumulated=True))
        if one is not None
    ]
    source, page = told(tmp_path / "why.html", widget)
    widget.close()
    assert len(page.of("section")) == len(curves) + 1
    sections = source.split("<section")[1:]
    assert ["What was measured" in one for one in sections] == [False, True, False]
    with pytest.raises(ValueError, match="not the explanation that it is of"):
        xai.report(importances, found, tmp_path / "why.html")
