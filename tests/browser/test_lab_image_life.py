"""The image widget when pages are reloaded, kernels go, and notebooks are saved."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from browser.image_widget import SETUP, SHOWN, VIEW, becomes, evaluate, shown, value
from browser.lab import Lab, script
from nbconvert import HTMLExporter
from PIL import Image
from playwright.sync_api import expect

PNG = "image/png"
SLIDER = "Brightness"


def opened(lab, name):
    lab.open(name, [SETUP, SHOWN]).run(0).run(1)
    return shown(lab, 1).settled()


def png_of(data):
    """Decode a PNG in base64, to shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)


def coloured(pixels):
    return (np.ptp(pixels, axis=2) > 10).mean()


def shown_picture(lab, i):
    """Return the saved picture in an output that has no live view, decoded."""
    image = lab.output(i).locator(".xai-saved img")
    expect(image).to_be_visible()
    expect(lab.output(i).locator(".xai-root")).to_have_count(0)
    return png_of(image.get_attribute("src").split(",", 1)[1])


SLOW = """(() => {
    const after = AbortSignal.timeout;
    AbortSignal.timeout = ms => {
        if (ms !== 2000) return after.call(AbortSignal, ms);
        const over = new AbortController();
        queueMicrotask(() => over.abort());
        return over.signal;
    }
})()"""
"""What anywidget allows for loading a view is over at once, as it is on a page that has much to do."""


def test_a_view_that_loads_slowly_hears_the_kernel_all_the_same(lab):
    lab.expected.append("[anywidget] Failed to initialize model")
    lab.page.add_init_script(SLOW)
    view = opened(lab, "slow.ipynb")
    expect(view.root.locator("[data-xai=no-kernel]")).to_have_count(0)
    view.slide(SLIDER, 0.2).settled()
    assert view.probabilities() == pytest.approx(value(lab, "w.prediction.probabilities.tolist()"), abs=1e-6)


def test_a_reloaded_page_shows_the_same_pixels_and_lives(lab):
    view = opened(lab, "reload.ipynb")
    view.slide(SLIDER, 0.2).settled()
    view.bars.nth(1).click()
    view.settled()
    view.root.get_by_label("Compare with", exact=True).select_option("occlusion")
    view.settled("b")
    view.root.get_by_role("radio", name="Curtain").check()
    before, question, said = view.picture(), view.question(), view.probabilities()
    lab.save()
    lab.open("reload.ipynb")
    view = shown(lab, 1).settled("b")
    assert view.question() == question
    assert view.probabilities() == said
    assert view.picture() == before
    assert lab.text(0) == ""  # nothing ran again
    view.slide(SLIDER, 0.3).settled().settled("b")
    assert view.probabilities() == pytest.approx(value(lab, "w.prediction.probabilities.tolist()"), abs=1e-6)
    assert view.xai("xai.store.slots.a.map.value.id") > 3


def test_a_page_reloaded_amid_an_explanation_goes_on_showing_it(lab):
    view = opened(lab, "amid.ipynb")
    lab.save()
    evaluate(lab, "Net.pause = 0.1")  # so that it takes longer than any page to load
    # Not occlusion, which would soon leave the model's own, slow code alone.
    view.root.get_by_label("Explanation method").select_option("rise")
    view.until("xai.store.slots.a.map.value.info.request.method === 'rise'")
    lab.open("amid.ipynb", kernel=False)
    view = shown(lab, 1)
    view.until("xai.store.request.value.method === 'rise' && xai.store.slots.a.running.value")
    view.root.get_by_role("button", name="Cancel").click()
    view.phase("cancelled")
    assert 0 < value(lab, "w.attribution.fraction") < 1


