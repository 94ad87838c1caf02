"""Permutation importance: scikit-learn's numbers, closed forms, honest intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from population.models import linear, mlp, rows
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import xai_widgets as xai


def test_equals_scikit_learn_on_a_frame_with_labels() -> None:
    x = rows(300, 3)
    y = np.where(x[:, 0] + 0.3 * x[:, 1] ** 2 > 0.2, "yes", "no")
    frame = pd.DataFrame(x, columns=["a", "b", "c"])
    model = RandomForestClassifier(8, random_state=0).fit(frame, y)
    ours = xai.permutation_importance(model, frame, pd.Series(y), n_repeats=3, seed=5)
    theirs = permutation_importance(model, frame, y, n_repeats=3, random_state=5)
    np.testing.assert_allclose(ours.values, theirs.importances_mean, atol=1e-12)
    np.testing.assert_allclose(ours.measures["std"], theirs.importances_std, atol=1e-12)
    assert ours.forwards == 4 * 300 * 3
    assert ours.to_dataframe()["column"][0] == "a"
    assert "loss of accuracy" in ours.unit


def test_equals_scikit_learn_on_a_regression_by_r2() -> None:
    x, noise = rows(400, 4), rows(400, 1, seed=1)[:, 0]
    y = x @ [2.0, -1.0, 0.0, 0.5] + noise
    model = LinearRegression().fit(x, y)
    ours = xai.permutation_importance(model, x, y, n_repeats=2, seed=1)
    theirs = permutation_importance(model, x, y, n_repeats=2, random_state=1)
    np.testing.assert_allclose(ours.values, theirs.importances_mean, atol=1e-9)


def test_categories_of_a_pipeline_are_shuffled_as_they_are() -> None:
    kinds = np.random.default_rng(0).choice(["red", "green", "blue"], 300)
    frame = pd.DataFrame({"kind": kinds, "size": rows(300, 1)[:, 0]})
    y = (kinds == "red") * 3.0 + frame["size"]
    model = make_pipeline(OneHotEncoder(), LinearRegression()).fit(frame[["kind"]], y)
    function = lambda table: model.predict(table[["kind"]])  # noqa: E731
    ours = xai.permutation_importance(function, frame, y, metric="squared_error")
    assert ours.values[0] > 1
    assert ours.values[1] == 0
    assert ours.interval is not None
    assert ours.interval[1] == 0


def test_closed_form_and_honest_intervals() -> None:
    # Of a linear model of independent columns, a column is worth twice the variance of its term.
    weights = [1.0, -0.5, 0.0]
    truth, covered = 2 * np.square(weights), np.zeros(3)
    for seed in range(200):
        x, noise = rows(60, 3, seed=seed), rows(60, 1, seed=1000 + seed)[:, 0]
        found = xai.permutation_importance(
            linear(weights), x, x @ weights + noise, n_repeats=1 + seed % 3, metric="squared_error", seed=seed
        )
        assert found.interval is not None
        covered += np.abs(found.values - truth) <= found.interval
    assert (covered >= 0.93 * 200).all(), covered
    assert covered[0] < 200


def test_streams_and_stops() -> None:
    x = rows(2000)
    y = torch.as_tensor(x[:, 0] > 0).long()
    steps = xai.population_iter("permutation_importance", mlp(), x, y, n_repeats=2, metric="log_loss")
    first = next(steps)
    rest = list(steps)
    assert first.rows == 256
    assert first.fraction < 0.1
    assert [one.fraction for one in rest] == sorted(one.fraction for one in rest)
    final = rest[-1]
    assert final.fraction == 1
    assert (np.abs(first.values - final.values) <= first.interval + final.interval).all()
    assert (final.interval < first.interval).all()
    assert (list(xai.population_iter("permutation_importance", mlp(), x, y, time_budget=1e-9))[-1].fraction) < 1


def test_a_metric_of_ones_own() -> None:
    x = rows()
    y = (x[:, 0] > 0).astype(int)

    def brier(answers: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return -(answers[:, 1] - right).square()

    found = xai.permutation_importance(mlp(), x, y, metric=brier, columns=["0", 3])
    assert found.names == ("0", "3")
    assert found.label == "brier"
    with pytest.raises(ValueError, match=r"one number a row: expected shape \[1\], got \[\]"):
        xai.permutation_importance(mlp(), x, y, metric=lambda a, b: (a[:, 0] - b).mean())


@pytest.mark.parametrize(
    ("y", "options", "says"),
    [
        (np.zeros(3), {}, r"expected shape \[500\], got \[3\]"),
        (["maybe"] * 500, {"labels": ["no", "yes"]}, "labels among 'no', 'yes', got 'maybe'"),
        (np.full(500, 2), {}, r"class numbers in 0\.\.1"),
        (None, {}, "give y"),
        (np.zeros(500), {"metric": "r2"}, "metric must be one of 'accuracy', 'log_loss'"),
        (np.zeros(500), {"columns": ["nonsense"]}, "no column 'nonsense'"),
    ],
)
def test_refuses(y: object, options: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        xai.permutation_importance(mlp(), rows(), y, **options)


def test_constants_and_scaling_pipelines() -> None:
    x = rows()
    x[:, 2] = 7.0
    y = x @ [1.0, 0, 5.0, 0, 0]
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(x, y)
    found = xai.permutation_importance(model, x, y)
    assert found.values[2] == 0
    assert found.order[0] == 0
    with pytest.raises(ValueError, match="r2 needs values in y that differ"):
        xai.permutation_importance(model, x, np.ones(500))


def test_operations_in_place_behind_the_first_layer_change_no_other_variant(monkeypatch: pytest.MonkeyPatch) -> None:
    # Batches of other sizes round otherwise, and their sizes follow the clock.
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    x = rows(700)
    y, plain = (x[:, 0] > 0).astype(int), mlp().double()
    written = torch.nn.Sequential(plain[0], torch.nn.ReLU(inplace=True), *plain[2:])
    found = [xai.permutation_importance(one, x, y, n_repeats=2, metric="log_loss") for one in (plain, written)]
    # Batches find their own sizes, by which sums are rounded.
    np.testing.assert_allclose(found[0].values, found[1].values, rtol=1e-9, atol=1e-12)
    theirs = [one.forwards for one in found]
    assert theirs[0] == theirs[1] >= 6 * 700 * 2
