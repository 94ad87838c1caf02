"""A page that was saved, opened from the disk: no kernel, no network, nothing runs but the page's own script."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import torch
from playwright.sync_api import expect
from torch import nn
from widgets.fakes import HOLD
from widgets.tables import FRAME, ROW, judge
from widgets.tables import LABELS as ANSWERS
from widgets.texts import SAID, TOKENIZER, Reader

import xai_widgets as xai

HOSTILE = "</script><script>window.hit=1</script><img src=x onerror='window.hit=1'>&amp;\u2028"
LABELS = [HOSTILE, "dog", "cow"]
STATE = re.compile(r'<script type="application/json" id="xai-page">(.*?)</script>', re.DOTALL)


class Rows(nn.Module):
    """Three classes that look at three channels, each most at its own rows."""

    def __init__(self):
        super().__init__()
        self.weights = nn.Parameter(torch.linspace(-1, 1, 3 * 3 * 24).reshape(3, 3, 24).roll(7, -1))

    def forward(self, x):
        return torch.einsum("kcy,ncyx->nk", self.weights, x.tanh()) / 24


@pytest.fixture(autouse=True)
def _running():
    """Let the models of the widgets' tests run."""
    HOLD.set()


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "image.html"
    x = torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(0))
    w = xai.ImageExplainer(Rows(), x, labels=LABELS, target=0, method="input_x_gradient")
    w.wait()
    w.explain("saliency")
    w.save(path)
    w.close()
    return path


def test_what_needs_no_model_works(opened, image):
    page = opened(image)
    expect(page.locator("[data-xai=saved]")).to_contain_text("without the model")
    page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId > 0")
    page.locator("canvas.xai-canvas").first.hover(position={"x": 60, "y": 80})
    expect(page.locator("[data-xai=readout]").first).to_contain_text(re.compile(r"rank [\d ]+ of 576"))
    expect(page.get_by_text("576 of 576 pixels")).to_be_visible()
    page.get_by_role("slider", name=re.compile("Attribution kept")).press("Home")
    expect(page.get_by_text("576 of 576 pixels")).to_be_hidden()
    page.get_by_role("radio", name="Curtain").check(force=True)
    expect(page.get_by_role("slider", name="Curtain position")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".xai-zoom-value")).to_have_text("150%")


def test_the_methods_that_were_looked_at_can_be_chosen_and_others_say_why_not(opened, image):
    page = opened(image)
    picker = page.get_by_label("Explanation method")
    expect(picker).to_have_value("saliency")
    picker.select_option("input_x_gradient")
    expect(page.locator("[data-xai=status-a]")).to_contain_text("Input × gradient")
    expect(page.locator("[data-xai=status-a]")).to_contain_text(re.compile("1 forward, 1 backward"))
    absent = picker.locator("option[value=occlusion]")
    expect(absent).to_be_disabled()
    expect(absent).to_contain_text("needs the model")
    expect(page.get_by_role("radio", name="Brush")).to_be_disabled()
    expect(page.locator(".xai-bar").nth(1)).to_be_disabled()
    assert page.locator(".xai-unavailable[inert]").count() > 0
    page.get_by_label("Compare with").select_option("saliency")
    expect(page.locator("[data-xai=status-b]")).to_contain_text("Saliency")
    expect(page.get_by_text("rank correlation").first).to_be_visible()


def test_what_would_have_to_change_is_told_and_what_the_model_has_to_answer_is_greyed(opened, tmp_path):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 2))
    w = xai.ImageExplainer(net, torch.rand(3, 16, 16), method="saliency")
    for way in ("cover", "smooth"):
        w._receive(w, {"kind": "search", "open": True, "way": way, "n": 1, "most": 20}, [])
        assert w._asides.search.wait(60)
        assert len(w.counterfactuals.candidates)
        w.save(tmp_path / f"{way}.html")
    w.close()
    page = opened(tmp_path / "cover.html")
    page.locator("[data-xai=search] > summary").click()
    expect(page.locator("[data-xai=found] button")).to_have_attribute("aria-disabled", "true")
    page = opened(tmp_path / "smooth.html")
    page.locator("[data-xai=search] > summary").click()
    page.locator("[data-xai=found] button").click()
    expect(page.locator("[data-xai=beside]")).to_contain_text("Difference")


