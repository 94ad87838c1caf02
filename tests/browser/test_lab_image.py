"""The image widget in a real JupyterLab: what a user does with it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser.image_widget import SETUP, SHOWN, cell, evaluate, outputs, shown, source, value
from browser.lab import Lab, script
from playwright.sync_api import expect

PROBABILITIES = "w.prediction.probabilities.tolist()"
VIEW, NEXT, MORE = 1, 2, 3
"""Cells: the one that shows the widget, and two below it."""


@pytest.fixture(scope="module")
def notebook(browser, browser_context_args, lab_server):
    """One notebook, and so one kernel, for all tests here: torch is imported once."""
    context = browser.new_context(**browser_context_args)
    lab = Lab(context.new_page(), lab_server)
    lab.page.set_default_timeout(30_000)
    lab.open("image.ipynb", [SETUP, "", "", ""]).run(0)
    yield lab
    lab.shutdown()
    context.close()


@pytest.fixture
def lab(notebook):
    yield notebook
    evaluate(notebook, "w.close()")
    errors, notebook.errors = notebook.errors, []
    assert errors == []
    notebook.check()


@pytest.fixture
def view(lab):
    """A fresh widget whose first picture is finished."""
    cell(lab, VIEW, SHOWN)
    return shown(lab, VIEW).settled()


def number(text):
    """Read the first number of a text as people write it."""
    return float(re.search(r"[+−-]?\d[\d.]*(e[+−-]?\d+)?", text)[0].replace("−", "-"))


def strongest(heat, sign):
    y, x = np.unravel_index(np.argmax(sign * heat), heat.shape)
    return int(x), int(y)


def heat_of(lab):
    return np.array(value(lab, "w.attribution.heat.tolist()"))


def test_the_first_picture_shows_photo_classes_and_the_map_of_the_kernel(lab, view):
    expect(view.root.get_by_role("heading", level=2)).to_have_text(re.compile(r"Why \w+\s*\d+\.\d%\?"))
    expect(view.bars).to_have_count(5)
    probabilities = value(lab, PROBABILITIES)
    assert view.probabilities() == pytest.approx(probabilities, abs=1e-6)
    expect(view.bars.first).to_contain_text(f"{100 * max(probabilities):.1f}%")
    # The picture is grey, so all colour is the map's.
    colour = np.ptp(view.pixels(), axis=2)
    assert (colour > 10).mean() > 0.2
    # Blue speaks against and orange for the class, where the kernel's numbers say so.
    view.root.get_by_role("slider", name="Opacity").fill("1")
    pixels, heat = view.pixels(), heat_of(lab)
    height, width, _ = pixels.shape
    for sign in (1, -1):
        x, y = strongest(heat, sign)
        red, _, blue = pixels[int((y + 0.5) / 48 * height), int((x + 0.5) / 64 * width)]
        assert sign * (red - blue) > 60
    # What the keyboard cursor reads is what the kernel computed.
    view.canvas.focus()
    step = (heat.max() - heat.min()) / 65534
    for key, x, y in [("ArrowRight", 32, 24), ("Shift+ArrowUp", 32, 14), ("Shift+ArrowRight", 42, 14)]:
        lab.page.keyboard.press(key)
        expect(view.readout).to_contain_text(f"x {x}, y {y}")
        assert number(view.readout.locator("strong").inner_text()) == pytest.approx(heat[y, x], rel=6e-3, abs=step)


def test_a_slider_moves_probabilities_map_and_python_and_undo_takes_it_back(lab, view):
    before, heat, picture = view.probabilities(), heat_of(lab), view.picture()
    view.slide("Brightness", 0.3).settled()
    expect(view.root.locator(".xai-prediction")).to_contain_text("edited")
    after = value(lab, PROBABILITIES)
    assert view.probabilities() == pytest.approx(after, abs=1e-6)
    assert after != pytest.approx(before, abs=0.01)
    labels = ["cat", "dog", "cow", "owl", "fox", "elk"]
    for row in view.bars.all():
        i = labels.index(row.locator(".xai-bar-name").inner_text())
        assert row.locator(".xai-bar-value").inner_text() == f"{100 * after[i]:.1f}%"
        delta = row.locator(".xai-delta").inner_text()
        assert delta == "= 0.0" or number(delta) == pytest.approx(100 * (after[i] - before[i]), abs=0.051)
    assert not np.allclose(heat_of(lab), heat)
    assert view.picture() != picture
    view.root.get_by_role("button", name="Undo").click()
    view.settled()
    assert view.question()["edits"] == []
    assert value(lab, PROBABILITIES) == pytest.approx(before, abs=1e-6)
    assert view.picture() == picture
    view.root.get_by_role("button", name="Redo").click()
    view.settled()
    assert value(lab, PROBABILITIES) == pytest.approx(after, abs=1e-6)
    view.root.get_by_role("button", name="Reset").last.click()
    view.settled()
    assert view.probabilities() == pytest.approx(before, abs=1e-6)
    assert np.allclose(heat_of(lab), heat, atol=1e-5)


HIDDEN = (
    "(abs(__import__('numpy').asarray(w.perturbed).astype(float) / 255 - image.permute(1, 2, 0).numpy()).max(2)"
    " > 0.01).tolist()"
)


def test_the_brush_hides_what_it_covers_from_the_model(lab, view):
    before = view.probabilities()
    view.root.get_by_role("slider", name="Opacity").fill("0")  # the photo alone
    photo = view.pixels()
    view.root.get_by_role("radio", name="Brush").check()
    lab.page.mouse.move(*view.point(0.4, 0.4))
    lab.page.mouse.down()
    lab.page.mouse.move(*view.point(0.7, 0.4), steps=6)
    lab.page.mouse.up()
    lab.page.mouse.move(*view.point(0.02, 0.98))
    view.settled()
    after = value(lab, PROBABILITIES)
    assert after != pytest.approx(before, abs=1e-3)
    assert view.probabilities() == pytest.approx(after, abs=1e-6)
    expect(view.root.get_by_text("1 brush stroke")).to_be_visible()
    view.root.get_by_role("radio", name="Inspect").check()
    lab.page.mouse.move(0, 0)
    changed = np.abs(view.pixels() - photo).max(axis=2) > 3
    height, width = changed.shape
    assert changed[int(0.4 * height), int(0.55 * width)]
    assert not changed[int(0.95 * height) :].any()
    # The kernel's picture changed at the same place, and nowhere else.
    hidden = np.array(value(lab, HIDDEN))
    assert hidden[19, 35]
    assert not hidden[46:].any()


def test_method_class_and_why_rather_than_and_the_code_in_the_next_cell(lab, view):
    view.root.get_by_label("Explanation method").select_option("occlusion")
    view.settled()
    assert value(lab, "[w.attribution.method, w.attribution.target]") == [
        "occlusion",
        view.xai("xai.store.prediction.value.target"),
    ]
    second = view.bars.nth(1)
    label = second.locator(".xai-bar-name").inner_text()
    second.click()
    view.settled()
    expect(view.root.get_by_role("heading", level=2)).to_contain_text(f"Why {label}")
    assert value(lab, "w.attribution.label") == label
    foil = view.root.get_by_role("combobox", name="rather than")
    foil.fill("cow")
    lab.page.keyboard.press("Enter")
    view.settled()
    assert value(lab, "w.attribution.label") == f"{label} rather than cow"
    target = value(lab, "w.attribution.target")
    assert target == view.question()["target"]
    view.slide("Blur", 1.5).settled()
    code = value(lab, "w.to_code()")
    assert f'target=("{label}", "cow")' in code
    evaluate(lab, "first, kept = w, w.attribution")
    cell(lab, NEXT, code)
    again = shown(lab, NEXT).settled()
    assert again.question()["edits"] == view.question()["edits"]
    same = "w is not first and abs(w.attribution.values - kept.values).max() <= 1e-5 * abs(kept.values).max()"
    assert evaluate(lab, f"print({same})").strip() == "True"
    evaluate(lab, "first.close()")


def test_two_methods_under_the_curtain(lab, view):
    alone = view.pixels()
    view.root.get_by_label("Compare with", exact=True).select_option("occlusion")
    view.settled("b")
    expect(view.root.locator(".xai-legend")).to_have_count(2)
    halves = view.pixels()
    width = alone.shape[1]
    left, right = np.s_[:, 5 : width // 3], np.s_[:, 2 * width // 3 : -5]
    chips = np.s_[alone.shape[0] // 4 :]
    assert np.array_equal(halves[chips][left], alone[chips][left])
    assert not np.array_equal(halves[chips][right], alone[chips][right])
    handle = view.root.get_by_role("slider", name="Curtain position")
    handle.focus()
    lab.page.keyboard.press("Home")
    expect(handle).to_have_attribute("aria-valuenow", "0")
    other = view.pixels()
    assert np.array_equal(other[chips][right], halves[chips][right])
    assert not np.array_equal(other[chips][left], alone[chips][left])
    view.slide("Brightness", 0.2).settled().settled("b")
    assert view.xai("xai.store.slots.b.map.value.info.request.edits.length") == 1
    assert value(lab, "w.attribution.method") == "integrated_gradients"


def test_cancel_keeps_the_partial_map_and_says_so(lab, view):
    evaluate(lab, "Net.pause = 0.02")
    view.root.get_by_label("Explanation method").select_option("occlusion")
    view.until(
        "xai.store.slots.a.map.value.info.request.method === 'occlusion' && xai.store.slots.a.map.value.info.done > 0"
    )
    view.root.get_by_role("button", name="Cancel").click()
    view.phase("cancelled")
    expect(view.status).to_contain_text("Cancelled: the partial map stays")
    expect(view.status).to_contain_text(re.compile(r"partial map, \d+% done"))
    expect(view.root.get_by_role("button", name="Cancel")).to_be_disabled()
    fraction = value(lab, "w.attribution.fraction")
    assert 0 < fraction < 1
    assert view.xai("xai.store.slots.a.map.value.info.fraction") == pytest.approx(fraction)
    assert view.xai("xai.lastDrawnId") == view.xai("xai.store.slots.a.id")
    evaluate(lab, "Net.pause = 0.0")
    view.slide("Blur", 1).settled()
    assert value(lab, "w.attribution.fraction") == 1


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(0.01)",
        "sum(range(1000))",
        "time.sleep(0.02); w.send_state('state')",
        "torch.randn(300, 300) @ torch.randn(300, 300)",
    ],
    ids=["sleeps", "computes", "sends on the widget", "uses torch"],
)
def test_it_answers_while_a_cell_runs(lab, view, body):
    source(lab, NEXT, f"while True:\n    {body}")
    lab.run(NEXT, wait=False)
    lab.page.wait_for_function(script(f"() => PANEL.content.widgets[{NEXT}].model.executionState === 'running'"))
    before = view.probabilities()
    for value_ in (0.1, 0.2, 0.3):
        view.slide("Brightness", value_).settled()
    view.root.get_by_label("Explanation method").select_option("saliency")
    view.settled()
    assert view.probabilities() != pytest.approx(before, abs=1e-3)
    assert lab.state(NEXT) == "running"
    lab.page.evaluate(script("() => PANEL.context.sessionContext.session.kernel.interrupt().then(() => true)"))
    lab.page.wait_for_function(script(f"() => PANEL.content.widgets[{NEXT}].model.executionState === 'idle'"))
    assert [one["ename"] for one in outputs(lab, NEXT)] == ["KeyboardInterrupt"]


FLOOD = """root => new Promise(done => {
    const slider = [...root.querySelectorAll("input[type=range]")].find(
        one => one.labels[0].textContent.trim() === "Brightness");
    const drawn = [], began = performance.now();
    let sent = 0;
    const stop = root.xai.onDraw(id => drawn.push(id));
    const frame = () => {
        while (sent < 1000 && performance.now() - began >= 5 * sent) {
            sent++;
            slider.value = String(sent < 1000 ? Math.round(45 * Math.sin(sent / 20)) / 100 : 0.37);
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }
        if (sent < 1000) return requestAnimationFrame(frame);
        slider.dispatchEvent(new Event("change", { bubbles: true }));
        root.flood = { drawn, stop };
        done(performance.now() - began);
    };
    requestAnimationFrame(frame);
})"""


def test_a_thousand_slider_events_in_five_seconds(lab, view):
    rss = "(__import__('gc').collect(), __import__('psutil').Process().memory_info().rss / 2**20)[1]"
    for value_ in (0.1, 0.2):  # what is allocated once
        view.slide("Brightness", value_).settled()
    first, memory = view.xai("xai.store.slots.a.id"), value(lab, rss)
    view.root.evaluate(FLOOD)
    view.settled()
    assert view.question()["edits"] == [{"name": "brightness", "value": 0.37}]
    assert view.xai("xai.store.slots.a.id") == first + 1000
    assert view.xai("xai.lastDrawnId") == first + 1000
    assert value(lab, "w.state['id']") == first + 1000
    assert value(lab, "w.state['request']['edits'][0]['value']") == 0.37
    assert view.probabilities() == pytest.approx(value(lab, PROBABILITIES), abs=1e-6)
    # Pictures moved all the while, and never backwards; nothing comes after the last one.
    drawn = view.root.evaluate("root => root.flood.drawn")
    assert len(set(drawn)) > 5
    assert drawn == sorted(drawn)
    assert value(lab, rss) - memory < 60


def test_two_views_of_one_widget_and_two_widgets_of_one_model(lab):
    cell(lab, VIEW, SHOWN.removesuffix("w\n") + "display(w); display(w)")
    one, two = shown(lab, VIEW, 0).settled(), shown(lab, VIEW, 1).settled()
    one.slide("Brightness", 0.25)
    two.until("xai.store.request.value.edits.length === 1").settled()
    one.settled()
    expect(two.root.get_by_label("Brightness, exact value")).to_have_value("0.25")
    two.bars.nth(2).click()
    two.settled()
    one.until(f"xai.store.request.value.target === {two.question()['target']}").settled()
    assert one.picture() == two.picture()
    cell(lab, NEXT, "v = xai.explain(model, image, labels=labels, method='saliency', target='dog')\nv")
    other = shown(lab, NEXT).settled()
    one.slide("Blur", 3)
    other.slide("Blur", 6)
    one.settled()
    other.settled()
    assert [len(one.question()["edits"]), len(other.question()["edits"])] == [2, 1]
    assert one.probabilities() == pytest.approx(value(lab, PROBABILITIES), abs=1e-6)
    assert other.probabilities() == pytest.approx(value(lab, "v.prediction.probabilities.tolist()"), abs=1e-6)
    assert other.probabilities() != pytest.approx(one.probabilities(), abs=1e-4)
    evaluate(lab, "v.close()")


def test_an_error_is_one_sentence_with_its_traceback_folded_and_life_goes_on(lab, view):
    evaluate(lab, "Net.broken = True")
    view.slide("Blur", 2)
    expect(view.trouble).to_contain_text("The model raised RuntimeError for an input of shape [1, 3, 48, 64]")
    expect(view.trouble.locator(".xai-alert-body > span")).to_have_text(re.compile(r"^[^\n]*the sky fell$"))
    trace = view.trouble.locator("pre")
    expect(trace).to_be_hidden()
    view.trouble.locator("summary").click()
    expect(trace).to_be_visible()
    expect(trace).to_contain_text('raise RuntimeError("the sky fell")')
    expect(view.status).to_contain_text("The map still shows the earlier question")
    evaluate(lab, "Net.broken = False")
    view.slide("Blur", 3).settled()
    expect(view.trouble).to_have_count(0)
    # Wrong from Python: refused in the cell, and the widget stays as it was.
    cell(lab, NEXT, "w.explain(target='doge')")
    [refused] = outputs(lab, NEXT)
    assert refused["ename"] == "ValueError"
    assert "The nearest are: dog" in refused["evalue"]
    # Without labels only the model knows how many classes there are.
    cell(lab, NEXT, "v = xai.explain(model, image, target=9)\nv")
    other = shown(lab, NEXT)
    expect(other.trouble).to_contain_text("The target must lie in 0..5 (the model has 6 classes), got 9.")
    other.bars.first.click()
    other.settled()
    expect(other.trouble).to_have_count(0)
    evaluate(lab, "v.close()")


def test_the_keyboard_alone_is_enough_and_the_notebook_hears_none_of_it(lab, view):
    cells = script("() => PANEL.content.widgets.map(c => [c.model.type, c.model.sharedModel.getSource()])")
    before = lab.page.evaluate(cells)
    focused = "document.activeElement.className + ' ' + (document.activeElement.labels?.[0]?.textContent ?? '')"
    view.root.get_by_role("radio", name="Inspect").focus()
    seen = []
    while not seen or "xai-canvas" not in seen[-1]:
        assert len(seen) < 20, seen
        lab.page.keyboard.press("Tab")
        seen.append(lab.page.evaluate(focused))
    lab.page.keyboard.press("ArrowLeft")
    expect(view.readout).to_contain_text("x 32, y 24")
    expect(view.root.locator("[data-xai=spoken]")).to_contain_text("x 32, y 24")
    lab.page.keyboard.press("Enter")
    expect(view.root.locator(".xai-rescaled")).to_be_visible()
    for target in (
        view.canvas,
        view.root.get_by_role("slider", name="Opacity"),
        view.root.get_by_role("button", name="Curtain"),
        view.bars.first,
        view.root.get_by_label("Colours", exact=True),
        view.root.get_by_role("combobox", name="rather than"),
        view.root.get_by_label("Blur, exact value"),
    ):
        target.focus()
        for key in ("a", "b", "d", "d", "x", "m", "y", "z", "0", "Shift+M"):
            lab.page.keyboard.press(key)
    assert lab.page.evaluate(cells) == before
    # The same keys do something where they are meant to.
    lab.page.locator(".jp-Notebook-cell").nth(MORE).locator(".jp-InputPrompt").click()
    lab.page.keyboard.press("b")
    expect(lab.page.locator(".jp-Notebook-cell")).to_have_count(len(before) + 1)
    lab.command("notebook:delete-cell")
    expect(lab.page.locator(".jp-Notebook-cell")).to_have_count(len(before))


def test_a_closed_widget_leaves_no_dead_view(lab, view):
    evaluate(lab, "w.close()")
    expect(view.root).to_have_count(0)
    cell(lab, NEXT, "w.explain('saliency')\nprint(w.wait(5), w.attribution is not None)")
    assert lab.text(NEXT).strip() == "True True"


def test_a_real_classifier_explains_a_real_photo(lab):
    cell(
        lab,
        VIEW,
        "from xai_widgets import samples\n"
        "net, preprocess, names = samples.imagenet()\n"
        "w = xai.explain(net, samples.photo('cat'), preprocess=preprocess, labels=names, method='grad_cam')\nw",
    )
    view = shown(lab, VIEW).settled()
    assert view.xai("xai.store.spec.value.grid") == [224, 224]
    expect(view.root.get_by_role("heading", level=2)).to_contain_text(re.compile("cat|tabby"))
    assert view.probabilities() == pytest.approx(value(lab, PROBABILITIES), abs=1e-6)
    before = view.probabilities()
    view.slide("Blur", 4).settled()
    assert view.probabilities() != pytest.approx(before, abs=0.01)
    assert value(lab, "w.attribution.prediction.probabilities.tolist()") == pytest.approx(
        view.probabilities(), abs=1e-6
    )
