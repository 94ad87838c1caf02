"""What a notebook keeps of a view, alive again without a kernel."""

from __future__ import annotations

import json
import re

import pytest
from browser.image_widget import NEXT, SETUP, VIEW, ImageWidget, becomes, running, shown, source
from browser.lab import script
from browser.test_lab_extension import BLUE, SAVED, middle
from playwright.sync_api import expect

TWICE = """
w = xai.explain(model, image, labels=labels, target=0, method="input_x_gradient")
w.wait()
w.explain("saliency")
w
"""


SEEN = """i => { const { node } = PANEL.content.widgets[i], found = node.querySelector('.xai-saved .xai-root');
    if (!found) node.scrollIntoView();
    return found; }"""


def alive(lab, i):
    """Return the view in the output of a cell that no kernel is behind."""
    # What comes to life above it may push it out of sight again.
    lab.page.wait_for_function(script(SEEN), arg=i)
    root = lab.output(i).locator(".xai-saved .xai-root")
    expect(root).to_be_visible()
    expect(root.locator("[data-xai=saved]")).to_contain_text("without the model")
    return ImageWidget(root, lab.page)


@pytest.fixture
def kept(lab):
    """Save a notebook with two live views, and end its kernel; return the outputs' data."""
    lab.open("kept.ipynb", [SETUP, TWICE, "w"]).run(0).run(1).run(2)
    shown(lab, 1).settled().slide("Opacity", 0.35)
    becomes(lab, "w._display.get('opacity')", 0.35)
    lab.save()
    lab.check()
    # As long as the kernel has the widget, that is what comes to life.
    asked = []
    lab.page.on("request", lambda request: asked.append(request.url) if "/views/" in request.url else None)
    lab.open("kept.ipynb")
    shown(lab, 1).settled()
    shown(lab, 2).settled()
    assert asked == []
    lab.shutdown()
    lab.expected.append("widget model not found")
    return [one.outputs[-1].data for one in lab.server.read("kept.ipynb").cells[1:]]


def works(view):
    """Do to a view what needs no model."""
    assert view.xai("xai.store.display.value.opacity") == 0.35
    view.root.scroll_into_view_if_needed()
    view.canvas.hover(position={"x": 60, "y": 80})
    expect(view.readout.first).to_contain_text(re.compile(r"rank [\d,]+ of 3,072"))
    pictures = [view.picture()]
    for name, to in (("Opacity", 0.9), ("Attribution kept", 0.2)):
        view.root.get_by_role("slider", name=re.compile(name)).fill(str(to))
        pictures.append(view.picture())
    picker = view.root.get_by_label("Explanation method")
    expect(picker).to_have_value("saliency")
    picker.select_option("input_x_gradient")
    expect(view.status).to_contain_text("Input × gradient")
    pictures.append(view.picture())
    assert len(set(pictures)) == len(pictures)
    absent = picker.locator("option[value=occlusion]")
    expect(absent).to_be_disabled()
    expect(absent).to_contain_text("needs the model")


def test_a_reopened_notebook_is_alive_for_who_wrote_it_and_for_others(lab, kept):
    asked = []
    lab.page.on("request", lambda request: asked.append(request.url) if "/views/" in request.url else None)
    lab.open("kept.ipynb")
    works(alive(lab, 1))
    works(alive(lab, 2))
    assert len(asked) == 1, "both views come from one module"
    strange = {i: [dict(data)] for i, data in enumerate(kept)}
    lab.open("theirs.ipynb", ["1", "2"], outputs=strange, kernel=False)
    works(alive(lab, 0))


def test_what_nobody_looks_at_costs_nothing_and_what_goes_leaves_nothing(lab, kept):
    many = 12
    lab.open("many.ipynb", [*map(str, range(many))], outputs={i: [dict(kept[0])] for i in range(many)}, kernel=False)
    roots = lab.page.locator(".xai-saved .xai-root")
    alive(lab, 0)
    expect(lab.output(many - 1).locator(".xai-root")).to_have_count(0)
    assert 0 < roots.count() < many // 2
    last = alive(lab, many - 1)
    root = last.root.element_handle()
    lab.page.evaluate(script("i => PANEL.content.widgets[i].model.clearExecution()"), many - 1)
    expect(lab.output(many - 1).locator(".xai-saved")).to_have_count(0)
    # Its theme is followed no more, nor is anything drawn.
    lab.theme("dark")
    expect(roots.first).to_have_attribute("data-xai-theme", "dark")
    assert root.evaluate("root => [root.dataset.xaiTheme, root.childElementCount]") == ["light", 0]