def test_a_cell_deleted_while_it_computes_takes_its_view_along_and_the_kernel_goes_on(lab):
    lab.open("deleted.ipynb", [SETUP, SHOWN, "w"]).run(0).run(1)
    view = shown(lab, 1).settled()
    evaluate(lab, "import threading; alive = threading.active_count(); Net.pause = 0.1")
    view.root.get_by_label("Explanation method").select_option("rise")
    view.until("xai.store.slots.a.map.value.info.request.method === 'rise'")
    cells = lab.page.locator(".jp-Notebook-cell")
    before = cells.count()
    cells.nth(1).locator(".jp-InputPrompt").click()
    lab.command("notebook:delete-cell")
    expect(cells).to_have_count(before - 1)
    expect(lab.page.locator(".xai-root")).to_have_count(0)
    # Nothing is lost: what was asked for is there in another cell, and goes on until somebody says otherwise.
    lab.run(1)
    again = shown(lab, 1)
    again.until("xai.store.request.value.method === 'rise'")
    again.root.get_by_role("button", name="Cancel").click()
    again.phase("cancelled")
    assert 0 < value(lab, "w.attribution.fraction") < 1
    evaluate(lab, "w.close()")
    becomes(lab, "threading.active_count() <= alive", expected=True)


def test_another_browser_on_the_same_kernel_follows(lab, browser, browser_context_args):
    view = opened(lab, "tabs.ipynb")
    lab.save()
    # Not a tab of the same one, which JupyterLab moves to a workspace of its own while it opens.
    context = browser.new_context(**browser_context_args)
    second = Lab(context.new_page(), lab.server)
    other = shown(second.open("tabs.ipynb"), 1).settled()
    assert other.picture() == view.picture()

    view.bars.nth(1).click()
    view.settled()
    other.until(f"xai.store.request.value.target === {view.xai('xai.store.request.value.target')}")
    other.settled()
    other.slide(SLIDER, 0.3).settled()  # and back
    view.until(f"xai.store.slots.a.map.value.id === {other.xai('xai.store.slots.a.map.value.id')}")
    view.settled()
    assert view.question() == other.question()
    assert view.probabilities() == other.probabilities()
    assert view.picture() == other.picture()
    assert view.probabilities() == pytest.approx(value(lab, "w.prediction.probabilities.tolist()"), abs=1e-6)

    # At once, and not when the answer is whole and the traits are written.
    evaluate(lab, "Net.pause = 0.05")
    view.root.get_by_label("Explanation method").select_option("rise")
    other.until("xai.store.request.value.method === 'rise' && xai.store.slots.a.running.value")
    assert value(lab, "w.state['request']['method']") == "integrated_gradients"
    other.root.get_by_role("button", name="Cancel").click()
    view.phase("cancelled")
    second.check()
    context.close()


def test_a_kernel_restarted_under_an_open_page(lab):
    view = opened(lab, "restart.ipynb")
    picture = view.picture()
    lab.page.evaluate(script("() => PANEL.context.sessionContext.restartKernel().then(() => true)"))
    expect(view.root.locator("[data-xai=no-kernel]")).to_contain_text("No kernel: showing the last saved view")
    assert view.picture() == picture
    # What is asked now cannot be answered; the view says so and stands.
    view.slide(SLIDER, 0.2)
    expect(view.root.locator("[data-xai=no-kernel]")).to_be_visible()
    lab.attend()
    lab.run(0).run(1)
    fresh = shown(lab, 1).settled()
    expect(lab.output(1).locator(".xai-root")).to_have_count(1)
    expect(fresh.root.locator("[data-xai=no-kernel]")).to_have_count(0)
    fresh.slide(SLIDER, 0.2).settled()
    assert fresh.probabilities() == pytest.approx(value(lab, "w.prediction.probabilities.tolist()"), abs=1e-6)


def test_a_saved_notebook_has_the_last_view_as_a_picture_and_in_words(studio, view):
    def saved():
        studio.save()
        [output] = studio.server.read("image.ipynb").cells[VIEW].outputs
        return output.data[PNG].strip(), output.data["text/plain"].strip()

    first, _ = saved()
    view.slide(SLIDER, 0.4).settled()
    view.bars.nth(2).click()
    view.settled()
    png, words = saved()
    assert png == view.xai("xai.snapshot()").split(",", 1)[1]
    assert png != first
    assert words == view.xai("xai.describe()").strip()
    assert coloured(png_of(png)) > 0.1
    [html, _] = HTMLExporter().from_filename(str(studio.server.root / "image.ipynb"))
    assert re.sub(r"\s", "", png) in re.sub(r"\s", "", html)
