"""Rules by the kind of column: categories with an order, true and false, and numbers of any size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from counterfactual.test_constraints import TABLE, bound, changed

import xai_widgets as xai
from xai_widgets.counterfactual.rules import Rule
from xai_widgets.inputs.table import Table

LEVELS = Table.of(
    pd.DataFrame(
        {
            "level": pd.Categorical(["low", "high", "mid", None], ["low", "mid", "high", "top"], ordered=True),
            "goal": pd.Categorical(["mid", "mid", "mid", "mid"], ["low", "mid", "high", "top"], ordered=True),
            "size": pd.Categorical(["small", "large", "small", "large"], ["small", "large"], ordered=True),
        }
    )
)


@pytest.mark.parametrize(
    ("rule", "held"),
    [
        ("level < 'mid'", [True, False, False, False]),
        ("level >= 'mid'", [False, True, True, False]),
        ("'low' < level", [False, True, True, False]),
        ("level < 'top'", [True, True, True, False]),  # which no row has
        ("level <= goal", [True, False, True, False]),
        ("'low' <= level < 'high' or goal == 'low'", [True, False, True, False]),
        ("not level > 'low'", [True, False, False, False]),
        ("level == 'low' or level != 'high'", [True, False, True, False]),
    ],
)
def test_categories_with_an_order_are_compared_by_it(rule, held):
    assert Rule.read(rule).holds(LEVELS, LEVELS.data).tolist() == held


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (["level < 'huge'"], "compares with 'huge', which is none of 'low', 'mid', 'high', 'top'"),
        (["level < size"], "compares what cannot be compared: a text and a text"),
        (["level < 3"], "compares what cannot be compared: a text and a number"),
        (["level > 'top'"], "can never hold"),
        (["level < 'mid'", "level > 'low'"], "exclude each other"),
    ],
)
def test_orders_that_do_not_go_together_are_refused(rules, said):
    with pytest.raises(ValueError, match=said):
        xai.Constraints(rules=rules).bind(LEVELS, LEVELS.data[0])


def test_a_column_of_true_and_false_is_a_rule_by_itself_and_no_other_is():
    assert not Rule.read("owns").holds(TABLE, changed(owns=False))[0]
    assert Rule.read("owns and (not owns or age > 3)").holds(TABLE, changed(owns=True))[0]
    assert bound(rules=["owns"]).holds(changed(age=31)).tolist() == [True]
    with pytest.raises(ValueError, match="the rules 'owns' and 'not owns' exclude each other"):
        bound(rules=["owns", "not owns"])
    switch = Table.of(np.array([[0.0, 3.5], [1.0, 4.5]]), ["on", "size"])
    assert Rule.read("on").holds(switch, switch.data).tolist() == [False, True]
    for rule, term in (("age", "age"), ("not income", "income"), ("owns and job", "job"), ("owns or -age", "-age")):
        with pytest.raises(ValueError, match=f"takes '{term}' for true or false: compare it with something"):
            bound(rules=[rule])


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_whether_rules_exclude_each_other_does_not_go_by_the_size_of_numbers(size):
    table = Table.of(np.array([[0.0, 0.5, 0.25], [1.0, 0.0, 0.75], [0.5, 1.0, 0.5]]) * size, ["a", "b", "c"])
    row = table.data[0]
    for rules in (
        [f"a < {size / 4!r}", f"a > {size / 8!r}"],
        [f"a - b <= {size / 10!r}", f"b - a <= {-size / 10!r}"],
        ["a <= b", "b <= c", "c <= a"],
        [f"a <= {size / 4!r}", f"a >= {size / 4!r}"],
        [f"a <= b + {size * 0.3!r}", f"a >= b + {size * 0.1!r} + {size * 0.2!r}"],
    ):
        xai.Constraints(rules=rules).bind(table, row)
    for rules in (
        [f"a < {size / 4!r}", f"a > {size / 3.99!r}"],
        [f"a < {size / 4!r}", f"a >= {size / 4!r}"],
        ["a < b", "b < c", "c < a"],
        [f"a - b <= {size / 10!r}", f"a - c >= {size / 9.99!r}", "c >= b"],
    ):
        with pytest.raises(ValueError, match="exclude each other"):
            xai.Constraints(rules=rules).bind(table, row)
