"""Rows that are answered otherwise: each keeps to every constraint, reaches its goal, and has no change too many."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from models.test_untouched import assert_same, state
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import xai_widgets as xai
from xai_widgets.export import load

SEARCHES = ["nearest", "random", "genetic", "growing_spheres"]
QUICK = {
    "random": {"samples": 400},
    "genetic": {"generations": 4, "population": 32},
    "nearest": {"rows": 16},
    "growing_spheres": {"samples": 100},
}


def people(seed, count=40):
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": random.integers(18, 80, count),
            "income": np.round(random.lognormal(10, 0.5, count), 2),
            "job": random.choice(["clerk", "boss", "cook"], count),
            "owns": random.random(count) < 0.4,
            "years": random.integers(0, 30, count),
            "score": random.normal(size=count).astype(np.float32),
        }
    )


def judge(seed):
    """Any model of such people, in their own types."""
    random = np.random.default_rng([seed, 1])
    weights, jobs = random.normal(size=5), dict(zip(["clerk", "boss", "cook"], random.normal(size=3), strict=True))

    def scores(frame):
        assert frame["age"].dtype.kind == "i"
        assert frame["owns"].dtype == bool
        assert frame["score"].dtype == np.float32
        assert frame["income"].round(2).equals(frame["income"])
        parts = np.stack(
            [(frame["age"] - 45) / 15, np.log(frame["income"]) - 10, frame["owns"] - 0.5, (frame["years"] - 15) / 9,
             frame["score"]], 1,
        )  # fmt: skip
        z = np.tanh(parts) @ weights + frame["job"].map(jobs).to_numpy(float) + np.tanh(parts[:, 0] * parts[:, 3])
        return np.stack([-z, z], 1)

    return scores


CONSTRAINTS = st.builds(
    xai.Constraints,
    immutable=st.lists(st.sampled_from(["owns", "job", "score"]), max_size=2, unique=True),
    ranges=st.fixed_dictionaries({}, optional={"income": st.just((None, 40_000)), "years": st.just((5, None))}),
    direction=st.fixed_dictionaries({}, optional={"age": st.sampled_from(["up", "down"])}),
    rules=st.lists(
        st.sampled_from(["years <= age - 14", "income < 60000 or job == 'boss'", "not (owns and age < 20)"]),
        max_size=2,
        unique=True,
    ),
    max_changes=st.none() | st.integers(1, 4),
    effort=st.fixed_dictionaries({}, optional={"job": st.just(4.0)}),
)


def keeps(new, old, c, frame):
    """An independent reading of the constraints, on a row in its own types."""
    changed = [name for name in old if new[name] != old[name]]
    assert isinstance(new["age"], int)
    assert isinstance(new["owns"], bool)
    assert new["job"] in {"clerk", "boss", "cook"}
    assert new["income"] == round(new["income"], 2)
    assert not set(changed) & set(c.immutable)
    assert c.max_changes is None or len(changed) <= c.max_changes
    for name in changed:
        if name not in {"job", "owns"}:
            low, high = c.ranges.get(name, (frame[name].min(), frame[name].max()))
            assert new[name] >= (frame[name].min() if low is None else low)
            assert new[name] <= (frame[name].max() if high is None else high)
    way = c.direction.get("age")
    assert way != "up" or new["age"] >= old["age"]
    assert way != "down" or new["age"] <= old["age"]
    for rule in c.rules:
        assert {
            "years <= age - 14": new["years"] <= new["age"] - 14,
            "income < 60000 or job == 'boss'": new["income"] < 60_000 or new["job"] == "boss",
            "not (owns and age < 20)": not (new["owns"] and new["age"] < 20),
        }[rule]
    return changed


def as_frame(row, frame):
    return pd.DataFrame([row])[list(frame.columns)].astype(frame.dtypes.to_dict())


@given(st.integers(0, 10**6), CONSTRAINTS, st.sampled_from(SEARCHES))
@settings(max_examples=20)
def test_every_row_on_the_way_keeps_to_every_constraint_in_its_own_types_and_is_minimal(seed, constraints, method):
    frame, model = people(seed), judge(seed)
    row = frame.iloc[0]
    before = int(model(frame.iloc[:1])[0].argmax())
    steps = xai.counterfactuals_iter(
        model, row, background=frame, constraints=constraints, method=method, seed=seed, n=3, **QUICK[method]
    )
    seen = {}
    for found in steps:
        for one in found.candidates:
            if str(one.values) in seen:
                continue
            seen[str(one.values)] = one
            changed = keeps(one.values, found.original, constraints, frame)
            assert [change.column for change in one.changes] == changed
            scores = model(as_frame(one.values, frame))[0]
            assert int(scores.argmax()) != before
            assert one.prediction.scores == pytest.approx(scores, rel=1e-5, abs=1e-6)
    for one in found.candidates:
        for change in one.changes:
            undone = {**one.values, change.column: change.old}
            try:
                keeps(undone, found.original, constraints, frame)
            except AssertionError:
                continue  # a rule needs it
            assert len(one.changes) == 1 or int(model(as_frame(undone, frame))[0].argmax()) == before
    assert found.candidates or found.notes[-1].startswith("None found")


def net(seed=0, inputs=6):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(inputs, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3))


@pytest.mark.parametrize("seed", range(4))
def test_gradients_lead_to_rows_of_another_class_within_bounds(seed):
    model, data = net(seed).train(), np.random.default_rng(seed).normal(size=(200, 6)).astype(np.float32)
    before, random = state(model), torch.get_rng_state()
    made = xai.Constraints(immutable=["b"], direction={"a": "up"}, max_changes=3)
    found = xai.counterfactuals(
        model, data[0], background=data, features=list("abcdef"), constraints=made, method="gradient", seed=seed
    )
    assert_same(before, state(model))
    assert torch.equal(random, torch.get_rng_state())
    assert found.method == "gradient"
    assert found.candidates
    was = int(model(torch.tensor(data[:1]))[0].argmax())
    for one in found.candidates:
        new = np.array([one.values[name] for name in "abcdef"], np.float32)
        assert int(model(torch.tensor(new[None]))[0].argmax()) != was
        assert len(one.changes) <= 3
        assert new[1] == data[0, 1]
        assert new[0] >= data[0, 0]
        low, high = data.min(0), data.max(0)
        assert ((new >= low) & (new <= high)).all()


def test_of_a_linear_model_the_gradient_finds_the_cheapest_column_in_closed_form():
    model = torch.nn.Linear(4, 1).double()
    with torch.no_grad():
        model.weight[:] = torch.tensor([[1.0, 3.0, 0.1, -2.0]])
        model.bias[:] = 0.0
    data = np.random.default_rng(0).normal(size=(500, 4))
    scale = np.median(np.abs(data - np.median(data, 0)), 0)
    x = np.array([-0.5, -0.4, 0.0, 0.3])
    z = float((x * [1.0, 3.0, 0.1, -2.0]).sum())
    found = xai.counterfactuals(model, x, 1, background=data, labels=["no", "yes"], n=3, step_size=0.05)
    need = -z / np.array([1.0, 3.0, 0.1, -2.0]) / scale
    best = found.candidates[0]
    assert [change.column for change in best.changes] == ["1"]
    assert best.effort == pytest.approx(abs(need[1]), rel=0.01)
    assert {one.changes[0].column for one in found.candidates if len(one.changes) == 1} <= {"0", "1", "3"}


def test_a_regression_and_a_probability_reach_their_ranges():
    data = np.random.default_rng(0).normal(size=(200, 3))
    model = torch.nn.Linear(3, 1).double()
    with torch.no_grad():
        model.weight[:] = torch.tensor([[1.0, 1.0, 1.0]])
    value = model(torch.tensor(data[:1])).item()
    for low, high in ((value + 1, value + 1.5), (value - 1.5, value - 1)):
        for method in ("gradient", "genetic"):
            found = xai.counterfactuals(model, data[0], background=data, within=(low, high), method=method)
            assert found.candidates
            assert found.label == f"a value of {low:g}..{high:g}"
            for one in found.candidates:
                new = torch.tensor([list(one.values.values())], dtype=torch.float64)
                assert low <= model(new).item() <= high
    three = net(1, 3).double()
    chance = float(three(torch.tensor(data[:1])).softmax(1)[0, 0])
    found = xai.counterfactuals(three, data[0], 0, background=data, within=(chance + 0.05, None))
    for one in found.candidates:
        new = torch.tensor([list(one.values.values())], dtype=torch.float64)
        assert float(three(new).softmax(1)[0, 0]) >= chance + 0.05
    assert found.candidates


@pytest.mark.parametrize("method", SEARCHES)
def test_a_pipeline_is_asked_in_raw_columns(method):
    frame = people(3, 300)
    wealthy = (frame["income"] > 24_000) | (frame["job"] == "boss")
    pipe = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["job"]), remainder=StandardScaler()),
        RandomForestClassifier(20, random_state=0),
    ).fit(frame, np.where(wealthy, "yes", "no"))
    row = frame[pipe.predict(frame) == "no"].iloc[0]
    found = xai.counterfactuals(pipe, row, "yes", background=frame, method=method, **QUICK[method])
    assert found.label == "yes"
    assert found.candidates
    for one in found.candidates:
        assert pipe.predict(as_frame(one.values, frame))[0] == "yes"
        assert one.nearest is not None
        assert 0 <= one.density <= 1
    assert {change.column for one in found.candidates for change in one.changes} <= set(frame.columns)
    assert {"income", "job"} & {change.column for change in found.candidates[0].changes}


def test_the_same_seed_gives_the_same_and_reading_may_stop():
    frame, model = people(0), judge(0)
    asked = {"background": frame, "method": "genetic", "seed": 3, **QUICK["genetic"]}
    first = xai.counterfactuals(model, frame.iloc[1], **asked)
    next(xai.counterfactuals_iter(model, frame.iloc[1], **asked))
    again = xai.counterfactuals(model, frame.iloc[1], **asked)
    assert [one.values for one in first.candidates] == [one.values for one in again.candidates]
    fractions = [one.fraction for one in xai.counterfactuals_iter(model, frame.iloc[1], **asked)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_who_reads_the_end_alone_gets_the_same_for_fewer_questions():
    frame, model, asked = people(0), judge(0), []

    def counting(rows):
        asked.append(len(rows))
        return model(rows)

    given = {"background": frame, "method": "growing_spheres", "seed": 3, **QUICK["growing_spheres"]}
    *_, step = xai.counterfactuals_iter(counting, frame.iloc[2], **given)
    watched = len(asked)
    end = xai.counterfactuals(counting, frame.iloc[2], **given)
    assert len(asked) - watched < watched
    assert [one.values for one in end.candidates] == [one.values for one in step.candidates]
    assert (end.fraction, end.notes) == (step.fraction, step.notes)


def test_the_constraint_that_stands_in_the_way_is_named():
    frame = people(0)

    def income(rows):
        z = rows["income"].to_numpy() - 25_000.0
        return np.stack([-z, z], 1)

    poor = frame[frame["income"] < 25_000].iloc[0]
    none = xai.counterfactuals(
        income, poor, 1, background=frame, method="genetic", constraints=xai.Constraints(immutable=["income"])
    )
    assert none.candidates == ()
    assert none.notes == ("None found under these constraints. One would be found without this: income cannot change.",)
    rule = xai.counterfactuals(
        income, poor, 1, background=frame, method="random", constraints=xai.Constraints(rules=["income < 24000"])
    )
    assert rule.notes[-1].endswith("One would be found without this: income < 24000.")
    # Rows that have the answer differ in what is locked as well, which is not what stands in the way.
    others = [name for name in frame.columns if name != "income"]
    both = xai.Constraints(immutable=others, rules=["income < 24000"])
    rule = xai.counterfactuals(income, poor, 1, background=frame, method="random", constraints=both)
    assert rule.notes[-1].endswith("One would be found without this: income < 24000.")
    # Where two stand in the way, neither alone is it.
    both = xai.Constraints(ranges={"income": (None, 24_000)}, rules=["income < 24000"])
    two = xai.counterfactuals(income, poor, 1, background=frame, method="random", constraints=both)
    assert two.notes[-1].startswith("None found under these constraints. Of rows with that answer, 100% break: ")
    nobody = xai.counterfactuals(
        lambda rows: np.tile([1.0, 0.0], (len(rows), 1)), poor, 1, background=frame, method="random"
    )
    assert nobody.notes == ("None found: no row was met that the model answers in that way, constraints aside.",)
    fixed = xai.counterfactuals(
        income, poor, 1, background=frame, method="random", constraints=xai.Constraints(immutable=list(frame.columns))
    )
    assert fixed.notes == ("None found: no column may change.",)


def test_what_is_missing_in_the_row_stays_missing():
    frame = pd.DataFrame({"a": [np.nan, 1.0, 2.0, 3.0], "b": [0.5, 1.5, 2.5, 3.5]})

    def scores(rows):
        z = rows["b"].to_numpy() - 2.0 + rows["a"].isna().to_numpy() * 0.5
        return np.stack([-z, z], 1)

    found = xai.counterfactuals(scores, frame.iloc[0], background=frame, method="random")
    assert found.candidates
    assert all(one.values["a"] is None for one in found.candidates)
    assert found.original == {"a": None, "b": 0.5}


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (
            {"background": None},
            TypeError,
            "the input must be a text, or a row of a table with background=.*, got Series",
        ),
        ({"background": None, "x": "a", "constraints": xai.Constraints()}, TypeError, "constraints are for rows"),
        ({"method": "gradient"}, ValueError, "gradient does not fit here. It needs a torch module"),
        (
            {"method": "fewest_edits"},
            ValueError,
            "changes a text, and this is a row: choose one of 'gradient', 'nearest'",
        ),
        ({"constraints": {"immutable": ["age"]}}, TypeError, "constraints must be xai.Constraints"),
        ({"model": net()}, TypeError, "A torch module eats numbers, and the column 'job' holds none"),
        ({"features": ["a"]}, ValueError, "features names 1 columns, the background has 6"),
        ({"x": {"age": 3}}, ValueError, "the row lacks the column 'income'"),
    ],
)
def test_nonsense_is_refused_at_the_call(given, error, said):
    frame = people(0)
    asked = {"model": judge(0), "x": frame.iloc[0], "background": frame, **given}
    with pytest.raises(error, match=said):
        xai.counterfactuals_iter(asked.pop("model"), asked.pop("x"), **asked)


def test_a_row_of_a_table_is_shown_framed_and_saved(tmp_path):
    frame = people(3)
    frame["since"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["age"], unit="D")

    def scores(rows):
        z = (rows["since"] - pd.Timestamp("2020-02-01")).dt.days.to_numpy() + 30.0 * (rows["job"] == "boss")
        return np.stack([-z, z], 1)

    before = frame[(frame["since"] < "2020-02-01") & (frame["job"] != "boss")].iloc[0]
    found = xai.counterfactuals(scores, before, background=frame, labels=["early", "late <b>"], method="genetic")
    bundle = found._repr_mimebundle_()
    assert "since: [−" in bundle["text/plain"]
    assert "late &lt;b&gt;" in bundle["text/html"]
    table = found.to_dataframe()
    assert list(table["changes"]) == [len(one.changes) for one in found.candidates]
    assert {"effort", "nearest", "density", "valid"} <= set(table.columns)
    found.save(tmp_path / "rows.xai.json")
    back = load(tmp_path / "rows.xai.json")
    assert [one.prediction.scores.tolist() for one in back.candidates] == [
        one.prediction.scores.tolist() for one in found.candidates
    ]
    assert back.original["age"] == found.original["age"]
    assert [str(c.new) for one in back.candidates for c in one.changes] == [
        str(c.new) for one in found.candidates for c in one.changes
    ]
