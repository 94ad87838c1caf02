"""Saved explanations, opened from the file browser."""

import dataclasses
import json
import re

import numpy as np
import pytest
import torch
from browser.test_lab_extension import BLUE, middle
from playwright.sync_api import expect
from torch import nn
from widgets.fakes import HOLD
from widgets.texts import TOKENIZER, Reader

import xai_widgets as xai
from xai_widgets.changes import CellChange, Counterfactuals, RowCandidate
from xai_widgets.export.packed import packed
from xai_widgets.results import Prediction

HOSTILE = '<img src=x onerror="window.hacked = true">'


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)).eval()


def write(lab):
    """Write one file of each kind, and some that are none."""
    root, labels = lab.server.root, ["cat", HOSTILE, "owl"]
    xai.attribute(network(), torch.rand(3, 16, 16), "saliency", labels=labels).save(root / "picture.xai.json")
    record = json.loads((root / "picture.xai.json").read_text())
    shown = {"v": 1, "title": "Explanation", "text": f"Why {HOSTILE}?\nIt is blue.", "png": BLUE}
    arrays = {name: array for name, array in record["arrays"].items() if name != "photo"}
    (root / "picture.xai.json").write_text(json.dumps({**record, "view": shown, "arrays": arrays}))
    (root / "later.xai.json").write_text(json.dumps({**record, "v": 9}))
    (root / "damaged.xai.json").write_text((root / "picture.xai.json").read_text()[:-100])
    row = xai.attribute(nn.Linear(3, 2), np.float32([1, 2, 3]), "input_x_gradient", labels=["no", "yes"])
    row.save(root / "row.xai.json")


def opened(lab, name):
    """Open a file as a double click does; return what is shown of it."""
    item = lab.page.locator(".jp-DirListing-item", has_text=name)
    item.dblclick()
    tab = lab.page.locator(".lm-TabBar-tab.lm-mod-current", has_text=name)
    expect(tab).to_be_visible()
    return lab.page.locator(f"#{lab.page.evaluate('window.jupyterapp.shell.currentWidget.id')} .xai-file")


def test_a_double_click_shows_picture_words_and_numbers(lab):
    write(lab)
    lab.goto("lab?reset")
    shown = opened(lab, "picture.xai.json")
    assert middle(shown.locator("figure img")) == [10, 30, 200]
    expect(shown.locator("figcaption")).to_contain_text(f"Why {HOSTILE}?")
    numbers = shown.locator("table")
    expect(numbers.nth(0).get_by_role("rowheader", name=HOSTILE)).to_be_visible()
    expect(numbers.nth(1)).to_contain_text("3 × 16 × 16")
    expect(numbers.nth(2)).to_contain_text("saliency")
    assert lab.page.evaluate("window.hacked") is None
    expect(shown.locator("img")).to_have_count(1)

    expect(opened(lab, "row.xai.json").locator("table").first).to_contain_text("yes")
    for name, sentence in {"later": "reads version 1: install a newer", "damaged": "This file is damaged"}.items():
        expect(opened(lab, f"{name}.xai.json").get_by_role("alert")).to_contain_text(sentence)


@pytest.fixture(scope="module")
def picture():
    """Explain a picture that has a photo, to which a class has a hostile name."""
    photo = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    x = torch.rand(3, 24, 32, generator=torch.Generator().manual_seed(0))
    found = xai.attribute(network(), x, "saliency", target=1, labels=["cat", HOSTILE, "owl"])
    return dataclasses.replace(found, photo=photo, region=(0, 0, 64, 48), notes=(HOSTILE,))


def live(shown):
    """Wait for the view in the place of the picture; return what it holds, as JavaScript of its root."""
    root = shown.locator(".xai-root")
    expect(root).to_be_visible()
    expect(shown.locator("figure")).to_have_count(0)
    return root, lambda script: root.evaluate(f"root => {script}")


def test_a_picture_is_shown_by_the_view_of_its_widget(lab, picture):
    picture.save(lab.server.root / "live.xai.json")
    lab.goto("lab?reset")
    shown = opened(lab, "live.xai.json")
    root, tell = live(shown)
    lab.page.wait_for_function("root => root.xai.lastDrawnId === 1", arg=root.element_handle())
    grid = tell("(({ lo, hi, codes }) => [lo, hi, ...codes])(root.xai.store.slots.a.map.value.grid)")
    low, high, *codes = grid
    heat = np.nan_to_num(picture.heat.ravel())
    np.testing.assert_allclose(low + (high - low) * np.array(codes) / 65534, heat, atol=(high - low) / 65534)

    root.locator("canvas.xai-canvas").first.hover(position={"x": 60, "y": 80})
    expect(root.locator("[data-xai=readout]").first).to_contain_text(re.compile(r"rank [\d ]+ of 768"))
    before = tell("root.xai.snapshot()")
    root.get_by_label("Colours", exact=True).select_option("purple_orange")
    root.get_by_label("Opacity").fill("0.2")
    assert tell("root.xai.snapshot()") != before
    expect(root).to_contain_text("Saliency")
    expect(root).to_contain_text(HOSTILE)
    expect(root.get_by_label("Explanation method")).to_have_value("saliency")
    expect(shown.locator(":scope > section")).to_have_count(3)
    assert lab.page.evaluate("window.hacked") is None
    lab.command("application:close")
    expect(root).to_have_count(0)


