"""How the shades of a text are read: none of it asks the kernel."""

from __future__ import annotations

import re

import pytest
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


def test_how_much_of_a_text_the_model_does_not_see_is_said(open_text):
    text = "a good film and then some"
    view = open_text({"text": text, "options": {"room": 5}})
    said = view.page.locator("[data-xai=note]")
    expect(said).to_have_text(
        re.compile(rf"the model does not see the last {len(text) - len('a good film')} characters\.")
    )
    view.word("then").click()  # what is not seen can be taken out all the same
    view.settled()
    expect(said).to_have_text(re.compile(rf"the last {len(text) - len('a good film') - len('then ')} characters\."))
    expect(open_text({"text": "a good film"}).page.locator("[data-xai=note]")).to_have_count(0)


def test_any_two_versions_are_compared_neither_of_which_is_on_show(open_text):
    view = open_text({"text": "a good film, quite long"})
    chances = {}
    for word in ("good", "long"):
        view.word(word).click()
        chances[word] = view.settled().probability()
        view.page.get_by_role("button", name="Undo").click()
        view.settled()
    versions = view.page.locator("[data-xai=versions]")
    assert view.edits() == []
    expect(versions.locator("[aria-current=true]")).to_contain_text("Original")
    for word in ("good", "long"):
        versions.get_by_role("button", name=f"Compare with − {word}", exact=True).click()
    comparison = view.page.locator("[data-xai=comparison]")
    expect(comparison.locator(".xai-sentence")).to_contain_text("From “− good” to “− long”:")
    expect(comparison.locator("ins")).to_have_text("good")
    expect(comparison.locator("del")).to_have_text("long")
    told = float(re.search(r"[+−][\d.]+", comparison.locator(".xai-delta").inner_text())[0].replace("−", "-"))
    assert abs(told - 100 * (chances["long"] - chances["good"])) < 0.06
    expect(view.passage.locator("del")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "word", "leftwards"),
    [
        # Within a run to the left what follows a word stands on its left, also at the end of the run.
        ("see שלום עולם now", "שלום", True),
        ("see שלום עולם now", "עולם", True),
        ("see שלום עולם now", "see", False),
        # And the other way round.
        ("שלום good film עולם", "good", False),
        ("שלום good film עולם", "film", False),
        ("שלום good film עולם", "עולם", True),
    ],
)
def test_the_change_of_a_word_stands_behind_it_in_the_direction_it_is_read(open_text, text, word, leftwards):
    view = open_text({"text": text})
    view.word(word).click()
    view.settled()
    chip = view.passage.locator(".xai-t-chip")
    expect(chip).to_have_text(re.compile(r"\d"))
    there, gone = chip.bounding_box(), view.passage.locator("del").bounding_box()
    assert (there["x"] < gone["x"]) == leftwards
    # Right beside it: nothing of the text is between them.
    first, second = sorted((there, gone), key=lambda box: box["x"])
    assert 0 <= second["x"] - first["x"] - first["width"] < 8
    # The number itself is read from its sign on.
    first, last = chip.evaluate("""chip => { const text = chip.querySelector('bdi').firstChild;
        return [0, text.length - 1].map(i => { const range = document.createRange();
            range.setStart(text, i);
            range.setEnd(text, i + 1);
            return range.getBoundingClientRect().x }) }""")
    assert first < last


def test_what_runs_to_the_left_in_a_text_that_runs_to_the_right_is_drawn_as_it_is_read(open_text):
    def drawn(*there):
        boxes = [one.bounding_box()["x"] for one in there]
        assert boxes == sorted(boxes)

    view = open_text({"text": "see שלום עולם now"})
    first, last = view.word("see"), view.word("now")
    drawn(first, view.word("עולם"), view.word("שלום"), last)
    # New words have their place in the run, as they would in the text by itself.
    view.word("עולם").dblclick()
    view.page.keyboard.type("טוב")
    view.page.keyboard.press("Enter")
    fresh = view.settled().passage.locator(".xai-t-fresh")
    expect(fresh).to_have_text("טוב")
    drawn(first, fresh, view.word("שלום"), last)
    # Nor does a run to the left take what stands on its right with it.
    fresh.dblclick()
    view.page.keyboard.type("good (1)")
    view.page.keyboard.press("Enter")
    expect(view.settled().passage.locator(".xai-t-fresh").first).to_have_text("good")
    drawn(first, view.word("שלום"), view.passage.locator(".xai-t-fresh").first, last)
