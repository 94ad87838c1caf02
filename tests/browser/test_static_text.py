"""The text view with a kernel of arithmetic: what is said, kept and drawn, without waiting for a model."""

from __future__ import annotations

import re

from browser.text_page import EDITS
from playwright.sync_api import expect


def test_a_word_has_a_menu_by_click_and_by_key(open_text):
    view = open_text({"text": "a good film"})
    view.mode("Replace")
    view.word("good").click()
    menu = view.page.get_by_role("menu")
    expect(menu).to_have_attribute("aria-label", "Other words for “good”")
    expect(menu.get_by_role("menuitem")).to_have_count(12)
    assert [(m["start"], m["stop"]) for m in view.asked("menu")] == [(2, 6)]
    # The strongest change stands first.
    expect(menu.get_by_role("menuitem").first).to_contain_text(re.compile(r"terrible\s*▼ −\d"))
    menu.get_by_role("menuitem", name="boring").click()
    expect(menu).to_have_count(0)
    assert view.edits() == [{"name": "replace", "start": 2, "stop": 6, "text": "boring"}]
    view.settled()
    view.passage.focus()
    view.page.keyboard.press("Home")
    view.page.keyboard.press("ArrowRight")
    view.page.keyboard.press("Shift+F10")
    expect(menu.get_by_role("menuitem")).to_have_count(12)
    view.page.keyboard.press("ArrowDown")
    view.page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem").nth(1)).to_be_focused()
    view.page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(view.passage).to_be_focused()
    assert view.asked("menu")[-1]["open"] is False
    view.page.keyboard.press("End")
    view.page.keyboard.press("m")
    view.settled()
    expect(view.passage.locator(".xai-t-masked")).to_have_text("[MASK]")
    view.page.keyboard.press("Shift+F10")
    expect(menu).to_have_attribute("aria-label", "Other words for “film”")


def test_what_would_have_to_change_is_searched_shown_and_stopped(open_text):
    view = open_text({"text": "a good film, not long"})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.locator("[data-xai=found]")
    expect(found.first).to_contain_text("positive")
    expect(found.first.locator("ins").first).to_contain_text("wonderful")
    found.first.get_by_role("button", name=re.compile("^Show")).click()
    assert view.edits()
    view.settled()
    expect(view.page.locator(".xai-title")).to_contain_text("Why")
    old = panel.locator("[data-xai=old]")
    expect(old).to_have_count(0)
    view.mode("Replace")
    view.word("film").click()
    view.page.get_by_role("menu").get_by_role("menuitem", name="boring").click()
    expect(old).to_contain_text("answers for an earlier input")
    # What is shown as changed is so of the text that was asked about.
    expect(found.first.locator("del").first).to_contain_text("good")
    view.page.evaluate("kernel.options.endless = true")
    old.get_by_role("button", name="Search again").click()
    expect(old).to_have_count(0)
    panel.get_by_role("button", name="Stop").click()
    assert [m["open"] for m in view.asked("search")][-2:] == [True, False]


def test_answers_to_another_question_are_grey(open_text):
    view = open_text({"text": "a good film, not long"})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.locator("[data-xai=found]").first).to_be_visible()
    old, grey = panel.locator("[data-xai=old]"), panel.locator(".xai-grey [data-xai=found]")
    expect(old).to_have_count(0)
    most = panel.get_by_role("slider", name="Changes at most")
    most.focus()
    most.press("ArrowRight")
    expect(old).to_contain_text("answers to an earlier question")
    expect(grey.first).to_be_visible()
    most.press("ArrowLeft")
    expect(old).to_have_count(0)
    expect(grey).to_have_count(0)
    panel.get_by_label("For the answer").select_option("negative")
    old.get_by_role("button", name="Search again").click()
    expect(old).to_have_count(0)
    assert [m["target"] for m in view.asked("search")] == [None, 0]