def test_a_text_is_shown_by_the_view_of_its_widget(lab):
    HOLD.set()
    said = "a \U0001f600 good film <img src=x onerror='window.hacked = 1'> not bad"
    found = xai.attribute(Reader(), said, "occlusion", tokenizer=TOKENIZER, target=0)
    found.save(lab.server.root / "said.xai.json")
    lab.goto("lab?reset")
    root, tell = live(opened(lab, "said.xai.json"))
    pieces = tell("root.xai.store.slots.a.map.value.layout")
    assert pieces["text"] == said
    root.get_by_role("radio", name="Tokens", exact=True).check(force=True)
    root.locator("[data-xai=text-a] span", has_text="film").last.hover()
    expect(root.locator("[data-xai=readout]").first).to_contain_text("film")
    assert tell("root.xai.describe()").startswith("Why class 0?")
    assert lab.page.evaluate("window.hacked") is None


def test_a_row_is_shown_by_the_view_of_its_widget(lab):
    torch.manual_seed(0)
    rng, count = np.random.default_rng(0), 2000
    given = {f"column {i}": one for i, one in enumerate(rng.normal(size=count).tolist())} | {HOSTILE: 0.0}
    found = xai.attribute(nn.Linear(count + 1, 2), given, "input_x_gradient", labels=["no", "yes"])
    cells = (*found.cells[:-2], None, HOSTILE)
    dataclasses.replace(found, cells=cells).save(lab.server.root / "wide.xai.json")
    lab.goto("lab?reset")
    root, tell = live(opened(lab, "wide.xai.json"))
    lines = root.locator(".xai-f-row")
    first = int(np.argmax(np.abs(found.values)))
    expect(lines.first).to_have_attribute("data-column", found.names[first])
    expect(lines.first).to_contain_text(f"{found.cells[first]:.6g}".replace("-", "\u2212"))
    expect(lines.first.locator(".xai-f-bar")).to_have_attribute("title", re.compile(r"rank 1 of 2001"))
    assert lines.count() < 100, "the others come when they are scrolled to"
    root.get_by_role("searchbox").fill("onerror")
    expect(lines).to_have_count(1)
    expect(lines.locator(".xai-f-told")).to_have_text(HOSTILE)
    root.get_by_role("searchbox").fill("column 1999")
    expect(lines.locator(".xai-f-told")).to_have_text("missing")
    root.get_by_role("searchbox").fill("")
    root.get_by_role("radio", name="Data", exact=True).check(force=True)
    expect(lines.first).to_have_attribute("data-column", "column 0")
    assert tell("root.xai.describe()").startswith("Why ")
    assert lab.page.evaluate("window.hacked") is None


def test_curves_of_columns_are_shown_by_the_explorer_of_tables(lab):
    data = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    curves = xai.partial_dependence(nn.Linear(3, 2), data, features=["a", HOSTILE, "c"], labels=["no", HOSTILE])
    curves.save(lab.server.root / "curves.xai.json")
    lab.goto("lab?reset")
    shown = opened(lab, "curves.xai.json")
    root, tell = live(shown)
    expect(root.get_by_role("heading")).to_contain_text(f"Partial dependence: {HOSTILE}")
    column = root.get_by_role("combobox", name="Column")
    expect(column).to_have_value("a")
    column.fill("c")
    column.press("Enter")
    expect(column).to_have_value("c")
    means = tell("[...root.xai.store.lines.effect.answer.value.along.dependence.mean]")
    np.testing.assert_allclose(means, curves["c"].mean, rtol=1e-6)
    root.locator(".xai-s-chart").hover(position={"x": 200, "y": 100})
    expect(root.locator("[data-xai=readout]")).to_contain_text("c = ")
    expect(shown.locator("table")).to_contain_text("partial_dependence")
    assert lab.page.evaluate("window.hacked") is None


