"""Constraints hold on data that is easily bent: dates, gaps, narrow types, numbers beyond what floats hold."""

import numpy as np
import pandas as pd
import pytest
import torch

import xai_widgets as xai
from xai_widgets.inputs.table import Table

ONE_WAY = ["when", "stamp", "small", "byte", "number"]
RULES = {
    "count <= byte": lambda v: v["count"] is None or v["count"] <= v["byte"],
    "level != 'high' or byte > 30": lambda v: v["level"] != "high" or v["byte"] > 30,
    "number != 9007199254740993": lambda v: v["number"] != 2**53 + 1,
}
QUICK = {
    "random": {"samples": 200},
    "genetic": {"generations": 4, "population": 32},
    "nearest": {"rows": 8},
    "growing_spheres": {"samples": 60},
}


def nasty(random, count=40):
    return pd.DataFrame(
        {
            "when": pd.date_range("2020-01-01", periods=count)[random.permutation(count)],
            "stamp": pd.Timestamp("2024-03-01") + pd.to_timedelta(random.integers(0, 10**9, count), unit="ms"),
            "said": pd.array(random.choice([True, False, None], count), dtype="boolean"),
            "count": pd.array([None if k % 7 == 3 else int(k) for k in random.integers(0, 50, count)], dtype="Int64"),
            "level": pd.Categorical(random.choice(["low", "high"], count), categories=["low", "high", "never"]),
            "byte": random.integers(0, 256, count).astype(np.uint8),
            "number": 2**53 + 1 + 2 * random.integers(0, 1000, count),
            "always": np.full(count, 7),
            "small": random.normal(size=count).astype(np.float16),
        }
    )


def judge(frame):
    days = (frame["when"] - pd.Timestamp("2020-01-20")).dt.days / 10 + (frame["level"] == "high")
    numbers = (frame["number"] - 2**53 - 1000) / 500 + frame["byte"] / 64 - 2 + frame["small"].astype(float)
    z = np.tanh(days.to_numpy(float)) + np.tanh(numbers.to_numpy(float))
    return np.stack([-z, z], 1)


def encoded(frame):
    """Encode rows for a network, as a user would who takes no care."""
    plain = {
        "when": (frame["when"] - pd.Timestamp("2020-01-20")).dt.days / 10,
        "said": frame["said"].astype(float).fillna(0.5),
        "count": frame["count"].astype(float).fillna(-1) / 20,
        "level": frame["level"] == "high",
        "byte": frame["byte"] / 64,
        "number": (frame["number"] - 2**53 - 1000) / 500,
        "small": frame["small"],
    }
    return np.stack([np.asarray(one, float) for one in plain.values()], 1)


def network(seed):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(7, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2)).eval()


@pytest.mark.parametrize("method", [*QUICK, "gradient"])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_returned_keeps_to_the_constraints_and_all_else_is_as_it_was(method, seed):
    random = np.random.default_rng(seed)
    frame = nasty(random)
    row, rules = frame.iloc[int(random.integers(40))], list(random.choice(list(RULES), 1))
    ways = {str(name): str(random.choice(["up", "down"])) for name in random.choice(ONE_WAY, 2, replace=False)}
    low, high = np.sort(frame["small"].sample(2, random_state=seed).astype(float))
    ranges = {"small": (low, high), "byte": (20, 200)}
    # From outside of its range, a number may only go towards it.
    ways |= {name: "up" if row[name] < a else "down" for name, (a, b) in ranges.items() if not a <= row[name] <= b}
    keep = xai.Constraints(immutable=["said", "stamp"], ranges=ranges, direction=ways, rules=rules, max_changes=3)
    own = {"encode": encoded, "starts": 8, "steps": 10} if method == "gradient" else QUICK[method]
    model = network(seed) if method == "gradient" else judge
    found = xai.counterfactuals(model, row, background=frame, constraints=keep, method=method, seed=seed, n=3, **own)
    for one in found.candidates:
        changed = {change.column for change in one.changes}
        assert len(changed) <= 3
        for name, value in one.values.items():
            if name not in changed:
                assert (value is None and pd.isna(row[name])) or value == row[name]
                continue
            assert name not in {"said", "stamp", "always"}
            assert pd.Series([value]).astype(frame.dtypes[name])[0] == value, "the type holds it"
            if name in ranges:
                assert ranges[name][0] <= value <= ranges[name][1]
            elif name != "level":
                assert frame[name].min() <= value <= frame[name].max()
            assert ways.get(name) != "up" or value > row[name]
            assert ways.get(name) != "down" or value < row[name]
        assert all(RULES[rule](one.values) for rule in rules)
    assert found.candidates or found.notes


