"""Surrogate trees: what a tree can say is found, and the fidelity is that on other rows."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from population.models import linear, mlp, rows
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import xai_widgets as xai
from xai_widgets.population import growing


def test_a_tree_finds_a_tree() -> None:
    x = rows(2000, 3).round(2)
    truth = DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, (x[:, 0] > 0.25) & (x[:, 1] > 0))
    found = xai.surrogate_tree(truth, x, features=["a", "b", "c"], depth=2)
    assert found.fidelity > 0.99
    assert found.guess < 0.9
    assert found.held_out == 600
    assert "a ≤ 0.2" in found.rules()
    leaves = found.to_dataframe()
    assert leaves["rows"].sum() == 1400
    assert leaves["answer"].isin(["False", "True"]).all()
    assert "agreement" in found._repr_mimebundle_()["text/plain"]


def test_fidelity_is_of_rows_that_were_held_out() -> None:
    noise = np.random.default_rng(0).random(4000) > 0.5

    def random(x: np.ndarray) -> np.ndarray:
        return np.eye(2)[noise[(x[:, 0] * 3999).round().astype(int)].astype(int)]

    x = np.linspace(0, 1, 4000)[::2, None].repeat(2, 1)
    found = xai.surrogate_tree(random, x, depth=9)
    fitted = sum(one.rows * one.purity for one in found.nodes if one.leaf) / 1400
    assert fitted > 0.58  # by heart
    assert found.fidelity < 0.56


def test_categories_and_values() -> None:
    frame = pd.DataFrame(
        {"kind": ["red", "green", "blue", "red"] * 50, "n": np.arange(200), "flag": [True, False] * 100}
    )
    found = xai.surrogate_tree(lambda t: (t["kind"] == "red") * 10.0 + t["flag"], frame, depth=2)
    assert found.measure == "R²"
    assert found.fidelity == pytest.approx(1)
    assert {"kind = red", "kind ≠ red", "flag = True"} <= {one.condition for one in found.nodes}
    assert "kind = red and flag = True" in set(found.to_dataframe()["rule"])
    assert found.plot().size[0] == 760


def test_depth_streams_and_refuses() -> None:
    x = rows(3000, 2)
    steps = list(xai.population_iter("surrogate_tree", mlp(2), x, depth=1))
    assert [one.rows for one in steps] == [256, 768, 1792, 3000]
    assert all(max(node.depth for node in one.nodes) == 1 for one in steps)
    flat = xai.surrogate_tree(linear([0.0, 0.0], 1.0), x)
    assert len(flat.nodes) == 1
    assert flat.rules().endswith("all rows → 1 (2100 rows)")
    with pytest.raises(ValueError, match=r"depth must lie in 1\.\.12"):
        xai.surrogate_tree(mlp(2), x, depth=0)
    with pytest.raises(ValueError, match="8 rows"):
        xai.surrogate_tree(mlp(2), x[:3])


@pytest.mark.parametrize("kind", [DecisionTreeClassifier, DecisionTreeRegressor])
def test_split_by_split_it_is_the_tree_of_one_fit(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "AT_ONCE", 2000)
    x = rows(900, 6).astype(np.float32)
    answers = np.exp(x[:, 1]) * x[:, 2] + 0.1 * x[:, 3]
    valued = kind is DecisionTreeRegressor
    answers = answers.astype(np.float64) if valued else (answers > 0) + (answers > 1.0) * 1.0
    x[::7, 1] = np.nan
    theirs = kind(max_depth=4, random_state=0, min_samples_leaf=3).fit(x, answers)
    *waits, ours = growing.grow(x, answers, depth=4, least=3, valued=valued)
    assert waits == [None] * len(waits)
    assert len(waits) > 15
    found, ahead = [], [ours]
    while ahead:
        one = ahead.pop(0)
        found.append((one.depth, one.question if one.children else -2, len(one.answers)))
        ahead = [*one.children, *ahead]
    tree = theirs.tree_
    np.testing.assert_array_equal([one[1:] for one in found], np.stack([tree.feature, tree.n_node_samples], 1))
    assert max(one[0] for one in found) == tree.max_depth
    say = np.mean if valued else lambda some: np.bincount(some.astype(int)).argmax()
    other = rows(500, 6, seed=1).astype(np.float32)
    other[::5, 1] = np.nan
    np.testing.assert_allclose(ours.predict(other, say), theirs.predict(other), rtol=1e-12)


def test_no_call_of_scikit_learns_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Counted(DecisionTreeClassifier):
        def fit(self, given: np.ndarray, *more: object) -> DecisionTreeClassifier:
            sizes.append(given.size)
            return super().fit(given, *more)

    monkeypatch.setattr("sklearn.tree.DecisionTreeClassifier", Counted)
    monkeypatch.setattr(growing, "AT_ONCE", 9000)
    x = rows(4000, 10)
    steps = growing.grow(x.astype(np.float32), (x[:, 0] > x[:, 1]) * 1.0, depth=3, least=4, valued=False)
    assert [len(sizes) for _ in itertools.islice(steps, 8)] == [*range(1, 9)]
    assert list(steps)[-1].children
    assert max(sizes) <= 9000


def test_a_tree_divides_dates_by_the_day() -> None:
    days = pd.DataFrame({"since": pd.date_range("2020-01-01", periods=400)})
    found = xai.surrogate_tree(lambda some: np.asarray(some["since"] > "2020-06-30") * 9.0, days, depth=1)
    assert "since ≤ 2020-06-30 → 0" in found.rules()
