"""The context menu of an output: save, copy, compare."""

import base64
import re

import numpy as np
import pytest
from browser.image_widget import SETUP, evaluate, shown, value
from browser.test_lab_extension import BLUE, SAVED
from browser.test_lab_image_life import png_of
from browser.test_lab_panel import MAKE, RESULT, listed
from playwright.sync_api import expect


def choose(lab, node, entry):
    node.click(button="right")
    lab.page.get_by_role("menuitem", name=entry).click()


def saved(lab, node, entry):
    with lab.page.expect_download() as download:
        choose(lab, node, entry)
    return download.value.path().read_bytes()


def test_a_live_view_is_saved_and_copied(lab):
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.open("outputs.ipynb", [SETUP, MAKE]).run(0).run(1)
    shown(lab, 1).settled()
    title = lab.output(1).locator(".xai-root h2").first
    assert saved(lab, title, "Save the explanation as PNG").startswith(b"\x89PNG")
    page = saved(lab, title, "Save the explanation as HTML").decode()
    assert page.lower().startswith("<!doctype html>")
    choose(lab, title, "Copy the picture")
    lab.page.wait_for_function(
        "() => { navigator.clipboard.read().then(([one]) => { window.copied = one.types.join(); }, () => {});"
        " return window.copied === 'image/png'; }"
    )


def test_two_explanations_are_compared_from_the_menu(lab):
    lab.open("compared.ipynb", [SETUP, MAKE, RESULT]).run(0).run(1).run(2)
    view = shown(lab, 1).settled()
    choose(lab, view.root.locator("h2").first, "Compare the explanation with")
    panel = lab.page.locator("#xai-explanations")
    expect(listed(panel).get_by_role("checkbox")).to_be_checked()
    expect(panel.get_by_role("button", name="Compare two")).to_be_disabled()
    listed(panel, "Results among the variables").get_by_role("checkbox").check()
    panel.get_by_role("button", name="Compare two").click()
    dialog = lab.page.get_by_role("dialog")
    expect(dialog.locator("figcaption")).to_have_text([re.compile("^Saliency: "), re.compile("^Grad-CAM: ")])
    pictures = dialog.get_by_role("img").all()
    # pixels across, beside each other
    assert [one.evaluate("one => one.decode().then(() => one.naturalWidth)") for one in pictures] == [420, 420]
    drawn = [png_of(base64.b64encode(one.screenshot())) for one in pictures]
    assert not np.array_equal(*drawn)
    assert all(np.ptp(one, axis=2).mean() > 5 for one in drawn), "both have colours"
    said = re.search(r"Rank correlation ([−\d.]+):", dialog.inner_text())[1].replace("−", "-")
    assert float(said) == pytest.approx(value(lab, "a.attribution.agreement(found)"), abs=6e-4)
    dialog.get_by_role("button", name="Done").click()


def test_an_output_in_a_view_of_its_own_has_the_menu_too(lab):
    lab.open("linked.ipynb", [SETUP, MAKE]).run(0).run(1)
    shown(lab, 1).settled()
    lab.output(1).locator(".xai-root h2").first.click()
    lab.command("notebook:create-output-view")
    title = lab.page.locator(".jp-LinkedOutputView .xai-root h2").first
    expect(title).to_be_visible()
    assert saved(lab, title, "Save the explanation as PNG").startswith(b"\x89PNG")
    assert saved(lab, title, "Save the explanation as HTML").lower().startswith(b"<!doctype html>")
    choose(lab, title, "Compare the explanation with")
    expect(listed(lab.page.locator("#xai-explanations")).get_by_role("checkbox")).to_be_checked()


def test_a_page_of_an_explanation_under_way_says_that_it_waits_and_a_cancel_brings_what_there_is(studio, view):
    evaluate(studio, "Net.pause = 0.02")
    view.root.get_by_label("Explanation method").select_option("rise")
    view.until("xai.store.slots.a.map.value.info.request.method === 'rise'")
    told = studio.page.locator(".Toastify__toast", has_text="Cancel the explanation to save what there is")
    with studio.page.expect_download() as page:
        choose(studio, view.root.locator("h2").first, "Save the explanation as HTML")
        expect(told).to_be_visible()
        view.root.get_by_role("button", name="Cancel").click()
    assert "rise" in page.value.path().read_text()
    expect(told).to_have_count(0)


def test_a_saved_picture_is_saved_and_has_no_more_to_offer(lab):
    lab.open("saved.ipynb", ["1"], outputs={0: [{SAVED: {"v": 1, "title": "Once", "png": BLUE}}]}, kernel=False)
    picture = lab.output(0).locator(".xai-saved img")
    assert saved(lab, picture, "Save the explanation as PNG") == base64.b64decode(BLUE)
    picture.click(button="right")
    expect(lab.page.get_by_role("menuitem", name="Copy the picture")).to_be_visible()
    expect(lab.page.get_by_role("menuitem", name="as HTML")).to_have_count(0)
