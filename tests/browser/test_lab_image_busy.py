"""The image widget in a real JupyterLab while much happens at once, and when things go wrong."""

from __future__ import annotations

import re

import pytest
from browser.image_widget import (
    NEXT,
    PROBABILITIES,
    SHOWN,
    VIEW,
    cell,
    evaluate,
    outputs,
    running,
    shown,
    source,
    value,
)
from playwright.sync_api import expect


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
def test_it_answers_while_a_cell_runs(studio, view, body):
    source(studio, NEXT, f"while True:\n    {body}")
    before = view.probabilities()
    with running(studio, NEXT):
        for step in (0.1, 0.2, 0.3):
            view.slide("Brightness", step).settled()
        view.root.get_by_label("Explanation method").select_option("saliency")
        view.settled()
        assert view.probabilities() != pytest.approx(before, abs=1e-3)


FLOOD = """root => new Promise(done => {
    const slider = [...root.querySelectorAll("input[type=range]")].find(
        one => one.labels[0].textContent.trim() === "Brightness");
    const drawn = [], began = performance.now();
    let sent = 0;
    const stop = root.xai.onDraw(id => drawn.push(id));
    const to = value => {
        sent++;
        slider.value = String(value);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const frame = () => {
        while (sent < 999 && performance.now() - began >= 5 * sent) to(Math.round(45 * Math.sin(sent / 20)) / 100);
        // A slow machine is given longer to move the picture, by one event a frame.
        const still = new Set(drawn).size <= 5 && performance.now() - began < 60_000;
        if (sent >= 999 && still) to(Math.round(45 * Math.sin(sent / 20)) / 100);
        else if (sent >= 999) {
            to(0.37);
            slider.dispatchEvent(new Event("change", { bubbles: true }));
            root.flood = { drawn, stop };
            return done(sent);
        }
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})"""


def test_a_thousand_slider_events_in_five_seconds(studio, view):
    rss = "(__import__('gc').collect(), __import__('psutil').Process().memory_info().rss / 2**20)[1]"
    for value_ in (0.1, 0.2):  # what is allocated once
        view.slide("Brightness", value_).settled()
    first, memory = view.xai("xai.store.slots.a.id"), value(studio, rss)
    sent = view.root.evaluate(FLOOD)
    view.settled()
    assert view.question()["edits"] == [{"name": "brightness", "value": 0.37}]
    assert view.xai("xai.store.slots.a.id") == first + sent
    assert view.xai("xai.lastDrawnId") == first + sent
    assert value(studio, "w.state['id']") == first + sent
    assert value(studio, "w.state['request']['edits'][0]['value']") == 0.37
    assert view.probabilities() == pytest.approx(value(studio, PROBABILITIES), abs=1e-6)
    # Pictures moved all the while, and never backwards; nothing comes after the last one.
    drawn = view.root.evaluate("root => root.flood.drawn")
    assert len(set(drawn)) > 5
    assert drawn == sorted(drawn)
    assert value(studio, rss) - memory < 60


def test_two_views_of_one_widget_and_two_widgets_of_one_model(studio):
    cell(studio, VIEW, SHOWN.removesuffix("w\n") + "display(w); display(w)")
    one, two = shown(studio, VIEW, 0).settled(), shown(studio, VIEW, 1).settled()
    one.slide("Brightness", 0.25)
    two.until("xai.store.request.value.edits.length === 1").settled()
    one.settled()
    expect(two.root.get_by_label("Brightness, exact value")).to_have_value("0.25")
    two.bars.nth(2).click()
    two.settled()
    one.until(f"xai.store.request.value.target === {two.question()['target']}").settled()
    assert one.picture() == two.picture()
    cell(studio, NEXT, "v = xai.explain(model, image, labels=labels, method='saliency', target='dog')\nv")
    other = shown(studio, NEXT).settled()
    one.slide("Blur", 3)
    other.slide("Blur", 6)
    one.settled()
    other.settled()
    assert [len(one.question()["edits"]), len(other.question()["edits"])] == [2, 1]
    assert one.probabilities() == pytest.approx(value(studio, PROBABILITIES), abs=1e-6)
    assert other.probabilities() == pytest.approx(value(studio, "v.prediction.probabilities.tolist()"), abs=1e-6)
    assert other.probabilities() != pytest.approx(one.probabilities(), abs=1e-4)
    evaluate(studio, "v.close()")


def test_an_error_is_one_sentence_with_its_traceback_folded_and_life_goes_on(studio, view):
    evaluate(studio, "Net.broken = True")
    view.slide("Blur", 2)
    expect(view.trouble).to_contain_text("The model raised RuntimeError for an input of shape [1, 3, 48, 64]")
    expect(view.trouble.locator(".xai-alert-body > span")).to_have_text(re.compile(r"^[^\n]*the sky fell$"))
    trace = view.trouble.locator("pre")
    expect(trace).to_be_hidden()
    view.trouble.locator("summary").click()
    expect(trace).to_be_visible()
    expect(trace).to_contain_text('raise RuntimeError("the sky fell")')
    expect(view.status).to_contain_text("The map still shows the earlier question")
    evaluate(studio, "Net.broken = False")
    view.slide("Blur", 3).settled()
    expect(view.trouble).to_have_count(0)
    # Wrong from Python: refused in the cell, and the widget stays as it was.
    cell(studio, NEXT, "w.explain(target='doge')")
    [refused] = outputs(studio, NEXT)
    assert refused["ename"] == "ValueError"
    assert "The nearest are: dog" in refused["evalue"]
    # Without labels only the model knows how many classes there are.
    cell(studio, NEXT, "v = xai.explain(model, image, target=9)\nv")
    other = shown(studio, NEXT)
    expect(other.trouble).to_contain_text("The target must lie in 0..5 (the model has 6 classes), got 9.")
    other.bars.first.click()
    other.settled()
    expect(other.trouble).to_have_count(0)
    evaluate(studio, "v.close()")


def test_a_closed_widget_leaves_no_dead_view(studio, view):
    evaluate(studio, "w.close()")
    expect(view.root).to_have_count(0)
    cell(
        studio,
        NEXT,
        "try:\n    w.explain('saliency')\nexcept RuntimeError as error:\n    print(error, w.attribution is not None)",
    )
    assert studio.text(NEXT).strip() == "This widget is closed. Make a new one with xai.explain(...). True"
