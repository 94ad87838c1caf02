"""Picking a layer from the model's tree."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def tree(open_view):
    """Open a view whose method takes a layer, and its parameters."""
    view = open_view({"options": {"steps": 1}}).ready()
    view.page.get_by_label("Explanation method").select_option("grad_cam")
    view.settled()
    view.page.get_by_text("Parameters of Grad-CAM").click()
    return view


def box(view):
    return view.page.get_by_role("combobox", name="layer")


def rows(view):
    return view.page.get_by_role("treeitem")


def names(view):
    return [text.split("\n")[0] for text in rows(view).all_inner_texts()]


def asked(view):
    return view.asks()[-1]["request"]["params"]


def test_it_opens_closed_with_automatic_first_and_learns_shapes(tree):
    expect(box(tree)).to_have_attribute("placeholder", "automatic")
    box(tree).click()
    expect(rows(tree)).to_have_count(7)
    assert names(tree)[0] == "automatic"
    expect(rows(tree).nth(1)).to_contain_text("stem Sequential")
    expect(rows(tree).nth(1)).to_contain_text("16 × 112 × 112")
    expect(rows(tree).nth(1)).to_have_attribute("aria-expanded", "false")
    expect(rows(tree).nth(6)).to_contain_text("1000 · no map")
    expect(rows(tree).nth(6)).to_have_attribute("aria-disabled", "true")
    expect(rows(tree).nth(6)).to_have_attribute("title", "What this layer puts out has no height and width,"
                                                         " so no map can be drawn of it")  # fmt: skip
    rows(tree).nth(6).click(force=True)
    expect(rows(tree)).to_have_count(7)  # what cannot serve is not picked
    assert asked(tree) == {}


def test_opening_choosing_and_leaving_it_by_keys_alone(tree):
    keys = tree.page.keyboard
    box(tree).focus()
    keys.press("ArrowDown")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        keys.press(key)
    expect(rows(tree).nth(2)).to_have_attribute("aria-expanded", "true")
    expect(rows(tree)).to_have_count(11)
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"):
        keys.press(key)
    active = tree.page.locator(f"[id='{box(tree).get_attribute('aria-activedescendant')}']")
    expect(active).to_contain_text("expand Conv2d")
    expect(active).to_have_attribute("aria-level", "3")
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(rows(tree)).to_have_count(11)
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        keys.press(key)
    expect(box(tree)).to_have_value("blocks.1.expand")
    expect(box(tree)).to_be_focused()
    tree.settled()
    assert asked(tree) == {"layer": "blocks.1.expand"}
    # It opens again where it was.
    keys.press("ArrowDown")
    expect(tree.page.locator("[role=treeitem][aria-selected=true]")).to_contain_text("expand")
    keys.press("Escape")
    expect(rows(tree)).to_have_count(0)
    tree.page.get_by_role("button", name="Clear: layer").click()
    assert asked(tree) == {"layer": None}


def test_typing_searches_names_and_types(tree):
    box(tree).fill("depthwise")
    assert names(tree) == [f"blocks.{i}.depthwise Conv2d" for i in range(3)]
    box(tree).fill("conv blocks.2")
    expect(rows(tree)).to_have_count(3)
    tree.page.keyboard.press("ArrowDown")
    tree.page.keyboard.press("Enter")
    tree.settled()
    assert asked(tree) == {"layer": "blocks.2.depthwise"}
    box(tree).fill("layer9")
    expect(tree.page.get_by_text("No layer has this name")).to_be_visible()
    tree.page.keyboard.press("Enter")
    assert asked(tree) == {"layer": "layer9"}  # the kernel names the nearest


def test_what_was_left_out_is_told_when_it_is_opened(tree):
    box(tree).click()
    rows(tree).nth(2).locator(".xai-twist").click()
    last = tree.page.get_by_role("treeitem", name="2 inside")
    last.locator(".xai-twist").click()
    expect(tree.page.get_by_role("treeitem", name="norm Conv2d")).to_be_visible()
    assert tree.page.evaluate("kernel.model.sent.filter(m => m.kind === 'layers').map(m => m.under)") == [
        "",
        "blocks.3",
    ]
    tree.page.get_by_role("treeitem", name="norm Conv2d").click()
    assert asked(tree) == {"layer": "blocks.3.norm"}


def test_a_narrow_cell_holds_the_tree(open_view):
    view = open_view({"options": {"steps": 1}}, width=360).ready()
    view.page.get_by_label("Explanation method").select_option("grad_cam")
    view.page.get_by_text("Parameters of Grad-CAM").click()
    box(view).click()
    expect(rows(view).nth(1)).to_contain_text("112")
    list_ = view.page.get_by_role("tree")
    assert list_.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
