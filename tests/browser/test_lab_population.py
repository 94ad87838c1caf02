"""The explorer of populations in a real JupyterLab with a real kernel: what a user does with it."""

from __future__ import annotations

import pytest
from browser.believed import definitions, measured, unfold
from browser.image_widget import becomes, cell, evaluate, value
from browser.lab import script, shared
from browser.strangers import changed_by_strangers
from playwright.sync_api import expect

# A judge of people that anyone can check by hand: the sum of its columns is the log-odds; noise counts for nothing.
SETUP = """
import time
import numpy as np, pandas as pd
import xai_widgets as xai
random = np.random.default_rng(0)
frame = pd.DataFrame({
    "age": random.integers(18, 80, 400),
    "job": random.choice(["boss", "clerk", "<b>cook</b>"], 400),
    "owns": random.random(400) < 0.4,
    "noise": random.normal(size=400),
})
slow, broken = 0.0, False
def judge(rows):
    if broken:
        raise RuntimeError("the sky fell")
    time.sleep(slow)
    jobs = rows["job"].map({"clerk": -1.0, "boss": 1.5, "<b>cook</b>": 0.0}).to_numpy()
    z = (rows["age"] - 45) / 15 + jobs + 2.0 * rows["owns"]
    return np.stack([np.zeros(len(rows)), z], 1)
y = judge(frame).argmax(1)
"""
SHOWN = "slow, broken = 0.0, False\nw = xai.explain(judge, frame, y=y, labels=['no', 'yes'])\nw"
WIDE = """
import torch
net, many = torch.nn.Linear(2000, 2), np.random.default_rng(0).normal(size=(40, 2000))
with torch.no_grad():
    net.weight[1, 1500] = 3
w = xai.explain(net, many, y=(many[:, 1500] > 0) * 1)
w
"""
VIEW = 1


@pytest.fixture(scope="module")
def notebook(browser, browser_context_args, lab_server):
    yield from shared(browser.new_context(**browser_context_args), lab_server, "population.ipynb", [SETUP, ""])


@pytest.fixture
def view(notebook):
    cell(notebook, VIEW, SHOWN)
    root = notebook.output(VIEW).locator(".xai-root")
    ended(root, "importance")
    notebook.page.evaluate(script("i => PANEL.content.widgets[i].node.scrollIntoView()"), VIEW)
    yield root
    try:
        evaluate(notebook, "slow = 0.0; w.close()")
        notebook.check()
    finally:
        notebook.errors.clear()


def ended(root, topic):
    status = root.locator(f"[data-xai=status][data-topic={topic}]")
    expect(status).to_have_attribute("data-running", "false")
    return root


def go(root, name, topic):
    root.get_by_role("radio", name=name, exact=True).check()
    return ended(root, topic)


def names(root):
    return root.locator(".xai-s-name").all_inner_texts()


def keys(root, *pressed):
    root.locator(".xai-s-chart").focus()
    for key in pressed:
        root.page.keyboard.press(key)
    return root.locator("[data-xai=readout]")


def test_a_bar_of_importance_leads_to_the_effect_of_its_column(notebook, view):
    order = "[w.importances.names[i] for i in w.importances.order]"
    assert names(view) == value(notebook, order)
    view.locator("[data-column=age]").click()
    ended(view, "effect")
    expect(view.get_by_role("combobox", name="Column")).to_have_value("age")
    read = keys(view, "Home")
    [low, mean] = value(
        notebook, "[float(v) for v in (w.effects('age')['age'].grid[0], w.effects('age')['age'].mean[0])]"
    )
    expect(read).to_contain_text(f"age = {low:.0f}")
    expect(read).to_contain_text(f"all set: {float(f'{mean:.3g}'):g}")
    view.get_by_label("Centred").check()
    expect(keys(view, "Home")).to_contain_text("all set: 0 ")


@pytest.mark.usefixtures("view")
def test_two_thousand_columns_scroll_and_are_found(notebook):
    evaluate(notebook, "w.close()")
    cell(notebook, VIEW, WIDE)
    root = ended(notebook.output(VIEW).locator(".xai-root"), "importance")
    rows = root.locator(".xai-s-row")
    expect(rows.first).to_have_attribute("data-column", "1500")
    assert rows.count() < 50
    root.get_by_role("radio", name="Data").check(force=True)
    for at, name in (("list.scrollHeight", "1999"), ("0", "0")):
        root.locator(".xai-s-bars").evaluate(f"list => {{ list.scrollTop = {at} }}")
        expect(root.locator(f'[data-column="{name}"]')).to_be_visible()
        assert rows.count() < 50
    # All lines are as high as is counted on.
    heights = root.locator(".xai-bars-item").evaluate_all("items => [...new Set(items.map(i => i.offsetHeight))]")
    assert heights == [28]
    root.get_by_label("Find a column").fill("123")
    expect(rows).to_have_count(len([i for i in range(2000) if "123" in str(i)]))


def test_a_map_of_two_columns_is_read_by_keys(notebook, view):
    go(view, "Two columns", "pair")
    view.get_by_role("combobox", name="Up").click()
    view.get_by_role("option", name="owns").click()
    ended(view, "pair")
    assert value(notebook, "w.state['view']") == "pair"
    across, up = value(notebook, "[w.spec['columns'][i]['name'] for i in w._asked['pair'].columns]")
    assert up == "owns"
    read = keys(view, "ArrowUp", "ArrowUp")
    expect(read).to_contain_text("owns = True")
    mean = value(notebook, f"float(w.effects({across!r}, 'owns').effects[0].mean[0, 1])")
    expect(read).to_contain_text(f"{float(f'{mean:.3g}'):g}")


