"""A text of 8,000 tokens: what keeps scrolling and shading smooth, and every word within reach."""

from __future__ import annotations

import pytest
from browser.text_page import TextPage
from playwright.sync_api import expect

SENTENCE = "a wonderful start and I love the music but the end is not good at all far too long and boring "
COUNT = 8000 // len(SENTENCE.split()) * len(SENTENCE.split())
SCREEN = 2500
"""Words that may be drawn or coloured at a time: those of a window and of what lies close to it."""

STEPS = 25

DRAWN = """() => [...document.querySelectorAll('.xai-t-piece')].filter(
    one => one.checkVisibility({ contentVisibilityAuto: true })).length"""
WATCH = """() => {
  window.styled = []; window.added = 0;
  window.watch = new MutationObserver(records => {
    for (const one of records) {
      if (one.type === 'attributes') styled.push(one.target);
      else added += one.addedNodes.length;
    }
  });
  watch.observe(document.querySelector('.xai-passage'),
    { subtree: true, childList: true, attributes: true, attributeFilter: ['style'] });
}"""
SEEN = "() => { const found = [styled.length, added]; styled = []; added = 0; return found; }"
FRAMES = "async n => { for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame); }"
SCROLLED = """async n => {
  const box = document.querySelector('.xai-passage'), most = [];
  for (let i = 1; i <= n; i++) {
    box.scrollTop = i / n * (box.scrollHeight - box.clientHeight);
    for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
    most.push([...box.querySelectorAll('.xai-t-piece')].filter(
      one => one.checkVisibility({ contentVisibilityAuto: true })).length);
  }
  return [Math.max(...most), box.scrollHeight - box.clientHeight - box.scrollTop];
}"""
STYLES = """() => {
  const box = document.querySelector('.xai-passage'), frame = box.getBoundingClientRect();
  return [...box.querySelectorAll('.xai-t-piece')].filter(one => {
    const { top, bottom } = one.getBoundingClientRect();
    return bottom > frame.top && top < frame.bottom;
  }).map(one => one.style.cssText);
}"""


@pytest.fixture
def long_text(open_text) -> TextPage:
    view = open_text({"text": SENTENCE * (COUNT // len(SENTENCE.split())), "options": {"steps": 1}})
    assert view.passage.locator(".xai-t-piece").count() == COUNT
    view.page.evaluate(FRAMES, 3)
    return view


def test_only_the_words_near_the_window_are_drawn_wherever_it_is(long_text):
    page = long_text.page
    assert 0 < page.evaluate(DRAWN) <= SCREEN
    page.evaluate(WATCH)
    most, left = page.evaluate(SCROLLED, STEPS)
    assert 0 < most <= SCREEN
    assert left < 1, "the end was reached"
    styled, added = page.evaluate(SEEN)
    # Scrolling makes no element, and colours each word once at most.
    assert added == 0
    assert styled <= COUNT


def test_a_change_of_shades_redraws_what_is_near_and_the_rest_when_it_comes_near(long_text):
    page = long_text.page
    page.evaluate(WATCH)
    page.evaluate("() => document.querySelector('.xai-root').xai.store.setDisplay({ marks: 'underline' })")
    page.evaluate(FRAMES, 2)
    styled, added = page.evaluate(SEEN)
    assert 0 < styled <= SCREEN
    assert added == 0
    page.evaluate(SCROLLED, STEPS)
    styles = page.evaluate(STYLES)
    assert len(styles) > 50
    assert all("underline" in one for one in styles if one), styles
    assert any(styles)


def test_the_last_word_is_a_key_away_and_a_click_draws_its_surroundings_alone(long_text):
    view, page = long_text, long_text.page
    view.passage.focus()
    page.keyboard.press("End")
    at = view.passage.locator(".xai-t-at")
    expect(at).to_have_text("boring")
    expect(at).to_be_in_viewport()
    expect(page.locator("[data-xai=spoken]")).to_contain_text(f"of {COUNT:,}")
    page.keyboard.press("Home")
    expect(at).to_be_in_viewport()
    page.evaluate(SCROLLED, 3)
    word = view.passage.locator(".xai-t-piece").nth(COUNT - 20)
    expect(word).to_be_in_viewport()
    page.evaluate(WATCH)
    word.click()
    expect(view.passage.locator("del")).to_have_count(1)
    assert page.evaluate(SEEN)[1] <= 3  # paragraphs, not words
    assert len(view.edits()) == 1
