"""How the shades of a text are read: none of it asks the kernel."""

from __future__ import annotations

import re

from playwright.sync_api import expect

DRAWN = "one => getComputedStyle(one).textDecorationLine + ' ' + getComputedStyle(one).textDecorationThickness"
PAPER = "one => getComputedStyle(one).backgroundColor"
CLEAR = "rgba(0, 0, 0, 0)"


def value_of(view) -> float:
    return float(view.page.locator("[data-xai=readout] strong").inner_text().replace("−", "-"))


def test_underlines_are_as_thick_as_values_are_large(open_text):
    view = open_text({"text": "a wonderful film with a good start"})
    asked = len(view.asked("ask"))
    assert view.word("wonderful").evaluate(PAPER) != CLEAR
    view.page.get_by_role("radio", name="Underlines").check()
    thick = {}
    for word in ("wonderful", "good"):
        line, pixels = view.word(word).evaluate(DRAWN).split()
        assert line == "underline"
        view.word(word).hover()
        thick[abs(value_of(view))] = float(pixels.removesuffix("px"))
        assert view.word(word).evaluate(PAPER) == CLEAR
    assert thick[max(thick)] > thick[min(thick)] >= 1
    view.page.get_by_role("radio", name="Shades").check()
    assert view.word("wonderful").evaluate(DRAWN).split()[0] == "none"
    assert len(view.asked("ask")) == asked


def test_added_tokens_are_shown_with_their_values_when_asked_for(open_text):
    view = open_text({"text": "a good film"})
    added = view.passage.locator(".xai-t-special")
    expect(added).to_have_count(0)
    view.page.get_by_role("checkbox", name="Added tokens").check()
    expect(added).to_have_text(["[CLS]", "[SEP]"])
    expect(view.passage).to_have_text(re.compile(r"^\[CLS\].*a good film.*\[SEP\]$"))
    view.page.get_by_role("checkbox", name="Added tokens").uncheck()
    expect(added).to_have_count(0)


def test_values_of_sentences_are_sums_of_their_words_at_once(open_text):
    view = open_text({"text": "A good film. The end is bad."})
    asked = len(view.asked("ask"))
    words = 0.0
    for word in ("A", "good", "film"):
        view.word(word).hover()
        words += value_of(view)
    view.passage.locator(".xai-t-piece").nth(3).hover()  # the stop
    words += value_of(view)
    view.page.get_by_role("radio", name="Sentences").check()
    pieces = view.passage.locator(".xai-t-piece")
    expect(pieces).to_have_count(2)
    pieces.first.hover()
    assert abs(value_of(view) - words) < 0.02
    view.page.get_by_role("radio", name="Tokens").check()
    view.word("good").hover()
    expect(view.page.locator("[data-xai=readout]")).to_contain_text(re.compile(r"rank \d+ of \d+"))
    expect(view.page.locator("[data-xai=readout]")).to_contain_text(re.compile(r"token id \d+"))
    assert len(view.asked("ask")) == asked
