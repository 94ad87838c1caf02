"""The panel of trust: measured on unfolding, said in words, and a map that fails is grey."""

import re

import pytest
from browser.static_page import CONTRASTS
from playwright.sync_api import expect

PANEL = "Can I believe this?"
SAID = "kernel.model.sent.filter(m => m.kind === 'trust').map(m => m.open)"
COLOURED = """canvas => { const c = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    c.drawImage(canvas, 0, 0);
    const d = c.getImageData(canvas.width * 0.3, canvas.height * 0.3, canvas.width * 0.4, canvas.height * 0.4).data;
    let most = 0; for (let i = 0; i < d.length; i += 4) most = Math.max(most, Math.abs(d[i] - d[i + 2]));
    return most }"""


LINES = "all => all.map(e => Math.round(e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight)))"


def unfold(view):
    view.page.get_by_text(PANEL).click()
    return view.page.locator("[data-xai=trust]")


def test_it_is_measured_on_unfolding_and_each_number_is_said_in_words(open_view):
    view = open_view().ready()
    assert view.page.evaluate(SAID) == []
    panel = unfold(view)
    expect(panel.locator("[data-xai=trust-a]")).to_have_text("Passes 3 of 3 checks")
    lines = panel.locator(".xai-measure")
    expect(lines).to_have_count(5)
    expect(lines.nth(0)).to_contain_text(re.compile(r"Deletion0\.21 ± 0\.008random 0\.46PassesThe area is 0\.21, and"))
    expect(lines.nth(2)).to_contain_text("Number only")
    expect(lines.nth(3)).to_contain_text("not to be had hereThis method promises no sum")
    assert [line.locator(".xai-bar-track").count() for line in lines.all()][:4] == [1, 1, 0, 0]
    assert view.page.locator("img").count() == 0  # what came from outside is text
    rows = panel.locator(".xai-measure-value").evaluate_all(LINES)
    assert rows == [2, 2, 1, 1, 1], "a number, and below it that of chance: neither is broken"
    marks = panel.locator(".xai-mark:visible")
    assert marks.locator("svg").count() == marks.count() == 4
    assert view.page.evaluate(SAID) == [True]
    unfold(view)
    expect(panel.locator("summary").first).to_have_text(f"{PANEL}Passes 3 of 3 checks")
    view.page.wait_for_function(f"{SAID}.at(-1) === false")


def test_a_measure_unfolds_by_keys_into_its_definition_and_its_curves(open_view):
    view = open_view().ready()
    view.page.locator("[data-xai=trust] > summary").focus()
    view.page.keyboard.press("Enter")
    panel = view.page.locator("[data-xai=trust]")
    expect(panel.locator(".xai-measure")).to_have_count(5)
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("Space")
    deletion = panel.locator("[data-xai=measure-deletion]")
    expect(deletion).to_contain_text("Lower is better, from 0 to 1. Petsiuk et al., arXiv:1806.07421")
    chart = deletion.get_by_role("img")
    said = "Curves of Deletion. On average This map 0.218, Random order 0.46, Edge detector 0.357"
    expect(chart).to_have_attribute("aria-label", said)
    expect(chart.locator("polyline")).to_have_count(3)
    expect(deletion.locator("figcaption")).to_contain_text("This mapRandom orderEdge detector")
    strokes = chart.locator("polyline").evaluate_all("all => all.map(e => getComputedStyle(e).strokeDasharray)")
    assert len(set(strokes)) == 3


def test_a_map_that_is_no_better_than_random_turns_grey_until_somebody_wants_it(open_view):
    view = open_view({"options": {"hopeless": True}}).ready()
    before = view.canvas.evaluate(COLOURED)
    panel = unfold(view)
    note = view.page.locator("[data-xai=grey-a]")
    expect(note).to_contain_text("Integrated gradients: No better than random. It is shown in grey.")
    expect(panel.locator("[data-xai=trust-a]")).to_have_text("No better than random")
    view.pixels()
    assert view.canvas.evaluate(COLOURED) < before / 4
    note.get_by_role("button", name="Show it anyway").click()
    expect(note).to_have_count(0)
    view.pixels()
    assert view.canvas.evaluate(COLOURED) == pytest.approx(before, abs=4)
    # The next map is measured by itself.
    view.page.get_by_label("Explanation method").select_option("saliency")
    expect(note).to_contain_text("Saliency: No better than random")


def test_both_maps_of_a_comparison_have_a_verdict(open_view):
    view = open_view().ready()
    panel = unfold(view)
    view.page.get_by_label("Compare with").select_option("saliency")
    for slot in "ab":
        expect(panel.locator(f"[data-xai=trust-{slot}]")).to_have_text("Passes 3 of 3 checks")
    expect(panel.locator("h3")).to_have_text(["Integrated gradients", "Saliency"])


def test_methods_are_measured_beside_each_other_sorted_and_saved(open_view):
    view = open_view().ready()
    panel = unfold(view)
    panel.get_by_text("Methods beside each other").click()
    assert panel.get_by_role("checkbox").evaluate_all("all => all.filter(e => e.checked).length") == 1
    panel.get_by_role("button", name="All").click()
    panel.get_by_role("button", name="Measure 6 methods").click()
    table = panel.get_by_role("table", name="Methods beside each other")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.last).to_contain_text("RISENo better than random0.47 Fails")
    table.get_by_role("button", name="Deletion").click()
    expect(table.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text("0.23")
    table.get_by_role("button", name="Deletion").click()
    expect(rows.first).to_contain_text("RISE")
    with view.page.expect_download() as saved:
        panel.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename == "trust.csv"
    lines = saved.value.path().read_text().splitlines()
    assert lines[0].startswith("method,verdict,passed,checked,deletion,insertion")
    assert len(lines) == 7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_sticks_out_and_its_words_can_be_read(open_view, theme):
    view = open_view({"options": {"hopeless": True}}, width=340).ready()
    view.page.evaluate("light => { document.body.dataset.jpThemeLight = light }", str(theme == "light").lower())
    expect(view.page.locator(".xai-root")).to_have_attribute("data-xai-theme", theme)
    panel = unfold(view)
    panel.locator(".xai-measure-line").first.click()
    expect(panel.locator("[data-xai=trust-a]")).to_have_text("No better than random")
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert panel.locator(".xai-measure-line > .xai-bar-track").first.bounding_box()["width"] > 100
    view.page.mouse.move(0, 0)  # what is pointed at lies on a wash
    contrasts = view.page.evaluate(CONTRASTS, ".xai-measure :is(span, p), [data-xai=trust] output, .xai-doubt")
    assert len(contrasts) > 15
    assert min(contrasts) >= 4.5
