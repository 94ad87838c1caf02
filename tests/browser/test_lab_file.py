"""Saved explanations, opened from the file browser."""

import json

import numpy as np
import torch
from browser.test_lab_extension import BLUE, middle
from playwright.sync_api import expect
from torch import nn

import xai_widgets as xai

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
    (root / "picture.xai.json").write_text(json.dumps({**record, "view": shown}))
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
