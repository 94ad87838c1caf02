"""Reading the map: values, colours, what is kept, the curtain and the zoom."""

import re

from playwright.sync_api import expect


def test_first_view_shows_question_classes_and_map(open_view):
    view = open_view().ready()
    expect(view.page.get_by_role("heading", level=2)).to_have_text(re.compile(r"^Why tabby\?\s*56\.2%$"))
    bars = view.page.locator(".xai-bar")
    expect(bars).to_have_count(5)
    expect(bars.first).to_have_attribute("aria-pressed", "true")
    expect(bars.first).to_contain_text("56.2%")
    expect(view.page.locator(".xai-legend")).to_contain_text("+0.0")
    expect(view.page.locator("[data-xai=status-a]")).to_contain_text("error ±1.2%")


def test_hover_reads_value_rank_and_place(open_view):
    view = open_view().ready()
    view.hover(0.5, 0.5)
    expect(view.readout()).to_contain_text("x 112, y 112")
    expect(view.readout()).to_contain_text(re.compile(r"[+−]0\.\d+.*rank [\d,]+ of 50,176.*above \d"))
    view.hover(0.02, 0.5)
    expect(view.readout()).to_contain_text("outside the model's view")


def test_click_fits_the_colours_and_a_second_click_resets(open_view):
    view = open_view().ready()
    view.hover(0.4, 0.3)
    before = view.pixels()
    view.page.mouse.click(*view.point(0.4, 0.3))
    expect(view.page.get_by_text("Colours fitted to")).to_be_visible()
    assert view.pixels() != before
    view.page.mouse.click(*view.point(0.4, 0.3))
    expect(view.page.get_by_text("Colours fitted to")).to_have_count(0)
    assert view.pixels() == before


def test_the_legend_has_its_numbers_whatever_is_chosen(open_view):
    view = open_view().ready()
    ends = view.page.locator(".xai-legend-ends")
    number = r"[≤≥]? ?[+−]?\d[\d.e−]*"
    for sign in ("Both", "For", "Against", "Strength"):
        view.page.get_by_role("radio", name=sign).check()
        for kept in ("1", "0.2", "0"):
            view.page.get_by_role("slider", name="Attribution kept").fill(kept)
            expect(ends).to_have_text(re.compile(rf"^{number}\D.*{number}$"))
    view.page.get_by_label("Compare with", exact=True).select_option("rise")
    view.settled("b")
    for layout in ("Single", "Curtain", "Side by side", "Disagreement"):
        view.page.get_by_role("radio", name=layout).check()
        for one in ends.all():
            expect(one).to_have_text(re.compile(rf"^{number}\D.*{number}$"))
        expect(ends).to_have_count(2 if layout in {"Curtain", "Side by side"} else 1)


def test_reading_controls_send_no_ask(open_view):
    view = open_view().ready()
    asks, shown = len(view.asks()), {view.pixels()}
    kept = view.page.locator("[data-xai=kept]")
    expect(kept).to_have_text("100.0% in 50,176 of 50,176 pixels")

    def changed() -> None:
        picture = view.pixels()
        assert picture not in shown
        shown.add(picture)

    view.page.get_by_role("slider", name="Attribution kept").fill("0.5")
    expect(kept).to_have_text(re.compile(r"^50\.\d% in [\d,]{3,6} of 50,176 pixels$"))
    changed()
    for sign in ("For", "Against", "Strength"):
        view.page.get_by_role("radio", name=sign).check()
        changed()
    expect(view.page.get_by_text("strength |value|")).to_be_visible()
    view.page.get_by_role("radio", name="Both").check()
    view.page.get_by_label("Colours", exact=True).select_option("purple_orange")
    changed()
    view.page.get_by_role("slider", name="Opacity").fill("0.9")
    changed()
    assert len(view.asks()) == asks


