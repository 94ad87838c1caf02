"""Two methods: under the curtain, side by side, and where they disagree."""

import re

import pytest
from playwright.sync_api import expect

STORE = "document.querySelector('.xai-root').xai.store"
FLAT = "agree: 1.00 rank correlation"


def compared(open_view, other="grad_cam", **options):
    """Open a view and choose a second method."""
    view = open_view(options.pop("setup", {"options": {"steps": 2}}), **options).ready()
    view.page.get_by_label("Compare with", exact=True).select_option(other)
    view.settled("b")
    return view


def layout(view, name):
    view.page.get_by_role("radio", name=name).check()


def boxes(view):
    return [one.bounding_box() for one in view.page.locator("canvas.xai-canvas").all()]


def agreement(view):
    return view.page.locator("[data-xai=agreement]")


def number(text):
    return float(re.search(r"[−-]?\d[\d.]*", text)[0].replace("−", "-"))


def test_a_second_method_appears_side_by_side_and_leaves(open_view):
    view = compared(open_view)
    expect(view.page.get_by_role("radio", name="Side by side")).to_be_checked()
    expect(view.page.locator("canvas.xai-canvas")).to_have_count(2)
    expect(view.page.locator(".xai-legend")).to_have_count(2)
    assert view.page.locator(".xai-chip").all_inner_texts() == ["Integrated gradients", "Grad-CAM"]
    asks = [ask for ask in view.asks() if ask["slot"] == "b"]
    assert asks[-1]["request"]["method"] == "grad_cam"
    view.page.get_by_role("button", name="Clear: Compare with").click()
    expect(view.page.locator("canvas.xai-canvas")).to_have_count(1)
    expect(view.page.locator(".xai-legend")).to_have_count(1)
    expect(agreement(view)).to_have_count(0)
    assert "close" in view.page.evaluate("kernel.model.sent.map(m => m.kind)")


@pytest.mark.parametrize(("width", "stacked"), [(1000, False), (700, False), (480, True), (360, True)])
def test_a_narrow_cell_puts_the_pictures_below_each_other(open_view, width, stacked):
    view = compared(open_view, width=width)
    one, other = boxes(view)
    assert (one["width"], one["height"]) == (other["width"], other["height"])
    assert (other["y"] >= one["y"] + one["height"]) == stacked
    assert (other["x"] >= one["x"] + one["width"]) != stacked
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pointer_and_keys_in_either_picture_read_both(open_view):
    view = compared(open_view)
    left, right = boxes(view)
    values = view.readout().locator("strong")
    view.page.mouse.move(left["x"] + 0.6 * left["width"], left["y"] + 0.3 * left["height"])
    expect(values).to_have_count(2)
    here = view.readout().inner_text()
    view.page.mouse.move(0, 0)
    expect(values).to_have_count(0)
    view.page.mouse.move(right["x"] + 0.6 * right["width"], right["y"] + 0.3 * right["height"])
    expect(values).to_have_count(2)
    assert view.readout().inner_text() == here
    # Both pictures draw the cursor: what is drawn changes in both.
    before = [one.evaluate("c => c.toDataURL()") for one in view.page.locator("canvas.xai-canvas").all()]
    view.page.locator("canvas.xai-canvas").last.focus()
    view.page.keyboard.press("Shift+ArrowUp")
    view.pixels()
    after = [one.evaluate("c => c.toDataURL()") for one in view.page.locator("canvas.xai-canvas").all()]
    assert all(a != b for a, b in zip(before, after, strict=True))
    spoken = view.page.locator("[data-xai=spoken]")
    expect(spoken).to_contain_text(
        re.compile(r"^Integrated gradients, value .*, rank .*, Grad-CAM, value .*, rank .*, x \d+, y \d+$")
    )
    names = [one.get_attribute("aria-label") for one in view.page.locator("canvas.xai-canvas").all()]
    assert names == [f"Photo with the {name} map for tabby" for name in ("Integrated gradients", "Grad-CAM")]


def test_zoom_is_shared_and_a_click_fits_the_colours_of_both(open_view):
    view = compared(open_view)
    right = view.page.locator("canvas.xai-canvas").last
    right.focus()
    view.page.keyboard.press("+")
    expect(view.page.locator(".xai-zoom-value")).to_have_text("150%")
    view.page.keyboard.press("0")
    for key in ("ArrowRight", "Shift+ArrowUp"):
        view.page.keyboard.press(key)
    value = abs(number(view.readout().locator("strong").last.inner_text()))
    view.page.keyboard.press("Enter")
    expect(view.page.locator(".xai-rescaled")).to_be_visible()
    # The last colour of the picture that was read now stands for the value read in it.
    ends = view.page.locator(".xai-legend").last.locator(".xai-legend-ends").inner_text()
    assert abs(number(ends.split("\n")[-1].replace("≥ +", ""))) == pytest.approx(value, rel=0.01)


