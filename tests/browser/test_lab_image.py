"""The image widget in a real JupyterLab: what a user does with it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser.image_widget import MORE, NEXT, PROBABILITIES, SHOWN, VIEW, cell, evaluate, shown, value
from playwright.sync_api import expect


def number(text):
    """Read the first number of a text as people write it."""
    return float(re.search(r"[+−-]?\d[\d.]*(e[+−-]?\d+)?", text)[0].replace("−", "-"))


def strongest(heat, sign):
    y, x = np.unravel_index(np.argmax(sign * heat), heat.shape)
    return int(x), int(y)


def heat_of(studio):
    return np.array(value(studio, "w.attribution.heat.tolist()"))


def test_the_first_picture_shows_photo_classes_and_the_map_of_the_kernel(studio, view):
    expect(view.root.get_by_role("heading", level=2)).to_contain_text(re.compile(r"Why (cat|dog|cow|owl|fox|elk)\b"))
    expect(view.bars).to_have_count(5)
    probabilities = value(studio, PROBABILITIES)
    assert view.probabilities() == pytest.approx(probabilities, abs=1e-6)
    expect(view.bars.first).to_contain_text(f"{100 * max(probabilities):.1f}%")
    # The picture is grey, so all colour is the map's.
    colour = np.ptp(view.pixels(), axis=2)
    assert (colour > 10).mean() > 0.2
    # Blue speaks against and orange for the class, where the kernel's numbers say so.
    view.root.get_by_role("slider", name="Opacity").fill("1")
    pixels, heat = view.pixels(), heat_of(studio)
    height, width, _ = pixels.shape
    for sign in (1, -1):
        x, y = strongest(heat, sign)
        red, _, blue = pixels[int((y + 0.5) / 48 * height), int((x + 0.5) / 64 * width)]
        assert sign * (red - blue) > 60
    # What the keyboard cursor reads is what the kernel computed.
    view.canvas.focus()
    step = (heat.max() - heat.min()) / 65534
    for key, x, y in [("ArrowRight", 32, 24), ("Shift+ArrowUp", 32, 14), ("Shift+ArrowRight", 42, 14)]:
        studio.page.keyboard.press(key)
        expect(view.readout).to_contain_text(f"x {x}, y {y}")
        assert number(view.readout.locator("strong").inner_text()) == pytest.approx(heat[y, x], rel=6e-3, abs=step)


def test_a_slider_moves_probabilities_map_and_python_and_undo_takes_it_back(studio, view):
    before, heat, picture = view.probabilities(), heat_of(studio), view.picture()
    view.slide("Brightness", 0.3).settled()
    expect(view.root.locator(".xai-prediction")).to_contain_text("edited")
    after = value(studio, PROBABILITIES)
    assert view.probabilities() == pytest.approx(after, abs=1e-6)
    assert after != pytest.approx(before, abs=0.01)
    labels = ["cat", "dog", "cow", "owl", "fox", "elk"]
    for row in view.bars.all():
        i = labels.index(row.locator(".xai-bar-name").inner_text())
        assert row.locator(".xai-bar-value").inner_text() == f"{100 * after[i]:.1f}%"
        delta = row.locator(".xai-delta").inner_text()
        assert delta == "= 0.0" or number(delta) == pytest.approx(100 * (after[i] - before[i]), abs=0.051)
    assert not np.allclose(heat_of(studio), heat)
    assert view.picture() != picture
    view.root.get_by_role("button", name="Undo").click()
    view.settled()
    assert view.question()["edits"] == []
    assert value(studio, PROBABILITIES) == pytest.approx(before, abs=1e-6)
    assert view.picture() == picture
    view.root.get_by_role("button", name="Redo").click()
    view.settled()
    assert value(studio, PROBABILITIES) == pytest.approx(after, abs=1e-6)
    view.root.get_by_role("button", name="Reset").last.click()
    view.settled()
    assert view.probabilities() == pytest.approx(before, abs=1e-6)
    assert np.allclose(heat_of(studio), heat, atol=1e-5)


HIDDEN = (
    "(abs(__import__('numpy').asarray(w.perturbed).astype(float) / 255 - image.permute(1, 2, 0).numpy()).max(2)"
    " > 0.01).tolist()"
)


def test_the_brush_hides_what_it_covers_from_the_model(studio, view):
    before = view.probabilities()
    view.root.get_by_role("slider", name="Opacity").fill("0")  # the photo alone
    photo = view.pixels()
    view.root.get_by_role("radio", name="Brush").check()
    studio.page.mouse.move(*view.point(0.4, 0.4))
    studio.page.mouse.down()
    studio.page.mouse.move(*view.point(0.7, 0.4), steps=6)
    studio.page.mouse.up()
    studio.page.mouse.move(*view.point(0.02, 0.98))
    view.settled()
    after = value(studio, PROBABILITIES)
    assert after != pytest.approx(before, abs=1e-3)
    assert view.probabilities() == pytest.approx(after, abs=1e-6)
    expect(view.root.get_by_text("1 brush stroke")).to_be_visible()
    view.root.get_by_role("radio", name="Inspect").check()
    studio.page.mouse.move(0, 0)
    changed = np.abs(view.pixels() - photo).max(axis=2) > 3
    height, width = changed.shape
    assert changed[int(0.4 * height), int(0.55 * width)]
    assert not changed[int(0.95 * height) :].any()
    # The kernel's picture changed at the same place, and nowhere else.
    hidden = np.array(value(studio, HIDDEN))
    assert hidden[19, 35]
    assert not hidden[46:].any()


def test_method_class_and_why_rather_than_and_the_code_in_the_next_cell(studio, view):
    view.root.get_by_label("Explanation method").select_option("occlusion")
    view.settled()
    assert value(studio, "[w.attribution.method, w.attribution.target]") == [
        "occlusion",
        view.xai("xai.store.prediction.value.target"),
    ]
    second = view.bars.nth(1)
    label = second.locator(".xai-bar-name").inner_text()
    second.click()
    view.settled()
    expect(view.root.get_by_role("heading", level=2)).to_contain_text(f"Why {label}")
    assert value(studio, "w.attribution.label") == label
    foil = view.root.get_by_role("combobox", name="rather than")
    foil.fill("cow")
    studio.page.keyboard.press("Enter")
    view.settled()
    assert value(studio, "w.attribution.label") == f"{label} rather than cow"
    target = value(studio, "w.attribution.target")
    assert target == view.question()["target"]
    view.slide("Blur", 1.5).settled()
    code = value(studio, "w.to_code()")
    assert f'target=("{label}", "cow")' in code
    evaluate(studio, "first, kept = w, w.attribution")
    cell(studio, NEXT, code)
    again = shown(studio, NEXT).settled()
    assert again.question()["edits"] == view.question()["edits"]
    same = "w is not first and abs(w.attribution.values - kept.values).max() <= 1e-5 * abs(kept.values).max()"
    assert evaluate(studio, f"print({same})").strip() == "True"
    evaluate(studio, "first.close(); del first, kept")


def test_two_methods_under_the_curtain(studio, view):
    alone = view.pixels()
    view.root.get_by_label("Compare with", exact=True).select_option("occlusion")
    view.settled("b")
    view.root.get_by_role("radio", name="Curtain").check()
    expect(view.root.locator(".xai-legend")).to_have_count(2)
    halves = view.pixels()
    width = alone.shape[1]
    left, right = np.s_[:, 5 : width // 3], np.s_[:, 2 * width // 3 : -5]
    chips = np.s_[alone.shape[0] // 4 :]
    assert np.array_equal(halves[chips][left], alone[chips][left])
    assert not np.array_equal(halves[chips][right], alone[chips][right])
    handle = view.root.get_by_role("slider", name="Curtain position")
    handle.focus()
    studio.page.keyboard.press("Home")
    expect(handle).to_have_attribute("aria-valuenow", "0")
    other = view.pixels()
    assert np.array_equal(other[chips][right], halves[chips][right])
    assert not np.array_equal(other[chips][left], alone[chips][left])
    view.slide("Brightness", 0.2).settled().settled("b")
    assert view.xai("xai.store.slots.b.map.value.info.request.edits.length") == 1
    assert value(studio, "w.attribution.method") == "integrated_gradients"


def test_two_methods_side_by_side_agree_as_python_says(studio, view):
    view.root.get_by_label("Compare with", exact=True).select_option("occlusion")
    view.settled("b")
    expect(view.canvas).to_have_count(2)
    agreement = view.root.locator("[data-xai=agreement] strong")
    for shown_as, sign in (("Both", "both"), ("Strength", "absolute")):
        view.root.get_by_role("radio", name=shown_as).check()
        expected = value(studio, f"w.attribution.agreement(w.compared, sign='{sign}', smooth=None)")
        expect(agreement).to_contain_text(f"{abs(expected):.2f} rank correlation")
    # What the cursor reads in both is what the kernel computed for both.
    view.root.get_by_role("radio", name="Both").check()
    view.canvas.last.focus()
    for key in ("ArrowRight", "Shift+ArrowUp"):
        studio.page.keyboard.press(key)
    expect(view.readout).to_contain_text("x 32, y 14")
    read = [number(text) for text in view.readout.locator("strong").all_inner_texts()]
    for found, name in zip(read, ("attribution", "compared"), strict=True):
        heat = np.array(value(studio, f"w.{name}.heat.tolist()"))
        step = (heat.max() - heat.min()) / 65534
        assert found == pytest.approx(heat[14, 32], rel=6e-3, abs=step)
    code = value(studio, "w.to_code()")
    assert 'compare="occlusion"' in code
    evaluate(studio, "first = w")
    cell(studio, NEXT, code)
    again = shown(studio, NEXT).settled().settled("b")
    expect(again.canvas).to_have_count(2)
    again.root.get_by_role("radio", name="Disagreement").check()
    expect(again.canvas).to_have_count(1)
    assert evaluate(studio, "print((w.compared.values == first.compared.values).all())").strip() == "True"
    evaluate(studio, "first.close()")


def test_a_layer_of_the_model_is_picked_from_its_tree(studio, view):
    view.root.get_by_label("Explanation method").select_option("grad_cam")
    view.settled()
    view.root.get_by_text("Parameters of Grad-CAM").click()
    box = view.root.get_by_role("combobox", name="layer")
    box.click()
    rows = view.root.get_by_role("treeitem")
    expect(rows.nth(1)).to_contain_text("net Sequential")
    box.fill("net.")
    expect(rows).to_have_count(5)
    expect(rows.nth(0)).to_contain_text("8 × 48 × 64")
    expect(rows.nth(4)).to_contain_text("6 · no map")
    rows.nth(1).click()
    view.settled()
    assert value(studio, "w.attribution.params['layer']") == "net.1"
    assert 'layer="net.1"' in value(studio, "w.to_code()")
    box.fill("net.9")
    studio.page.keyboard.press("Enter")
    expect(view.trouble).to_contain_text("The model has no layer 'net.9'. Did you mean 'net.")


def test_cancel_keeps_the_partial_map_and_says_so(studio, view):
    evaluate(studio, "Net.pause = 0.03")
    # Not occlusion, which would soon leave the model's own, slow code alone.
    view.root.get_by_label("Explanation method").select_option("rise")
    view.until(
        "xai.store.slots.a.map.value.info.request.method === 'rise' && xai.store.slots.a.map.value.info.done > 0"
    )
    view.root.get_by_role("button", name="Cancel").click()
    view.phase("cancelled")
    expect(view.status).to_contain_text("Cancelled: the partial map stays")
    expect(view.status).to_contain_text(re.compile(r"partial map, \d+% done"))
    expect(view.root.get_by_role("button", name="Cancel")).to_be_disabled()
    fraction = value(studio, "w.attribution.fraction")
    assert 0 < fraction < 1
    assert view.xai("xai.store.slots.a.map.value.info.fraction") == pytest.approx(fraction)
    assert view.xai("xai.lastDrawnId") == view.xai("xai.store.slots.a.id")
    evaluate(studio, "Net.pause = 0.0")
    view.slide("Blur", 1).settled()
    assert value(studio, "w.attribution.fraction") == 1


def test_the_keyboard_alone_is_enough_and_the_notebook_hears_none_of_it(studio, view):
    # What keys did, not what the notebook looks like afterwards: "z" takes back what the keys before it did.
    studio.page.evaluate(
        "() => { window.heard = [];"
        " window.jupyterapp.commands.commandExecuted.connect((_, { id }) => window.heard.push(id)) }"
    )
    focused = "document.activeElement.className + ' ' + (document.activeElement.labels?.[0]?.textContent ?? '')"
    view.root.get_by_role("radio", name="Inspect").focus()
    seen = []
    while not seen or "xai-canvas" not in seen[-1]:
        assert len(seen) < 20, seen
        studio.page.keyboard.press("Tab")
        seen.append(studio.page.evaluate(focused))
    studio.page.keyboard.press("ArrowLeft")
    expect(view.readout).to_contain_text("x 32, y 24")
    expect(view.root.locator("[data-xai=spoken]")).to_contain_text("x 32, y 24")
    studio.page.keyboard.press("Enter")
    expect(view.root.locator(".xai-rescaled")).to_be_visible()
    for target in (
        view.canvas,
        view.root.get_by_role("slider", name="Opacity"),
        view.root.get_by_role("radio", name="Single"),
        view.bars.first,
        view.root.get_by_label("Colours", exact=True),
        view.root.get_by_role("combobox", name="rather than"),
        view.root.get_by_label("Blur, exact value"),
    ):
        target.focus()
        for key in ("a", "b", "d", "d", "x", "m", "y", "z", "0", "Shift+M"):
            studio.page.keyboard.press(key)
    assert studio.page.evaluate("heard") == []
    # The same keys do something where they are meant to.
    cells = studio.page.locator(".jp-Notebook-cell")
    before = cells.count()
    cells.nth(MORE).locator(".jp-InputPrompt").click()
    studio.page.keyboard.press("b")
    expect(cells).to_have_count(before + 1)
    assert studio.page.evaluate("heard") == ["notebook:insert-cell-below"]
    studio.command("notebook:delete-cell")
    expect(cells).to_have_count(before)


def test_the_model_check_tells_what_python_finds_and_marks_the_methods(studio):
    cell(
        studio,
        VIEW,
        "class Cut(nn.Sequential):\n"
        "    def forward(self, x):\n"
        "        return super().forward(x) + 2 * super().forward(x.detach())\n"
        "live = Cut(\n"
        "    nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6, track_running_stats=False), nn.ReLU(inplace=True),\n"
        "    nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(96, 6))\n"
        "w = xai.explain(live, image, labels=labels, method='integrated_gradients')\nw",
    )
    view = shown(studio, VIEW).settled()
    expect(view.root.locator("[data-xai=doubt]")).to_have_count(0)
    view.root.get_by_text("Is this model fit for explaining?").click()
    expect(view.root.locator("[data-xai=health-state]")).to_have_text(re.compile("^With care"))
    check = value(studio, "xai.check(live, image, labels=labels).to_dict()")
    about_methods = [one for one in check["findings"] if one["severity"] == "note" and one["effect"] != "sound"]
    expected = [one for one in check["findings"] if one["severity"] != "ok" and one not in about_methods]
    told = view.root.locator(".xai-finding > .xai-finding-text")
    assert told.all_inner_texts() == [one["sentence"] for one in expected]
    assert "1 (BatchNorm2d)" in view.root.locator(".xai-finding code").all_inner_texts()
    expect(view.root.locator("[data-xai=doubt]")).to_contain_text("The gradient is not the score's slope")
    picker = view.root.get_by_label("Explanation method")
    for name, verdict in check["methods"].items():
        option = picker.locator(f"option[value={name}]")
        assert option.is_disabled() == (verdict["soundness"] == "impossible"), name
        assert ("doubtful here" in option.inner_text()) == (verdict["soundness"] == "unsound"), name
    # Training flag, statistics and all else are as they were.
    assert value(studio, "[live.training, live[1].running_mean is None, live[0].weight.grad is None]") == [True] * 3


def test_a_real_classifier_explains_a_real_photo(studio):
    cell(
        studio,
        VIEW,
        "from xai_widgets import samples\n"
        "net, preprocess, names = samples.imagenet()\n"
        "w = xai.explain(net, samples.photo('cat'), preprocess=preprocess, labels=names, method='grad_cam')\nw",
    )
    view = shown(studio, VIEW).settled()
    assert view.xai("xai.store.spec.value.grid") == [224, 224]
    expect(view.root.get_by_role("heading", level=2)).to_contain_text(re.compile("cat|tabby"))
    assert view.probabilities() == pytest.approx(value(studio, PROBABILITIES), abs=1e-6)
    before = view.probabilities()
    view.slide("Blur", 4).settled()
    assert view.probabilities() != pytest.approx(before, abs=0.01)
    assert value(studio, "w.attribution.prediction.probabilities.tolist()") == pytest.approx(
        view.probabilities(), abs=1e-6
    )


def test_it_speaks_the_language_of_jupyterlab(studio):
    root = "document.documentElement"
    before = studio.page.evaluate(f"{root}.lang")
    try:
        studio.page.evaluate(f"{root}.lang = 'zh-CN'")
        cell(studio, VIEW, SHOWN)
        view = shown(studio, VIEW).settled()
        expect(view.root.get_by_role("heading", level=2)).to_contain_text(
            re.compile("为什么是 ?(cat|dog|cow|owl|fox|elk)")
        )
        expect(view.root).to_have_attribute("lang", "zh-CN")
        view.slide("亮度", 0.2).settled()
        expect(view.status).to_contain_text("积分梯度")
    finally:
        studio.page.evaluate(f"{root}.lang = '{before}'")
