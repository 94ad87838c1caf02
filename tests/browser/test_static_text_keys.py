"""Every panel of the text view by keys alone: the focus is seen, is never lost, and ends nowhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

CAUSAL = {"text": "a good film, not long", "spec": {"causal": True, "attends": True}, "labels": None}
CLASSES = {"text": "a good film, not long", "spec": {"attends": True}}

FOCUS = """() => {
    const at = document.activeElement;
    if (!at?.closest('.xai-root')) return null;
    const rings = e => { const { outlineStyle, outlineWidth } = getComputedStyle(e);
        return outlineStyle !== 'none' && outlineWidth === '2px' };
    // A bar of choices shows the ring of its hidden field, a slider that of its thumb.
    const ring = rings(at) || (at.type === 'radio' && rings(at.nextElementSibling)) || at.type === 'range';
    const [box, page] = [at.getBoundingClientRect(), document.documentElement];
    const seen = box.bottom > 0 && box.top < page.clientHeight && box.width > 0;
    // Lists that scroll cut off what stands out of them.
    const holder = at.closest('[data-xai=versions]')?.getBoundingClientRect();
    const whole = !holder || (box.left - 4 >= holder.left && box.right + 4 <= holder.right);
    window.stops ??= new Map();
    if (!window.stops.has(at)) window.stops.set(at, window.stops.size);
    return { stop: window.stops.get(at), ring, seen, whole, name: at.ariaLabel || at.textContent || at.type } }"""


def pressed(view, *keys):
    for key in keys:
        view.page.keyboard.press(key)


def open_all(view):
    for name in ("search", "writing", "attention", "trust", "health"):
        fold = view.page.locator(f"[data-xai={name}] > summary")
        if fold.count():
            fold.focus()
            pressed(view, "Enter")
            expect(fold).to_be_focused()


def walked(view, key):
    """Go from stop to stop until the view ends."""
    stops = []
    while True:
        pressed(view, key)
        at = view.page.evaluate(FOCUS)
        if at is None or at["stop"] in stops[:1]:  # a page that is all there is begins anew
            return stops
        assert at["ring"], f"no ring around {at['name']}"
        assert at["seen"], f"{at['name']} is out of sight"
        assert at["whole"], f"the ring around {at['name']} is cut off"
        assert at["stop"] not in stops, f"the keyboard is trapped at {at['name']}"
        stops.append(at["stop"])


@pytest.mark.parametrize("setup", [CLASSES, CAUSAL], ids=["classes", "causal"])
def test_the_keyboard_reaches_all_and_is_never_lost_or_trapped(open_text, setup):
    view = open_text(setup)
    view.passage.focus()
    pressed(view, "Home", "ArrowRight", "Delete")
    view.settled()
    open_all(view)
    expect(view.page.locator("[data-xai=heads] button")).to_have_count(4)
    view.page.get_by_role("radio", name="Delete").focus()
    there = walked(view, "Tab")
    assert len(there) > 40
    back = walked(view, "Shift+Tab")
    assert len(back) >= len(there) - 1


def test_the_whole_text_is_written_by_keys_alone(open_text):
    view = open_text({"text": "a very good film"})
    button = view.page.get_by_role("button", name="Edit the whole text")
    button.focus()
    pressed(view, "Enter")
    field = view.page.get_by_role("textbox", name="Edit the whole text")
    expect(field).to_be_focused()
    pressed(view, "Escape")
    expect(button).to_be_focused()
    pressed(view, "Enter", "ControlOrMeta+End")
    view.page.keyboard.type(" indeed")
    pressed(view, "Control+Enter")
    expect(button).to_be_focused()
    assert [(e["name"], e["start"]) for e in view.edits()] == [("replace", 16)]


def test_a_version_is_told_with_what_it_did(open_text):
    view = open_text(CLASSES)
    view.passage.focus()
    pressed(view, "Home", "ArrowRight", "Delete")
    view.settled()
    versions = view.page.locator("[data-xai=versions]")
    step = versions.get_by_role("button", name=re.compile(r"^Version − good, \d+\.\d%, ▲ \+\d+\.\d$"))
    expect(step).to_be_visible()


def test_why_these_words_rather_than_others_is_asked_by_keys_alone(open_text):
    view = open_text(CAUSAL)
    rather = view.page.get_by_role("button", name=re.compile("^Rather than"))
    expect(rather.first).to_be_visible()
    view.mode("Ask")
    view.passage.focus()
    pressed(view, "Home", "ArrowRight", "Space")
    title = view.page.locator(".xai-title")
    expect(title).to_have_text("Why “good”?")
    view.settled()
    # What comes next is no other for what stands there: that is chosen among what might have stood there.
    expect(rather).to_have_count(0)
    box = view.page.get_by_role("combobox", name="rather than")
    box.focus()
    pressed(view, "ArrowDown")
    options = view.page.get_by_role("option")
    expect(options.first).to_contain_text("50.0%")
    view.page.keyboard.type("terr")
    pressed(view, "Enter")
    expect(title).to_have_text("Why “good” rather than “terrible”?")
    expect(box).to_be_focused()
    token = view.page.evaluate("document.querySelector('.xai-root').xai.store.prediction.value.names")
    asked = view.asked("ask")[-1]["request"]["target"]
    assert asked == {"span": [2, 6], "rather": {name: i for i, name in token}[" terrible"]}
    view.settled()
    fold = view.page.locator("[data-xai=search]")
    fold.locator("summary").focus()
    pressed(view, "Enter")
    expect(fold).to_contain_text("before “good” after which “terrible” is likelier there")
    # Back to what comes next.
    view.page.locator("[data-xai=next] .xai-bar").first.focus()
    pressed(view, "Enter")
    expect(rather.first).to_be_visible()


def test_what_is_drawn_otherwise_than_told_says_so(open_text):
    view = open_text(CAUSAL)
    title, drawn = view.page.locator(".xai-title"), view.page.get_by_text("all else is told at temperature 1")
    expect(drawn).to_have_count(0)
    before = title.inner_text()
    shares = view.page.locator("[data-xai=next] .xai-bar-value")
    first = shares.first.inner_text()
    view.page.get_by_role("slider", name="Temperature").focus()
    pressed(view, "End")
    expect(drawn).to_have_count(1)
    assert shares.first.inner_text() != first
    assert title.inner_text() == before
    exact = view.page.get_by_role("spinbutton", name="Temperature, exact value")
    exact.fill("1")
    exact.press("Enter")
    expect(drawn).to_have_count(0)
    view.page.get_by_role("slider", name="Candidates").focus()
    pressed(view, "Home", "ArrowRight", "ArrowRight")
    expect(drawn).to_have_count(1)
    expect(shares.nth(2)).not_to_have_text("0.0%")
    expect(shares.nth(3)).to_have_text("0.0%")


def test_without_a_mask_token_its_key_says_why_nothing_happens(open_text):
    view = open_text({"text": "a good film", "mask": None})
    view.passage.focus()
    pressed(view, "Home", "m")
    expect(view.page.locator("[data-xai=spoken]")).to_have_text("This tokenizer has no mask token")
    assert view.edits() == []


def test_the_model_goes_on_and_its_map_is_read_by_keys_alone(open_text):
    view = open_text(CAUSAL)
    panel = view.page.locator("[data-xai=writing]")
    panel.locator("summary").focus()
    pressed(view, "Enter", "Tab", "Home", "ArrowRight", "ArrowRight", "Tab", "Tab")
    expect(panel.get_by_role("button", name="Write", exact=True)).to_be_focused()
    pressed(view, "Enter")
    expect(panel.locator("ins")).to_have_count(3)
    expect(panel.get_by_role("button", name="Write", exact=True)).to_be_focused()
    assert [one["count"] for one in view.asked("generate")] == [3]
    pressed(view, "Tab", "Tab")  # past the new tokens, which are one stop
    expect(panel.get_by_role("button", name="Put into the text")).to_be_focused()
    pressed(view, "Tab")
    said = panel.locator(".xai-matrix-said")
    pressed(view, "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight")
    expect(said).to_have_text(re.compile(r"“\w+” ← “good”: [+−]\d"))
    # The column's word is pointed at in the text as well.
    expect(view.passage.locator(".xai-t-at")).to_have_text("good")
    pressed(view, "Shift+Tab", "Enter")
    view.settled()
    assert [(e["name"], e["start"]) for e in view.edits()] == [("replace", 21)]


def test_many_new_tokens_are_one_stop_of_the_tab_key(open_text):
    view = open_text(CAUSAL)
    panel = view.page.locator("[data-xai=writing]")
    panel.locator("summary").click()
    panel.get_by_role("slider", name="New tokens").fill("12")
    panel.get_by_role("button", name="Write", exact=True).click()
    keep = panel.get_by_role("button", name="Put into the text")
    expect(keep).to_be_visible()
    tokens = panel.locator("ins button")
    expect(tokens).to_have_count(12)
    keep.focus()
    for key, place in (("Shift+Tab", 0), ("ArrowLeft", 0), *(("ArrowRight", i) for i in range(1, 12)),
                       ("ArrowRight", 11), *(("ArrowLeft", i) for i in range(10, 0, -1))):  # fmt: skip
        pressed(view, key)
        expect(tokens.nth(place)).to_be_focused()
        # What it rests on most is pointed at in the map, as it is under the mouse.
        expect(panel.locator("ins").nth(place)).to_have_class("xai-t-at")
    # Where it was left, it is come back to.
    pressed(view, "Tab")
    expect(keep).to_be_focused()
    pressed(view, "Shift+Tab")
    expect(tokens.nth(1)).to_be_focused()
    pressed(view, "Enter")
    view.settled()
    assert [(e["name"], e["start"]) for e in view.edits()] == [("replace", 21)]


@pytest.mark.parametrize("by", ["mouse", "keys"])
def test_each_new_token_is_asked_about_as_part_of_the_text_up_to_it(open_text, by):
    view = open_text(CAUSAL)
    panel = view.page.locator("[data-xai=writing]")
    panel.locator("summary").click()
    panel.get_by_role("slider", name="New tokens").fill("3")
    panel.get_by_role("button", name="Write", exact=True).click()
    second = panel.locator("ins").nth(1).get_by_role("button")
    expect(panel.get_by_role("button", name="Put into the text")).to_be_visible()
    texts = [one.strip() for one in panel.locator("ins").all_inner_texts()]
    if by == "mouse":
        second.click()
    else:
        second.focus()
        pressed(view, "Enter")
    view.settled()
    assert [(e["name"], e["start"], e["text"]) for e in view.edits()] == [
        ("replace", 21, f" {texts[0]} {texts[1]}"),
    ]
    (start, stop) = view.asked("ask")[-1]["request"]["target"]["span"]
    assert f"{CAUSAL['text']} {texts[0]} {texts[1]}"[start:stop] == texts[1]
    expect(view.page.locator(".xai-title")).to_have_text(f"Why “{texts[1]}”?")


def test_heads_layers_and_cells_of_attention_are_read_by_keys_alone(open_text):
    view = open_text(CLASSES)
    panel = view.page.locator("[data-xai=attention]")
    panel.locator("summary").focus()
    pressed(view, "Enter")
    head = panel.get_by_role("button", name="Head 2")
    expect(head).to_be_visible()
    head.focus()
    pressed(view, "Enter")
    expect(head).to_have_attribute("aria-pressed", "true")
    expect(panel.get_by_label("Head", exact=True)).to_have_value("1")
    panel.get_by_label("Layer").focus()
    pressed(view, "ArrowDown")
    expect(panel.get_by_role("group", name="Heads of layer 2")).to_be_visible()
    assert [(one["layer"], one["head"]) for one in view.asked("attention")] == [(0, None), (0, 1), (1, 1)]
    expect(panel.get_by_label("Layer")).to_be_focused()
    panel.get_by_role("application").focus()
    said = panel.locator(".xai-matrix-said")
    pressed(view, "ArrowDown")
    expect(said).to_have_text(re.compile(r"“\[CLS\]” ← “\[CLS\]”: 0\.\d+"))
    pressed(view, "ArrowDown", "ArrowRight", "ArrowRight")
    # Attention has one direction: no sign.
    expect(said).to_have_text(re.compile(r"“a” ← “good”: 0\.\d+"))
    expect(view.passage.locator(".xai-t-at")).to_have_text("good")
