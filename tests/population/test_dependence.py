"""Partial dependence: scikit-learn's numbers, and the same with the first layer run once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from population.models import Scaled, Skips, linear, mlp, rows
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.inspection import partial_dependence
from sklearn.linear_model import LogisticRegression

import xai_widgets as xai
from xai_widgets.models import Pace, backends
from xai_widgets.models.first_linear import Divided
from xai_widgets.prepare import adapt, table_model


def test_equals_scikit_learn_with_lines_and_pairs() -> None:
    x = rows(200, 3)
    model = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(x, x[:, 0] * x[:, 1])
    ours = xai.partial_dependence(model, x, [0, ("0", "1")], features=["0", "1", "2"], grid_resolution=9, ice=200)
    curve, surface = ours["0"], ours["0", "1"]
    asked = {"method": "brute", "kind": "both"}
    theirs = partial_dependence(model, x, [0], custom_values={0: curve.places}, **asked)
    np.testing.assert_allclose(curve.mean, theirs["average"][0], atol=1e-9)
    order = np.random.default_rng(0).permutation(200)
    np.testing.assert_allclose(curve.lines, theirs["individual"][0][order], atol=1e-6)
    values = {i: np.array(one) for i, one in enumerate(surface.grids)}
    both = partial_dependence(model, x, [0, 1], method="brute", custom_values=values)
    np.testing.assert_allclose(surface.mean, both["average"][0], atol=1e-9)
    assert len(ours.to_dataframe()) == 9 + 81


def test_the_grid_is_scikit_learns() -> None:
    x = rows(400, 2)
    model = LogisticRegression().fit(x, x[:, 0] > 0)
    theirs = partial_dependence(model, x, [0], method="brute", grid_resolution=11, response_method="predict_proba")
    ours = xai.partial_dependence(model, x, [0], grid_resolution=11)["0"]
    np.testing.assert_allclose(ours.places, theirs["grid_values"][0], atol=0.005)  # quantiles of nearly the same kind
    np.testing.assert_allclose(ours.mean, theirs["average"][0], atol=0.01)


@pytest.mark.parametrize("model", [mlp(), Scaled(), Skips(), mlp().double()], ids=["mlp", "scaled", "skips", "double"])
def test_the_first_layer_run_once_changes_nothing(model: torch.nn.Module) -> None:
    x = rows(300)
    dtype = next(model.parameters()).dtype
    curve = xai.partial_dependence(model, x, [2], grid_resolution=7, ice=300)["2"]
    order = np.random.default_rng(0).permutation(300)
    with torch.no_grad():
        for i, value in enumerate(curve.places):
            given = torch.as_tensor(x[order]).to(dtype)
            given[:, 2] = value
            wanted = model(given).softmax(1)[:, 1].double().numpy()
            np.testing.assert_allclose(curve.lines[:, i], wanted, atol=2e-6)
            assert curve.mean[i] == pytest.approx(wanted.mean(), abs=1e-6)


def test_what_can_be_divided_is_and_what_cannot_is_not() -> None:
    x = torch.as_tensor(rows(8)).float()
    found = {}
    for model in (mlp(), Scaled(), Skips(), torch.nn.Sequential(torch.nn.Tanh(), torch.nn.Linear(5, 2))):
        _, fed, _ = table_model(adapt(model), x)
        fed.predict(x[0])
        found[len(found)] = Divided.find(fed, x, x.flip(0), [2, 4])
    assert [one is not None for one in found.values()] == [True, True, False, False]
    assert torch.allclose(found[0].slopes[0], mlp()[0].weight[:, 2], atol=1e-6)


@pytest.mark.parametrize("written", ["as layers", "as code"])
def test_many_rows_behind_the_first_layer_are_multiplied_by_what_is_faster(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    layers = torch.nn.Sequential(torch.nn.Linear(3, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU())
    model, x, seen = torch.nn.Sequential(*layers, torch.nn.Linear(64, 1)), rows(2000, 3), []
    given = torch.nn.Sequential(model, torch.nn.Identity()) if written == "as code" else model
    wanted = xai.partial_dependence(given, x, [1], grid_resolution=5)["1"].mean

    def count(units: torch.Tensor, *weights: torch.Tensor) -> torch.Tensor:
        seen.append(len(units))
        return torch.nn.functional.linear(units, *weights)

    monkeypatch.setattr(backends, "is_faster", lambda: True)
    monkeypatch.setattr(backends, "by_onednn", count)
    found = xai.partial_dependence(given, x, [1], grid_resolution=5)["1"].mean
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert max(seen) >= 512


class Keeps(torch.nn.Module):
    """Hands on what it gets, and keeps it."""

    def forward(self, units: torch.Tensor) -> torch.Tensor:
        self.kept = units
        return units


class Adds(torch.nn.Module):
    """Adds what another layer has kept."""

    def __init__(self, keeps: Keeps) -> None:
        super().__init__()
        self.keeps = keeps

    def forward(self, units: torch.Tensor) -> torch.Tensor:
        return units + self.keeps.kept


def test_a_network_that_keeps_what_a_relu_is_given_is_not_divided() -> None:
    torch.manual_seed(0)
    first, keeps, last = torch.nn.Linear(3, 6), Keeps(), torch.nn.Linear(6, 1)
    model = torch.nn.Sequential(first, keeps, torch.nn.ReLU(), Adds(keeps), last).double()
    x = torch.as_tensor(rows(40, 3))
    curve = xai.partial_dependence(model, x, [1], grid_resolution=5)["1"]
    for place, mean in zip(curve.places, curve.mean, strict=True):
        moved = x.clone()
        moved[:, 1] = place
        units = first(moved)
        assert mean == pytest.approx(last(units.relu() + units).mean().item(), abs=1e-9)


def test_intervals_do_not_drown_in_large_answers() -> None:
    x = rows(500, 2)
    near, far = (xai.partial_dependence(lambda x, c=c: x[:, 1:] + c, x, ["0"]) for c in (0.0, 1e9))
    np.testing.assert_allclose(far["0"].interval, near["0"].interval, rtol=1e-6)
    np.testing.assert_allclose(far["0"].mean - 1e9, near["0"].mean, atol=1e-6)


def test_closed_form_and_honest_intervals() -> None:
    # At its mean, a column of a linear model leaves the mean of the other terms.
    covered = 0
    for seed in range(200):
        x = rows(50, 2, seed=seed)
        curve = xai.partial_dependence(linear([1.0, 2.0], 0.5), x, [0], grid_resolution=3, seed=seed)["0"]
        np.testing.assert_allclose(curve.mean - curve.places, 0.5 + 2 * x[:, 1].mean(), atol=1e-9)
        covered += bool(abs(curve.mean[0] - curve.places[0] - 0.5) <= curve.interval[0])
    assert 0.9 * 200 <= covered < 200


def test_categories_dates_and_missing_values() -> None:
    frame = pd.DataFrame(
        {
            "kind": ["a", "b", None, "a", "b", "a"] * 10,
            "day": pd.date_range("2024-01-01", periods=60),
            "flag": [True, False, True] * 20,
            "n": np.arange(60),
        }
    )
    given = []

    def function(table: pd.DataFrame) -> np.ndarray:
        given.append(table)
        return (table["kind"] == "a") * 2.0 + table["flag"] + table["n"] / 60

    found = xai.partial_dependence(function, frame, grid_resolution=5)
    assert found["kind"].grid == ("a", "b")
    np.testing.assert_allclose(np.diff(found["kind"].mean), -2)
    np.testing.assert_allclose(np.diff(found["flag"].mean), 1)
    assert isinstance(found["day"].grid[0], np.datetime64)
    assert all(float(one).is_integer() for one in found["n"].grid)
    assert given[-1]["flag"].dtype == bool
    assert found.plot().size[0] == 760
    assert found._repr_mimebundle_()["image/png"][:4] == b"\x89PNG"


def test_streams_and_the_model_stays_as_it_was() -> None:
    model, x = mlp().train(), rows(1000)
    before = {name: one.clone() for name, one in model.state_dict().items()}
    steps = xai.population_iter("partial_dependence", model, x, columns=[0], target=0)
    first = next(steps)
    final = list(steps)[-1]
    assert first.rows == 256
    assert final.rows == 1000
    assert first["0"].lines.shape == (100, len(first["0"].grid))
    assert (np.abs(first["0"].mean - final["0"].mean) < 2 * first["0"].interval).all()
    assert model.training
    assert all(torch.equal(one, before[name]) for name, one in model.state_dict().items())


def test_weights_that_change_end_it() -> None:
    model = mlp()
    steps = xai.population_iter("partial_dependence", model, rows(1000), columns=[0])
    next(steps)
    with torch.no_grad():
        model[0].weight.add_(1)
    with pytest.raises(xai.WeightsChangedError):
        next(steps)


@pytest.mark.parametrize("columns", [["x"], [("0", "0")], [("0", "1", "2")], [9]])
def test_refuses_columns(columns: list) -> None:
    with pytest.raises(ValueError, match=r"no column|two different columns"):
        xai.partial_dependence(mlp(), rows(), columns)


def test_a_function_is_given_frames_alone() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": rows(300, 1)[:, 0], "b": ["x", "y", "z"] * 100})
    given = set()

    def judge(some):
        given.add(type(some))
        return 2 * some["a"].to_numpy() + (some["b"] == "x").to_numpy()

    xai.partial_dependence(judge, frame, ["a"])
    assert given == {pandas.DataFrame}


def test_a_function_is_given_more_rows_at_once_than_a_network_unless_memory_ran_out() -> None:
    x, asked = rows(4, 3), {}
    for name, limit in (("function", None), ("small", 100)):
        given = adapt(lambda some: some.sum(1))
        pace = given.paces["forward"]
        pace.limit = limit or pace.limit
        asked[name] = table_model(given, x)[1].paces["forward"].limit / pace.limit
    asked["network"] = table_model(adapt(mlp()), x)[1].paces["forward"].limit / Pace().limit
    assert asked == {"function": 16, "small": 1, "network": 1}