def test_whole_numbers_that_no_float_holds_are_kept_as_they_are():
    frame = pd.DataFrame({"id": pd.array([2**53 + 1, None, 2**62 + 1], dtype="Int64"), "at": [0, 1, 2**53]})
    table = Table.of(frame)
    assert table.columns[0].choices == (2**53 + 1, 2**62 + 1)
    assert table.columns[1].kind == "number"
    pd.testing.assert_frame_equal(table.give(table.data), frame)


def test_dates_keep_their_time_zone_and_lie_as_far_ahead_as_they_are_written():
    days = pd.date_range("2020-03-28", periods=5, tz="Europe/Berlin")
    frame = pd.DataFrame({"day": days, "until": np.array(["9999-12-31"] * 5, "datetime64[s]"), "n": [1, 2, 3, 4, 5]})
    table = Table.of(frame)
    pd.testing.assert_frame_equal(table.give(table.data), frame)
    for x in (frame.iloc[1], frame.iloc[[1]], {**frame.iloc[1], "day": "2020-03-28T23:00:00"}):
        np.testing.assert_array_equal(table.row(x), table.data[1])
    dawn = pd.Timestamp("2020-03-31", tz="Europe/Berlin")

    def late(rows):
        return np.stack([0 * rows["n"] + 0.5, rows["day"] >= dawn], 1)

    found = xai.counterfactuals(late, frame.iloc[1], background=frame, method="random", samples=200)
    assert found.candidates[0].values == {**found.original, "day": np.datetime64("2020-03-30T22:00")}


def test_names_of_columns_that_are_no_texts_reach_the_model_as_they_are():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(30, 2)), columns=[("a", 0), ("a", 1)])
    for made in (frame, frame.set_axis([0, 1], axis=1)):
        own = made.columns[1]
        found = xai.counterfactuals(lambda rows, own=own: 9 * rows[[own, own]] * [1, -1], made.iloc[0], background=made)
        assert {change.column for change in found.candidates[0].changes} == {str(own)}


def test_a_row_of_a_frame_is_read_cell_by_cell():
    frame = pd.DataFrame({"id": [2**53 + 1, 2**53 + 3], "a": [0.5, 1.5]})
    assert Table.of(frame).cells(Table.of(frame).row(frame.iloc[[1]]))["id"] == 2**53 + 3


def test_rows_for_which_the_model_fails_are_left_out():
    frame = pd.DataFrame({"age": np.arange(20, 90), "income": np.linspace(1, 9, 70)})

    def judge(rows):
        if (rows["age"] > 70).any():
            msg = "nobody is that old"
            raise ValueError(msg)
        return np.stack([rows["income"] * 0 + 5, rows["income"]], 1)

    for method, quick in QUICK.items():
        found = xai.counterfactuals(judge, frame.iloc[0], background=frame, method=method, **quick)
        assert found.candidates[0].values["income"] > 5, method
        assert all(one.values["age"] <= 70 for one in found.candidates)
        assert found.notes[0].startswith(
            "Rows for which the model fails were left out. The model raised ValueError for"
        )
        assert len(found.notes) == 1
