"""The method picker in a real JupyterLab says what `xai.methods` says, and its controls set what Python reads."""

from __future__ import annotations

import pytest
from browser.image_widget import VIEW, cell, shown, value

OFFERED = "[[m.name, m.title, m.family, m.why_not] for m in xai.methods({})]"
FUNCTION = """
Net.pause, Net.broken = 0.0, False
function = lambda batch: model(batch).detach()
w = xai.explain(function, image, labels=labels, method="occlusion")
w
"""


def picker(view):
    return view.root.get_by_label("Explanation method")


def offered(view):
    """Read the picker: by method, the family, the words, and whether it is greyed."""
    return picker(view).evaluate(
        """one => Object.fromEntries([...one.options].map(o =>
            [o.value, [o.closest("optgroup")?.label, o.text, o.disabled]]))"""
    )


def told(view):
    """Read why methods are greyed, in full: the reason by title."""
    fold = view.root.locator("[data-xai=refused]")
    if not fold.count():
        return {}
    fold.locator("summary").click()
    titles, reasons = fold.locator("dt").all_inner_texts(), fold.locator("dd").all_inner_texts()
    return {title: reason for names, reason in zip(titles, reasons, strict=True) for title in names.split(", ")}


@pytest.mark.parametrize("asked", ["model, image", "function, image"])
def test_the_picker_offers_what_python_offers_and_greys_the_rest_for_its_reasons(studio, view, asked):
    if asked.startswith("function"):
        cell(studio, VIEW, FUNCTION)
        view = shown(studio, VIEW).settled()
    expected, found = value(studio, OFFERED.format(asked)), offered(view)
    assert list(found) == [name for name, *_ in expected]
    reasons = told(view)
    for name, title, family, why_not in expected:
        group, text, greyed = found[name]
        assert group == family
        assert text.startswith(title)
        assert greyed == (why_not is not None)
        assert reasons.get(title) == why_not
    assert any(why_not for *_, why_not in expected)
    assert not all(why_not for *_, why_not in expected)


def chosen(view, name):
    picker(view).select_option(name)
    fold = view.root.locator(".xai-method details.xai-fold", has=view.page.locator(".xai-parameter"))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    return fold


def pick(label, text):
    return lambda fold: fold.get_by_label(label, exact=True).select_option(label=text)


def slide(label, to):
    return lambda fold: fold.get_by_role("slider", name=label, exact=True).fill(str(to))


def tick(label):
    return lambda fold: fold.get_by_role("checkbox", name=label, exact=True).click()


def layer(fold):
    box = fold.get_by_role("combobox", name="layer")
    box.fill("net.1")
    box.press("Enter")


CHANGES = {
    "choice": ("lrp", "composite", pick("composite", "gamma"), "gamma"),
    "choice left to the method": ("lrp", "first", pick("first", "w_square"), "w_square"),
    "number": ("lrp", "alpha", slide("alpha", 3.5), 3.5),
    "whole number": ("integrated_gradients", "n_steps", slide("n steps", 9), 9),
    "switch": ("saliency", "absolute", tick("absolute"), False),
    "layer": ("saliency", "layer", layer, "net.1"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_control_changed_is_the_parameter_of_what_python_has(studio, view, kind):
    method, parameter, change, to = CHANGES[kind]
    fold = chosen(view, method)
    view.settled()
    before = value(studio, "w.attribution.params")
    assert before[parameter] != to
    change(fold)
    view.settled()
    assert value(studio, "[w.attribution.method, w.attribution.params]") == [method, {**before, parameter: to}]
    fold.get_by_role("button", name="Back to defaults").click()
    view.settled()
    assert value(studio, "w.attribution.params") == before


def test_a_size_left_to_the_method_is_set_and_left_again(studio, view):
    fold = chosen(view, "occlusion")
    view.settled()
    automatic = fold.get_by_role("checkbox", name="strides: automatic")
    assert value(studio, "w.attribution.params['strides']") is None
    automatic.uncheck()
    slide("strides", 12)(fold)
    view.settled()
    assert value(studio, "w.attribution.params['strides']") == 12
    automatic.check()
    view.settled()
    assert value(studio, "w.attribution.params['strides']") is None