def test_a_page_speaks_the_language_of_the_view_that_it_was_saved_from(opened, tmp_path):
    w = xai.ImageExplainer(Rows(), torch.rand(3, 24, 24), method="saliency")
    w._receive(w, {"kind": "hello", "v": 1, "version": "0.1.0", "language": "zh"}, [])
    w.save(tmp_path / "zh.html")
    w.close()
    page = opened(tmp_path / "zh.html")
    assert page.locator(".xai-root").get_attribute("lang") == "zh-CN"
    expect(page.locator("footer")).to_contain_text(re.compile(r"前向 \d+ 次.反向 \d+ 次"))
    expect(page.locator("footer")).not_to_contain_text("Cost:")
    expect(page.locator("[data-xai=saved]")).to_contain_text(re.compile("[\u4e00-\u9fff]{4}"))
    expect(page.locator("[data-xai=status-a]")).to_contain_text(re.compile("[\u4e00-\u9fff]"))


def test_labels_are_words_whatever_they_hold(opened, image):
    page = opened(image)
    expect(page.get_by_role("heading", level=2)).to_contain_text("</script><script>window.hit=1</script><img src=x")
    assert page.evaluate("window.hit") is None
    assert page.title().startswith("Why </script><script>")


def test_nothing_runs_that_is_not_the_page_s_own(browser, image):
    page = browser.new_page()
    page.goto(image.as_uri())
    page.wait_for_selector(".xai-root")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.hit = 1";
        document.body.append(script);
        const style = document.createElement("style");
        style.textContent = "main { display: none }";
        document.head.append(style);
    }""")
    assert page.evaluate("window.hit") is None
    assert page.locator("main").is_visible()
    assert page.evaluate("fetch('https://example.org').then(() => 1, () => 0)") == 0
    page.close()


def test_a_page_is_small_beside_its_picture(image):
    text = image.read_text(encoding="utf-8")
    state = json.loads(STATE.search(text)[1])
    assert len(text) - len(json.dumps(state["spec"]["photo"])) < 300_000
    assert state["spec"]["labels"][0] == HOSTILE


def test_a_text_by_its_words_and_tokens(opened, tmp_path):
    w = xai.explain(Reader(), SAID, labels=["bad", HOSTILE, "odd"], tokenizer=TOKENIZER, method="input_x_gradient")
    w.save(tmp_path / "text.html")
    w.close()
    page = opened(tmp_path / "text.html", color_scheme="dark")
    page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId > 0")
    assert page.locator(".xai-root").get_attribute("data-xai-theme") == "dark"
    page.get_by_text("warm", exact=True).first.hover()
    expect(page.locator("[data-xai=readout]").first).to_contain_text(re.compile(r"rank \d of 7"))
    page.get_by_role("radio", name="Tokens", exact=True).check(force=True)
    expect(page.get_by_role("radio", name="Delete", exact=True)).to_be_disabled()
    before = page.locator(".xai-root").evaluate("root => root.xai.store.request.value.edits.length")
    page.get_by_text("warm", exact=True).first.dblclick()
    page.keyboard.press("Delete")
    assert page.locator(".xai-root").evaluate("root => root.xai.store.request.value.edits.length") == before == 0


def test_a_row(opened, tmp_path):
    w = xai.explain(judge, ROW, background=FRAME, labels=ANSWERS, target="yes")
    w.save(tmp_path / "row.html")
    w.close()
    page = opened(tmp_path / "row.html")
    expect(page.locator("[data-column=income] .xai-f-amount").first).to_contain_text(re.compile(r"[+−]\d"))
    expect(page.get_by_role("radio", name="Name", exact=True)).to_be_enabled()
    page.get_by_role("radio", name="Name", exact=True).check(force=True)
    expect(page.locator(".xai-f-row").first).to_have_attribute("data-column", "age")
    assert page.locator("[data-column=age] .xai-unavailable[inert] input[type=range]").count() == 1


def test_words_on_a_map(opened, tmp_path):
    near = np.random.default_rng(0).normal(size=(3000, 50))
    w = xai.EmbeddingExplorer(near, [*(f"word{i}" for i in range(2999)), HOSTILE], word="word3")
    w.save(tmp_path / "words.html")
    [first, *_] = w.vectors.neighbours("word3", 1)
    w.close()
    page = opened(tmp_path / "words.html")
    expect(page.get_by_role("heading", name=re.compile("word3"))).to_be_visible()
    expect(page.locator(".xai-bars-item")).to_have_count(10)
    expect(page.locator(".xai-bars-item").first).to_contain_text(first.label)
    expect(page.locator("[data-xai=saved]")).to_contain_text("what is greyed needs a running notebook")
    expect(page.get_by_role("radio", name="Euclidean")).to_be_disabled()
    assert page.locator(".xai-unavailable[inert] input[role=combobox]").count() > 0
    canvas = page.locator("canvas.xai-map-canvas")
    x, y = canvas.evaluate("""canvas => {
        const { x, y } = canvas.closest('.xai-root').xai.store.frame.value;
        const box = canvas.getBoundingClientRect(), side = Math.min(box.width, box.height);
        const at = x.reduce((best, one, i) => (one < x[best] ? i : best), 0);
        return [box.width / 2 + (x[at] - 0.5) * side, box.height / 2 + (y[at] - 0.5) * side] }""")
    canvas.hover(position={"x": x, "y": y})
    read = page.locator("[data-xai=readout] output")
    expect(read).to_contain_text(re.compile("word|script"))
    before = read.inner_text()
    page.mouse.move(0, 0)
    canvas.focus()
    page.keyboard.press("ArrowRight")
    expect(read).not_to_have_text(before)


def test_a_table_s_rows_and_columns(opened, tmp_path):
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(2000, 40)), columns=[f"column {i}" for i in range(40)])
    w = xai.PopulationExplorer(lambda rows: np.tanh(rows @ np.arange(40) / 40), table)
    w.show("effect", "column 27")
    w.show("contributions", n_rows=1000)
    w.save(tmp_path / "table.html")
    found = w.contributions
    assert found.order[0] != 27
    grid = w.effects("column 27")["column 27"].grid
    w.close()
    page = opened(tmp_path / "table.html")
    expect(page.locator("footer")).to_contain_text("Single rows: kept in")
    expect(page.locator("[data-xai=saved]")).to_contain_text("without the model")
    expect(page.locator(".xai-s-name").first).to_have_text(found.names[found.order[0]])
    page.locator(".xai-s-chart").hover(position={"x": 300, "y": 17})
    page.locator(".xai-s-chart").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-xai=readout]")).to_contain_text(re.compile(r"row \d.*contributes", re.DOTALL))
    other, own = (page.locator(f"[data-column='{one}']") for one in (found.names[found.order[0]], "column 27"))
    expect(other).to_have_attribute("aria-disabled", "true")
    expect(other).to_have_attribute("title", "needs the model")
    page.get_by_label("Find a column").fill("column 27")
    expect(other).to_have_count(0)
    own.click()
    expect(page.get_by_role("combobox", name="Column")).to_have_value("column 27")
    page.locator(".xai-s-chart").focus()
    page.keyboard.press("Home")
    said = f"{grid[0]:.3g}".replace("-", "\N{MINUS SIGN}")
    expect(page.locator("[data-xai=readout]")).to_contain_text(f"column 27 = {said}")
    expect(page.get_by_role("radio", name="Surrogate tree")).to_be_disabled()
    page.get_by_role("radio", name="Contributions", exact=True).check(force=True)
    expect(own).to_be_visible()


def test_another_class_that_was_looked_at_is_opened(opened, tmp_path):
    x = torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(0))
    w = xai.ImageExplainer(Rows(), x, labels=["cat", "dog", "cow"], target=0, method="saliency")
    w.wait()
    w.explain(target=2)
    w.save(tmp_path / "classes.html")
    w.close()
    page = opened(tmp_path / "classes.html")
    expect(page.get_by_role("heading", level=2)).to_contain_text("cow")
    bars = page.locator(".xai-bar")
    drawn = page.locator(".xai-root").evaluate("root => root.xai.lastDrawnId")
    bars.filter(has_text="cat").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("cat")
    expect(page.locator("[data-xai=status-a]")).to_contain_text("Saliency")
    page.wait_for_function("id => document.querySelector('.xai-root').xai.lastDrawnId > id", arg=drawn)
    expect(bars.filter(has_text="dog")).to_be_disabled()
    bars.filter(has_text="cow").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("cow")


def test_a_result_alone(opened, tmp_path):
    x = torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(0))
    result = xai.attribute(Rows(), x, "occlusion", labels=LABELS, target=(0, 2))
    result.save(tmp_path / "why.xai.json")
    xai.load(tmp_path / "why.xai.json").save(tmp_path / "why.html")
    page = opened(tmp_path / "why.html")
    expect(page.get_by_role("heading", level=2)).to_contain_text("rather than cow")
    page.wait_for_function("document.querySelector('.xai-root').xai.lastDrawnId > 0")
    expect(page.get_by_label("Explanation method")).to_have_value("occlusion")
    expect(page.locator("footer")).to_contain_text(f"fingerprint {result.model_hash}")
    page.get_by_role("slider", name=re.compile("Opacity")).press("Home")
    expect(page.locator("canvas.xai-canvas").first).to_be_visible()
