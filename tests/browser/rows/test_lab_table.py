"""The table widget in a real JupyterLab with a real kernel: what a user does with it."""

from __future__ import annotations

import re

import pytest
from browser.believed import REVERSED, beside, definitions, measured, unfold
from browser.image_widget import becomes, cell, evaluate, value
from browser.strangers import changed_by_strangers
from browser.table_widget import SHOWN, probability, shown
from playwright.sync_api import expect

WIDE = """
data = np.random.default_rng(0).normal(size=(8, 2000))
weights = np.zeros(2000); weights[[7, 1500]] = 3, -1
w = xai.explain(lambda x: np.stack([0 * x[:, 0], x @ weights], 1), np.ones(2000), background=data, target=1,
                method="feature_ablation")
w
"""


def test_each_column_has_its_control_its_contribution_and_its_curve(view):
    expect(view.root.get_by_role("heading", level=2)).to_contain_text("Why yes")
    assert view.probability() == pytest.approx(probability(), abs=1e-6)
    expect(view.root.get_by_role("slider", name="age", exact=True)).to_have_value("30")
    expect(view.column("job").get_by_role("combobox")).to_have_value("1")
    expect(view.column("owns").get_by_role("switch")).not_to_be_checked()
    expect(view.column("since").locator("input[type=date]")).to_have_value("2020-01-01")
    # The strongest stands first, and "since" has no say.
    first = view.root.locator(".xai-f-row").first
    expect(first).to_have_attribute("data-column", re.compile("age|job|owns"))
    expect(view.column("since")).to_contain_text("contribution 0.00, rank 5 of 5")
    expect(view.column("job").locator(".xai-f-amount")).to_contain_text("−")
    flat = view.column("since").locator(".xai-f-curve").get_attribute("points")
    assert len({point.split(",")[1][:6] for point in flat.split()}) == 1
    rising = [
        float(p.split(",")[1]) for p in view.column("age").locator(".xai-f-curve").get_attribute("points").split()
    ]
    assert rising == sorted(rising, reverse=True)
    assert rising[0] - rising[-1] > 30


def test_widgets_of_other_kinds_on_the_page_change_nothing(view):
    assert changed_by_strangers(view.root, "table") == []


def test_a_drag_is_answered_by_the_curve_at_once_and_by_the_model_after(studio, view):
    slider = view.root.get_by_role("slider", name="age", exact=True)
    said = slider.evaluate(
        """slider => { const root = slider.closest('.xai-root'); const { store } = root.xai;
            slider.value = 60; slider.dispatchEvent(new Event('input', { bubbles: true }));
            const { guess, probabilities } = store.prediction.value; return [guess, probabilities[1]] }"""
    )
    # In the same task, so before any answer of the kernel can have come.
    assert said[0] is True
    assert said[1] == pytest.approx(probability(age=60), abs=0.02)
    view.settled()
    assert view.probability() == pytest.approx(probability(age=60), abs=1e-6)
    expect(view.column("age")).to_contain_text("was 30")
    expect(view.column("age").locator(".xai-f-ghost")).to_be_visible()
    assert value(studio, "w.row['age']") == 60
    view.column("age").get_by_role("button", name="Reset age").click()
    view.settled()
    assert view.probability() == pytest.approx(probability(), abs=1e-6)


def test_the_keyboard_alone_changes_locks_and_takes_back(studio, view):
    keys = studio.page.keyboard
    view.root.get_by_role("slider", name="age", exact=True).focus()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    view.settled()
    assert view.probability() == pytest.approx(probability(age=32), abs=1e-6)
    keys.press("Tab")
    keys.type("50")
    keys.press("Enter")
    view.settled()
    assert view.probability() == pytest.approx(probability(age=50), abs=1e-6)
    view.column("owns").get_by_role("switch").focus()
    keys.press("Space")
    view.settled()
    assert view.probability() == pytest.approx(probability(age=50, owns=1), abs=1e-6)
    keys.press("Control+z")
    view.settled()
    assert view.probability() == pytest.approx(probability(age=50), abs=1e-6)
    lock = view.column("owns").get_by_role("button", name=re.compile("Lock owns"))
    lock.focus()
    keys.press("Enter")
    expect(view.column("owns").get_by_role("button", name="Unlock owns")).to_be_focused()
    becomes(studio, "w.constraints.immutable", ["owns"])


def test_a_missing_value_is_a_choice(studio, view):
    view.column("rate").get_by_role("button", name="Rules for rate").click()
    view.column("rate").get_by_label("The value is missing").check()
    view.settled()
    assert value(studio, "w.row['rate']") is None
    assert view.probability() == pytest.approx(probability(rate=0), abs=1e-6)
    view.column("rate").get_by_label("The value is missing").uncheck()
    view.settled()
    assert value(studio, "w.row['rate']") == 0.5


