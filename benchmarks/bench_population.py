"""Whole tables, at equal output, beside scikit-learn: permutation importance, and partial dependence with all lines.

The model is a torch network of three layers, given to scikit-learn as an estimator that passes all rows at once, as
such wrappers do. The values of both are compared: permutations and grid are the same. The same of a scikit-learn
pipeline of rows with eight columns of words and six of numbers, each encoded by a ``ColumnTransformer``.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import torch
from measure import arguments, missing, ready, table, took
from torch import nn

import xai_widgets as xai

GOAL = 2.5


def network(columns: int) -> nn.Module:
    torch.manual_seed(0)
    parts = [nn.Linear(columns, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2)]
    return nn.Sequential(*parts).eval()


def estimator(net: nn.Module) -> Any:
    """Return the network as scikit-learn's users write it."""
    from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: PLC0415

    class Wrapped(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        classes_ = np.array([0, 1])

        def fit(self, *_: Any) -> Any:
            return self

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def predict_proba(self, rows: np.ndarray[Any, Any]) -> Any:
            with torch.no_grad():
                return net(torch.as_tensor(rows).float()).softmax(1).numpy()

        def predict(self, rows: np.ndarray[Any, Any]) -> Any:
            return self.classes_[self.predict_proba(rows).argmax(1)]

    return Wrapped()


def people(count: int) -> tuple[Any, Any, Any]:
    """Return a frame of words and numbers, what is right for each row, and a pipeline fitted to some of them."""
    from sklearn.compose import make_column_transformer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415
    from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: PLC0415

    pd = importlib.import_module("pandas")
    random, words = np.random.default_rng(1), [f"word {i}" for i in range(8)]
    frame = pd.DataFrame(
        {name: random.choice([f"kind {k}" for k in range(5 + i)], count) for i, name in enumerate(words)}
    )
    for i in range(6):
        frame[f"number {i}"] = np.round(random.normal(50, 15, count), i)
    y = np.where(frame["number 0"] + 20 * (frame["word 0"] == "kind 1") > 55, "yes", "no")
    encoder = make_column_transformer((OneHotEncoder(sparse_output=False), words), remainder=StandardScaler())
    return frame, y, make_pipeline(encoder, LogisticRegression(max_iter=200)).fit(frame[:5000], y[:5000])


def main() -> None:
    given = arguments("Whole tables beside scikit-learn")
    count, repeats = (10_000 if given.quick else 100_000), (3 if given.quick else 7)
    if missing("sklearn"):
        return
    ready("sklearn.inspection", "xai_widgets.api", "xai_widgets.population")  # no import is anybody's work
    from sklearn.inspection import partial_dependence, permutation_importance  # noqa: PLC0415

    rows = np.random.default_rng(0).normal(size=(count, 30))
    net = network(30)
    peer = estimator(net)
    y = (peer.predict_proba(rows)[:, 1] > 0.5).astype(int)
    shuffled = took(
        lambda: permutation_importance(peer, rows, y, n_repeats=2, random_state=0, scoring="accuracy").importances_mean,
        lambda: xai.permutation_importance(net, rows, y, n_repeats=2, seed=0).values,
        repeats=repeats,
    )
    grid = xai.partial_dependence(net, rows[:100_000], [0], grid_resolution=50, time_budget=1e-9)["0"].places
    options: dict[str, Any] = {"method": "brute", "kind": "both", "custom_values": {0: grid}}
    curves = took(
        lambda: partial_dependence(peer, rows, [0], response_method="predict_proba", **options)["average"][0],
        lambda: xai.partial_dependence(net, rows, [0], grid_resolution=50, ice=count)["0"].mean,
        repeats=repeats,
    )
    frame, answers, pipeline = people(count)
    encoded = took(
        lambda: permutation_importance(pipeline, frame, answers, n_repeats=2, random_state=0).importances_mean,
        lambda: xai.permutation_importance(pipeline, frame, answers, n_repeats=2, seed=0).values,
        repeats=repeats,
    )
    asked: dict[str, Any] = {"grid_resolution": 20, "ice": count}
    places = xai.partial_dependence(pipeline, frame, ["number 0"], **asked, time_budget=1e-9)["number 0"].places
    options["custom_values"] = {"number 0": places}
    lined = took(
        lambda: partial_dependence(pipeline, frame, ["number 0"], response_method="predict_proba", **options)[
            "average"
        ][0],
        lambda: xai.partial_dependence(pipeline, frame, ["number 0"], **asked)["number 0"].mean,
        repeats=repeats,
    )
    lines: list[list[Any]] = []
    for what, (theirs, ours) in (
        (f"permutation importance, {count} × 30 × 2", shuffled),
        (f"partial dependence and lines, {count} × 50", curves),
        (f"permutation importance of a pipeline, {count} × 14 × 2", encoded),
        (f"partial dependence of a pipeline, {count} × {len(places)}", lined),
    ):
        ratio = theirs.cpu / ours.cpu
        off = float(np.abs(theirs.result - ours.result).max())
        lines.append([what, theirs.cpu, ours.cpu, off, ratio, "met" if ratio >= GOAL else "missed"])
    table(["", "scikit-learn CPU s", "ours CPU s", "largest difference", "CPU ratio", f"goal {GOAL}"], lines)


if __name__ == "__main__":
    main()
