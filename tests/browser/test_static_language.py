"""A language model's text with a kernel of arithmetic: what may come next, what it writes, and where it attends."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_a_language_model_is_asked_by_two_clicks_and_heated_in_the_browser(open_text):
    view = open_text({"text": "a good film", "spec": {"causal": True}, "labels": None})
    tokens = view.page.locator("[data-xai=next]")
    expect(tokens.get_by_role("listitem")).to_have_count(8)
    shares = "items => items.map(e => parseFloat(e.innerText))"
    names = tokens.locator(".xai-token").all_inner_texts()
    before = tokens.locator(".xai-bar-value").evaluate_all(shares)
    asks = len(view.asked("ask"))
    view.page.get_by_role("slider", name="Temperature").fill("0.3")
    after = tokens.locator(".xai-bar-value").evaluate_all(shares)
    assert after[0] > before[0]
    view.page.get_by_role("slider", name="Candidates").fill("2")
    two = tokens.locator(".xai-bar-value").evaluate_all(shares)
    assert sum(two) == pytest.approx(100, abs=0.2)
    # Those that may not come are the likeliest still, not the first of the vocabulary.
    assert tokens.locator(".xai-token").all_inner_texts() == names
    assert len(view.asked("ask")) == asks
    tokens.get_by_title("Explain  wonderful").click()
    tokens.get_by_role("button", name="Rather than  great").click()
    expect(view.page.locator(".xai-title")).to_contain_text("wonderful rather than great")
    numbers = {" wonderful": 2, " great": 1}
    assert view.asked("ask")[-1]["request"]["target"] == [numbers[" wonderful"], numbers[" great"]]
    tokens.get_by_role("button", name="Write  love").click()
    expect(view.passage).to_contain_text("a good film love")
    # What came next has come: the question is about it, and goes and comes back with it.
    title = view.page.locator(".xai-title")
    expect(title).to_contain_text("Why “love”?")
    assert view.asked("ask")[-1]["request"]["target"] == {"span": [11, 16], "rather": None}
    view.settled()
    view.word("good").click()
    view.settled()
    assert view.asked("ask")[-1]["request"]["target"] == {"span": [6, 11], "rather": None}
    for _ in range(2):
        view.page.get_by_role("button", name="Undo").click()
    assert view.asked("ask")[-1]["request"]["target"] == [numbers[" wonderful"], numbers[" great"]]
    view.page.get_by_role("button", name="Redo").click()
    expect(title).to_contain_text("Why “love”?")
    view.settled()
    view.mode("Ask")
    view.word("film").click()
    assert view.asked("ask")[-1]["request"]["target"] == {"span": [7, 11], "rather": None}
    expect(view.page.locator(".xai-title")).to_contain_text("Why “film”?")


def test_a_language_model_goes_on_and_its_map_and_the_text_point_at_each_other(open_text):
    view = open_text({"text": "I love the film", "spec": {"causal": True}, "labels": None})
    panel = view.page.locator("[data-xai=writing]")
    panel.locator("summary").click()
    panel.get_by_role("slider", name="New tokens").fill("4")
    panel.get_by_role("button", name="Write", exact=True).click()
    expect(panel.locator("ins")).to_have_count(4)
    matrix = panel.locator("canvas").first
    expect(matrix).to_be_visible()
    expect(panel.get_by_role("button", name="Put into the text")).to_be_visible()
    view.page.mouse.move(0, 0)  # where words come and go under the mouse, what it points at does too
    matrix.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowDown"):  # the first finds the first cell
        view.page.keyboard.press(key)
    expect(panel.locator("output.xai-matrix-said")).to_contain_text("← “love”")
    expect(view.passage.locator(".xai-t-at")).to_have_text("love")
    view.word("film").hover()
    expect(panel.locator(".xai-matrix-column")).to_have_count(1)
    third = panel.locator("ins").nth(2)
    third.hover()
    expect(panel.locator("output.xai-matrix-said")).to_contain_text(f"“{third.inner_text().strip()}” ← “")
    expect(third).to_have_class("xai-t-at")
    expect(panel.locator(".xai-matrix-row")).to_have_count(1)
    panel.get_by_role("button", name="Put into the text").click()
    assert view.edits()[0]["start"] == len("I love the film")
    assert [m["count"] for m in view.asked("generate")] == [4]


def test_attention_is_fetched_one_head_at_a_time_and_for_the_text_on_show(open_text):
    view = open_text({"text": "a good film"})
    assert view.asked("attention") == []
    panel = view.page.locator("[data-xai=attention]")
    pick = panel.get_by_label("Head", exact=True)

    def asked(count):
        view.page.wait_for_function(f"kernel.model.sent.filter(m => m.kind === 'attention').length === {count}")
        last = view.asked("attention")[-1]
        return last["layer"], last["head"], last["rollout"]

    panel.locator("summary").click()
    expect(panel.locator("canvas").first).to_be_visible()
    assert asked(1) == (0, None, False)
    panel.get_by_label("Layer", exact=True).select_option(label="3")
    assert asked(2) == (2, None, False)
    pick.select_option(label="2")
    assert asked(3) == (2, 1, False)
    heads = panel.get_by_role("group", name="Heads of layer 3").get_by_role("button")
    expect(heads).to_have_count(4)
    expect(heads.nth(1)).to_have_attribute("aria-pressed", "true")
    heads.nth(3).click()
    assert asked(4) == (2, 3, False)
    expect(pick).to_have_value("3")
    pick.select_option(label="rollout: all layers up to this one")
    assert asked(5) == (2, None, True)
    # The small pictures are fetched once a layer, not once a head.
    assert [m["layer"] for m in view.asked("heads")] == [0, 2]
    view.word("good").click()
    view.settled()
    assert asked(6) == (2, None, True)
    panel.get_by_role("application").focus()
    view.page.keyboard.press("ArrowRight")
    expect(panel.locator("output.xai-matrix-said")).to_contain_text("“[CLS]” ← “[CLS]”")


def test_without_attention_there_is_no_such_fold(open_text):
    view = open_text({"text": "a good film", "spec": {"attends": False}})
    expect(view.page.locator("[data-xai=attention]")).to_have_count(0)