def test_the_agreement_is_that_of_the_maps_and_follows_the_reading(open_view):
    view = compared(open_view)
    expect(agreement(view).locator("strong")).to_have_text(re.compile(r"^agree: 0\.\d\d rank correlation$"))
    expect(agreement(view)).to_contain_text("over 50,176 pixels")
    signed = agreement(view).locator("strong").text_content()
    view.page.get_by_role("radio", name="Strength").check()
    expect(agreement(view)).to_contain_text("by strength")
    assert agreement(view).locator("strong").text_content() != signed
    view.page.get_by_role("radio", name="Both").check()
    expect(agreement(view).locator("strong")).to_have_text(signed)
    # A picture of its own method disagrees nowhere.
    view.page.get_by_label("Compare with", exact=True).select_option("integrated_gradients")
    view.settled("b")
    expect(agreement(view).locator("strong")).to_have_text(FLAT)


def test_maps_of_two_questions_are_not_compared(open_view):
    view = compared(open_view)
    # The map of the second method has not come yet when that of the first already answers the next question.
    view.page.evaluate(
        f"() => {{ const {{map}} = {STORE}.slots.b, {{info}} = map.value;"
        " map.value = {...map.value, info: {...info, target: 5}} }"
    )
    expect(agreement(view)).to_have_text("Waiting for both maps of this question")


def test_a_method_without_signs_is_better_compared_by_strength(open_view):
    view = compared(open_view, "saliency")
    expect(agreement(view)).to_contain_text("Saliency has no negative values")
    view.page.get_by_role("button", name="Compare by strength").click()
    expect(view.page.get_by_role("radio", name="Strength")).to_be_checked()
    expect(agreement(view)).not_to_contain_text("has no negative values")


def test_where_they_disagree_is_drawn_told_and_spoken(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    disagreement = view.page.get_by_role("radio", name="Disagreement")
    expect(disagreement).to_be_disabled()
    view.page.get_by_label("Compare with", exact=True).select_option("grad_cam")
    view.settled("b")
    pictures = view.pixels()
    disagreement.check()
    expect(view.page.locator("canvas.xai-canvas")).to_have_count(1)
    assert view.pixels() != pictures
    expect(view.canvas).to_have_attribute(
        "aria-label", "Photo with the difference in rank between Integrated gradients and Grad-CAM"
    )
    legend = view.page.locator(".xai-legend")
    expect(legend).to_have_count(1)
    expect(legend).to_contain_text("−100")
    expect(legend).to_contain_text("Grad-CAM ranks it higher")
    view.canvas.focus()
    view.page.keyboard.press("ArrowRight")
    text = view.readout().inner_text()
    one, other = (float(x) for x in re.findall(r"place ([\d.]+) of 100", text))
    apart = number(re.search(r"([+−]?\d+) places? apart", text)[1])
    assert apart == pytest.approx(one - other, abs=0.6)
    expect(view.page.locator("[data-xai=spoken]")).to_contain_text("Disagreement")
    # The same method twice: nothing is coloured.
    view.page.get_by_label("Compare with", exact=True).select_option("integrated_gradients")
    view.settled("b")
    expect(view.readout()).to_contain_text("0 places apart")


def test_layouts_by_keys_alone_and_remembered_by_the_kernel(open_view):
    view = compared(open_view)
    view.page.get_by_role("radio", name="Side by side").focus()
    for name in ("Disagreement", "Single", "Curtain", "Side by side"):
        view.page.keyboard.press("ArrowRight")
        expect(view.page.get_by_role("radio", name=name)).to_be_checked()
    view.page.keyboard.press("ArrowLeft")
    expect(view.page.get_by_role("slider", name="Curtain position")).to_be_visible()
    assert view.page.locator(".xai-chip").all_inner_texts() == ["Integrated gradients", "Grad-CAM"]
    last = "kernel.model.sent.filter(m => m.kind === 'display').at(-1)?.display.layout"
    view.page.wait_for_function(f"{last} === 'curtain'")


def test_the_photo_beside_its_map(open_view):
    view = open_view({"options": {"steps": 2}}).ready()
    layout(view, "Side by side")
    assert view.page.locator(".xai-chip").all_inner_texts() == ["Original", "Integrated gradients"]
    expect(agreement(view)).to_have_count(0)
    first, second = view.page.locator("canvas.xai-canvas").all()
    view.pixels()
    assert first.evaluate("c => c.toDataURL()") != second.evaluate("c => c.toDataURL()")


def test_the_saved_picture_and_its_words_show_both(open_view):
    view = compared(open_view)
    size = """async () => { const image = new Image(); image.src = document.querySelector('.xai-root').xai.snapshot();
        await image.decode(); return image.width }"""
    two = view.page.evaluate(size)
    words = view.page.evaluate("document.querySelector('.xai-root').xai.describe()")
    assert words.split("\n")[1] == "Integrated gradients | Grad-CAM"
    assert "rank correlation, over 50,176 pixels" in words
    layout(view, "Disagreement")
    assert two > view.page.evaluate(size)
