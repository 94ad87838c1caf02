"""What a view is told of each column, counted again from the data; and data that are hard to draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from widgets.fakes import Browser, answered
from widgets.tables import FRAME, ROW

import xai_widgets as xai

BINS = 24


def spread(count=300):
    """Columns of every kind, some of them with gaps."""
    random = np.random.default_rng(5)
    levels = pd.Categorical(random.choice(["low", "mid", "high"], count), ["low", "mid", "high"], ordered=True)
    return pd.DataFrame(
        {
            "exact": random.normal(size=count),
            "rooms": random.integers(1, 9, count),
            "people": random.integers(0, 5000, count),
            "price": np.where(random.random(count) < 0.2, np.nan, np.round(random.lognormal(3, 1, count), 2)),
            "town": pd.Series(random.choice(["Ulm", "Bern", "Linz"], count)).where(random.random(count) < 0.9),
            "level": levels,
            "owns": random.random(count) < 0.3,
            "since": pd.to_datetime("2020-01-01") + pd.to_timedelta(random.integers(0, 900, count), "D"),
        }
    )


def told(make_table, frame, row, **options):
    """Return what a view is told of the columns, by name."""
    scores = np.tile([0.25, 0.75], (2000, 1))
    widget = make_table(lambda rows: scores[: len(rows)], row, background=frame, **options)
    return {one["name"]: one for one in widget.spec["columns"]}


def test_counts_are_those_of_the_data_and_sum_to_what_is_known(make_table):
    frame = spread()
    columns = told(make_table, frame, frame.iloc[3].to_dict())
    for name, one in columns.items():
        assert sum(one["counts"]) == frame[name].notna().sum(), name
    for name in ("exact", "people", "price"):
        values = frame[name].dropna()
        assert columns[name]["counts"] == np.histogram(values, BINS, (values.min(), values.max()))[0].tolist()
    days = (frame["since"] - pd.Timestamp("1970-01-01")).dt.days
    assert columns["since"]["counts"] == np.histogram(days, BINS, (days.min(), days.max()))[0].tolist()
    # So few whole numbers have a bar each.
    assert columns["rooms"]["counts"] == frame["rooms"].value_counts().sort_index().tolist()
    for name in ("town", "level", "owns"):
        counted = frame[name].value_counts()
        choices = [{"False": False, "True": True}.get(one, one) for one in columns[name]["choices"]]
        assert columns[name]["counts"] == [counted[one] for one in choices]
    assert columns["level"]["choices"] == ["low", "mid", "high"]
    assert [name for name, one in columns.items() if not one["ordered"]] == ["town"]


def test_ends_and_steps_are_those_of_the_data(make_table):
    frame = spread()
    row = frame.iloc[3].to_dict()
    columns = told(make_table, frame, row)
    for name in ("exact", "rooms", "people", "price"):
        assert (columns[name]["low"], columns[name]["high"]) == (frame[name].min(), frame[name].max())
    since = [(one - pd.Timestamp("1970-01-01")).days for one in (frame["since"].min(), frame["since"].max())]
    assert [columns["since"][end] for end in ("low", "high")] == since
    steps = {"exact": 0, "rooms": 1, "people": 1, "price": 0.01, "since": 1}
    assert {name: columns[name]["step"] for name in steps} == steps
    assert [columns["town"][end] for end in ("low", "high")] == [0, 2]
    assert {name for name, one in columns.items() if one["missing"]} == {"price", "town"}
    # A row beyond the data has its place on the slider.
    beyond = told(make_table, frame, {**row, "people": 9000, "exact": -50.0})
    assert (beyond["people"]["low"], beyond["people"]["high"]) == (frame["people"].min(), 9000)
    assert (beyond["exact"]["low"], beyond["exact"]["high"]) == (-50, frame["exact"].max())
    assert sum(beyond["people"]["counts"]) == len(frame)


def test_an_infinite_value_in_the_data_leaves_contributions_and_counts_finite(make_table):
    frame = FRAME.copy()
    frame.loc[::3, "income"], frame.loc[1::6, "income"] = np.inf, -np.inf

    def judge(rows):
        z = (rows["age"] - 45) / 15 + np.arctan(rows["income"] / 20_000 - 1)
        return np.stack([0 * z, z], 1)

    widget = make_table(judge, background=frame, target="yes")
    result = widget.result(30)
    assert np.isfinite(result.values).all()
    assert result.values[0] != 0
    income = widget.spec["columns"][1]
    known = frame["income"][np.isfinite(frame["income"])]
    assert (income["low"], income["high"]) == (known.min(), known.max())
    assert income["counts"] == np.histogram(known, BINS, (known.min(), known.max()))[0].tolist()
    browser = Browser(widget)
    browser.say(kind="search", open=True, target=1, n=2, most=3)
    search = answered(browser, "search")
    assert search["error"] is None
    assert search["found"]
    assert all(np.isfinite(cell["value"]) for one in search["found"] for cell in one["cells"])


def test_a_pipeline_is_given_raw_rows_and_its_columns_are_the_raw_ones(make_table):
    met = []

    def watch(rows):
        met.append((tuple(rows.columns), tuple(rows.dtypes), set(rows["job"])))
        return rows

    frame = FRAME.drop(columns="since")
    encode = make_column_transformer((OneHotEncoder(), ["job"]), remainder=StandardScaler())
    pipe = make_pipeline(FunctionTransformer(watch), encode, LogisticRegression())
    wealthy = np.where(frame["income"] > frame["income"].median(), "yes", "no")
    pipe.fit(frame, wealthy)
    met.clear()
    row = {name: ROW[name] for name in frame.columns}
    widget = make_table(pipe, row, background=frame, labels=None, target="yes")
    assert isinstance(widget, xai.TabularExplainer)
    assert [one["name"] for one in widget.spec["columns"]] == ["age", "income", "job", "owns"]
    assert widget.spec["columns"][2]["choices"] == ["boss", "clerk", "cook"]
    result = widget.result(30)
    assert result.names == tuple(frame.columns)
    assert result.cells == (30, 20_000.0, "clerk", False)
    assert np.abs(result.values).argmax() == 1
    chance = pipe.predict_proba(pd.DataFrame([row]))[0, list(pipe.classes_).index("yes")]
    assert widget.prediction.probabilities[1] == pytest.approx(chance, abs=1e-6)
    assert met
    for columns, dtypes, jobs in met:
        assert columns == tuple(frame.columns)
        assert dtypes == tuple(frame.dtypes)
        assert jobs <= {"boss", "clerk", "cook"}