def saved(lab):
    """Save the shared notebook, and return what it keeps of the view."""
    lab.save()
    return lab.server.read("image.ipynb").cells[VIEW].outputs[-1].data[SAVED]


def methods(kept):
    page = json.loads(kept["page"])
    return [page["messages"][at]["request"]["method"] for _, at in page["answers"]]


def test_a_save_waits_for_no_cell_and_the_next_one_has_all(studio, view):
    before = saved(studio)
    assert methods(before) == ["integrated_gradients"]
    source(studio, NEXT, "while True:\n    time.sleep(0.01)")
    view.root.get_by_label("Explanation method").select_option("saliency")
    view.settled()
    with running(studio, NEXT):
        during = saved(studio)
    assert during["page"] == before["page"]
    assert "Saliency" in during["text"], "the picture and its words are of now"
    assert methods(saved(studio)) == ["saliency", "integrated_gradients"]


def test_who_saves_is_told_of_what_found_no_room(studio, view):
    view.root.get_by_label("Explanation method").select_option("saliency")
    view.settled()
    studio.command("settingeditor:open", query="xai_widgets")
    form = studio.page.locator(".jp-SettingsPanel")
    room = form.get_by_role("spinbutton").nth(1)
    room.fill("20")
    told = studio.page.locator(".Toastify__toast", has_text="may take 20 kB of the notebook")
    try:
        studio.attend()
        studio.page.wait_for_function("JSON.parse(document.documentElement.dataset.xaiWidgets).kilobytes === 20")
        kept = saved(studio)
        assert methods(kept) == ["saliency"]
        assert kept["facts"][0] == "Saved: the newest 1 of 2 answers; the others found no room"
        expect(told.filter(has_text="without a kernel")).to_be_visible()
    finally:
        studio.command("settingeditor:open", query="xai_widgets")
        studio.page.get_by_role("button", name="Restore to Defaults").click()
        expect(room).to_have_value("300")
        studio.command("application:close")
        studio.attend()
    assert methods(saved(studio)) == ["saliency", "integrated_gradients"]


def hostile(page):
    """Damage a page's data, each time in another way."""
    text = json.dumps(page)
    code = "globalThis.hacked = true; export default {}"
    language = {**page, "messages": [*page["messages"], {"kind": "language", "module": code, "buffers": []}]}
    language["told"] = [*page["told"], len(page["messages"])]
    return [
        text[: len(text) // 2],
        5,
        json.dumps({**page, "spec": {**page["spec"], "kind": "../../../files/evil"}}),
        json.dumps({**page, "spec": {**page["spec"], "labels": 7, "methods": "<b>"}}),
        json.dumps({**page, "buffers": page["buffers"][:1]}),
        json.dumps({**page, "buffers": [[1, "AAAA"] for _ in page["buffers"]]}),
        json.dumps(language),
    ]


def test_damaged_or_hostile_data_leave_the_picture_and_say_so(lab, kept):
    page = json.loads(kept[0][SAVED]["page"])
    damaged = hostile(page)
    newer = json.dumps({**page, "spec": {**page["spec"], "v": 2}})
    data = [{SAVED: {"v": 1, "title": "Once", "png": BLUE, "page": one}} for one in [*damaged, newer]]
    outputs = {i: [one] for i, one in enumerate(data)}
    lab.open("hostile.ipynb", [*map(str, range(len(data)))], outputs=outputs, kernel=False)
    for i in range(len(data)):
        lab.page.evaluate(script("i => PANEL.content.widgets[i].node.scrollIntoView()"), i)
        said = "only its picture can be shown" if i < len(damaged) else "saved in version 2 of the form"
        expect(lab.output(i).get_by_role("alert")).to_contain_text(said)
        assert middle(lab.output(i).locator(".xai-saved img")) == [10, 30, 200]
        expect(lab.output(i).locator(".xai-root")).to_have_count(0)
    assert lab.page.evaluate("globalThis.hacked") is None
