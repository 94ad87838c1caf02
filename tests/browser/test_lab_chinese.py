"""JupyterLab set to Chinese, as its own setting does it: no word of ours is left in English."""

import re
import time

import numpy as np
import pytest
from browser.image_widget import SETUP as PICTURE
from browser.image_widget import shown
from browser.lab import LANGUAGE, PATIENCE, Lab, Server
from browser.table_widget import SETUP as ROW
from browser.test_embedding import SETUP as VECTORS
from browser.test_lab_file import opened
from browser.test_lab_population import SETUP as PEOPLE
from browser.text_widget import SETUP as PASSAGE
from playwright.sync_api import expect
from torch import nn

import xai_widgets as xai
from xai_widgets.method import REGISTRY

WORDS = """root => {
    const found = [], walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
        if (!walk.currentNode.parentElement.closest("style, script")) found.push(walk.currentNode.data);
    for (const one of [root, ...root.querySelectorAll("*")])
        for (const name of ["title", "aria-label", "aria-valuetext", "placeholder", "alt", "label"])
            found.push(one.getAttribute(name) ?? "");
    return found; }"""
"""All that a part of the page says, to whoever sees it and to whoever hears it."""

PAPER = re.compile(r"\b[\w.-]+( and [\w-]+| et al\.)?, .*(\d{4}\)|arXiv\S*)$")
NAMES = (
    *(
        "xai_widgets",
        "xai.explain(model, x)",
        "JupyterLab",
        "Python",
        "HTML",
        "PNG",
        "CSV",
        "Transformer",
        "MB",
        "kB",
        "px",
    ),
    *("Ctrl", "Shift", "Enter", "Esc", "Home", "End", "Delete", "F2", "ReLU", "TorchScript", "NaN", "detach", "Sobol"),
    *("Morris", "Shapley", "PCA", "UMAP", "t-SNE", "3CosAdd", "SSIM", "ROAD", "LIME", "float32", "float64", "logits"),
    *("RISE", "LRP", "SmoothGrad", "model.eval()", "xai.explain(..., decoder=..., encoder=...)", "epsilon", "gamma"),
)
"""What is called so in Chinese too: products, keys, formats, what is typed in Python, methods known by their names."""


COLON = "\uff1a"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("chinese"), locale="zh_CN")
    yield server
    server.stop()


@pytest.fixture
def lab(page, server):
    driver = Lab(page, server)
    yield driver
    driver.check()
    driver.shutdown()


def english(part, *given):
    """List what a part of the page says in English, but for what was given to it."""
    names = {*NAMES, *REGISTRY, *(method.title for method in REGISTRY.values()), *given}
    known = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))
    said = {text.strip() for text in part.evaluate(WORDS)}
    return {text for text in said if not PAPER.search(text) and re.search("[A-Za-z]{2,}", known.sub("", text))}


def test_launcher_palette_dialogs_settings_and_files_are_in_chinese(lab):
    rows = xai.attribute(nn.Linear(3, 2), np.float32([1, 2, 3]), "input_x_gradient", labels=["甲", "乙"])
    rows.save(lab.server.root / "row.xai.json")
    (lab.server.root / "damaged.xai.json").write_text("{")
    page = lab.goto("lab?reset").page
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    cards = page.locator(".jp-Launcher-section", has_text="解释模型")
    expect(cards.locator(".jp-LauncherCard")).to_have_text(["xai_widgets 快速入门", "新建解释笔记本", "解释方法教程"])
    assert english(cards) == set()

    lab.palette("")  # it finds words in Latin letters only
    entries = page.locator(".lm-CommandPalette-itemLabel")
    for entry in (
        *("显示此笔记本的解释", "解释所选变量…", "取消正在进行的解释", "打开 xai_widgets 快速入门", "打开解释方法教程"),
        *("新建解释笔记本…", *(f"新建解释笔记本{COLON}{what}" for what in ("图像", "文本", "表格中的一行"))),
    ):
        expect(entries.get_by_text(entry, exact=True)).to_be_attached()
    expect(page.locator(".lm-CommandPalette-header", has_text="解释模型")).to_be_attached()
    page.keyboard.press("Escape")

    for card, question in {"新建解释笔记本": "要解释什么", "解释方法教程": "哪个教程"}.items():
        cards.locator(".jp-LauncherCard", has_text=card).click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(question)
        # The tutorials themselves are written in English, and JupyterLab's own button is the language pack's.
        titles = dialog.locator("option").all_text_contents() if "教程" in card else []
        assert english(dialog, "Cancel", *titles) == set()
        page.keyboard.press("Escape")

    lab.command("xai-widgets:new-notebook", kind="text")
    expect(page.locator(".jp-Notebook h1")).to_contain_text("模型为什么这样理解这段文本")

    lab.command("settingeditor:open", query="xai_widgets")
    form = page.locator(".jp-SettingsForm")
    expect(form).to_contain_text("xai_widgets 的控件在此 JupyterLab 中如何显示解释")
    expect(form).to_contain_text("每秒更新次数")
    assert english(form, "Restore to Defaults") == set()

    file = opened(lab, "row.xai.json")
    expect(file).to_contain_text("模型的预测")
    kinds = "[...window.jupyterapp.docRegistry.getFileTypesForPath('a.xai.json')].map(one => one.displayName)[0]"
    assert page.evaluate(kinds) == "解释"
    expect(opened(lab, "damaged.xai.json").get_by_role("alert")).to_contain_text("此文件已损坏")