def test_what_would_have_to_change_keeps_to_the_rules_and_is_gone_to_by_a_click(studio, view):
    view.column("owns").get_by_role("button", name=re.compile("Lock owns")).click()
    view.column("age").get_by_role("button", name="Rules for age").click()
    view.column("age").get_by_label("May go").select_option(label="only up")
    rules = view.root.get_by_label("Rules between columns, one a line")
    rules.fill("age <= 70")
    rules.blur()
    said = view.root.locator("[data-xai=rules]")
    expect(said).to_contain_text("owns is locked · age goes only up")
    view.root.get_by_role("button", name="What would have to change?").click()
    found = view.root.locator("[data-xai=found]")
    expect(found.first).to_contain_text(re.compile(r"^If .* were .* \(now .*\), the answer would be yes \(\d"))
    view.root.page.wait_for_function("root => !root.xai.store.search.value.running", arg=view.root.element_handle())
    table = view.root.locator("[data-xai=search] table")
    # A sign and a line mark what changes, not colour alone.
    expect(table.locator(".xai-c-changed").first).to_contain_text(re.compile("[▲▼◆]"))
    expect(table).to_contain_text("Nearest real row")
    for i in range(found.count()):
        found.nth(i).get_by_role("button").click()
        view.settled()
        assert view.probability() > 0.5
        row = value(studio, "{k: str(v) for k, v in w.row.items()}")
        assert row["owns"] == "False"
        assert 30 <= int(row["age"]) <= 70
        expect(found.nth(i).get_by_role("button")).to_have_attribute("aria-current", "true")
    assert value(studio, "len(w.counterfactuals)") == found.count()
    old = view.root.locator("[data-xai=old]")
    expect(old).to_have_count(0)
    view.column("owns").get_by_role("switch").click()
    expect(old).to_contain_text("answers for an earlier input")
    old.get_by_role("button", name="Search again").click()
    expect(old).to_have_count(0)
    expect(found.first).to_contain_text("the answer would be")
    lock = view.column("job").get_by_role("button", name=re.compile("ock job"))
    lock.click()
    expect(old).to_contain_text("under earlier rules")
    lock.click()
    expect(old).to_have_count(0)
    panel = view.root.locator("[data-xai=search]")
    panel.get_by_role("combobox", name="For the answer").select_option(label="no")
    expect(old).to_contain_text("an earlier question")


def test_wrong_rules_are_told_where_they_were_typed_and_stay_there(view):
    rules = view.root.get_by_label("Rules between columns, one a line")
    rules.fill("height < 3")
    go = view.root.get_by_role("button", name="What would have to change?")
    go.click()  # before the kernel has said what is wrong
    said = view.root.locator("[data-xai=rules]")
    expect(said).to_contain_text("There is no column 'height'")
    expect(go).to_have_attribute("aria-disabled", "true")
    view.column("age").get_by_role("button", name="Rules for age").click()
    rules.fill("")
    rules.blur()
    high = view.column("age").get_by_label("To", exact=True)
    low = view.column("age").get_by_label("From")
    for field, typed in ((low, "40"), (high, "20")):
        field.fill(typed)
        field.blur()
    expect(view.column("age")).to_contain_text("The range of 'age' must have its low end first")
    expect(high).to_have_value("20")
    for field in (low, high):
        field.fill("")
        field.blur()
    expect(view.column("age")).not_to_contain_text("low end first")
    expect(go).not_to_have_attribute("aria-disabled", "true")
    assert view.root.evaluate("root => root.xai.store.search.value") is None


def test_the_limit_of_changes_is_where_python_put_it_and_moves_for_both(studio):
    cell(studio, 1, SHOWN.replace("=frame", "=frame, constraints=xai.Constraints(max_changes=2)"))
    view = shown(studio, 1)
    slider = view.root.get_by_role("slider", name="Most changes")
    expect(slider).to_have_value("2")
    view.column("owns").get_by_role("button", name=re.compile("Lock owns")).click()
    becomes(studio, "(w.constraints.immutable, w.constraints.max_changes)", [["owns"], 2])
    slider.press("ArrowRight")
    becomes(studio, "w.constraints.max_changes", 3)
    expect(slider).to_have_value("3")
    cell(studio, 1, SHOWN.replace("=frame", "=frame, constraints=xai.Constraints(max_changes=30)"))
    slider = shown(studio, 1).root.get_by_role("slider", name="Most changes")
    expect(slider).to_have_value("30")
    expect(slider).to_have_attribute("max", "30")


