"""What begins an explanation in JupyterLab: launcher cards, palette entries, and the selected variable."""

import re
from urllib.parse import unquote

import pytest
from browser.image_widget import evaluate
from browser.lab import ROOT, script
from playwright.sync_api import expect


def choose(lab, entry):
    """Run an entry of the palette."""
    lab.goto("lab?reset")
    expect(lab.page.locator(".jp-LauncherCard").first).to_be_visible()
    lab.choose(entry)


def test_the_launcher_card_writes_and_opens_the_quickstart_whose_links_lead_somewhere(lab):
    lab.goto("lab?reset")
    lab.page.locator(".jp-LauncherCard", has_text="xai_widgets quickstart").click()
    lab.attend()
    expect(lab.page.locator(".jp-Notebook")).to_contain_text("A picture classifier explains itself")
    assert any("xai.explain" in cell.source for cell in lab.server.read("xai_widgets quickstart.ipynb").cells)
    written = [path for path in lab.server.root.glob("xai_widgets *.ipynb") if path.stem != "xai_widgets quickstart"]
    assert {path.stem for path in written} >= {"xai_widgets methods", "xai_widgets tabular", "xai_widgets text"}
    for name in ("xai_widgets quickstart.ipynb", "xai_widgets methods.ipynb", "xai_widgets text.ipynb"):
        links = [
            link for cell in lab.server.read(name).cells for link in re.findall(r"\]\((?!http)(.+?)\)", cell.source)
        ]
        assert links
        assert all((lab.server.root / unquote(link)).is_file() for link in links), links
    lab.page.locator(".jp-Notebook").get_by_role("link", name="the notebook on methods").click()
    expect(lab.page.locator(".lm-TabBar-tab", has_text="xai_widgets methods.ipynb")).to_be_visible()


def test_the_palette_entry_opens_the_quickstart_as_the_user_left_it(lab):
    lab.server.write("xai_widgets quickstart.ipynb", ["print('mine')"])
    choose(lab, "Open the xai_widgets quickstart")
    lab.attend()
    expect(lab.page.locator(".jp-Notebook")).to_contain_text("print('mine')")


def test_the_launcher_card_writes_into_the_current_folder_and_the_palette_says_why_it_cannot(lab):
    (lab.server.root / "deeper").mkdir()
    lab.goto("lab/tree/deeper?reset")
    lab.command("launcher:create", cwd="deeper")
    lab.page.locator(".jp-LauncherCard", has_text="xai_widgets quickstart").last.click()
    lab.attend()
    assert lab.server.read("deeper/xai_widgets quickstart.ipynb").cells
    lab.expected.append("/api/contents/gone")
    lab.command("xai-widgets:new-notebook", isPalette=True, kind="text", cwd="gone")
    expect(lab.page.get_by_role("dialog")).to_contain_text(re.compile("New explanation notebook.*gone"))


@pytest.mark.parametrize(
    ("what", "words"),
    [("a row of a table", "a forest that tells kinds of wine apart"), ("a picture", "Put your model and your picture")],
)
def test_the_palette_begins_a_new_notebook(lab, what, words):
    choose(lab, f"New explanation notebook: {what}")
    lab.attend()
    expect(lab.page.locator(".jp-Notebook")).to_contain_text(words)


def test_the_launcher_card_asks_what_is_explained_and_never_overwrites(lab):
    (lab.server.root / "mine").mkdir()
    (lab.server.root / "mine" / "Untitled.ipynb").write_text("mine")
    lab.goto("lab?reset")
    lab.command("launcher:create", cwd="mine")
    lab.page.locator(".jp-LauncherCard", has_text="New explanation notebook").last.click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog.locator("option")).to_have_text(["a picture", "a text", "a row of a table"])
    dialog.locator("select").select_option("a text")
    dialog.get_by_role("button", name="Create").click()
    lab.attend()
    assert (lab.server.root / "mine" / "Untitled.ipynb").read_text() == "mine"
    assert any("xai.explain" in cell.source for cell in lab.server.read("mine/Untitled1.ipynb").cells)


def click_the_tutorials_card(lab):
    lab.goto("lab?reset")
    lab.page.locator(".jp-LauncherCard", has_text="Tutorials on explanations").click()