def spoken(lab, locale):
    """Set JupyterLab's language, and load it anew as JupyterLab does then."""
    lab.page.evaluate(
        "([id, locale]) => window.jupyterapp.serviceManager.settings"
        ".save(id, JSON.stringify({ locale })).then(() => true)",
        [LANGUAGE.replace("/plugin", ":plugin"), locale],
    )
    lab.goto(FOLLOWED)  # not the address of the file, by which it would be opened in any case


FOLLOWED = "lab/workspaces/followed"
"""A place of its own: in the usual one may be what another test has left open."""

LAYOUT = "() => window.jupyterapp.serviceManager.workspaces.fetch('followed').then(found => JSON.stringify(found))"


def test_a_file_that_is_open_follows_the_language(lab):
    rows = xai.attribute(nn.Linear(3, 2), np.float32([1, 2, 3]), "input_x_gradient", labels=["one", "two"])
    rows.save(lab.server.root / "followed.xai.json")
    page = lab.goto(FOLLOWED).page
    spoken(lab, "en")
    expect(opened(lab, "followed.xai.json")).to_contain_text("What the model says")
    end = time.monotonic() + PATIENCE / 1000
    while "followed.xai.json" not in page.evaluate(LAYOUT):  # which JupyterLab writes a while later
        assert time.monotonic() < end
    spoken(lab, "zh_CN")
    expect(page.locator(".xai-file")).to_contain_text("模型的预测")
    named = "window.jupyterapp.docRegistry.preferredWidgetFactories('a.xai.json')[0].label"
    assert page.evaluate(named) == "解释"


def unfolded(root):
    """Open every fold, and wait for what the kernel has to say in it."""
    root.page.wait_for_function(
        "root => { const folded = [...root.querySelectorAll('details:not([open]) > summary')]; "
        "folded.forEach(one => one.click()); return !folded.length; }",  # one unfolds on more of them
        arg=root.element_handle(),
        polling=200,
    )
    expect(root.locator("[data-xai=health-state]", has_text="正在检查模型")).to_have_count(0)
    return root


LABELS = 'labels=["猫", "狗", "牛", "鸮", "狐", "鹿"]'
WIDGETS = {
    "picture": (PICTURE, f'w = xai.explain(model, image, {LABELS}, method="integrated_gradients")\nw'),
    "text": (PASSAGE, 'w = xai.explain(model, "a 好 film", tokenizer=tok, labels=["差", "好"])\nw'),
    "row": (ROW, 'w = xai.explain(judge, row, background=frame, labels=["否", "是"], target="是")\nw'),
    "population": (PEOPLE, 'w = xai.explain(judge, frame, y=y, labels=["否", "是"])\nw'),
    "words": (
        VECTORS,
        'w = xai.EmbeddingExplorer(vectors, words=13, k=3, pairs=pairs, groups=groups, word="cat")\nw',
    ),
}
GIVEN = {
    "picture": ("net.0", "net.1", "net.2", "net.3", "net.4", "Conv2d"),
    "text": ("film", "a"),
    "row": ("age", "job", "owns", "rate", "since", "boss", "clerk", "cook", "True", "False"),
    "population": ("age", "job", "owns", "noise", "boss", "clerk", "<b>cook</b>"),
    "words": (
        *("cat", "dog", "cow", "hen", "red", "blue", "green", "grey", "one", "two", "three", "four", "far"),
        *("<img src=x onerror=alert(1)>", "animals", "colours", "numbers", "zebra"),
    ),
}
"""Columns, words and layers, which are called as they are called."""


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_widget_its_menu_and_the_panel_are_in_chinese(lab, kind):
    lab.open(f"{kind}.ipynb", [*WIDGETS[kind], "w.close()"]).run(0).run(1)
    root = unfolded(shown(lab, 1).root)
    expect(root).to_have_attribute("lang", "zh-CN")
    assert english(root, *GIVEN[kind]) == set()

    root.click(button="right", position={"x": 3, "y": 3})
    menu = lab.page.locator(".lm-Menu-content")
    for entry in ("将解释另存为 HTML", "将解释另存为 PNG", "复制解释的图片", "将解释与…比较"):
        expect(menu.get_by_text(entry)).to_be_visible()
    lab.page.keyboard.press("Escape")

    lab.command("xai-widgets:show-explanations")
    panel = lab.page.locator("#xai-explanations")
    expect(panel.get_by_role("listitem").first).to_be_visible()
    assert english(panel, *GIVEN[kind]) == set()
    lab.run(2)
