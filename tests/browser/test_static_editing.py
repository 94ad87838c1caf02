"""Changing the photo and the question: brush, sliders, undo, class, method and parameters."""

import re

import pytest
from browser.static_page import ASKS
from playwright.sync_api import expect


def test_brush_sends_strokes_and_shows_the_change(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    before = view.pixels()
    view.stroke()
    view.settled()
    assert view.pixels() != before
    last = view.asks()[-1]["request"]["edits"]
    assert [edit["name"] for edit in last] == ["occlude"]
    assert len(last[0]["points"]) >= 6
    assert {key: last[0][key] for key in ("radius", "fill")} == {"radius": 12, "fill": "mean"}
    assert all(0 <= v <= 224 for v in last[0]["points"])
    expect(view.page.locator(".xai-delta").first).to_contain_text("▼ −")
    expect(view.page.get_by_text("1 brush stroke")).to_be_visible()


def test_brush_takes_colour_and_radius(open_view):
    view = open_view().ready()
    view.page.get_by_role("radio", name="Brush").check()
    view.page.get_by_label("Brush fill").select_option("colour")
    view.page.get_by_label("Brush colour").fill("#ff8000")
    view.page.get_by_label("Brush radius, exact value").fill("20")
    view.page.keyboard.press("Tab")
    view.stroke()
    edit = view.edits()[0]
    assert (edit["radius"], edit["fill"], edit["colour"]) == (20, "colour", [255, 128, 0])


def test_undo_redo_reset(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    undo, redo = view.page.get_by_role("button", name="Undo"), view.page.get_by_role("button", name="Redo")
    expect(undo).to_be_disabled()
    view.stroke()
    view.page.get_by_role("slider", name="Blur").focus()
    for _ in range(3):
        view.page.keyboard.press("ArrowRight")
    assert [edit["name"] for edit in view.edits()] == ["occlude", "blur"]
    view.page.keyboard.press("Control+z")
    view.page.keyboard.press("Control+z")
    view.page.keyboard.press("Control+z")
    assert [edit["name"] for edit in view.edits()] == ["occlude"]
    undo.click()
    assert view.edits() == []
    redo.click()
    view.canvas.focus()
    view.page.keyboard.press("Control+Shift+z")
    assert view.edits()[1]["value"] == pytest.approx(0.1)
    view.page.get_by_role("button", name="Reset").click()
    assert view.edits() == []
    view.page.keyboard.press("Control+z")
    assert len(view.edits()) == 2


def test_target_by_bar_search_and_pair(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    view.page.get_by_role("button", name="lynx").click()
    expect(view.page.get_by_role("heading", level=2)).to_contain_text("Why lynx")
    why = view.page.get_by_role("combobox", name="Why", exact=True)
    why.click()
    why.fill("thing 77")
    options = view.page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("thing 77")
    view.page.keyboard.press("Enter")
    expect(view.page.get_by_role("heading", level=2)).to_contain_text("Why thing 77")
    foil = view.page.get_by_role("combobox", name="rather than")
    foil.fill("tiger")
    options.filter(has_text="tiger cat").click()
    assert view.asks()[-1]["request"]["target"] == [77, 2]
    expect(view.page.get_by_role("heading", level=2)).to_contain_text(re.compile("rather than.*tiger cat"))
    view.page.get_by_role("button", name="Clear: rather than").click()
    assert view.asks()[-1]["request"]["target"] == 77


def test_methods_parameters_and_the_cache(open_view):
    view = open_view({"options": {"steps": 3}}).ready()
    picker = view.page.get_by_label("Explanation method")
    refused = picker.locator("option", has_text="Guided backprop (no ReLU in this model)")
    expect(refused).to_have_attribute("disabled", "")
    first = view.pixels()
    picker.select_option("smooth_grad")
    view.settled()
    assert view.pixels() != first
    view.page.get_by_text("Parameters of SmoothGrad").click()
    view.page.get_by_label("n samples, exact value").fill("50")
    view.page.keyboard.press("Tab")
    view.page.get_by_label("squared").check()
    assert view.asks()[-1]["request"]["params"] == {"n_samples": 50, "squared": True}
    view.settled()
    view.option("dead", True)
    picker.select_option("integrated_gradients")
    assert view.pixels() == first
    assert view.asks()[-1]["request"]["params"] == {}


def test_drag_keeps_one_ask_in_flight(open_view):
    view = open_view({"options": {"delayMs": 60, "steps": 1}}).ready()
    before = len(view.asks())
    view.page.get_by_role("slider", name="Blur").evaluate(
        """slider => { for (let i = 1; i <= 40; i++) {
            slider.value = String(i / 10); slider.dispatchEvent(new Event('input', {bubbles: true})) } }"""
    )
    view.page.wait_for_function(f"{ASKS}.at(-1).request.edits[0]?.value === 4")
    assert len(view.asks()) - before == 2


def asked(view, params):
    """Wait until the newest ask has these parameters: it waits in the browser while one before it is in flight."""
    told = "Object.entries(xai.at(-1).request.params).sort().toString()".replace("xai", ASKS)
    view.page.wait_for_function(f"want => {told} === Object.entries(want).sort().toString()", arg=params)


def test_a_number_may_be_left_to_the_method(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    view.page.get_by_label("Explanation method").select_option("occlusion")
    view.page.get_by_text("Parameters of Occlusion").click()
    auto = view.page.get_by_label("window: automatic")
    expect(auto).to_be_checked()
    expect(view.page.get_by_role("slider", name="window")).to_have_count(0)
    expect(view.page.get_by_role("button", name="Back to defaults")).to_have_count(0)
    auto.uncheck()
    # Neither the one window that sees nothing nor fifty thousand of one pixel.
    asked(view, {"window": 23})
    view.page.get_by_label("window, exact value").fill("40")
    view.page.keyboard.press("Tab")
    view.page.get_by_label("baselines").select_option("blur")
    asked(view, {"window": 40, "baselines": "blur"})
    view.settled()
    auto.check()
    asked(view, {"window": None, "baselines": "blur"})
    view.page.get_by_role("button", name="Back to defaults").click()
    asked(view, {})


def test_a_half_typed_number_outlives_the_answers_that_come(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    keys, exact = view.page.keyboard, view.page.get_by_label("Noise, exact value")
    exact.focus()
    keys.press("Control+a")
    keys.type("0.1")
    # A drag elsewhere draws all sliders anew.
    view.page.get_by_role("slider", name="Blur").evaluate(
        "e => { e.value = 2; e.dispatchEvent(new Event('input', { bubbles: true })) }"
    )
    expect(view.page.get_by_label("Blur, exact value")).to_have_value("2")
    expect(exact).to_have_value("0.1")
    keys.press("Tab")
    assert {one["name"]: one["value"] for one in view.edits()} == {"blur": 2, "noise": 0.1}
    # What is none leaves what was there; what is too large comes to the end of the range.
    for typed, kept in (("e", "0.1"), ("99", "1")):
        exact.focus()
        keys.press("Control+a")
        keys.type(typed)
        keys.press("Tab")
        expect(exact).to_have_value(kept)
