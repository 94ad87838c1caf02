"""For everybody: names, keys alone, and labels that are text."""

import re

from playwright.sync_api import expect


def test_keyboard_cursor_reads_out_and_rescales(open_view):
    view = open_view().ready()
    view.canvas.focus()
    view.page.keyboard.press("ArrowRight")
    expect(view.readout()).to_contain_text("x 112, y 112")
    view.page.keyboard.press("Shift+ArrowUp")
    expect(view.readout()).to_contain_text("x 112, y 102")
    spoken = view.page.locator("[data-xai=spoken]")
    expect(spoken).to_have_attribute("aria-live", "polite")
    expect(spoken).to_contain_text(re.compile(r"value .*, rank .*, above .*, x 112, y 102"))
    view.page.keyboard.press("Enter")
    expect(spoken).to_contain_text("Colours fitted to")
    view.page.keyboard.press("+")
    expect(view.page.locator(".xai-zoom-value")).to_have_text("150%")
    view.page.keyboard.press("0")
    expect(view.page.locator(".xai-zoom-value")).to_have_text("100%")


def test_labels_are_text(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    why = view.page.get_by_role("combobox", name="Why", exact=True)
    why.fill("onerror")
    expect(view.page.get_by_role("listbox").get_by_role("option")).to_contain_text("<img src=x onerror=")
    view.page.keyboard.press("Enter")
    expect(view.page.get_by_role("heading", level=2)).to_contain_text("<img src=x onerror=")
    assert view.page.locator("img").count() == 0
    assert view.page.evaluate("window.xaiHacked") is None


def test_every_control_has_a_name(open_view):
    view = open_view().ready()
    view.page.get_by_role("button", name="Curtain").click()
    view.page.get_by_role("radio", name="Brush").check()
    view.page.get_by_text("Parameters of Integrated gradients").click()
    nameless = view.page.evaluate(
        """() => [...document.querySelectorAll('input, button, select, canvas, progress, [role=slider]')]
            .filter(e => !e.getAttribute('aria-label') && !e.labels?.[0]?.textContent.trim() && !e.textContent.trim())
            .map(e => e.outerHTML)"""
    )
    assert nameless == []
    assert view.page.locator(".xai-root [tabindex]:not([tabindex='0']):not([role=option])").count() == 0


def test_all_of_it_without_a_pointer(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    keys = view.page.keyboard
    seen = []
    for _ in range(60):
        keys.press("Tab")
        name = view.page.evaluate(
            "document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? ''"
        )
        seen.append(name)
    for wanted in ("Inspect", "Curtain", "Why", "Explanation method", "Opacity", "Blur"):
        assert any(wanted in name for name in seen), wanted
    view.page.get_by_role("radio", name="Inspect").focus()
    keys.press("ArrowRight")
    view.canvas.focus()
    keys.press("ArrowRight")
    keys.press("Space")
    assert [edit["name"] for edit in view.edits()] == ["occlude"]
    keys.press("Control+z")
    assert view.edits() == []


def test_keys_do_not_reach_the_notebook(open_view):
    view = open_view().ready()
    view.page.evaluate("() => { window.leaked = []; document.addEventListener('keydown', e => leaked.push(e.key)) }")
    view.canvas.focus()
    for key in ("a", "d", "Enter", "ArrowDown", "Escape"):
        view.page.keyboard.press(key)
    assert view.page.evaluate("leaked") == []
    assert view.page.locator(".xai-root").get_attribute("data-lm-suppress-shortcuts") == "true"


def fingers(view, kind, *points):
    """Touch the canvas at these places, as a browser on a phone reports it."""
    places = [dict(zip("xy", view.point(*at), strict=True), id=i) for i, at in enumerate(points)]
    view.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def test_two_fingers_zoom_and_one_scrolls(open_view):
    view = open_view({"options": {"steps": 1}}, width=420, height=600, has_touch=True).ready()
    view.touch = view.page.context.new_cdp_session(view.page)
    zoom = view.page.locator(".xai-zoom-value")
    fingers(view, "touchStart", (0.4, 0.5))
    for y in (0.4, 0.2, 0.0):
        fingers(view, "touchMove", (0.4, y))
    fingers(view, "touchEnd")
    view.page.wait_for_function("scrollY > 20")
    expect(zoom).to_have_text("100%")
    view.page.evaluate("scrollTo(0, 0)")
    view.page.get_by_role("radio", name="Brush").check()
    fingers(view, "touchStart", (0.4, 0.5))
    fingers(view, "touchStart", (0.4, 0.5), (0.6, 0.5))
    for spread in (0.15, 0.2):
        fingers(view, "touchMove", (0.5 - spread, 0.5), (0.5 + spread, 0.5))
    fingers(view, "touchEnd")
    expect(zoom).to_have_text("200%")
    assert view.edits() == []
    view.page.get_by_role("radio", name="Inspect").check()
    assert view.canvas.evaluate("canvas => getComputedStyle(canvas).touchAction") == "none"
    expect(view.page.get_by_text("Colours fitted to")).to_have_count(0)
