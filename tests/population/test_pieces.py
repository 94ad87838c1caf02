"""Pipelines of scikit-learn: only what differs is encoded again, and every number stays what it was."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, OneHotEncoder, StandardScaler

import xai_widgets as xai
from xai_widgets.models.callables import Estimator
from xai_widgets.prepare import adapt, row_subject, table_model
from xai_widgets.prepare.pieces import Pieces

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed")

WORDS, NUMBERS = ["job", "town"], ["age", "hours"]


def people(count: int = 500, *, missing: bool = False) -> pd.DataFrame:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, count),
            "job": random.choice(["cook", "clerk", "smith"], count).astype(object),
            "hours": random.normal(40, 9, count),
            "town": random.choice(["Ulm", "Graz"], count).astype(object),
            "member": random.random(count) > 0.5,
        }
    )
    if missing:
        frame.loc[::7, "hours"] = np.nan
        frame.loc[::9, "town"] = None
    return frame


FRAME, GAPS = people(), people(missing=True)
ANSWERS = np.where(FRAME["age"] + 9 * (FRAME["job"] == "cook") > 55, "yes", "no")


class Product(TransformerMixin, BaseEstimator):
    """A number made of all columns; it tells how many rows it was given."""

    seen = 0

    def fit(self, *_: Any) -> Product:
        return self

    def transform(self, rows: Any) -> Any:
        Product.seen += len(rows)
        return np.asarray(rows, float).prod(1, keepdims=True)


class Ranks(Product):
    """What no row has alone: its rank among those that it is given with."""

    def transform(self, rows: Any) -> Any:
        return np.asarray(rows, float).argsort(0)


def words(**options: Any) -> tuple[OneHotEncoder, list[str]]:
    return OneHotEncoder(handle_unknown="ignore", **options), WORDS


ENCODERS = {
    "dense": make_column_transformer(words(sparse_output=False), remainder=StandardScaler()),
    "sparse": make_column_transformer(words(), remainder="passthrough", sparse_threshold=1.0),
    "dropped": make_column_transformer(words(drop="first"), (StandardScaler(), [0, 2]), remainder="drop"),
    "rare": make_column_transformer(words(min_frequency=200, sparse_output=False), remainder="passthrough"),
    "bins": make_column_transformer((KBinsDiscretizer(3), NUMBERS), (FunctionTransformer(), ["member"])),
    "product": make_column_transformer((Product(), NUMBERS), (StandardScaler(), ["member"]), words()),
    "text": make_column_transformer((CountVectorizer(), "job"), (StandardScaler(), NUMBERS)),
    "gaps": make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        (make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder()), WORDS),
    ),
}


def plain() -> Any:
    return mock.patch.object(Pieces, "of", return_value=None)


def pieces_of(model: Any, data: Any = FRAME) -> Pieces | None:
    return Pieces.of(Estimator(model), table_model(xai.prepare.adapt(model), data)[0])


@pytest.mark.parametrize("name", ENCODERS)
def test_every_number_is_what_it_was(name: str) -> None:
    data = GAPS if name == "gaps" else FRAME
    model = make_pipeline(ENCODERS[name], LogisticRegression(max_iter=9)).fit(data, ANSWERS)
    assert pieces_of(model, data) is not None
    asked = {
        "permutation_importance": {"y": ANSWERS, "n_repeats": 2, "metric": "log_loss"},
        "partial_dependence": {"columns": ["age", "job", ("hours", "town")], "grid_resolution": 6},
        "sensitivity": {"n_samples": 32},
    }
    for method, options in asked.items():
        found = list(xai.population_iter(method, model, data, **options))[-1]
        with plain():
            wanted = list(xai.population_iter(method, model, data, **options))[-1]
        assert found.forwards == wanted.forwards
        both = [one.to_dataframe().select_dtypes("number").to_numpy() for one in (found, wanted)]
        # Batches find their own sizes, by which the sums of the last step are rounded.
        np.testing.assert_allclose(*both, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("sparse", [True, False])
def test_what_the_model_is_given_is_the_same_to_the_last_bit(*, sparse: bool) -> None:
    encoder = make_column_transformer(
        words(sparse_output=sparse), (Product(), NUMBERS), remainder="passthrough", sparse_threshold=float(sparse)
    )
    model = make_pipeline(encoder, LogisticRegression(max_iter=9)).fit(FRAME, ANSWERS)
    found, table = pieces_of(model), table_model(xai.prepare.adapt(model), FRAME)[0]
    assert found is not None
    random = np.random.default_rng(1)
    for share in (0.0, 0.1, 0.9):
        before, others = table.data[:200], random.permuted(table.data[200:400], axis=0)
        rows = np.where(random.random(before.shape) < share, others, before)
        got, wanted = found.again(found.first(before), before, rows), model[0].transform(table.give(rows))
        assert type(got) is type(wanted)
        for part in ("indptr", "indices", "data") if sparse else ("T",):
            np.testing.assert_array_equal(getattr(got, part), getattr(wanted, part))


def test_only_what_differs_is_encoded() -> None:
    encoder = make_column_transformer((Product(), NUMBERS), words(sparse_output=False), (StandardScaler(), ["member"]))
    model = make_pipeline(encoder, LogisticRegression(max_iter=9)).fit(FRAME, ANSWERS)
    given: list[int] = []
    whole = OneHotEncoder.transform
    with mock.patch.object(
        OneHotEncoder, "transform", lambda self, rows: (given.append(len(rows)), whole(self, rows))[1]
    ):
        Product.seen = 0
        xai.permutation_importance(model, FRAME, ANSWERS, n_repeats=3)
        # Once as they are and once for each of its two columns, not for each of all five; and some to try it by.
        assert 3 * 500 * 3 * 0.8 < Product.seen < 3 * 500 * 3 + 100
        # Five words have five codes, however many rows there are.
        assert sum(given) < 100
        given.clear()
        xai.partial_dependence(model, FRAME, ["town", "member"], grid_resolution=5)
        assert sum(given) < 100


def test_the_best_of_a_search_is_taken_apart_too() -> None:
    search = GridSearchCV(make_pipeline(ENCODERS["dense"], LogisticRegression(max_iter=9)), {}, cv=2)
    assert pieces_of(search.fit(FRAME, ANSWERS)) is not None


@pytest.mark.parametrize(
    "encoder",
    [
        make_column_transformer((Ranks(), NUMBERS), words(sparse_output=False)),
        make_column_transformer(words(sparse_output=False)).set_output(transform="pandas"),
        ColumnTransformer([("words", *words())], transformer_weights={"words": 2.0}),
        StandardScaler(),
    ],
    ids=["rows that know of each other", "frames", "weights", "no transformer of columns"],
)
def test_any_other_encoder_is_called_as_it_was(encoder: Any) -> None:
    data = FRAME[NUMBERS] if isinstance(encoder, StandardScaler) else FRAME
    model = make_pipeline(encoder, HistGradientBoostingClassifier(max_iter=3)).fit(data, ANSWERS)
    assert pieces_of(model, data) is None
    found = xai.partial_dependence(model, data[:50], [data.columns[0]], grid_resolution=4)
    assert found.fraction == 1


def test_what_an_encoder_refuses_is_told_as_before() -> None:
    model = make_pipeline(ENCODERS["dense"], LogisticRegression()).fit(FRAME, ANSWERS)
    table, fed, _ = table_model(xai.prepare.adapt(model), FRAME)
    rows = torch.as_tensor(table.data[:20])
    fed.scores(rows)
    copies = rows.clone()
    copies[3, 2] = float("nan")
    with pytest.raises(xai.ModelError, match=r"of 20 rows of 5 columns \(missing .* in 'hours'.*\): .*NaN"):
        fed.knowing(rows)(copies, torch.arange(20))


def test_copies_of_one_row_tell_truly_whether_rows_mix() -> None:
    last = FRAME[["job", "town", "member", "hours", "age"]]  # ages, where the copies have the number of their row
    model = make_pipeline(ENCODERS["dense"], LogisticRegression(max_iter=9)).fit(last, ANSWERS)
    subject = row_subject(adapt(model), last.iloc[3], last)
    rows = subject.tensor(subject.table.data[3:4])
    copies = rows.repeat(4, 1)
    copies[:, 4] = torch.tensor([20.0, 40.0, 60.0, 80.0])
    found = subject.model.knowing(rows)(copies, torch.zeros(4, dtype=torch.long))
    torch.testing.assert_close(found, torch.from_numpy(model.predict_proba(subject.table.give(copies.numpy()))))
    assert subject.model.mixing(rows[0]) is None
    assert subject.model.notes == ()
