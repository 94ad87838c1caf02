"""Gradients among rows of mixed types: numbers move, categories are chosen, and every constraint holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from counterfactual.test_rows import CONSTRAINTS, as_frame, keeps, people
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import xai_widgets as xai
from xai_widgets.inputs.table import Table
from xai_widgets.prepare.separable import separable

NUMBERS = ["age", "income", "years", "score"]


def encoder(frame):
    kinds = (OneHotEncoder(), ["job", "owns"])
    return make_column_transformer((StandardScaler(), NUMBERS), kinds).fit(frame)


def net(seed, inputs):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(inputs, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2)).eval()


@given(st.integers(0, 10**6), CONSTRAINTS)
@settings(max_examples=15, deadline=None)
def test_every_row_keeps_to_every_constraint_in_its_own_types(seed, constraints):
    frame = people(seed)
    made = encoder(frame)
    model = net(seed, made.transform(frame[:1]).shape[1])
    options = {"background": frame, "encode": made, "constraints": constraints, "method": "gradient"}
    found = xai.counterfactuals(model, frame.iloc[0], n=3, seed=seed, starts=16, steps=20, **options)
    before = int(model(torch.as_tensor(made.transform(frame[:1])).float())[0].argmax())
    for one in found.candidates:
        keeps(one.values, found.original, constraints, frame)
        scores = model(torch.as_tensor(made.transform(as_frame(one.values, frame))).float())[0]
        assert int(scores.argmax()) != before
        assert one.prediction.scores == pytest.approx(scores.detach().numpy(), rel=1e-4, abs=1e-5)


def test_a_category_that_alone_decides_is_chosen_by_its_gradient():
    kinds = ["clerk", "boss", "cook", "smith", "nurse"]
    frame = pd.DataFrame({"job": np.array(kinds * 20), "age": np.arange(100.0) % 37})
    layer = torch.nn.Linear(6, 2)
    made = make_column_transformer((OneHotEncoder(), ["job"]), ("passthrough", ["age"])).fit(frame)
    smith = list(made.get_feature_names_out()).index("onehotencoder__job_smith")
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[1, smith], layer.bias[:] = 3.0, torch.tensor([1.0, 0.0])
    # Among no real rows with that answer, so that nothing but the gradient can tell.
    options = {"background": frame, "encode": made.transform, "method": "gradient", "starts": 8, "steps": 40}
    found = xai.counterfactuals(layer, frame.iloc[0], 1, **options)
    assert found.candidates[0].values == {"job": "smith", "age": 0.0}
    assert [str(one) for one in found.candidates[0].changes] == ["job: 'clerk' → 'smith'"]
    assert found.backwards > 0
    barred = xai.Constraints(rules=["job != 'smith'"])
    assert not xai.counterfactuals(layer, frame.iloc[0], 1, constraints=barred, **options).candidates


def test_an_encoder_is_learned_where_it_is_a_sum_over_columns():
    frame = people(0)
    table = Table.of(frame)
    made = encoder(frame)

    def encode(rows, more=lambda _: 0.0):
        given = table.give(rows.numpy())
        return torch.as_tensor(made.transform(given) + more(given))

    learned = separable(table, encode)
    rows = torch.as_tensor(np.random.default_rng(3).permuted(table.data, axis=0))
    torch.testing.assert_close(learned(rows), encode(rows), atol=1e-9, rtol=0)
    bent = [
        lambda t: np.log(t["age"].to_numpy()[:, None]),
        lambda t: (t["owns"] & (t["job"] == "boss")).to_numpy()[:, None],
    ]
    for more in bent:
        assert separable(table, lambda rows, more=more: encode(rows, more)) is None
    gaps = Table.of(pd.DataFrame({"a": [1.0, np.nan, 2.0]}))
    assert separable(gaps, lambda rows: rows) is None


def test_encode_is_for_modules_and_must_give_rows():
    frame = people(0)
    with pytest.raises(TypeError, match="encode= goes with a torch module"):
        xai.counterfactuals(lambda t: np.zeros((len(t), 2)), frame.iloc[0], background=frame, encode=encoder(frame))
    with pytest.raises(ValueError, match=r"one row of numbers a row: for 14 it returned shape \[6\]"):
        xai.counterfactuals(net(0, 6), frame.iloc[0], background=frame, encode=lambda _: np.zeros(6))
    with pytest.raises(TypeError, match="encode="):
        xai.counterfactuals(net(0, 6), frame.iloc[0], background=frame)
