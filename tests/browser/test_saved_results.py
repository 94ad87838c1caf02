"""Results that were saved as pages by themselves: opened from the disk, and used."""

import re

import numpy as np
import pandas as pd
import pytest
import torch
from playwright.sync_api import expect
from torch import nn
from widgets.fakes import HOLD
from widgets.texts import LABELS, SAID, TOKENIZER, Reader

import xai_widgets as xai
from xai_widgets.changes import Counterfactuals
from xai_widgets.populations import Curve, Effects
from xai_widgets.results import Prediction

HOSTILE = "</script><script>window.hit=1</script>"
DATA = np.random.default_rng(0).normal(size=(60, 4))
FRAME = pd.DataFrame(DATA, columns=["age", "income", HOSTILE, "zone"])
PICTURE = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))


def says(rows):
    """Answer by the first two columns, each in its way."""
    score = np.tanh(np.asarray(rows)[:, 0]) + 2 * np.asarray(rows)[:, 1]
    return np.stack([-score, score], 1)


def net():
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 2))


@pytest.fixture(autouse=True)
def _running():
    """Let the models of the widgets' tests run."""
    HOLD.set()


@pytest.fixture
def saved(opened, tmp_path):
    """Save a result, read it again from its file where there is one, and open the page of that."""

    def open_(result):
        result.save(tmp_path / "it.xai.json")
        xai.load(tmp_path / "it.xai.json").save(tmp_path / "it.html")
        page = opened(tmp_path / "it.html")
        expect(page.locator("footer")).to_contain_text(result.model_hash)
        assert page.evaluate("window.hit") is None
        return page

    return open_


def test_columns_of_a_row_are_sorted_and_found(saved):
    found = xai.attribute(says, FRAME.iloc[0], "feature_ablation", background=FRAME, target=1)
    page = saved(found)
    rows = page.locator(".xai-f-row")
    expect(rows.first).to_have_attribute("data-column", FRAME.columns[np.abs(found.values).argmax()])
    expect(rows.first.locator(".xai-f-amount")).to_contain_text(re.compile(r"[+−]\d"))
    page.get_by_role("radio", name="Data", exact=True).check(force=True)
    assert [one.get_attribute("data-column") for one in rows.all()] == list(FRAME.columns)
    page.get_by_label("Find a column").fill("inc")
    expect(rows).to_have_count(1)
    expect(page.locator("[data-xai=saved]")).to_contain_text("without the model")
    expect(page.get_by_label("Explanation method").locator("option")).to_have_count(1)


def test_measures_are_sorted_and_unfold_to_curves(saved):
    found = xai.attribute(net(), PICTURE, "saliency", target=0)
    made = xai.evaluate(net(), PICTURE, found, ["deletion", "sparseness", "complexity"])
    page = saved(made)
    expect(page.get_by_role("heading", level=2)).to_contain_text("be believed?")
    expect(page.locator("tbody th")).to_have_text([one.title for one in made.measures])
    page.get_by_role("button", name="Value").click()
    largest = sorted(made.measures, key=lambda one: -one.value)
    expect(page.locator("tbody th")).to_have_text([one.title for one in largest])
    expect(page.locator(".xai-curves polyline")).to_have_count(0)
    page.locator("tbody tr", has_text="Deletion").get_by_role("button").first.click()
    expect(page.locator("tbody")).to_contain_text("Petsiuk")
    assert page.locator(".xai-curves polyline").count() > 1


def test_other_rows_texts_and_pictures_are_listed_and_unfold(saved):
    row = saved(xai.counterfactuals(says, FRAME.iloc[0], None, n=3, background=FRAME))
    expect(row.locator("tbody th").first).to_have_text("Original")
    row.get_by_role("button", name="Score of").click()
    expect(row.locator("tbody tr").nth(1)).to_contain_text(re.compile("[\u25b2\u25bc]"))
    text = saved(xai.counterfactuals(Reader(), SAID, None, n=2, tokenizer=TOKENIZER, labels=LABELS))
    expect(text.locator("tbody del").first).to_be_visible()
    text.locator("tbody").get_by_role("button").first.click()
    expect(text.locator("tbody .xai-r-text", has_text=SAID.split()[-1]).first).to_be_visible()
    picture = saved(xai.counterfactuals(net(), PICTURE, None, n=2))
    picture.locator("tbody").get_by_role("button").first.click()
    expect(picture.locator("tbody canvas.xai-r-large")).to_have_count(2)


def test_what_each_column_contributes_is_read_dot_by_dot(saved):
    found = xai.global_importance(says, FRAME, n_rows=40, n_samples=4)
    page = saved(found)
    assert page.locator(".xai-s-name").all_inner_texts()[:2] == [found.names[i] for i in found.order[:2]]
    read = page.locator("[data-xai=readout]")
    expect(read).to_contain_text("Point at a dot")
    expect(read).not_to_contain_text("w.selected")
    page.locator(".xai-s-chart").focus()
    page.keyboard.press("ArrowRight")
    lowest = found.local[:, found.order[0]].argmin()
    expect(read).to_contain_text(f"row {found.places[lowest]}")
    page.get_by_role("radio", name="Name", exact=True).check(force=True)
    expect(page.locator(".xai-s-name").first).to_have_text(HOSTILE)


def test_of_several_curves_one_is_chosen_and_read(saved):
    found = xai.partial_dependence(says, FRAME, target=1)
    page = saved(found)
    expect(page.get_by_role("combobox", name="Column")).to_have_value("age")
    page.get_by_role("combobox", name="Column").click()
    page.get_by_role("option", name="income").click()
    page.locator(".xai-s-chart").focus()
    page.keyboard.press("Home")
    expect(page.locator("[data-xai=readout]")).to_contain_text(
        f"income = {found['income'].grid[0]:.3g}".replace("-", "−")
    )
    expect(page.locator("[data-xai=saved]")).to_contain_text("without the model")


def test_a_tree_is_walked_by_keys(saved):
    found = xai.surrogate_tree(says, FRAME)
    page = saved(found)
    expect(page.get_by_role("treeitem")).to_have_count(len(found.nodes))
    page.locator("[data-xai=rules] summary").click()
    expect(page.locator("[data-xai=rules] pre")).to_have_text(found.rules())


def test_bars_are_sorted(saved):
    found = xai.permutation_importance(says, FRAME, (DATA[:, 1] > 0).astype(int))
    page = saved(found)
    expect(page.locator(".xai-s-name").first).to_have_text("income")
    page.get_by_role("radio", name="Data", exact=True).check(force=True)
    expect(page.locator(".xai-s-name").first).to_have_text("age")


def test_what_has_no_view_is_told_in_words(tmp_path):
    volume = torch.rand(2, 3, 4, 5)
    found = xai.attribute(nn.Sequential(nn.Flatten(), nn.Linear(120, 2)), volume, "saliency", target=0)
    found.save(tmp_path / "volume.html")
    written = (tmp_path / "volume.html").read_text()
    assert "What was predicted" in written
    assert "<script" not in written


def test_what_a_view_cannot_show_is_told_in_words(saved):
    many = np.arange(10_001.0)
    curve = Curve(HOSTILE, tuple(many), many, many, many, np.empty((0, 10_001), np.float32), np.arange(11.0))
    page = saved(Effects(label=HOSTILE, rows=5, effects=(curve,), method="partial_dependence", model_hash="abc"))
    expect(page.locator("main")).to_contain_text("Partial dependence")
    expect(page.locator("main")).to_contain_text(HOSTILE)


def test_pictures_that_are_too_large_for_a_table_are_a_report(tmp_path):
    picture = np.zeros((1500, 1500, 3), np.uint8)
    Counterfactuals(picture, Prediction(np.ones(2, "f4") / 2, np.ones(2, "f4"), "classes", None), 0, "dog").save(
        tmp_path / "large.html"
    )
    assert "What would change it" in (tmp_path / "large.html").read_text()