def test_answers_about_other_words_are_grey_and_those_about_words_that_moved_are_not(open_text):
    view = open_text({"text": "a good film, not long", "spec": {"causal": True}, "labels": None})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    view.mode("Ask")
    view.word("film").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.locator("[data-xai=found]")
    expect(found.first).to_be_visible()
    old = panel.locator("[data-xai=old]")
    expect(old).to_have_count(0)
    found.first.get_by_role("button", name=re.compile("^Show")).click()
    view.settled()
    assert view.page.evaluate(f"{EDITS}.length")
    expect(old).to_have_count(0)
    view.page.get_by_role("button", name="Undo").click()
    view.settled()
    view.word("long").click()
    expect(old).to_contain_text("answers to an earlier question")
    view.word("film").click()
    expect(old).to_have_count(0)


def test_what_would_make_a_language_model_go_on_otherwise_is_searched_by_keys_alone(open_text):
    view = open_text({"text": "a good film", "spec": {"causal": True}, "labels": None})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").focus()
    view.page.keyboard.press("Enter")
    expect(panel).to_contain_text("another token is the likeliest")
    view.page.keyboard.press("Tab")
    field = panel.get_by_role("combobox", name="For the answer")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("placeholder", "any other token")
    view.page.keyboard.type("wonder")
    view.page.keyboard.press("Enter")
    expect(field).to_have_value(" wonderful")
    go = panel.get_by_role("button", name="Search", exact=True)
    go.focus()
    view.page.keyboard.press("Enter")
    expect(panel.locator("[data-xai=found] code").first).to_have_text(" bad")
    assert [(m["target"], m["open"]) for m in view.asked("search")] == [(2, True)]
    # Of part of the text the question itself says what it is about.
    view.mode("Ask")
    view.word("film").click()
    expect(panel).to_contain_text("changes before “film” after which something else is likelier")
    expect(field).to_have_count(0)
    go.click()
    expect(panel.locator("[data-xai=found]").first).to_be_visible()
    assert [m["target"] for m in view.asked("search")] == [2, None]


def test_what_was_found_tells_the_change_of_the_probability_and_how_fluent_it_is(open_text):
    view = open_text({"text": "a good film, not long"})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    found = panel.locator("[data-xai=found]").first
    before = view.probability()
    told = float(re.search(r"[+−][\d.]+", found.locator(".xai-delta").inner_text())[0].replace("−", "-"))
    expect(found.get_by_title("How much likelier than the original the language model finds it")).to_have_text(
        "fluency −0.4"
    )
    found.get_by_role("button", name=re.compile("^Show")).click()
    view.settled()
    assert abs(told - 100 * (view.probability() - before)) < 0.06
    assert abs(told) > 10


def test_how_far_was_searched_in_vain_is_said(open_text):
    view = open_text({"text": "great wonderful love good"})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("slider", name="Changes at most").press("Home")
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.locator("[data-xai=none-found]")).to_have_text(
        "None found within 1 edit, made of 4 single ones. All sets of them were tried."
    )


def test_none_found_is_said(open_text):
    view = open_text({"text": "film"})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.locator("[data-xai=none-found]")).to_have_text("None found.")


def test_the_whole_text_is_edited_as_changes_of_words(open_text):
    view = open_text({"text": "a very good film"})
    view.page.get_by_role("button", name="Edit the whole text").click()
    view.page.get_by_label("Edit the whole text").fill("a good film indeed")
    view.page.get_by_role("button", name="Apply").click()
    assert [(e["name"], e["start"]) for e in view.edits()] == [("delete", 2), ("replace", 16)]
    expect(view.passage.locator("del")).to_have_text("very")


def test_an_empty_text_can_be_written(open_text):
    view = open_text({"text": ""})
    expect(view.page.locator("[data-xai=hint]")).to_contain_text("The text is empty")
    view.passage.focus()
    view.page.keyboard.press("Enter")
    view.page.keyboard.type("good")
    view.page.keyboard.press("Enter")
    assert view.edits() == [{"name": "replace", "start": 0, "stop": 0, "text": "good"}]
    expect(view.passage).to_contain_text("good")