@pytest.mark.parametrize(
    "ask",
    [click_the_tutorials_card, lambda lab: choose(lab, "Open tutorials on explanations")],
    ids=["card", "palette"],
)
def test_every_tutorial_can_be_opened(lab, ask):
    ask(lab)
    titles = lab.page.get_by_role("dialog").locator("option")
    ours = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
    expect(titles).to_have_text([re.compile(f"^{stem[:2]}") for stem in ours])
    lab.page.get_by_role("dialog").locator("select").select_option(titles.last.text_content())
    lab.page.get_by_role("dialog").get_by_role("button", name="Open").click()
    lab.attend()
    name = f"xai_widgets {ours[-1].partition('_')[2]}.ipynb"
    expect(lab.page.locator(".lm-TabBar-tab", has_text=name)).to_be_visible()


VARIABLES = """
import torch
net = torch.nn.Sequential(torch.nn.Flatten(0), torch.nn.Linear(3 * 16 * 16, 3))
loss = torch.nn.CrossEntropyLoss()
picture, other = torch.rand(3, 16, 16), torch.rand(3, 16, 16)
labels = ["cat", "dog", "cow"]
"""


def sources(lab):
    return lab.page.evaluate(script("() => PANEL.content.widgets.map(w => w.model.sharedModel.getSource())"))


def explain(lab):
    lab.command("xai-widgets:explain-variable")


def put_cursor(lab, i, at):
    lab.page.evaluate(
        script("""([i, at]) => { const nb = PANEL.content; nb.activeCellIndex = i;
            const e = nb.activeCell.editor; e.setCursorPosition(e.getPositionAt(at)); }"""),
        [i, at],
    )


def test_the_variable_under_the_cursor_is_explained_and_where_there_is_a_choice_the_user_has_it(lab):
    lab.open("variable.ipynb", [VARIABLES, "(other)"]).run(0)
    put_cursor(lab, 1, 3)
    explain(lab)
    assert sources(lab)[2] == "import xai_widgets as xai\n\nxai.explain(net, other, labels=labels)"
    expect(lab.output(2).locator(".xai-root")).to_be_visible()

    evaluate(lab, "del xai\nimport xai_widgets as x")
    put_cursor(lab, 1, 0)
    lab.page.evaluate("window.jupyterapp.commands.execute('xai-widgets:explain-variable'); null")
    dialog = lab.page.get_by_role("dialog")
    dialog.get_by_label("Input").select_option("other  (Tensor)")
    expect(dialog.get_by_label("Model").locator("option")).to_have_text(["net  (Sequential)"])
    dialog.get_by_role("button", name="Insert and run").click()
    expect(lab.page.locator(".jp-Notebook .xai-root")).to_have_count(2)
    expect(lab.output(2).locator(".xai-root")).to_be_visible()
    assert sources(lab)[2] == "x.explain(net, other, labels=labels)"


OTHERS = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.feature_extraction.text import CountVectorizer
import pandas as pd
review = "a fine film"
critic = make_pipeline(CountVectorizer(), LogisticRegression()).fit([review, "a dull film"], ["fresh", "rotten"])
table = pd.DataFrame({"age": [20.0, 30.0, 60.0, 70.0], "hours": [40.0, 20.0, 30.0, 10.0]})
"""


@pytest.mark.parametrize(
    ("made", "name", "code", "seen"),
    [
        ("", "review", "xai.explain(critic, review)", "[data-xai=text-a]"),
        (
            "person = table.iloc[1]; critic = LogisticRegression().fit(table, [0, 0, 1, 1]); del review",
            "person",
            "xai.explain(critic, person, background=table)",
            ".xai-f-list",
        ),
    ],
    ids=["text", "row"],
)
def test_the_palette_explains_a_text_and_a_row(lab, made, name, code, seen):
    lab.open("others.ipynb", [OTHERS + made, name]).run(0)
    put_cursor(lab, 1, 2)
    lab.choose("Explain the selected variable")
    expect(lab.output(2).locator(f".xai-root {seen}")).to_be_visible()
    assert sources(lab)[2] == f"import xai_widgets as xai\n\n{code}"


def test_what_hinders_is_said_in_one_sentence(lab):
    lab.open("hindered.ipynb", ["x = 1"]).run(0)
    told = lab.page.locator(".Toastify__toast")
    for code, sentence in {
        "": "There is no model among this kernel's variables.",
        "import sys; sys.modules['xai_widgets.lab.namespace'] = None": "This kernel does not have xai_widgets",
    }.items():
        evaluate(lab, code)
        explain(lab)
        expect(told.filter(has_text=sentence)).to_be_visible()
    assert len(sources(lab)) == 1
