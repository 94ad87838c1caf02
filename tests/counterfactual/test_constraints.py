"""What rows must keep to: read, refused where it makes no sense, and held."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xai_widgets as xai
from xai_widgets.counterfactual.rules import Rule
from xai_widgets.inputs.table import Table

FRAME = pd.DataFrame(
    {
        "age": [20, 35, 61, 44],
        "income": [1200.5, 900.25, 4000.0, 2100.75],
        "job": ["clerk", "boss", "cook", "clerk"],
        "owns": [True, False, False, True],
        "hours per week": [40, 38, 20, 55],
        "since": pd.to_datetime(["2020-01-01", "2021-06-05", "2019-03-03", "2022-02-02"]),
    }
)
TABLE = Table.of(FRAME)
ROW = TABLE.row(FRAME.iloc[0])


def bound(**given):
    return xai.Constraints(**given).bind(TABLE, ROW)


def changed(**cells):
    values = ROW.copy()
    for name, value in cells.items():
        i = TABLE.names.index(name.replace("_", " "))
        values[i] = TABLE.number(i, value)
    return values[None]


def test_a_table_knows_its_types_and_gives_them_back():
    kinds = {one.name: (one.kind, one.step, one.choices) for one in TABLE.columns}
    assert kinds["age"] == ("number", 1.0, ())
    assert kinds["income"] == ("number", 0.01, ())
    assert kinds["job"] == ("category", 1.0, ("boss", "clerk", "cook"))
    assert kinds["owns"] == ("category", 1.0, (False, True))
    assert kinds["since"][:2] == ("date", 1.0)
    pd.testing.assert_frame_equal(TABLE.give(TABLE.data), FRAME)
    assert TABLE.columns[0].scale == 12.0  # the median of 19.5, 4.5, 21.5 and 4.5


def test_a_direction_widens_no_range():
    kept = bound(direction={"age": "up", "income": "down"}, ranges={"age": (30, 50), "income": (950, 1000)})
    assert (kept.low[0], kept.high[0], kept.low[1], kept.high[1]) == (30, 50, 950, 1000)
    assert kept.holds(changed(age=25)).tolist() == kept.holds(changed(income=1100.0)).tolist() == [False]
    assert kept.holds(changed(age=31, income=960.0)).all()


def test_categories_of_pandas_keep_their_own_order():
    levels = pd.Categorical(["low", "high", "mid"], ["low", "mid", "high"], ordered=True)
    table = Table.of(pd.DataFrame({"level": levels}))
    assert table.columns[0].choices == ("low", "mid", "high")
    kept = xai.Constraints(direction={"level": "up"}).bind(table, table.row(["mid"]))
    assert (kept.low[0], kept.high[0]) == (1, 2)


def test_missing_values_stay_missing():
    frame = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": ["x", None, "y"], "c": pd.array([1, None, 2], "Int64")})
    table = Table.of(frame)
    assert np.isnan(table.data[1]).all()
    back = table.give(table.data)
    assert back.isna().to_numpy().tolist() == frame.isna().to_numpy().tolist()
    assert back["c"].dtype == frame["c"].dtype
    assert table.cells(table.data[1]) == {"a": None, "b": None, "c": None}


@pytest.mark.parametrize(
    ("rule", "cells", "holds"),
    [
        ("age <= 30", {}, True),
        ("age <= 30", {"age": 31}, False),
        ("18 < age < 30", {}, True),
        ("income / 12 > 100", {}, True),
        ("income / 12 > 100.1", {}, False),
        ("`hours per week` <= age * 2", {}, True),
        ("`hours per week` < age * 2", {}, False),
        ("job != 'clerk' or owns", {}, True),
        ("not owns", {}, False),
        ("job == 'boss' and age > -1", {"job": "boss"}, True),
        ("not (age > 30 or income < 0)", {}, True),
        ("owns == True", {"owns": False}, False),
    ],
)
def test_rules(rule, cells, holds):
    assert (
        bool(bound(rules=[rule]).holds(changed(**cells))[0] if cells else Rule.read(rule).holds(TABLE, ROW[None])[0])
        == holds
    )


@pytest.mark.parametrize(
    "rule",
    ["3", "age +", "__import__('os')", "age.real > 3", "age > f(3)", "[a for a in b] > 1", "age > (lambda: 3)",
     "age ** 9 > 1", "age in (1, 2)", "x" * 2000, "a := 3", "(yield)", "age > 3j", "age if owns else 3", ""],
)  # fmt: skip
def test_what_is_no_rule_is_refused_and_never_run(rule):
    with pytest.raises(ValueError, match=r"The rule .* Rules compare columns"):
        Rule.read(rule)


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_refused(text):
    try:
        rule = Rule.read(text)
    except ValueError:
        return
    assert rule.text == text


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"immutable": ["agee"]}, ValueError, "there is no column 'agee'"),
        ({"immutable": "age"}, TypeError, "immutable must be a list"),
        ({"ranges": {"age": (30, 20)}}, ValueError, "low end first"),
        ({"ranges": {"age": 3}}, TypeError, "must be a pair"),
        ({"ranges": {"job": (0, 1)}}, ValueError, "'job' has no range, it is one of 'boss'"),
        ({"ranges": {"age": ("x", 3)}}, ValueError, "'age' must hold a finite number"),
        ({"ranges": [1]}, TypeError, "ranges must be a mapping"),
        ({"direction": {"age": "sideways"}}, ValueError, "must be 'up' or 'down'"),
        ({"direction": {"age": "up"}, "ranges": {"age": (1, 10)}}, ValueError, "exclude each other"),
        ({"direction": {"job": "up"}}, ValueError, "'job' has no direction, it is one of 'boss'"),
        ({"ranges": {"since": ("2021-01-01", "2020-01-01")}}, ValueError, "nothing is left for 'since'"),
        ({"ranges": {"age": (70, None)}}, ValueError, r"nothing is left for 'age' in \(70, None\); an open end is"),
        ({"rules": ["agee > 3"]}, ValueError, "there is no column 'agee'"),
        ({"rules": ["age > 300"]}, ValueError, "'age > 300' can never hold"),
        ({"rules": ["age + `hours per week` < 10"]}, ValueError, "can never hold"),
        ({"rules": ["age > 20"], "immutable": ["age"]}, ValueError, "can never hold"),
        ({"rules": ["age > 30 and age < 10"], "ranges": {"age": (20, 90)}}, ValueError, "can never hold"),
        ({"rules": ['job == "bos"']}, ValueError, "can never hold"),
        ({"rules": ["job > 3"]}, ValueError, "compares what cannot be compared"),
        ({"rules": [3]}, TypeError, "A rule must be a text, got int"),
        ({"max_changes": 0}, ValueError, "max_changes must be a whole number from 1"),
        ({"effort": {"age": -1}}, ValueError, "must be a number above 0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_any_search(given, error, said):
    with pytest.raises(error, match=said):
        bound(**given)


def test_what_is_broken_is_named():
    made = bound(
        immutable=["owns"], direction={"age": "up"}, ranges={"income": (None, 3000)}, rules=["age < 60"], max_changes=2
    )
    broken = {name: bool(rows[0]) for name, rows in made.broken(changed(age=19, owns=False, income=3500.0)).items()}
    assert broken == {
        "age has its range": True, "income has its range": True, "job has its range": False, "owns cannot change": True,
        "hours per week has its range": False, "since has its range": False, "at most 2 changes": True,
        "age < 60": False,
    }  # fmt: skip
    assert made.holds(changed(age=25, job="cook"))[0]
    assert made.free.tolist() == [0, 1, 2, 4, 5]


def test_values_are_moved_to_where_they_may_lie_and_rounded_inside():
    made = bound(immutable=["owns"], ranges={"age": (18.5, 30.5)}, direction={"income": "up"})
    moved = made.fitted(np.array([[99.0, 3.0, 1.4, 0.0, 40.4, ROW[5] + 0.3], [2.0, 2000.126, 2.6, 0.0, 41.5, ROW[5]]]))
    assert moved[0].tolist() == [30.0, 1200.5, 1.0, 1.0, 40.0, ROW[5]]
    assert moved[1].tolist() == [19.0, 2000.13, 2.0, 1.0, 42.0, ROW[5]]
    assert made.holds(moved).all()


def test_effort_counts_deviations_by_weight():
    made = bound(effort={"job": 5.0, "age": 2.0})
    assert made.effort(changed(age=26, job="boss")).tolist() == [2.0 * 6 / 12.0 + 5.0]
    assert made.effort(ROW[None]).tolist() == [0.0]


@pytest.mark.parametrize(
    ("background", "error", "said"),
    [
        (np.zeros((0, 2)), ValueError, "the background is empty"),
        (np.zeros(3), TypeError, "background must be a frame, or an array"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), ValueError, "several columns 'a'"),
        (pd.DataFrame({"a": [np.nan]}), ValueError, "'a' of the background holds no finite number"),
        (pd.DataFrame({"a": [None]}), ValueError, "'a' of the background holds no value"),
    ],
)
def test_tables_that_are_none(background, error, said):
    with pytest.raises(error, match=said):
        Table.of(background)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"a": 1}, "lacks the column 'b'"),
        ({"a": 1, "b": 2, "c": 3}, "has a column 'c' too many"),
        ([1], "the row has 1 values, the background 2 columns"),
        ([1, "x"], "'b' must hold a finite number, got 'x'"),
        ([1, np.inf], "'b' must hold a finite number, got inf"),
    ],
)
def test_rows_that_do_not_fit(row, said):
    with pytest.raises(ValueError, match=said):
        Table.of(pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})).row(row)
    with pytest.raises(ValueError, match="'job' has no 'baker' in the background"):
        TABLE.row({**FRAME.iloc[0].to_dict(), "job": "baker"})


def test_a_value_that_a_category_has_not_is_named_as_python_writes_it():
    table = Table.of(pd.DataFrame({"owns": [True, True]}))
    with pytest.raises(ValueError, match="'owns' has no False in the background: it is one of True"):
        table.row([np.False_])


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (["age < 30", "age > 40"], "'age < 30' and 'age > 40' exclude each other: no row keeps to both"),
        (["income <= age * 10 - 14", "income / 10 >= age"], "exclude each other"),
        (["`hours per week` == age", "age - `hours per week` > 1"], "exclude each other"),
        (["job == 'boss'", "job == 'cook' or not owns and job != 'boss'"], "exclude each other"),
        (["job == 'boss' and age > 25", "job == 'cook'"], "exclude each other"),
        (
            ["job == 'boss' and (owns and age > 25)", "income > 5 and not (owns and job != 'cook')"],
            "exclude each other",
        ),
        (["age < income", "income < `hours per week` * 2", "2 * `hours per week` < age - 1"], "keeps to all of them"),
        (["age >= 30 and age <= 40", "30 > age"], "exclude each other"),
    ],
)
def test_rules_that_exclude_each_other_are_refused(rules, says):
    with pytest.raises(ValueError, match=says):
        bound(rules=rules, ranges={"income": (0, 10_000)})


@pytest.mark.parametrize(
    "rules",
    [
        ["age <= 30", "age >= 30"],
        ["age < 30 or age > 40", "age > 35"],
        ["age * income < 10", "age > 30"],
        ["job == 'boss'", "owns == True"],
        ["job == 'boss' and age > 25", "job == 'cook' or age < 30"],
        ["income >= age", "income <= age + 2000", "age > 20"],
    ],
)
def test_rules_that_can_hold_together_are_taken(rules):
    assert len(bound(rules=rules, ranges={"income": (0, 10_000)}).rules) == len(rules)


@given(
    st.lists(
        st.tuples(*[st.integers(-3, 3)] * 4, st.sampled_from(["<", "<=", ">", ">=", "=="])), min_size=2, max_size=3
    )
)
def test_only_rules_that_no_row_keeps_to_are_refused(given):
    table = Table.of(np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0], [1.0, 1.0, 1.0]]), ["a", "b", "c"])
    rules = [f"{x} * a + {y} * b - c * {z} {op} {w}" for x, y, z, w, op in given]
    every = np.stack(np.meshgrid(*[[0.0, 1.0, 2.0]] * 3), -1).reshape(-1, 3)
    keeps = np.logical_and.reduce([Rule.read(one).holds(table, every) for one in rules])
    try:
        xai.Constraints(rules=rules).bind(table, every[0])
    except ValueError:
        assert not keeps.any()


def test_rules_compare_dates_with_dates_that_are_written():
    keep = bound(rules=["since <= '2021-12-31'", "'2019-06-01' < since"])
    for day, holds in (("2021-12-31", True), ("2022-01-01", False), ("2019-06-01", False), ("2019-06-02", True)):
        assert keep.holds(changed(since=day)).tolist() == [holds]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("since > 'someday'", "compares what cannot be compared: a date and the text 'someday'"),
        ("age > '3'", "compares what cannot be compared: a number and the text '3'"),
        ("job > 3", "compares what cannot be compared: a text and a number"),
        ("since > age", "compares what cannot be compared: a date and a number"),
        ("owns - owns > 0", "computes with what are no numbers: a truth value and a truth value"),
        ("-job > 3", "computes with what are no numbers: a number and a text"),
        ("age > 1/0", "divides by zero"),
        ("age / (1 - 1) > 3", "divides by zero"),
        ("age < 1e999", "has a number that is too large"),
        (f"age < 1{'0' * 400}", "has a number that is too large"),
        (f"age < {'9' * 300} * {'9' * 300}", "has a number that is too large"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_plain_words(rule, said):
    with pytest.raises(ValueError) as raised:
        bound(rules=[rule])
    assert str(raised.value) == f"Constraints: the rule {rule!r} {said}."


def test_whole_numbers_of_rules_do_not_wrap_around_and_switches_divide():
    assert bound(rules=["age * 99999999999999999999999 > 3"]).holds(ROW[None]).all()
    assert bound(rules=["age * 9223372036854775807 > 3"]).holds(ROW[None]).all()
    table = Table.of(np.array([[0.0, 5.0], [1.0, 6.0]]), ["on", "b"])
    keep = xai.Constraints(rules=["1 / on > 2"]).bind(table, table.data[0])
    assert keep.holds(table.data).tolist() == [True, False]


MISSING = np.full((1, len(FRAME.columns)), np.nan)


@pytest.mark.parametrize(
    ("rule", "column"),
    [
        ("job == 'boss'", "job"),
        ("job != 'boss'", "job"),
        ("since < '1980-01-01'", "since"),
        ("not since < '1980-01-01'", "since"),
        ("age != 3", "age"),
        ("not (age > 3)", "age"),
        ("0 < age * 2 < 9", "age"),
        ("not owns", "owns"),
        ("owns == False", "owns"),
        ("not (owns or job == 'cook')", "job', 'owns"),
    ],
)
def test_what_compares_a_missing_value_neither_holds_nor_fails(rule, column):
    assert Rule.read(rule).holds(TABLE, np.vstack([MISSING, MISSING])).tolist() == [False, False]
    for text in (rule, f"not ({rule})"):
        with pytest.raises(ValueError, match=f"can never hold: the row has no value in '{column}'."):
            xai.Constraints(rules=[text]).bind(TABLE, MISSING[0])


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("job == 'boss' or age < 30", True),
        ("job == 'boss' and age < 30", False),
        ("not (job == 'boss' and age > 30)", True),
        ("not (job == 'boss' or age > 30)", False),
        ("not (30 < age != since)", True),
        ("(job == 'boss' and age > 30) == False", True),
    ],
)
def test_what_else_a_rule_offers_holds_without_a_missing_value(rule, holds):
    row = np.where(np.isin(TABLE.names, ["job", "since"]), np.nan, ROW)
    assert Rule.read(rule).holds(TABLE, row[None]).tolist() == [holds]
    if holds:
        assert xai.Constraints(rules=[rule]).bind(TABLE, row).holds(row[None]).all()
    else:
        with pytest.raises(ValueError, match="can never hold: the row has no value in 'job'"):
            xai.Constraints(rules=[rule]).bind(TABLE, row)


def test_a_search_keeps_to_rules_on_what_is_not_missing():
    row = FRAME.astype({"job": object}).iloc[0].to_dict() | {"job": None, "since": pd.NaT}
    keep = xai.Constraints(rules=["job == 'boss' or age < 50", "not (since > '2020-01-01' and age < 30)"])
    found = xai.counterfactuals(
        lambda rows: np.stack([rows["age"] * 0.0 + 29, rows["age"] + 0.0], 1), row, background=FRAME, constraints=keep
    )
    assert found.candidates
    for one in found.candidates:
        assert 30 <= one.values["age"] < 50
        assert (one.values["job"], one.values["since"]) == (None, None)


PART = st.sampled_from(
    ["job == 'boss'", "job != 'cook'", "owns", "not owns", "age > 30", "age < 40", "owns == (age > 30)"]
)


@given(st.lists(st.builds("({} {} {}) {} {}".format, PART, st.sampled_from(["and", "or"]), PART,
                          st.sampled_from(["and", "or"]), PART), min_size=1, max_size=3))  # fmt: skip
def test_only_mixed_rules_that_no_row_keeps_to_are_refused(rules):
    choices = [(age, job, owns) for age in (20, 35, 61) for job in range(3) for owns in range(2)]
    every = np.repeat(ROW[None], len(choices), axis=0)
    every[:, [TABLE.names.index(name) for name in ("age", "job", "owns")]] = choices
    keeps = np.logical_and.reduce([Rule.read(one).holds(TABLE, every) for one in rules])
    try:
        bound(rules=rules)
    except ValueError:
        assert not keeps.any()


@given(st.recursive(
    st.sampled_from(["a > 0", "0 < b < 1", "c != a", "not c", "c", "b > 1"]),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or", "=="]), inner)
    | st.builds("(not {})".format, inner),
    max_leaves=6,
))  # fmt: skip
def test_only_rules_that_no_values_meet_are_refused_where_one_is_missing(text):
    table = Table.of(np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 1.0], [1.0, 1.0, 1.0]]), ["a", "b", "c"])
    every = np.stack(np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], [np.nan]), -1).reshape(-1, 3)
    try:
        rule = Rule.read(text)
    except ValueError:
        return
    keeps = rule.holds(table, every)
    try:
        xai.Constraints(rules=[text]).bind(table, every[0])
    except ValueError:
        assert not keeps.any()
