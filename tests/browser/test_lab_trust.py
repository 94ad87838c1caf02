"""*Can I believe this?* in a real JupyterLab: measured by the kernel while it is unfolded, and said in words."""

import re

import numpy as np
import pytest
from browser.believed import beside
from browser.image_widget import evaluate, value
from playwright.sync_api import expect

TOLD = "xai.store.trust.a.current.value"
BEGUN = f"{TOLD}?.running && {TOLD}.measures.length > 0 && {TOLD}.fraction < 1"
STOPPED = "w._trust._questions['a'].wait(30)"


def unfold(view):
    """Unfold the panel, or fold it again."""
    view.root.get_by_text("Can I believe this?").click()
    return view.root.locator("[data-xai=trust]")


def colour(view):
    """How far the picture is from grey, which it is without a map."""
    return float(np.ptp(view.pixels(), axis=2).mean())


def test_what_the_kernel_measures_is_said_in_words_and_a_map_that_fails_is_grey(studio, view):
    assert value(studio, "w.evaluation") is None  # nobody has asked
    panel = unfold(view)
    verdict = panel.locator("[data-xai=trust-a]")
    expect(verdict).to_have_text(re.compile(r"Passes \d of \d checks"))
    view.until(f"!{TOLD}.running")
    said, measures = value(studio, "[w.evaluation.verdict, [[m.name, m.sentence] for m in w.evaluation.measures]]")
    assert verdict.inner_text().casefold() == said
    assert [name for name, _ in measures][:2] == ["deletion", "insertion"]
    expect(panel.locator(".xai-measure")).to_have_count(len(measures))
    for name, sentence in measures:
        expect(panel.locator(f"[data-xai=measure-{name}]")).to_contain_text(sentence)
    grey = view.root.locator("[data-xai=grey-a]")
    expect(grey).to_have_count(0)
    # Slopes by themselves foretell nothing of this network: the map loses its colours once that is known.
    view.root.get_by_label("Explanation method").select_option("saliency")
    expect(grey).to_contain_text("Saliency: No better than random. It is shown in grey.")
    expect(verdict).to_have_text("No better than random")
    assert value(studio, "[w.evaluation.believable, w.evaluation.method]") == [False, "saliency"]
    assert colour(view) < 1
    grey.get_by_role("button", name="Show it anyway").click()
    expect(grey).to_have_count(0)
    assert colour(view) > 3


def test_folding_it_cancels_and_closing_the_widget_does_too(studio, view):
    evaluate(studio, "Net.pause = 0.03")
    panel = unfold(view)
    # The first numbers are there long before the last.
    view.until(BEGUN)
    expect(panel.get_by_role("progressbar")).to_be_visible()
    expect(panel.locator(".xai-measure").first).to_contain_text("Deletion")
    unfold(view)
    assert value(studio, STOPPED)
    done = value(studio, "w.evaluation.fraction")
    assert 0 < done < 1
    evaluate(studio, "Net.pause = 0.0")
    unfold(view)
    expect(panel.locator("[data-xai=trust-a]")).to_have_text(re.compile(r"Passes \d of \d checks"))
    view.until(f"!{TOLD}.running")
    assert value(studio, "w.evaluation.fraction") == pytest.approx(1)
    # Another map begins it anew, and the end of the widget ends that.
    evaluate(studio, "Net.pause = 0.03")
    view.root.get_by_label("Explanation method").select_option("input_x_gradient")
    view.until(BEGUN)
    evaluate(studio, "question = w._trust._questions['a']\nw.close()")
    assert value(studio, "[question.wait(30), question.running]") == [True, False]
    expect(view.root).to_have_count(0)


def test_methods_are_measured_beside_each_other_on_the_picture(studio, view):
    unfold(view)
    rows = beside(view.root, ["Saliency", "Input × gradient"])
    assert {"saliency", "input_x_gradient"} <= {one["method"] for one in rows}
    code = (
        "(lambda c: [[e.method, e.verdict, e['deletion'].value] for e in c.evaluations])"
        "(xai.compare_methods(w._session.model.module, w._session.inputs.x, ['saliency', 'input_x_gradient'], "
        "['deletion', 'insertion', 'road']))"
    )
    for method, _, deletion in value(studio, code):
        [row] = [one for one in rows if one["method"] == method]
        assert float(row["deletion"]) == pytest.approx(deletion, abs=0.01)
