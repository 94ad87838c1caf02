"""What is set in JupyterLab and what its keys do, as live widgets and the kernel notice it."""

import json
import re
from pathlib import Path

from browser.image_widget import becomes, evaluate, value
from browser.lab import ROOT
from playwright.sync_api import expect

SCHEMA = json.loads((ROOT / "js/lab/settings/schema/settings.json").read_text())
PACE = "[w._bits, *{one.interval for one in w._paced()}]"
COARSE = "xai.store.slots.a.map.value?.info.values.dtype === '|u1'"


def test_settings_reach_a_live_widget_and_its_kernel_and_leave_what_was_chosen(studio, view):
    colours = view.root.get_by_label("Colours", exact=True)
    before = view.picture()
    studio.command("settingeditor:open", query="xai_widgets")
    form = studio.page.locator(".jp-SettingsPanel")
    expect(form).to_contain_text("Explanations (xai_widgets)")
    form.locator("select").nth(0).select_option("Purple – orange")
    form.locator("select").nth(1).select_option("8 bits a value: half as much to send, for slow connections")
    form.get_by_role("spinbutton").first.fill("4")
    try:
        view.until(COARSE)
        becomes(studio, PACE, [8, 0.25])
        studio.attend()
        expect(colours).to_have_value("purple_orange")
        assert view.picture() != before
        assert value(studio, "w.state['display'].get('colormap')") is None
        colours.select_option("ember")
    finally:
        studio.command("settingeditor:open", query="xai_widgets")
        studio.page.get_by_role("button", name="Restore to Defaults").click()
        expect(form.get_by_role("spinbutton").first).to_have_value("20")
        studio.command("application:close")
        studio.attend()
    view.until(f"!({COARSE})")
    becomes(studio, PACE, [16, 0.05])
    expect(colours).to_have_value("ember")
    colours.select_option("blue_orange")
    assert view.picture() == before


def keys_of(shortcut):
    return {tuple(shortcut[name]) for name in ("keys", "macKeys", "winKeys", "linuxKeys") if shortcut.get(name)}


def test_no_key_of_ours_is_one_of_jupyterlabs():
    from jupyterlab.commands import get_app_dir  # noqa: PLC0415  slow to import

    theirs = set()
    for file in Path(get_app_dir(), "schemas").rglob("*.json"):
        theirs |= {
            keys for one in json.loads(file.read_text()).get("jupyter.lab.shortcuts", []) for keys in keys_of(one)
        }
    assert ("Accel S",) in theirs
    ours = [keys for one in SCHEMA["jupyter.lab.shortcuts"] for keys in keys_of(one)]
    assert len(set(ours)) == len(ours) == 2 * 4
    # Nor does one of ours begin, or follow, a sequence of theirs.
    assert not {keys[0] for keys in ours} & {keys[0] for keys in theirs}


def press(lab, keys):
    lab.page.locator(".jp-Notebook-cell .cm-content").last.focus()
    lab.page.keyboard.press(keys)


def test_the_palette_tells_the_keys(studio):
    studio.palette("expla")
    for entry, key in {
        "Show the explanations of this notebook": "E",
        "Explain the selected variable…": "X",
        "New explanation notebook…": "N",
        "Cancel running explanations": "C",
    }.items():
        item = studio.page.locator(".lm-CommandPalette-item").filter(has_text=entry)
        expect(item.locator(".lm-CommandPalette-itemShortcut")).to_have_text(re.compile(f"Alt.*Shift.*{key}"))
    studio.page.keyboard.press("Escape")


def test_the_keys_open_the_panel_cancel_explain_and_begin_a_notebook(studio, view):
    page = studio.page
    press(studio, "Alt+Shift+E")
    panel = page.locator("#xai-explanations")
    expect(panel).to_be_visible()
    studio.command("application:toggle-right-area")
    expect(panel).to_be_hidden()

    evaluate(studio, "Net.pause = 0.02")
    view.root.get_by_label("Explanation method").select_option("rise")
    view.until("xai.store.slots.a.map.value.info.request.method === 'rise'")
    press(studio, "Alt+Shift+C")
    view.phase("cancelled")

    press(studio, "Alt+Shift+N")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What is to be explained?")
    dialog.get_by_role("button", name="Cancel").click()
    press(studio, "Alt+Shift+X")
    expect(page.get_by_role("dialog")).to_contain_text("Model")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()


def test_an_extension_of_another_version_is_told_of_in_widgets_and_in_the_panel(studio, view):
    mismatch = view.root.locator("[data-xai=mismatch]")
    expect(mismatch).to_have_count(0)
    evaluate(studio, "import xai_widgets.lab.panel as side; known, side.__version__ = side.__version__, '9.8.7'")
    root = studio.page.locator("html")
    said = root.get_attribute("data-xai-widgets")
    try:
        root.evaluate("(html, said) => { html.dataset.xaiWidgets = said; }", said.replace("0.1.0", "0.0.9"))
        expect(mismatch).to_have_text(
            re.compile(r"JupyterLab's extension is version 0\.0\.9 but the kernel runs 0\.1\.0")
        )
        studio.command("xai-widgets:show-explanations")
        panel = studio.page.locator("#xai-explanations")
        alert, live = panel.get_by_role("alert"), panel.locator(".xai-doing")
        expect(alert).to_contain_text("extension is xai_widgets 0.1.0, the kernel runs 9.8.7")
        expect(live).to_have_count(1)
        evaluate(studio, "w.close()")
        expect(live).to_have_count(0)
        expect(alert).to_be_visible()
    finally:
        root.evaluate("(html, said) => { html.dataset.xaiWidgets = said; }", said)
        evaluate(studio, "side.__version__ = known")
        studio.command("application:toggle-right-area")