def test_measures_are_a_table_that_is_sorted_and_unfolded(lab, picture):
    measures = ["completeness", "sparseness", "deletion", "complexity"]
    x = torch.rand(3, 24, 32, generator=torch.Generator().manual_seed(0))
    found = dataclasses.replace(xai.evaluate(network(), x, picture, measures), notes=(HOSTILE,), label=HOSTILE)
    found.save(lab.server.root / "measures.xai.json")
    lab.goto("lab?reset")
    root, _ = live(opened(lab, "measures.xai.json"))
    expect(root.get_by_role("heading").first).to_have_text(f"Can Saliency of {HOSTILE} be believed?")
    table = root.get_by_role("table", name="Measures")
    names = table.get_by_role("rowheader")
    expect(names).to_have_text([one.title for one in found.measures])
    value = table.get_by_role("columnheader", name="Value")
    known = sorted((one for one in found.measures if one.value == one.value), key=lambda one: one.value)
    value.get_by_role("button").click()
    expect(value).to_have_attribute("aria-sort", "descending")
    assert names.all_inner_texts()[: len(known)] == [one.title for one in known[::-1]]
    value.get_by_role("button").click()
    assert names.all_inner_texts()[: len(known)] == [one.title for one in known], "what has no value stays last"
    curves = table.get_by_role("img", name="Curves of Deletion")
    expect(curves).to_have_count(0)
    table.get_by_role("button", name="More about Deletion").press("Enter")
    expect(curves).to_be_visible()
    expect(table).to_contain_text(found["deletion"].sentence)
    with lab.page.expect_download() as saved:
        root.get_by_role("button", name="Save as CSV").click()
    assert saved.value.path().read_text().splitlines()[1].startswith(known[0].title)
    assert lab.page.evaluate("window.hacked") is None


def test_what_would_change_a_row_is_a_table_with_the_changes_marked(lab):
    cells, labels = {"age": 20.0, HOSTILE: 1.0, "kept": 0.0}, ["no", HOSTILE]
    before, after = (Prediction(np.float32(p), np.float32(p), "classes", labels) for p in ([0.9, 0.1], [0.3, 0.7]))
    ways = [({"age": 30.0}, 2.0, 0.1), ({HOSTILE: -1.0, "age": 25.0}, 1.0, None)]
    found = Counterfactuals(cells, before, 1, HOSTILE, tuple(
        RowCandidate({**cells, **new}, tuple(CellChange(name, cells[name], one) for name, one in new.items()),
                     after, 0.6, effort, nearest)
        for new, effort, nearest in ways
    ))  # fmt: skip
    found.save(lab.server.root / "changes.xai.json")
    lab.goto("lab?reset")
    root, _ = live(opened(lab, "changes.xai.json"))
    expect(root.get_by_role("heading").first).to_have_text(f"no 90.0% now. What would make it {HOSTILE}?")
    lines = root.get_by_role("table").locator("tbody tr")
    told = [line.locator("td").all_text_contents() for line in lines.all()]
    assert [one[:2] for one in told] == [["20", "1"], ["▲ more: 30", "same"], ["▲ more: 25", "▼ less: −1"]]
    assert told[1][2:] == [HOSTILE, "70.0%", "▲ +60.0", "1", "2", "0.1", " yes"]
    effort = root.get_by_role("columnheader", name="Effort").get_by_role("button")
    effort.click()
    effort.click()
    expect(lines.get_by_role("rowheader")).to_have_text(["Original", "Way 2", "Way 1"])
    assert lab.page.evaluate("window.hacked") is None


def damaged(record):
    """Yield files that the view must refuse, each for one reason: names and what stands there."""
    yield "target", {"target": 99}
    yield "labels", {"labels": ["too", "few"]}
    yield "task", {"task": "<b>"}
    yield "photo", {"arrays": {**record["arrays"], "photo": packed(np.zeros((8, 8, 4), np.uint8))}}
    yield "huge", {"arrays": {**record["arrays"], "values": packed(np.zeros((1, 4096, 2048), np.float32))}}


def test_what_the_view_cannot_show_stays_a_picture(lab, picture):
    picture.save(lab.server.root / "fine.xai.json")
    record = json.loads((lab.server.root / "fine.xai.json").read_text())
    names = []
    for name, change in damaged(record):
        names.append(f"refused-{name}.xai.json")
        (lab.server.root / names[-1]).write_text(json.dumps({**record, **change}))
    lab.goto("lab?reset")
    with lab.page.expect_response("**/xai-widgets/views/image*"):
        first = opened(lab, names[0])
    for name in names[1:]:
        opened(lab, name)
    live(opened(lab, "fine.xai.json"))  # the last to be read, so that all the others have been
    expect(lab.page.locator(".xai-file figure img")).to_have_count(len(names))
    expect(lab.page.locator(".xai-file .xai-root")).to_have_count(1)
    expect(first.locator("figure img")).to_have_count(1)