def test_without_a_mask_token_masking_is_greyed_and_says_why(open_text):
    view = open_text({"mask": None})
    radio = view.page.get_by_role("radio", name="Mask")
    expect(radio).to_be_disabled()
    label = view.page.locator("label", has=radio)
    expect(label).to_have_attribute("title", "This tokenizer has no mask token")


def test_a_pattern_says_what_it_matches_and_that_it_is_none(open_text):
    view = open_text({"text": "not good, not bad"})
    view.page.get_by_role("radio", name="Pattern").check()
    said = view.page.locator("[data-xai=pattern]")
    field = view.page.get_by_label("Regular expression")
    field.fill("not \\w+")
    expect(said).to_have_text("2 matches")
    expect(view.passage.locator(".xai-t-piece").first).to_have_text("not good")
    field.fill("(")
    expect(said).to_have_text("This is no regular expression")


def test_typing_is_not_disturbed_by_what_comes_meanwhile(open_text):
    view = open_text({"text": "a good film"})
    view.word("good").dblclick()
    field = view.page.get_by_label("New words")
    field.fill("grea")
    view.page.evaluate(
        """() => kernel.model.send({kind: 'ask', id: 50, slot: 'a', request: kernel.model.state.state.request})"""
    )
    view.page.wait_for_function("document.querySelector('.xai-root').xai.store.slots.a.map.value?.id >= 50")
    expect(field).to_be_focused()
    view.page.keyboard.press("End")
    view.page.keyboard.type("t")
    view.page.keyboard.press("Escape")
    assert view.edits() == []
    view.word("good").dblclick()
    view.page.keyboard.type("great")
    view.page.keyboard.press("Enter")
    assert [e["text"] for e in view.edits()] == ["great"]


def test_a_click_counts_though_the_text_is_drawn_anew_under_the_button(open_text):
    view = open_text({"text": "a good film"})
    mouse, box = view.page.mouse, view.word("good").bounding_box()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    view.page.evaluate(
        """() => { const { store } = document.querySelector('.xai-root').xai;
            store.setEdits([{ name: 'delete', start: 7, stop: 11, text: '' }]); }"""
    )
    mouse.up()
    assert [(e["start"], e["name"]) for e in view.edits()] == [(2, "delete"), (7, "delete")]


def test_underlines_tell_without_colour_where_the_system_takes_colours_away(open_text):
    view = open_text({"text": "good and bad"}, forced_colors="active")
    style = "e => getComputedStyle(e).textDecorationLine + ' ' + getComputedStyle(e).textDecorationStyle"
    assert view.word("good").evaluate(style) == "underline solid"
    assert view.word("bad").evaluate(style) == "underline dashed"
    expect(view.page.get_by_role("radio", name="Shades")).to_be_disabled()


def test_right_to_left_text_runs_right_to_left_and_arrows_follow(open_text):
    view = open_text({"text": "הסרט טוב מאוד"})
    boxes = [view.word(word).bounding_box() for word in ("הסרט", "טוב", "מאוד")]
    assert boxes[0]["x"] > boxes[1]["x"] > boxes[2]["x"]
    view.passage.focus()
    view.page.keyboard.press("Home")
    view.page.keyboard.press("ArrowLeft")
    expect(view.page.locator("[data-xai=spoken]")).to_contain_text("טוב")
    view.page.keyboard.press("Delete")
    chip = view.settled().passage.locator(".xai-t-chip")
    number = chip.locator("bdi")
    assert number.evaluate("e => getComputedStyle(e).direction") == "ltr", "its sign stands before its number"