def test_smoothing_is_chosen_and_can_be_changed(open_view):
    view = open_view({"options": {"rough": True}}).ready()
    slider = view.page.get_by_role("slider", name="Smoothing")
    expect(slider).to_have_value("2")
    expect(view.page.get_by_text("Automatic: this map is speckle without it")).to_be_visible()
    view.hover(0.4, 0.4)
    expect(view.readout()).to_contain_text("mean around this pixel")
    smooth, asks = view.pixels(), len(view.asks())
    mean = view.readout().locator("strong").inner_text()
    slider.fill("0")
    view.hover(0.4, 0.4)
    expect(view.readout()).not_to_contain_text("mean around this pixel")
    assert view.readout().locator("strong").inner_text() != mean
    assert view.pixels() != smooth
    view.page.get_by_role("button", name="Back to automatic").click()
    view.hover(0.4, 0.4)
    assert view.pixels() == smooth
    assert len(view.asks()) == asks
    last = "kernel.model.sent.filter(m => m.kind === 'display')"
    view.page.wait_for_function(f"{last}.at(-1)?.display.smooth === null")


def test_a_smooth_map_is_left_alone(open_view):
    view = open_view().ready()
    expect(view.page.get_by_role("slider", name="Smoothing")).to_have_value("0")
    expect(view.page.get_by_text("Automatic: this map is smooth by itself")).to_be_visible()


def test_display_is_told_at_most_four_times_a_second(open_view):
    view = open_view().ready()
    opacity = view.page.get_by_role("slider", name="Opacity")
    opacity.evaluate(
        """slider => { for (let i = 1; i <= 50; i++) {
            slider.value = String(i / 100); slider.dispatchEvent(new Event('input', {bubbles: true})) } }"""
    )
    last = "kernel.model.sent.filter(m => m.kind === 'display')"
    view.page.wait_for_function(f"{last}.at(-1)?.display.opacity === 0.5")
    assert view.page.evaluate(f"{last}.length") == 2


def test_curtain_by_pointer_and_keyboard(open_view):
    view = open_view().ready()
    before = view.pixels()
    view.page.get_by_role("radio", name="Curtain").check()
    handle = view.page.get_by_role("slider", name="Curtain position")
    expect(view.page.get_by_text("Original", exact=True)).to_be_visible()
    assert view.pixels() != before
    box = handle.bounding_box()
    view.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    view.page.mouse.down()
    view.page.mouse.move(*view.point(0.25, 0.5), steps=4)
    view.page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "25")
    expect(handle).to_be_focused()
    view.page.keyboard.press("Shift+ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", "35")
    view.page.keyboard.press("Home")
    expect(handle).to_have_attribute("aria-valuenow", "0")


def test_zoom_by_wheel_buttons_and_drag(open_view):
    view = open_view().ready()
    value = view.page.locator(".xai-zoom-value")
    view.hover(0.5, 0.5)
    view.page.mouse.wheel(0, -240)
    expect(value).to_have_text("100%")
    view.page.keyboard.down("Control")
    view.page.mouse.wheel(0, -240)
    view.page.keyboard.up("Control")
    expect(value).to_have_text("272%")
    view.hover(0.5, 0.5)
    here = view.readout().inner_text()
    view.page.mouse.down()
    view.page.mouse.move(*view.point(0.6, 0.6), steps=4)
    view.page.mouse.up()
    view.hover(0.6, 0.6)
    assert view.readout().inner_text().split("\n")[0] == here.split("\n")[0]
    expect(view.page.get_by_text("Colours fitted to")).to_have_count(0)
    view.page.get_by_role("button", name="Fit the photo").click()
    expect(value).to_have_text("100%")


def test_missing_values_are_hatched_and_said(open_view):
    view = open_view({"options": {"missing": True}}).ready()
    expect(view.page.get_by_text("hatched: not a number")).to_be_visible()
    view.canvas.focus()
    view.page.keyboard.press("ArrowRight")
    for _ in range(12):
        view.page.keyboard.press("Shift+ArrowRight")
        view.page.keyboard.press("Shift+ArrowUp")
    expect(view.readout()).to_contain_text("not a number")


def test_a_change_of_display_is_drawn_without_asking_the_kernel(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    asked = len(view.asks())
    pictures = {view.pixels()}
    for change in ({"opacity": 0.3}, {"mass": 0.4}, {"sign": "positive"}, {"colormap": "purple_orange"}, {"smooth": 4}):
        view.page.evaluate("change => document.querySelector('.xai-root').xai.store.setDisplay(change)", change)
        pictures.add(view.pixels())
    assert len(pictures) == 6
    assert len(view.asks()) == asked
