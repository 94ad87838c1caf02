"""The model check: asked for on unfolding, told in words, and followed by the list of methods."""

import re

import pytest
from browser.static_page import CONTRASTS
from playwright.sync_api import expect

QUESTION = "Is this model fit for explaining?"
SAID = "kernel.model.sent.filter(m => m.kind === 'check').map(m => m.open)"


def unfold(view):
    view.page.get_by_text(QUESTION).click()
    return view.page.locator("[data-xai=health]")


def test_nothing_is_asked_until_it_is_unfolded_and_then_once(open_view):
    view = open_view().ready()
    assert view.page.evaluate(SAID) == []
    panel = unfold(view)
    state = panel.locator("[data-xai=health-state]")
    expect(state).to_have_text("Yes: nothing was found that speaks against it")
    expect(panel.get_by_text("8 checks found nothing wrong")).to_be_visible()
    expect(panel.get_by_text("Two passes give the same scores.")).to_be_visible()
    expect(panel.locator(".xai-finding")).to_have_count(0)
    expect(panel.locator("[data-xai=verdict-sound]")).to_contain_text("SoundSaliency, SmoothGrad")
    assert view.page.evaluate(SAID) == [True]
    assert len(view.asks()) == 0
    unfold(view)
    expect(state).to_be_hidden()
    # Folded up, it is remembered; there is nothing to stop.
    expect(panel.locator("summary").first).to_have_text(f"{QUESTION}Fine")
    assert view.page.evaluate(SAID) == [True]


def test_findings_tell_severity_in_words_advice_places_and_methods(open_view):
    view = open_view({"options": {"unwell": True}}).ready()
    panel = unfold(view)
    expect(panel.locator("[data-xai=health-state]")).to_have_text("With care: some maps may mislead")
    found = panel.locator(".xai-finding")
    expect(found).to_have_count(3)
    expect(found.first).to_contain_text(re.compile(r"^WarningThe scores of an input depend on .* by 34\.1%\."))
    expect(found.first).to_contain_text("→ Give the normalisation running statistics")
    expect(found.first.locator("code")).to_have_text(["features.1 (BatchNorm2d)", "features.5 (BatchNorm2d)"])
    # Guided backprop is not possible for a reason of its own.
    expect(found.first).to_contain_text("Doubtful: SmoothGrad, Integrated gradients, Occlusion, RISE")
    expect(found.last).to_contain_text(re.compile(r"^Note"))
    expect(panel.locator("[data-xai=verdict-unsound]")).to_have_count(1)
    expect(panel.locator("[data-xai=verdict-impossible]")).to_contain_text("Guided backprop")
    # Every mark has a drawing beside its word, and what came from outside is text.
    marks = panel.locator(".xai-mark:visible")
    assert marks.locator("svg").count() == marks.count() > 5
    expect(panel).to_contain_text("<img src=x onerror=window.xaiHacked=1>")
    assert view.page.locator("img").count() == 0


def test_doubtful_methods_are_marked_in_the_picker_and_said_below(open_view):
    view = open_view({"options": {"unwell": True}}).ready()
    picker = view.page.get_by_label("Explanation method")
    texts = picker.locator("option").all_inner_texts()
    assert not [text for text in texts if "⚠" in text]
    expect(view.page.locator("[data-xai=doubt]")).to_have_count(0)
    unfold(view)
    expect(picker.locator("option[value=integrated_gradients]")).to_have_text("Integrated gradients ⚠ doubtful here")
    expect(picker.locator("option[value=smooth_grad]")).to_have_text(
        re.compile(r"^SmoothGrad ⚠ doubtful here: The scores of an input depend on which …$")
    )
    expect(picker.locator("option[value=grad_cam]")).to_have_text("Grad-CAM")
    expect(view.page.locator("[data-xai=doubt]")).to_have_text(re.compile(r"^Doubtful: The scores of an input"))
    # It is a warning and no ban.
    picker.select_option("smooth_grad")
    view.settled()
    expect(view.page.locator("[data-xai=doubt]")).to_have_count(1)
    picker.select_option("grad_cam")
    expect(view.page.locator("[data-xai=doubt]")).to_have_count(0)


def test_folding_it_up_stops_it_and_unfolding_begins_anew(open_view):
    view = open_view({"options": {"checked": 0.6}}).ready()
    panel = unfold(view)
    progress = panel.get_by_role("progressbar", name="Progress of Looking at the model")
    expect(progress).to_be_visible()
    expect(panel.get_by_text("Methods on this model, as far as is known")).to_be_visible()
    unfold(view)
    view.page.wait_for_function(f"{SAID}.at(-1) === false")
    view.option("checked", 1)
    unfold(view)
    expect(panel.locator("[data-xai=health-state]")).to_contain_text("Yes")
    expect(progress).to_have_count(0)
    assert view.page.evaluate(SAID) == [True, False, True]


def test_two_views_share_it_and_the_last_one_stops_it(open_view):
    view = open_view({"views": 2, "options": {"checked": 0.6}}).ready()
    first, second = (view.page.get_by_text(QUESTION).nth(i) for i in range(2))
    first.click()
    second.click()
    expect(view.page.locator("[data-xai=health] progress")).to_have_count(2)
    first.click()
    second.click()
    view.page.wait_for_function(f"{SAID}.at(-1) === false")
    assert view.page.evaluate(SAID).count(False) == 1


def test_without_a_kernel_it_says_so(open_view):
    view = open_view()
    view.ready()
    view.option("dead", True)
    view.page.evaluate("document.querySelector('.xai-root').xai.store.retry()")
    expect(view.page.locator("[data-xai=no-kernel]")).to_be_visible()
    panel = unfold(view)
    expect(panel.locator("[data-xai=health-state]")).to_contain_text("there is none here now")
    # The view knocks by itself, and asks when somebody opens.
    view.option("dead", False)
    expect(panel.locator("[data-xai=health-state]")).to_contain_text("Yes")


def test_keys_alone_unfold_it_and_the_result_is_announced(open_view):
    view = open_view({"options": {"unwell": True}}).ready()
    summary = view.page.locator("[data-xai=health] > summary")
    summary.focus()
    view.page.keyboard.press("Enter")
    expect(view.page.get_by_role("status").filter(has_text="With care")).to_be_visible()
    view.page.keyboard.press("Tab")
    focused = view.page.evaluate("document.activeElement.textContent")
    assert focused == "5 checks found nothing wrong"
    view.page.keyboard.press("Space")
    expect(view.page.get_by_text("All weights are float32, on one device.")).to_be_visible()
    assert view.page.evaluate("document.activeElement.textContent") == "5 checks found nothing wrong"


@pytest.mark.parametrize("width", [320, 420, 1000])
def test_nothing_sticks_out(open_view, width):
    view = open_view({"options": {"unwell": True}}, width=width).ready()
    panel = unfold(view)
    expect(panel.locator("[data-xai=health-state]")).to_contain_text("With care")
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_its_words_can_be_read_in_both_themes(open_view, theme):
    view = open_view({"options": {"unwell": True}}).ready()
    view.page.evaluate("light => { document.body.dataset.jpThemeLight = light }", str(theme == "light").lower())
    expect(view.page.locator(".xai-root")).to_have_attribute("data-xai-theme", theme)
    panel = unfold(view)
    expect(panel.locator("[data-xai=health-state]")).to_contain_text("With care")
    texts = ".xai-health :is(.xai-mark, p, code, output, .xai-fine), .xai-doubt"
    contrasts = view.page.evaluate(CONTRASTS, texts)
    assert len(contrasts) > 15
    assert min(contrasts) >= 4.5
