"""Gradients among rows of mixed types: numbers move, categories are chosen, and every constraint holds."""

from __future__ import annotations

import gc

import numpy as np
import pandas as pd
import pytest
import torch
from counterfactual.test_rows import CONSTRAINTS, as_frame, keeps, people
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import xai_widgets as xai
from xai_widgets.inputs import column_cache
from xai_widgets.inputs.table import Table
from xai_widgets.prepare import adapt, row_subject
from xai_widgets.prepare.separable import separable

NUMBERS = ["age", "income", "years", "score"]


def encoder(frame):
    kinds = (OneHotEncoder(), ["job", "owns"])
    return make_column_transformer((StandardScaler(), NUMBERS), kinds).fit(frame)


def net(seed, inputs):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(inputs, 16), torch.nn.Tanh(), torch.nn.Linear(16, 2)).eval()


@given(st.integers(0, 10**6), CONSTRAINTS)
@settings(max_examples=15)
def test_every_row_keeps_to_every_constraint_in_its_own_types(seed, constraints):
    frame = people(seed)
    # Who is 18 and may not grow older has worked for less than five years: such rules are refused.
    assume(frame["age"][0] >= 14 + 5)
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


def test_rows_that_share_a_frame_are_encoded_as_if_each_were_alone():
    frame = people(0)
    made, row = encoder(frame), frame.iloc[0]

    def mixing(rows):
        # It counts what it is given.
        return np.hstack([made.transform(rows), np.full((len(rows), 1), len(rows) / 10)])

    for encode, model in ((made.transform, net(0, 9)), (mixing, net(0, 10))):
        subject = row_subject(adapt(model), row, frame, encode=encode)
        some = subject.table.data[:5]
        each = np.concatenate([encode(frame[i : i + 1]) for i in range(5)])
        np.testing.assert_allclose(subject.alone(some).numpy(), each, rtol=1e-6)


def test_columns_are_read_again_where_anything_in_them_changed():
    frame = pd.DataFrame({"job": ["cook", "boss", "cook"] * 5, "age": range(15)}, dtype=object)
    frame["age"] = frame["age"].astype(float)
    first = Table.of(frame)
    assert all(again is one for again, one in zip(Table.of(frame).columns, first.columns, strict=True))
    assert not any(again is one for again, one in zip(Table.of(frame.copy()).columns, first.columns, strict=True))
    frame.loc[3, "job"] = "smith"
    frame.loc[4, "age"] = 99.0
    second = Table.of(frame)
    assert second.columns[0].choices == ("boss", "cook", "smith")
    assert second.cells(second.data[3])["job"] == "smith"
    assert second.data[4, 1] == second.columns[1].high == 99.0
    key = id(frame)
    assert key in column_cache._CACHE
    del frame
    gc.collect()
    assert key not in column_cache._CACHE


def test_encode_is_for_modules_and_must_give_rows():
    frame = people(0)
    with pytest.raises(TypeError, match="encode= goes with a torch module"):
        xai.counterfactuals(lambda t: np.zeros((len(t), 2)), frame.iloc[0], background=frame, encode=encoder(frame))
    with pytest.raises(ValueError, match=r"one row of numbers a row: for \d+ it returned shape \[6\]"):
        xai.counterfactuals(net(0, 6), frame.iloc[0], background=frame, encode=lambda _: np.zeros(6))
    with pytest.raises(TypeError, match="encode="):
        xai.counterfactuals(net(0, 6), frame.iloc[0], background=frame)
