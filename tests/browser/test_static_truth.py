"""What only answers tell: classes without names, coarse maps, late readers; and the bundle that is shipped."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from xai_widgets.esm import asset
from xai_widgets.export.colours import washed

STORE = "document.querySelector('.xai-root').xai.store"
NEVER = 10**9
"""Milliseconds."""


def test_classes_without_names_come_with_the_first_prediction(open_view):
    view = open_view({"labels": None, "options": {"outputs": 12, "delayMs": NEVER}})
    expect(view.page.get_by_role("heading", level=2)).to_have_text("Image explanation")
    expect(view.page.get_by_role("combobox", name="Why", exact=True)).to_have_count(0)
    view.option("delayMs", 1)
    view.page.evaluate(f"{STORE}.retry()")
    view.settled()
    expect(view.page.get_by_role("heading", level=2)).to_contain_text("Why class 0?")
    expect(view.page.locator(".xai-bar").nth(1)).to_contain_text("class 1")
    view.page.get_by_role("combobox", name="Why", exact=True).fill("class 7")
    view.page.get_by_role("option", name=re.compile("class 7 ")).or_(view.page.get_by_text("class 7")).first.click()
    expect(view.page.get_by_role("heading", level=2)).to_contain_text("Why class 7?")


def test_a_regression_has_no_percentages(open_view):
    view = open_view({"labels": None, "options": {"task": "value", "outputs": 2, "steps": 1}}).ready()
    expect(view.page.get_by_role("heading", level=2)).to_have_text(re.compile(r"Why output 0\?\s*31\.5"))
    expect(view.page.get_by_role("heading", name="Output", exact=True)).to_be_visible()
    for part in (".xai-title", ".xai-prediction"):
        assert "%" not in view.page.locator(part).inner_text()
    assert "31.5" in view.page.evaluate("document.querySelector('.xai-root').xai.describe()")


def test_two_classes_of_one_logit_are_percentages(open_view):
    view = open_view({"labels": None, "options": {"task": "binary", "outputs": 2, "steps": 1}}).ready()
    bars = view.page.locator(".xai-bar")
    expect(bars).to_have_count(2)
    for i in range(2):
        expect(bars.nth(i)).to_contain_text(re.compile(rf"class {i}.*%"))


def test_a_coarse_map_is_read_in_its_own_cells(open_view):
    view = open_view({"options": {"coarse": 32, "steps": 1}}).ready()
    grid = f"{STORE}.slots.a.map.value.grid"
    assert view.page.evaluate(f"[{grid}.width, {grid}.height]") == [7, 7]
    value = "k => { const {codes, lo, hi} = " + grid + "; return lo + codes[k] / 65534 * (hi - lo) }"
    view.page.locator(".xai-canvas").focus()
    view.page.keyboard.press("ArrowRight")
    for key, times in (("Shift+ArrowRight", 12), ("Shift+ArrowDown", 12), ("Shift+ArrowUp", 25)):
        for _ in range(times):
            view.page.keyboard.press(key)
        row, place = (6, "y 223") if "Down" in key else (0, "y 0") if "Up" in key else (3, "y 112")
        want = view.page.evaluate(value, row * 7 + 6)
        expect(view.readout()).to_contain_text(f"x 223, {place}")
        expect(view.readout()).to_contain_text(re.compile(r"rank \d+ of 49"))
        said = view.readout().locator("strong").inner_text().replace("−", "-")
        assert float(said) == pytest.approx(want, rel=0.01, abs=1e-6)
    view.page.keyboard.press("Enter")
    assert view.page.evaluate(f"{STORE}.display.value.scale") == pytest.approx(abs(want), rel=1e-3)


def test_a_cancel_stops_what_waits_too(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    view.option("delayMs", NEVER)
    blur = view.page.get_by_role("slider", name="Blur")
    for amount in ("1", "2", "3"):
        blur.fill(amount)
    view.page.get_by_role("button", name="Cancel").click()
    # The kernel answers the one ask in flight, which is when the one that waited would have gone out.
    view.page.evaluate(
        "id => kernel.model.emit('msg:custom', {kind: 'ended', id, slot: 'a', outcome: 'cancelled'}, [])",
        view.page.evaluate(f"{STORE}.link.slots.a.inFlight"),
    )
    expect(view.page.locator("[data-xai=status-a]")).to_have_attribute("data-phase", "cancelled")
    view.page.wait_for_function(f"() => {STORE}.link.slots.a.inFlight === null")
    assert len(view.asks()) == 1
    expect(view.page.locator("[data-xai=status-a]")).to_have_attribute("data-phase", "cancelled")


def test_a_kernel_that_reads_late_does_not_snap_the_display_back(open_view):
    view = open_view({"options": {"steps": 1}}).ready()
    old = "window.old = structuredClone(kernel.model.state.state)"
    view.page.evaluate(old)
    view.option("delayMs", 2000)
    opacity = view.page.get_by_role("slider", name="Opacity")
    opacity.fill("0.2")
    view.page.wait_for_function(f"() => {STORE}.link.later === undefined")  # sent, and no longer held back
    view.page.evaluate("() => { old.id += 7; kernel.model.emit('msg:custom', {kind: 'state', state: old}, []) }")
    expect(opacity).to_have_value("0.2")
    view.page.wait_for_function("() => kernel.model.state.state.display.opacity === 0.2")  # read at last
    view.page.evaluate(
        "kernel.model.emit('msg:custom', {kind: 'state', state: structuredClone(kernel.model.state.state)}, [])"
    )
    expect(opacity).to_have_value("0.2")


def test_the_photo_is_washed_as_in_the_static_picture(open_view):
    data = io.BytesIO()
    colour = (200, 60, 20)
    Image.new("RGB", (320, 240), colour).save(data, "PNG")
    photo = {"data": base64.b64encode(data.getvalue()).decode(), "mime": "image/png", "width": 320, "height": 240}
    view = open_view({"photo": photo, "options": {"steps": 1}}).ready()
    view.page.get_by_role("slider", name="Opacity").fill("0")
    view.page.wait_for_function("document.querySelector('.xai-root').xai.store.display.value.opacity === 0")
    kept = base64.b64decode(view.pixels().split(",")[1])
    shown = np.asarray(Image.open(io.BytesIO(kept)).convert("RGB")).astype(int)
    middle = shown[shown.shape[0] // 2, shown.shape[1] // 2]
    assert np.abs(middle - washed(np.array([[colour]], np.uint8))[0, 0]).max() <= 2


def test_a_photo_that_is_found_to_be_mirrored_is_shown_so(open_view):
    view = open_view().ready()
    view.page.get_by_role("slider", name="Opacity").fill("0")
    before = view.pixels()
    data = io.BytesIO()
    Image.new("RGB", (320, 240), (200, 60, 20)).save(data, "PNG")
    photo = {"data": base64.b64encode(data.getvalue()).decode(), "mime": "image/png", "width": 320, "height": 240}
    view.page.evaluate("photo => kernel.model.set('spec', { ...kernel.model.get('spec'), photo })", photo)
    view.page.wait_for_function("before => document.querySelector('.xai-canvas').toDataURL() !== before", arg=before)


def test_the_bundle_that_is_shipped_runs(open_view):
    view = open_view()
    view.page.evaluate("document.querySelector('.xai-root').remove()")
    bundle = asset("image.js")
    view.page.evaluate("code => xaiPage.use(code).then(() => { window.kernel = xaiPage.open() })", bundle)
    view.ready()
    expect(view.page.locator(".xai-bar")).to_have_count(5)
    assert "#b04300" in bundle, "the colours are those of look.json"