def test_a_dot_tells_its_row_and_selects_it(notebook, view):
    go(view, "Contributions", "contributions")
    read = keys(view, "ArrowRight", "Enter")
    first = "w.contributions.names[w.contributions.order[0]]"
    lowest = f"min(w.contributions.points(), key=lambda p: (p['column'] != {first}, p['contribution']))"
    row = value(notebook, f"{lowest}['row']")
    becomes(notebook, "w.selected", row)
    expect(read).to_contain_text(f"row {row}")
    expect(view).to_contain_text(f"Selected: row {row}")
    expect(view.locator(".xai-s-ring:not(.xai-s-ring-at)")).to_have_count(4)


def test_a_tree_is_drawn_beside_its_fidelity(notebook, view):
    go(view, "Surrogate tree", "tree")
    assert changed_by_strangers(view, "population") == []
    expect(view.locator("[data-xai=fidelity]")).to_contain_text(f"{value(notebook, 'w.tree.fidelity'):.1%}")
    view.get_by_role("slider", name="Depth").fill("2")
    ended(view, "tree")
    expect(view.get_by_role("treeitem")).to_have_count(value(notebook, "len(w.tree.nodes)"))
    assert value(notebook, "max(one.depth for one in w.tree.nodes)") == 2
    rule = value(notebook, "' and '.join(one.condition for one in w.tree.nodes[1:3])")
    expect(keys(view, *["ArrowRight"] * 3)).to_contain_text(rule)
    view.locator("[data-xai=rules] summary").click()
    expect(view.locator("[data-xai=rules] pre")).to_have_text(value(notebook, "w.tree.rules()"))


def test_work_is_cancelled_and_python_is_followed(notebook, view):
    evaluate(notebook, "slow = 2.0; w.show('sensitivity', scheme='morris')")  # seven steps
    expect(view.get_by_role("radio", name="Sensitivity")).to_be_checked()
    expect(view.get_by_role("radio", name="Elementary effects (Morris)")).to_be_checked()
    view.get_by_role("button", name="Cancel").click()
    ended(view, "sensitivity")
    expect(view.locator("[data-xai=status]")).to_contain_text("Stopped at")
    evaluate(notebook, "slow = 0.0")
    view.get_by_role("button", name="Start again").click()
    expect(view.locator("[data-xai=status]")).to_contain_text("1,024 rows")


def test_a_model_that_fails_is_told_and_the_widget_goes_on(notebook, view):
    evaluate(notebook, "broken = True")
    go(view, "Surrogate tree", "tree")
    expect(view.locator("[data-xai=failed]")).to_contain_text("the sky fell")
    evaluate(notebook, "broken = False")
    view.get_by_role("button", name="Start again").click()
    expect(view.get_by_role("treeitem").first).to_be_visible()
    expect(view.locator("[data-xai=failed]")).to_have_count(0)


def test_a_saved_notebook_has_the_picture_of_the_view_on_show(notebook, view):
    go(view, "Surrogate tree", "tree")
    notebook.page.wait_for_function("root => root.xai.snapshot().length > 1000", arg=view.element_handle())
    notebook.save()
    [output] = notebook.server.read("population.ipynb").cells[VIEW].outputs
    assert output.data["text/plain"] == view.evaluate("root => root.xai.describe()")
    assert output.data["text/plain"].endswith(value(notebook, "w.tree.rules()"))
    assert len(output.data["image/png"]) > 1000


def test_each_answer_says_how_far_it_can_be_believed(notebook, view):
    assert value(notebook, "w.evaluation") is None  # nobody has asked
    unfold(view)
    said = measured(notebook, view)
    assert list(said) == ["model_score", "shuffled_answers", "extrapolation", "halves"]
    assert "the commonest class" in said["model_score"]
    definitions(notebook, view)
    go(view, "Surrogate tree", "tree")
    assert list(measured(notebook, view)) == ["model_score", "tree_fidelity", "halves"]


@pytest.mark.usefixtures("view")
def test_importance_that_is_chance_is_grey_and_folding_stops_the_measuring(notebook):
    evaluate(notebook, "w.close()")
    cell(notebook, VIEW, "w = xai.explain(judge, frame, y=random.integers(0, 2, 400), labels=['no', 'yes'])\nw")
    root = ended(notebook.output(VIEW).locator(".xai-root"), "importance")
    unfold(root)
    measured(notebook, root, "No better than random")
    note = root.locator("[data-xai=grey-a]")
    expect(note).to_contain_text("No better than random. It is shown in grey.")
    bars = root.locator(".xai-s-grey .xai-s-bars")
    expect(bars).to_be_visible()
    # Without colours, but no fainter: names and numbers are to be read.
    expect(root.locator(".xai-s-grey")).to_have_css("filter", "grayscale(1)")
    note.get_by_role("button", name="Show it anyway").click()
    expect(note).to_have_count(0)
    expect(bars).to_have_count(0)
    unfold(root)
    go(root, "Contributions", "contributions")
    evaluate(notebook, "slow = 0.5")  # sixty-five steps
    unfold(root)
    expect(root.locator("[data-xai=trust]").get_by_role("progressbar")).to_be_visible()
    unfold(root)
    assert value(notebook, "w._trust._questions['a'].wait(30)")
    assert value(notebook, "w.evaluation is None or w.evaluation.fraction < 1")