def test_what_is_kept_stays_with_its_words(open_text):
    view = open_text({"text": "a good film, not long"})
    readout = view.page.locator("[data-xai=readout]")
    view.mode("Read")
    view.word("long").click()
    view.page.mouse.move(0, 0)
    expect(view.passage.locator(".xai-t-at")).to_have_text("long")
    value = readout.locator("strong").inner_text()
    view.mode("Delete")
    view.word("good").click()
    view.page.mouse.move(0, 0)
    view.settled()
    expect(view.passage.locator(".xai-t-at")).to_have_text("long")
    view.page.get_by_role("button", name="Undo").click()
    view.settled()
    expect(view.passage.locator(".xai-t-at")).to_have_text("long")
    expect(readout.locator("strong")).to_have_text(value)
    view.page.get_by_role("radio", name="Sentences").check()
    expect(readout.locator(".xai-value-of")).to_have_text("a good film, not long")
    view.page.get_by_role("radio", name="Words").check()
    view.page.get_by_role("radio", name="Delete").check()
    view.word("long").click()
    expect(view.passage.locator("del")).to_have_text("long")
    expect(readout.get_by_role("button", name="Let go")).to_be_visible()  # of the words of the sentence that are left
    view.page.get_by_role("button", name="Reset").click()
    view.page.get_by_role("button", name="Let go").click()
    expect(view.passage.locator(".xai-t-at")).to_have_count(0)


def test_nothing_else_is_pointed_at_once_the_words_are_gone(open_text):
    view = open_text({"text": "a good film, not long"})
    at = view.passage.locator(".xai-t-at")
    view.word("good").hover()
    view.page.mouse.down()
    view.word("film").hover()
    view.page.mouse.up()
    view.settled()
    expect(view.passage.locator("del")).to_have_text("good film")
    expect(at).to_have_count(0)
    view.page.get_by_role("button", name="Undo").click()
    view.settled().passage.focus()
    keys = view.page.keyboard
    # By keys one goes on from there: from one word, however many are gone.
    for key in ("Home", "ArrowRight", "ArrowRight", "Shift+ArrowLeft", "Delete"):
        keys.press(key)
    expect(view.passage.locator("del")).to_have_text("good film")
    expect(at).to_have_text(",")
    keys.press("Shift+ArrowRight")
    expect(at).to_have_text([",", "not"])


def test_what_an_edit_did_is_spoken_once_it_is_known(open_text):
    view = open_text({"text": "a good film"})
    spoken = view.page.locator("[data-xai=spoken]")
    expect(spoken).to_have_text("")
    view.passage.focus()
    expect(spoken).to_contain_text(re.compile(r"^a, value .*rank \d of 3"))
    for key in ("ArrowRight", "Delete"):
        view.page.keyboard.press(key)
    expect(spoken).to_have_text(re.compile(r"^Version − good, \d+\.\d%, ▼ −\d+\.\d$"))
    view.page.get_by_role("button", name="Undo").click()
    expect(spoken).to_contain_text("Version Original")


def test_a_section_is_no_taller_than_what_is_in_it(open_text):
    view = open_text({"text": "a good film", "spec": {"causal": True}, "labels": None}, width=1300)
    heading = view.page.get_by_role("heading", name="Change the text").bounding_box()
    button = view.page.get_by_role("button", name="Edit the whole text").bounding_box()
    assert button["y"] - heading["y"] - heading["height"] < 24


def test_a_mark_stays_when_the_change_beside_it_is_known(open_text):
    view = open_text({"text": "a good film", "options": {"delayMs": 300}})
    view.word("good").click()
    view.word("film").hover()
    expect(view.passage.locator(".xai-t-at")).to_have_text("film")
    view.settled()
    expect(view.passage.locator(".xai-t-chip")).to_contain_text("▼")
    expect(view.passage.locator(".xai-t-at")).to_have_text("film")


def test_the_probability_of_a_class_is_asked_for_by_its_range(open_text):
    view = open_text({"text": "a good film, not long"})
    panel = view.page.locator("[data-xai=search]")
    panel.locator("summary").click()
    reach = panel.get_by_role("group", name="Its probability is to be")
    expect(reach).to_have_count(0)
    panel.get_by_label("For the answer").select_option("negative")
    reach.get_by_label("at most").fill("0.75")
    reach.get_by_label("at most").press("Enter")
    panel.get_by_role("button", name="Search", exact=True).click()
    expect(panel.locator("[data-xai=found]").first).to_be_visible()
    assert [(m["target"], m["within"]) for m in view.asked("search")] == [(0, [None, 0.75])]
    expect(panel.locator("[data-xai=old]")).to_have_count(0)
