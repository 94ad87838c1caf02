"""The method picker with many methods, of which most do not fit, and long reasons."""

import pytest
from playwright.sync_api import expect

LONG = (
    "It needs a differentiable model, which a scikit-learn RandomForestClassifier is not:"
    " use a perturbation method, such as kernel_shap."
)
GROUPS = "It tries all coalitions of at most 16 groups, here are 50: join some by feature_mask."
FAMILIES = [
    ["Gradients", ["Saliency", "Input × gradient", "SmoothGrad", "VarGrad", "Guided backpropagation"], LONG],
    ["Paths", ["Integrated gradients", "Expected gradients", "Conductance"], LONG],
    ["Class activation maps", [f"CAM {i}" for i in range(10)], LONG],
    ["Relevance", ["DeepLIFT", "Deep SHAP", "LRP", "AttnLRP"], LONG],
    ["Perturbation", ["Occlusion", "Feature ablation", "RISE"], None],
    ["Surrogates", ["LIME"], None],
    ["Shapley values", ["Shapley sampling", "Kernel SHAP", "Permutations"], None],
    ["Shapley values", ["Exact Shapley values"], GROUPS],
]


@pytest.fixture
def picker(open_view):
    def open_(width):
        view = open_view({"families": FAMILIES, "options": {"steps": 1}}, width=width)
        return view.page

    return open_


@pytest.mark.parametrize("width", [1000, 360])
def test_reasons_are_brief_in_the_list_and_whole_below_it(picker, width):
    page = picker(width)
    select = page.get_by_label("Explanation method")
    groups = select.locator("optgroup").evaluate_all("all => all.map(one => one.label)")
    assert groups == list(dict.fromkeys(family for family, _, _ in FAMILIES))
    texts = select.locator("option").all_text_contents()
    assert max(map(len, texts)) < 80
    assert "Saliency (It needs a differentiable model, which a …)" in texts
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box, section = select.bounding_box(), page.locator(".xai-method").bounding_box()
    assert box["width"] <= section["width"]
    page.get_by_text("Why 23 methods are greyed").click()
    refused = page.locator("[data-xai=refused]")
    expect(refused.get_by_text(LONG)).to_have_count(1)
    expect(refused.get_by_text(GROUPS)).to_be_visible()
    expect(refused.locator("dt").first).to_contain_text("Saliency, Input × gradient, SmoothGrad")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_pass_over_what_does_not_fit_and_letters_find_the_rest(picker):
    page = picker(1000)
    select = page.get_by_label("Explanation method")
    select.focus()
    # Each is waited for: of two that wait for an answer to a third, only the newest is ever asked.
    asked = "kernel.model.sent.some(m => m.request?.method === '{}')".format
    page.keyboard.type("oc")
    expect(select).to_have_value("occlusion")
    page.wait_for_function(asked("occlusion"))
    page.keyboard.press("ArrowDown")
    expect(select).to_have_value("feature_ablation")
    page.wait_for_function(asked("feature_ablation"))
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(select).not_to_have_value("attnlrp")  # greyed: the keys pass over it
