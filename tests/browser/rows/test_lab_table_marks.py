"""What a row's widget draws and writes in JupyterLab, read from the page against the kernel's own numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from browser.image_widget import cell, value
from browser.table_widget import shown
from playwright.sync_api import expect


def off_the_curve(view, name):
    """Return how many pixels the dot's middle lies off its curve, and off the value's place on the slider."""
    return view.column(name).evaluate(
        """row => { const middle = box => [box.left + box.width / 2, box.top + box.height / 2];
            const dot = middle(row.querySelector('.xai-f-dot').getBoundingClientRect());
            const line = row.querySelector('.xai-f-curve'), onto = line.getScreenCTM();
            const at = [...line.points].map(p => p.matrixTransform(onto));
            const after = at.findIndex(p => p.x >= dot[0] - 0.01);
            const [a, b] = [at[Math.max(0, after - 1)], at[after]];
            const part = b.x > a.x ? (dot[0] - a.x) / (b.x - a.x) : 0;
            const slider = row.querySelector('input[type=range]');
            const plot = row.querySelector('.xai-f-plot').getBoundingClientRect();
            const place = (slider.value - slider.min) / (slider.max - slider.min);
            return [dot[1] - (a.y + part * (b.y - a.y)), dot[0] - (plot.left + place * plot.width)] }"""
    )


def test_bars_behind_a_slider_are_the_counts_and_its_ends_are_the_datas(studio, view):
    spec = value(studio, "[[c['name'], c['counts'], c['low'], c['high']] for c in w.spec['columns']]")
    assert [one[0] for one in spec] == ["age", "job", "owns", "rate", "since"]
    for name, counts, low, high in spec:
        bars = view.column(name).locator("svg rect")
        heights = bars.evaluate_all("all => all.map(r => Number(r.getAttribute('height')))")
        # The root of a count, of the largest.
        assert heights == pytest.approx((100 * np.sqrt(counts) / np.sqrt(max(counts))).tolist())
        tall = bars.evaluate_all("all => Math.max(...all.map(r => r.getBoundingClientRect().height))")
        assert tall > 10
        if name in {"age", "rate", "since"}:
            slider = view.column(name).locator("input[type=range]")
            assert [float(slider.get_attribute(end)) for end in ("min", "max")] == [low, high]
    ends = value(studio, "[int(frame.age.min()), int(frame.age.max())]")
    assert spec[0][2:] == ends
    assert sum(spec[3][1]) == value(studio, "int(frame.rate.notna().sum())")


def test_the_dot_lies_on_the_curve_before_and_after_a_drag_and_a_tick_stays_where_it_was(view):
    for name in ("age", "rate"):
        assert off_the_curve(view, name) == pytest.approx([0, 0], abs=1.0)
    slider = view.root.get_by_role("slider", name="age", exact=True)
    before = slider.evaluate("s => (30 - s.min) / (s.max - s.min)")
    # As a hand does it: down on the thumb, along, and up.
    box = slider.bounding_box()
    mouse, height = view.root.page.mouse, box["y"] + box["height"] / 2
    top = view.column("age").locator(".xai-f-dot").bounding_box()["y"]
    mouse.move(box["x"] + 6 + before * (box["width"] - 12), height)
    mouse.down()
    mouse.move(box["x"] + 0.5 * box["width"], height, steps=4)
    mouse.move(box["x"] + 0.75 * box["width"], height, steps=4)
    mouse.up()
    view.settled()
    assert float(slider.input_value()) > 55
    assert off_the_curve(view, "age") == pytest.approx([0, 0], abs=1.0)
    assert off_the_curve(view, "rate") == pytest.approx([0, 0], abs=1.0)
    assert view.column("age").locator(".xai-f-dot").bounding_box()["y"] < top - 5, "who is older is likelier"
    place = view.column("age").evaluate(
        """row => { const tick = row.querySelector('.xai-f-ghost').getBoundingClientRect();
            const plot = row.querySelector('.xai-f-plot').getBoundingClientRect();
            return (tick.left + tick.width / 2 - plot.left) / plot.width }"""
    )
    assert place == pytest.approx(before, abs=0.01)
    expect(view.column("rate").locator(".xai-f-ghost")).to_have_count(0)


def test_bars_of_contributions_have_the_side_and_the_width_of_their_values(studio, view):
    values = value(studio, "dict(zip(w.attribution.names, w.attribution.values.tolist()))")
    assert min(values.values()) < 0 < max(values.values())
    most = max(map(abs, values.values()))
    for name, amount in values.items():
        side, share, left = view.column(name).evaluate(
            """row => { const fill = row.querySelector('.xai-f-fill'), track = row.querySelector('.xai-f-track');
                const [a, b] = [fill, track].map(one => one.getBoundingClientRect());
                const middle = b.left + b.width / 2;
                return [fill.classList.contains('xai-f-against'), a.width / (b.width / 2),
                    (a.left + a.width / 2 - middle)] }"""
        )
        assert share == pytest.approx(abs(amount) / most, abs=0.03)
        if abs(amount) > 0.05 * most:
            assert side == (amount < 0)
            assert (left < 0) == (amount < 0)


READ = {
    "Change of no": ("delta", 100),
    "Values changed": ("changes", 1),
    "Effort": ("effort", 1),
    "Nearest real row": ("nearest", 1),
    "Density of data": ("density", 1),
}
"""What is written of each answer, by heads of the table: a column of the frame, and what it is written in."""


def number(text):
    """Read a number as the page writes it."""
    return float(re.sub(r"[^\d.e-]", "", text.replace("−", "-")))


def test_what_is_written_of_each_answer_is_what_the_kernel_found(studio, view):
    for name in ("owns", "job"):  # what is left lies at the edge of the data, each answer at another place
        view.column(name).get_by_role("button", name=re.compile(f"^Lock {name}")).click()
    view.root.get_by_role("button", name="What would have to change?").click()
    found = view.root.locator("[data-xai=found]")
    expect(found.first).to_be_visible()
    view.root.page.wait_for_function("root => !root.xai.store.search.value.running", arg=view.root.element_handle())
    asked = "['delta', 'changes', 'effort', 'nearest', 'density']"
    table = value(studio, f"w.counterfactuals.to_dataframe()[{asked}].to_dict('list')")
    expect(found).to_have_count(len(table["effort"]))
    rows = view.root.locator("[data-xai=search] table tr")
    cells = rows.evaluate_all("all => all.map(tr => [...tr.cells].map(c => c.innerText))")
    # The first column is of the row that was asked about.
    written = {head.strip(): [number(one) for one in rest[1:]] for head, *rest in cells if head.strip() in READ}
    assert set(written) == set(READ)
    for head, (name, factor) in READ.items():
        told = [factor * one for one in table[name]]
        assert len(set(told)) > 1 or name == "changes"
        assert written[head] == pytest.approx(told, rel=0.006, abs=0.051 if name == "delta" else 1e-9), head


FAILS = """
def strict(x):
    if (x[:, 1] == 0).any():
        raise ValueError("the second is missing")
    return np.stack([0 * x[:, 0], x.sum(1)], 1)
w = xai.explain(strict, np.array([2.0, 3.0]), background=1 + np.random.default_rng(0).random((20, 2)), target=1,
                method="feature_ablation", baselines="zero")
w
"""


def test_what_the_model_fails_for_is_unknown_and_told(studio):
    cell(studio, 1, FAILS)
    view = shown(studio, 1)
    amounts = [view.column(name).locator(".xai-f-amount") for name in ("0", "1")]
    expect(amounts[0].locator("[aria-hidden]")).to_have_text("+2.00")
    expect(amounts[1].locator("[aria-hidden]")).to_have_text("?")
    expect(amounts[1]).to_contain_text("contribution unknown")
    expect(view.root.locator("[data-xai=status-a]")).to_contain_text(
        "1 of 2 inputs with hidden parts were left out: the model fails for them. The model raised ValueError"
    )
