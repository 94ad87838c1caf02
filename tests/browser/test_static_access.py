"""For everybody: names, keys alone, and labels that are text."""

import re
from itertools import pairwise

import pytest
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


def test_an_answer_is_said_aloud_once_it_stays(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    answer = view.page.locator("[data-xai=answer]")
    expect(answer).to_have_text(re.compile(r"^\S.* \d+\.\d%$"))  # the likeliest class
    answer.evaluate(
        """p => { window.told = []; new MutationObserver(() => window.told.push(p.textContent))
            .observe(p, { childList: true, characterData: true, subtree: true }) }"""
    )
    slider = view.page.get_by_role("slider", name="Blur", exact=True)
    for step in (1, 2, 3):
        slider.fill(str(step))
    view.page.wait_for_function("() => document.querySelector('.xai-root').xai.store.prediction.value.edited")
    expect(answer).to_have_text(re.compile(r"^\S.* \d+\.\d%, Value for the original input \d+\.\d%"))
    assert len(view.page.evaluate("window.told")) == 1, "not at each step of the slider"
    other = view.page.locator(".xai-bar").last
    other.click()
    expect(answer).to_contain_text(f", {other.locator('.xai-bar-name').inner_text()} ")


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
    view.page.get_by_role("radio", name="Curtain").check()
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
    for wanted in ("Inspect", "Single", "Why", "Explanation method", "Opacity", "Blur"):
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


def test_text_fields_undo_their_own_letters(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    keys = view.page.keyboard
    view.page.get_by_role("slider", name="Blur").fill("2")
    exact = view.page.get_by_label("Noise, exact value")
    exact.focus()
    keys.press("Control+a")
    keys.type("7")
    keys.press("Control+z")
    expect(exact).to_have_value("0")
    why = view.page.get_by_role("combobox", name="Why", exact=True)
    why.click()
    keys.type("ly")
    keys.press("Control+z")
    assert view.edits() == [{"name": "blur", "value": 2}]
    view.canvas.focus()
    keys.press("Control+z")
    assert view.edits() == []
    keys.press("Control+y")
    assert len(view.edits()) == 1


def test_escape_closes_the_list_and_asks_nothing(open_view):
    view = open_view().ready()
    why = view.page.get_by_role("combobox", name="Why", exact=True)
    why.click()
    why.fill("lynx")
    expect(view.page.get_by_role("listbox")).to_be_visible()
    view.page.keyboard.press("Escape")
    expect(view.page.get_by_role("listbox")).to_have_count(0)
    expect(why).to_have_attribute("aria-expanded", "false")
    expect(why).to_be_focused()
    expect(why).to_have_value("")
    assert view.asks() == []


@pytest.mark.parametrize("width", [420, 800, 1300])
def test_tab_goes_the_way_the_eye_goes(open_view, width):
    view = open_view(width=width).ready()
    sections = []
    for _ in range(60):
        view.page.keyboard.press("Tab")
        name = view.page.evaluate("document.activeElement.closest('.xai-section')?.querySelector('h3').textContent")
        if name and name not in sections:
            sections.append(name)
    assert sections == ["Prediction", "Question", "Method", "Reading the map", "Change the photo"]
    # And the eye goes down or to the right.
    places = view.page.evaluate(
        """[...document.querySelectorAll('.xai-left, .xai-side, .xai-reading, .xai-editing')]
            .map(e => e.getBoundingClientRect()).map(r => [r.left, r.top])"""
    )
    assert all(after[0] > before[0] + 9 or after[1] > before[1] + 9 for before, after in pairwise(places))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_focus_is_seen(open_view, theme):
    view = open_view().ready()
    light = "true" if theme == "light" else "false"
    view.page.evaluate("light => { document.body.dataset.jpThemeLight = light }", light)
    expect(view.page.locator(".xai-root")).to_have_attribute("data-xai-theme", theme)
    unseen = []
    for _ in range(45):
        view.page.keyboard.press("Tab")
        found = view.page.evaluate(
            """() => { const at = document.activeElement; if (!at.closest('.xai-root')) return null;
                // A radio's face and a slider's thumb show it for them.
                if (at.type === 'range') return null;
                const shown = at.type === 'radio' ? at.nextElementSibling : at;
                const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(shown);
                const numbers = c => c.match(/[\\d.]+/g).slice(0, 3).map(v => { v /= 255;
                    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 });
                const grey = c => { const [r, g, b] = numbers(c); return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05 };
                const back = grey(getComputedStyle(at.closest('.xai-root')).backgroundColor), ring = grey(outlineColor);
                const enough = Math.max(back, ring) / Math.min(back, ring) >= 3;
                return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && enough ? null : at.outerHTML }"""
        )
        if found:
            unseen.append(found)
    assert unseen == []


AT_REST = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    for (let still = 0, at = scrollY; still < 10; at = scrollY) {
        await frame(); still = at === scrollY ? still + 1 : 0 } }"""
"""Resolves when the page has not scrolled for ten frames."""


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
    view.page.evaluate(AT_REST)  # the page glides on after the finger; under two fingers it would move the photo
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


def test_a_finger_reads_where_it_touches_and_fits_the_colours_where_it_touches_again(open_view):
    view = open_view({"options": {"steps": 1}}, width=420, height=900, has_touch=True).ready()
    fitted = view.page.get_by_text("Colours fitted to")
    view.page.touchscreen.tap(*view.point(0.5, 0.5))
    expect(view.readout()).to_contain_text("x 112, y 112")
    view.page.touchscreen.tap(*view.point(0.6, 0.5))
    expect(view.readout()).to_contain_text("y 112")
    expect(view.readout()).not_to_contain_text("x 112")
    expect(fitted).to_have_count(0)
    view.page.touchscreen.tap(*view.point(0.61, 0.51))
    expect(fitted).to_be_visible()
    view.page.touchscreen.tap(*view.point(0.4, 0.5))
    expect(fitted).to_be_visible()
    view.page.touchscreen.tap(*view.point(0.4, 0.5))
    expect(fitted).to_have_count(0)


def test_what_a_finger_touches_is_large_enough(open_view):
    view = open_view(width=420, height=900, has_touch=True).ready()
    small = view.page.evaluate(
        """() => [...document.querySelector('.xai-root').querySelectorAll(
                'button:not(.xai-link), select, summary, .xai-segment, .xai-range, .xai-check, .xai-input')]
            .filter(e => e.checkVisibility()).map(e => [e.className, e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []
