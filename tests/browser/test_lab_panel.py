"""The side panel that lists the explanations of a kernel."""

import re

import pytest
from browser.image_widget import SETUP, evaluate, shown
from browser.lab import Lab, script
from playwright.sync_api import expect

MAKE = 'a = xai.explain(model, image, labels=labels, method="saliency")\na'
SLOW = 'Net.pause = 0.02\nb = xai.explain(model, image, labels=labels, method="rise", n_samples=4000)\nb'
RESULT = 'Net.pause = 0.0\nfound = xai.attribute(model, image, "grad_cam", labels=labels)'


def panel(lab):
    lab.command("xai-widgets:show-explanations")
    found = lab.page.locator("#xai-explanations")
    expect(found).to_be_visible()
    return found


def listed(found, name="Live widgets"):
    return found.get_by_role("list", name=name).get_by_role("listitem")


def test_widgets_and_results_are_listed_compared_cancelled_and_freed(lab):
    lab.open("panel.ipynb", [SETUP, MAKE, SLOW, RESULT, "print(a._closed, b.running)"]).run(0)
    found = panel(lab)
    expect(found).to_contain_text("Nothing is explained in this kernel yet.")
    lab.run(1)
    first = listed(found)
    expect(first).to_have_count(1)
    expect(first).to_contain_text(re.compile(r"Picture.*Saliency · (cat|dog|cow|owl|fox|elk)just now · .*[kM]B"))

    lab.run(2)
    slow = listed(found).filter(has_text="RISE")
    expect(slow).to_contain_text("computing")
    cancel = slow.get_by_role("button", name="Cancel")
    cancel.press("Enter")
    expect(slow).not_to_contain_text("computing")
    expect(cancel).to_be_disabled()
    expect(cancel).to_be_focused()
    # Half an hour later
    evaluate(lab, 'Net.pause = 0.0; b.made = time.time() - 1800; b.explain("input_x_gradient")')
    expect(listed(found).filter(has_text="Input × gradient")).to_contain_text("30 min")

    lab.run(3)
    results = listed(found, "Results among the variables")
    expect(results).to_contain_text(re.compile("found · Attribution.*Grad-CAM"))
    listed(found).get_by_role("checkbox", name=re.compile("Picture Saliency · ")).check()
    results.get_by_role("checkbox").check()
    found.get_by_role("button", name="Compare two").click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Rank correlation")
    expect(dialog.get_by_role("img")).to_have_count(2)
    dialog.get_by_role("button", name="Done").click()

    go = listed(found).filter(has_text="Saliency").get_by_role("button", name="Go to")
    expect(go).to_have_accessible_description(re.compile("^Picture Saliency · "))
    go.click()
    lab.page.wait_for_function(script("() => PANEL.content.activeCellIndex === 1"))
    picture = shown(lab, 1).settled().xai("xai.snapshot()")
    listed(found).filter(has_text="Saliency").get_by_role("button", name="Free").press("Enter")
    expect(listed(found)).to_have_count(1)
    expect(lab.page.get_by_role("region", name="Explanations", exact=True)).to_be_focused()
    freed = lab.output(1).locator(".xai-saved")
    expect(freed).to_contain_text("This widget was closed and its memory freed. Run the cell to bring it back.")
    expect(freed.locator("img")).to_have_attribute("src", picture)
    lab.run(4)
    assert lab.text(4).strip() == "True False"


@pytest.mark.usefixtures("view")
def test_the_panel_speaks_the_language_of_jupyterlab(studio):
    evaluate(studio, 'found = xai.attribute(model, image, "saliency", labels=labels)')
    root = studio.page.locator("html")
    before = root.get_attribute("lang")
    try:
        root.evaluate("html => { html.lang = 'zh-CN'; window.jupyterapp.shell.collapseRight(); }")
        found = panel(studio)
        expect(listed(found, "运行中的控件")).to_contain_text(re.compile("图像.*积分梯度 · (cat|dog|cow|owl|fox|elk)"))
        results = listed(found, "变量中的结果").filter(has_text="found · ")
        expect(results).to_contain_text(re.compile("found · Attribution.*显著图"))
        listed(found, "运行中的控件").get_by_role("checkbox").check()
        results.get_by_role("checkbox").check()
        found.get_by_role("button", name="比较两个").click()
        dialog = studio.page.get_by_role("dialog")
        expect(dialog.get_by_role("img").first).to_have_attribute("alt", re.compile("^积分梯度: "))
        dialog.get_by_role("button", name="完成").click()
        rows = 'import torch\nfound = xai.attribute(torch.nn.Linear(3, 2), torch.rand(3), "saliency")'
        evaluate(studio, rows)
        found.get_by_role("button", name="比较两个").click()
        expect(studio.page.locator(".Toastify__toast")).to_contain_text("这两者解释的是不同的输入")
    finally:
        root.evaluate("(html, lang) => { html.lang = lang; }", before)
        evaluate(studio, "del found")
        studio.command("application:toggle-right-area")


def test_a_second_tab_lists_the_same_and_a_restart_clears_both(lab):
    lab.open("tabs.ipynb", [SETUP, MAKE, "len(__import__('xai_widgets.lab.panel').lab.panel._panels)"]).run(0)
    found = panel(lab)
    lab.run(1)
    expect(listed(found)).to_have_count(1)
    shown(lab, 1).settled()
    other = Lab(lab.page.context.new_page(), lab.server)
    other.goto("doc/workspaces/second/tree/tabs.ipynb").attend()  # of one workspace only one page may be open
    second = panel(other)
    expect(listed(second)).to_have_count(1)
    lab.run_until(2, "2")
    lab.command("application:toggle-right-area")
    expect(found).to_be_hidden()
    lab.run_until(2, "1")
    panel(lab)
    lab.run_until(2, "2")  # what it lists may be what it listed before
    expect(listed(found)).to_have_count(1)

    lab.page.evaluate(script("() => PANEL.sessionContext.session.kernel.restart().then(() => true)"))
    for one in (found, second):
        expect(one).to_contain_text("Nothing is explained in this kernel yet.")
    other.page.close()
