"""Whole tables, at equal output, beside scikit-learn: permutation importance, and partial dependence with all lines.

The model is a torch network of three layers, given to scikit-learn as an estimator that passes all rows at once, as
such wrappers do. The values of both are compared: permutations and grid are the same.
"""

from __future__ import annotations

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
    lines: list[list[Any]] = []
    for what, (theirs, ours) in (
        (f"permutation importance, {count} × 30 × 2", shuffled),
        (f"partial dependence and lines, {count} × 50", curves),
    ):
        ratio = theirs.cpu / ours.cpu
        off = float(np.abs(theirs.result - ours.result).max())
        lines.append([what, theirs.cpu, ours.cpu, off, ratio, "met" if ratio >= GOAL else "missed"])
    table(["", "scikit-learn CPU s", "ours CPU s", "largest difference", "CPU ratio", f"goal {GOAL}"], lines)


if __name__ == "__main__":
    main()