def test_none_found_names_what_blocks(view):
    for name in ("owns", "job", "rate", "since"):
        view.column(name).get_by_role("button", name=re.compile(f"^Lock {name}")).click()
    rules = view.root.get_by_label("Rules between columns, one a line")
    rules.fill("age < 40")
    rules.blur()
    view.root.get_by_role("button", name="What would have to change?").click()
    expect(view.root.locator("[data-xai=none-found]")).to_contain_text("age < 40")


def test_what_has_an_order_may_go_one_way(studio, view):
    for name in ("owns", "job"):
        view.column(name).get_by_role("button", name=f"Rules for {name}").click()
    view.column("owns").get_by_label("May go").select_option(label="only up")
    becomes(studio, "w.constraints.direction", {"owns": "up"})
    expect(view.column("job").get_by_label("May go")).to_have_count(0)


def test_scenarios_stand_side_by_side_and_leave_as_a_frame_and_a_file(studio, view):
    view.column("job").get_by_role("combobox").select_option(label="boss")
    view.settled()
    name = view.root.get_by_label("Name of the scenario")
    name.fill("as a boss")
    name.press("Enter")
    head = view.root.get_by_role("button", name="Go to as a boss")
    expect(head).to_be_visible()
    view.root.get_by_role("button", name="Reset", exact=True).click()
    view.settled()
    row = view.root.locator(".xai-f-scenarios tr", has_text="job")
    expect(row).to_contain_text(re.compile("clerk.*boss"))
    expect(view.root.locator(".xai-f-scenarios")).to_contain_text(f"{100 * probability(job=1.5):.1f}%")
    head.click()
    view.settled()
    assert view.probability() == pytest.approx(probability(job=1.5), abs=1e-6)
    assert value(studio, "w.scenarios_frame()['job'].tolist()") == ["clerk", "boss"]
    with studio.page.expect_download() as download:
        view.root.get_by_role("button", name="Export as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "Scenarios,age,job,owns,rate,since,yes"
    assert lines[-1].startswith("as a boss,30,boss,False,0.5,2020-01-01,0.7310")


def test_a_column_of_one_value_has_it_in_the_middle_and_flat_curves_a_scale_of_their_own(studio):
    cell(studio, 1, SHOWN.replace("=frame", "=pd.DataFrame([row])"))
    view = shown(studio, 1)
    expect(view.root.locator("[data-xai=curves]")).to_contain_text("0% at the bottom, 100% at the top")
    expect(view.column("age").locator(".xai-f-amount")).to_contain_text("0.00contribution 0.00, rank")
    slider = view.root.get_by_role("slider", name="age", exact=True)
    assert slider.evaluate("s => (s.value - s.min) / (s.max - s.min)") == 0.5
    expect(slider).to_be_disabled()


def test_two_thousand_columns_scroll_and_are_found(studio):
    cell(studio, 1, WIDE)
    view = shown(studio, 1)
    rows = view.root.locator(".xai-f-row")
    assert rows.count() < 60
    # The strongest first, wherever they stand in the data.
    for i, name in enumerate(["7", "1500"]):
        expect(rows.nth(i)).to_have_attribute("data-column", name)
    view.root.get_by_role("radio", name="Data").check(force=True)
    expect(rows.first).to_have_attribute("data-column", "0")
    view.root.locator(".xai-f-list").evaluate("list => { list.scrollTop = list.scrollHeight }")
    expect(view.column("1999")).to_be_visible()
    assert rows.count() < 60
    view.root.get_by_label("Find a column").fill("1234")
    expect(rows).to_have_count(1)
    view.root.get_by_role("slider", name="1234", exact=True).press("End")
    view.settled()
    assert value(studio, "len(w._requests['a'].edits)") == 1


def test_a_regression_is_searched_for_a_range_of_its_output(studio):
    cell(studio, 1, "w = xai.explain(lambda rows: judge(rows)[:, 1:] * 10 + 40, row, background=frame)\nw")
    view = shown(studio, 1)
    panel = view.root.locator("[data-xai=search]")
    go = panel.get_by_role("button", name="What would have to change?")
    expect(panel).to_contain_text("Say at least, or at most")
    expect(go).to_have_attribute("aria-disabled", "true")
    least = panel.get_by_role("group", name="The output is to be").get_by_label("at least")
    least.fill("55")
    least.press("Tab")
    expect(panel).not_to_contain_text("Say at least, or at most")
    go.click()
    expect(panel.locator("[data-xai=found]").first).to_contain_text(re.compile(r", output 0 would be \d\d"))
    view.root.page.wait_for_function("root => !root.xai.store.search.value.running", arg=view.root.element_handle())
    assert min(value(studio, "[float(one.prediction.probabilities[0]) for one in w.counterfactuals.candidates]")) >= 55
    least.fill("60")
    least.press("Tab")
    expect(panel.locator("[data-xai=old]")).to_contain_text("an earlier question")


def test_a_class_is_searched_for_a_probability(studio, view):
    panel = view.root.locator("[data-xai=search]")
    range_ = panel.get_by_role("group", name="Its probability is to be")
    expect(range_).to_have_count(0)
    panel.get_by_role("combobox", name="For the answer").select_option(label="yes")
    range_.get_by_label("at least").fill("0.8")
    range_.get_by_label("at least").press("Tab")
    panel.get_by_role("button", name="What would have to change?").click()
    expect(panel.locator("[data-xai=found]").first).to_contain_text("the answer would be yes")
    view.root.page.wait_for_function("root => !root.xai.store.search.value.running", arg=view.root.element_handle())
    assert min(value(studio, "[float(one.prediction.probabilities[1]) for one in w.counterfactuals.candidates]")) >= 0.8


def test_two_methods_side_by_side_and_how_far_they_agree(studio, view):
    evaluate(studio, REVERSED)
    view.root.get_by_label("Compare with", exact=True).select_option("lime")
    amounts = view.column("age").locator(".xai-f-amount > [aria-hidden]")
    expect(amounts).to_have_text([re.compile(r"\d"), re.compile(r"\d")])
    becomes(studio, "w.compared and [w.compared.method, w.compared.fraction]", ["lime", 1])
    sign = view.root.get_by_role("group", name="Sign")
    said = view.root.locator("[data-xai=agreement]")
    for shown_as, chosen, near in (("Both", "both", -1), ("Strength", "absolute", 1)):
        sign.get_by_role("radio", name=shown_as).check(force=True)
        expected = value(studio, f"w.attribution.agreement(w.compared, sign='{chosen}')")
        assert expected == pytest.approx(near, abs=0.05)
        expect(said).to_contain_text(f"{'−' * (expected < 0)}{abs(expected):.2f} rank correlation")
        expect(said).to_contain_text("over 5 columns")
    # Beside the two bars stands by how many places of 100 they differ.
    sign.get_by_role("radio", name="Both").check(force=True)
    apart = view.column("age").locator(".xai-f-apart")
    order = "np.argsort(np.argsort({}.values))"
    at = value(studio, "list(w.attribution.names).index('age')")
    one, other = (value(studio, f"int({order.format(of)}[{at}])") for of in ("w.attribution", "w.compared"))
    places = ", ".join(f"place {20 * rank + 10}.0 of 100" for rank in (one, other))
    told = re.compile(rf"^[+−]?{20 * abs(one - other)} places apart, {places}$")
    expect(apart.locator(".xai-hidden")).to_have_text(told)
    expect(view.root.locator(".xai-legend")).to_contain_text("LIME ranks it higher")
    view.root.get_by_label("Compare with", exact=True).select_option("")
    expect(said).to_have_count(0)
    expect(apart).to_have_count(0)
    expect(amounts).to_have_count(1)


# Of so many columns that hardly any order of chance comes near to the right one.
MANY = """
slopes = np.arange(14) - 6.0
w = xai.explain(lambda x: np.stack([0 * x[:, 0], x @ slopes / 9], 1), np.ones(14), target=1, method="feature_ablation",
                background=np.random.default_rng(0).normal(size=(30, 14)))
w
"""


@pytest.mark.usefixtures("view")
def test_bars_of_a_row_that_are_no_better_than_random_are_grey(studio):
    evaluate(studio, "w.close()")
    cell(studio, 1, MANY)
    root = studio.output(1).locator(".xai-root")
    unfold(root)
    assert "deletion" in measured(studio, root)
    definitions(studio, root)
    bars = root.locator(".xai-f-bar")
    expect(bars.first).to_have_css("filter", "none")
    evaluate(studio, REVERSED)
    root.get_by_label("Explanation method").select_option("lime")
    note = root.locator("[data-xai=grey-a]")
    expect(note).to_contain_text("No better than random. It is shown in grey.")
    assert set(bars.evaluate_all("all => all.map(e => getComputedStyle(e).filter)")) == {"grayscale(1) opacity(0.6)"}
    note.get_by_role("button", name="Show it anyway").click()
    expect(bars.first).to_have_css("filter", "none")


def test_methods_are_measured_beside_each_other_on_the_row(studio, view):
    unfold(view.root)
    rows = beside(view.root, ["Feature ablation", "LIME"])
    shown = value(studio, "w.attribution.method")
    assert {one["method"] for one in rows} == {shown, "feature_ablation", "lime"}
    assert all(0 <= float(one["deletion"]) <= 1 and one["verdict"] for one in rows)
