"""Shapley values of census rows at equal error, beside the SHAP library.

A torch network on one-hot columns says who earns more than 50,000 dollars. Both explain the same people against the
same rows of the background, by the same function of a matrix, whose categories are their places among their kinds.
Errors are the relative L2 distance from the values of all coalitions, as the root mean square over people and seeds,
since one run is a matter of chance; beside each number of SHAP's samples, ours takes the fewest that are as near. A
sample is a coalition beside all rows of the background, or an order of the columns; orders come in pairs in both.
"""

from __future__ import annotations

import itertools
import math
import statistics
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from bench_counterfactuals import census
from measure import arguments, missing, ready, stand_in_for_numba, table, took

import xai_widgets as xai

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    Values = NDArray[np.float64]

BACKGROUND = 100


class Matrix:
    """The model as a function of a matrix: numbers as they are, categories by their places among their kinds."""

    def __init__(self, frame: Any, net: nn.Module, encode: Callable[[Any], Any], numbers: list[str]) -> None:
        self.net, self.names, self.numbers = net, list(frame), [name in numbers for name in frame]
        self.kinds = {name: sorted(frame[name].unique()) for name in frame if name not in numbers}
        empty = frame.iloc[:1].assign(**dict.fromkeys(self.kinds, "none of them"), **dict.fromkeys(numbers, 0))

        def encoded(name: str, cell: Any) -> Tensor:
            return torch.as_tensor(encode(empty.assign(**{name: cell}))).float()

        # What each number, times its slope, and each category add to the encoded row.
        self.start = torch.as_tensor(encode(empty)).float()
        cells = {name: self.kinds.get(name, [1]) for name in self.names}
        self.adds = [torch.cat([encoded(name, one) for one in cells[name]]) - self.start for name in self.names]

    def of(self, frame: Any) -> Values:
        """Return a frame as a matrix."""
        columns = [
            frame[name].to_numpy(float) if number else np.array([self.kinds[name].index(one) for one in frame[name]])
            for name, number in zip(self.names, self.numbers, strict=True)
        ]
        return np.stack(columns, 1).astype(float)

    def __call__(self, rows: Any) -> Values:
        """Return what the network says of each row."""
        given = torch.from_numpy(np.asarray(rows, float))
        made = self.start.repeat(len(given), 1)
        for i, add in enumerate(self.adds):
            made += given[:, i, None].float() * add if self.numbers[i] else add[given[:, i].long()]
        with torch.no_grad():
            found: Values = self.net(made)[:, 0].double().numpy()
        return found


def far(found: Sequence[Values], wanted: Sequence[Values]) -> float:
    """Return the root mean square of the relative distance; of several seeds, one after the other."""
    pairs = zip(found, itertools.cycle(wanted), strict=False)
    return math.sqrt(statistics.fmean(float(((a - b) ** 2).sum() / (b**2).sum()) for a, b in pairs))


def fewest(error: float, run: Callable[[int], list[Values]], wanted: list[Values], most: int) -> int:
    """Find how many samples are as near, in steps of an eighth."""
    samples = 2
    while samples < most and far(run(samples), wanted) > error:
        samples = max(samples + 2, 2 * round(samples * 9 / 16))
    return samples


class Peer:
    """The SHAP library, of one function of a matrix and some rows of it to compare with."""

    def __init__(self, score: Matrix, against: Values) -> None:
        import shap  # noqa: PLC0415

        self.score, self.against, self.explainers = score, against, shap.explainers
        self.kernels, self.masker = shap.KernelExplainer, shap.maskers.Independent(against, max_samples=len(against))

    def exact(self, row: Values, seed: int = 0) -> Values:
        del seed
        found = self.explainers.Exact(self.score, self.masker)(row, max_evals=2 ** row.shape[1], silent=True)
        return np.asarray(found.values[0])

    def kernel(self, row: Values, seed: int = 0, *, samples: int) -> Values:
        np.random.seed(seed)  # noqa: NPY002  the generator that it draws from
        made = self.kernels(self.score, self.against)
        return np.asarray(made.shap_values(row, nsamples=samples, l1_reg=0, silent=True)[0])

    def orders(self, row: Values, seed: int = 0, *, samples: int) -> Values:
        made = self.explainers.Permutation(self.score, self.masker, seed=seed)
        most = samples // 2 * (2 * row.shape[1] + 1)
        return np.asarray(made(row, max_evals=most, silent=True).values[0])


class Ours:
    """The same by this library."""

    def __init__(self, score: Matrix, against: Values) -> None:
        # All of the rows, as the peer: of a function, an explanation draws some of its background.
        self.score, self.given = score, {"background": against, "baselines": torch.from_numpy(against), "target": 0}

    def __call__(self, row: Values, seed: int = 0, *, method: str, **options: Any) -> Values:
        found = xai.attribute(self.score, row[0], method, seed=seed, **self.given, **options)
        return np.asarray(found.values, float)


def main() -> None:
    given = arguments("Shapley values of census rows, at equal error beside SHAP")
    if missing("shap==0.51.0", "slicer==0.0.8", "cloudpickle"):
        return
    stand_in_for_numba()
    ready("shap", "sklearn.linear_model", "xai_widgets.api")
    frame, net, encode, numbers, _ = census()
    frame = frame.drop(columns="income")
    background = frame.sample(BACKGROUND, random_state=1)
    score = Matrix(frame, net, encode, numbers)
    against = score.of(background)
    with torch.no_grad():
        told = net(torch.as_tensor(encode(background)).float())[:, 0].numpy()
    assert np.allclose(score(against), told, atol=1e-5)
    people = [score.of(frame.iloc[[i]]) for i in range(0, 400, 80 if given.quick else 20)]
    seeds = range(2 if given.quick else 6)
    peer, ours = Peer(score, against), Ours(score, against)
    wanted = [peer.exact(row) for row in people]

    def every(work: Callable[..., Values]) -> list[Values]:
        return [work(row, seed) for seed in seeds for row in people]

    cases: list[tuple[str, Callable[..., Values], Callable[..., Values], float]] = [
        (f"exact, {2 ** len(score.names)} coalitions", peer.exact, partial(ours, method="exact_shapley"), 1.0)
    ]
    for name, theirs, method, sizes, goal in (
        ("kernel", peer.kernel, "kernel_shap", (64, 256, 1024), 1.5),
        ("orders", peer.orders, "shapley_sampling", (4, 40, 160), 1.0),
    ):
        own = partial(ours, method=method, tolerance=0.0)
        for samples in sizes:
            work = partial(theirs, samples=samples)
            need = fewest(far(every(work), wanted), lambda n, own=own: every(partial(own, n_samples=n)), wanted, 4094)
            cases.append((f"{name}, {samples}; ours {need}", work, partial(own, n_samples=need), goal))
    lines: list[list[Any]] = []
    for what, theirs, own, goal in cases:
        runs = took(lambda: list(map(theirs, people)), lambda: list(map(own, people)), repeats=3)  # noqa: B023
        seconds = [one.cpu / len(people) for one in runs]
        ratio = seconds[0] / seconds[1]
        errors = [far(every(work), wanted) for work in (theirs, own)]
        lines.append([what, *errors, *seconds, ratio, goal, "met" if ratio >= goal else "missed"])
    table(["samples", "its error", "ours", "SHAP CPU s a row", "ours", "SHAP / ours", "goal", ""], lines)


if __name__ == "__main__":
    main()
