"""Surrogate trees: what a tree can say is found, and the fidelity is that on other rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from population.models import linear, mlp, rows
from sklearn.tree import DecisionTreeClassifier

import xai_widgets as xai


def test_a_tree_finds_a_tree() -> None:
    x = rows(2000, 3).round(2)
    truth = DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, (x[:, 0] > 0.25) & (x[:, 1] > 0))
    found = xai.surrogate_tree(truth, x, features=["a", "b", "c"], depth=2)
    assert found.fidelity > 0.99
    assert found.guess < 0.9
    assert found.held_out == 600
    assert "a ≤ 0.2" in found.rules()
    leaves = found.frame()
    assert leaves["rows"].sum() == 1400
    assert leaves["answer"].isin(["False", "True"]).all()
    assert "agreement" in found._repr_mimebundle_()["text/plain"]


def test_fidelity_is_of_rows_that_were_held_out() -> None:
    noise = np.random.default_rng(0).random(4000) > 0.5

    def random(x: np.ndarray) -> np.ndarray:
        return np.eye(2)[noise[(x[:, 0] * 3999).round().astype(int)].astype(int)]

    x = np.linspace(0, 1, 4000)[:, None].repeat(2, 1)
    found = xai.surrogate_tree(random, x, depth=12)
    fitted = sum(one.rows * one.purity for one in found.nodes if one.leaf) / 2800
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
    assert "kind = red and flag = True" in set(found.frame()["rule"])
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
