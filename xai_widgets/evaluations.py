"""How far an explanation can be trusted: what was measured of it, and what that comes to in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.computed import Computed, Tabular
from xai_widgets.results import PAINTERS, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

AGAINST_RANDOM = ("deletion", "insertion", "road", "shuffled_answers", "tree_fidelity", "trustworthiness", "continuity")
"""Measures that compare a map's order with random ones, or an answer with what knows nothing: where they show no
difference, it says nothing."""

FAILURES = {
    "model_score": "of a model that is no better than a guess",
    "randomisation": "not sensitive to the model",
    "seed_spread": "unstable between seeds",
    "halves": "unstable between halves",
    "seed_agreement": "unstable between seeds",
}
"""What it means not to pass these, the gravest first."""

NO_BETTER, UNCHECKED = "no better than random", "nothing was checked"

MARKS = {True: "passed", False: "not passed", None: "number only"}
"""What is said of a measure's `passed`."""

EVALUATION_WRITERS: dict[str, Callable[[Evaluation, Path], None]] = {}
"""How to save evaluations, by suffix; filled by `xai_widgets.export`."""

Z95 = 1.645
"""95 of 100 draws of a standard normal variable lie below."""

ROUNDING = 1e-6

RANKED = 19
"""So many random maps rank a map: the chance that one more would come first is 1 in 20."""


@dataclass(frozen=True)
class Curve:
    """A line of a measure's picture.

    Attributes
    ----------
    name : str
        ``"this map"``, ``"random order"``, ``"edge detector"`` or ``"position"``; of the randomisation check,
        ``"rank correlation"`` and ``"SSIM"``.
    x, y : ndarray, float32, shape (n,)
    """

    name: str
    x: NDArray[np.float32]
    y: NDArray[np.float32]


@dataclass(frozen=True)
class Measure:
    """One number about an explanation, and what it says.

    Attributes
    ----------
    name, title : str
        As given to ``metrics=``, and as shown.
    value : float
        NaN where it cannot be had here; `sentence` says why.
    error : float or None
        Half the width of the interval that holds the value in 95 of 100 cases; None where it is exact, or nothing is
        known yet.
    low, high : float or None
        Range of such values; None for no end.
    better : {"higher", "lower"}
    passed : bool or None
        Whether it clears its bar; None for a number without one.
    reference : float or None
        What a random order scores.
    sentence : str
        What this value says.
    definition, paper : str
        Of the measure.
    curves : tuple of Curve
    random : tuple of float
        What each random order scores, of measures that try some.
    params : dict
        With what parameters it was taken.
    """

    name: str
    title: str
    value: float
    error: float | None
    low: float | None
    high: float | None
    better: str
    passed: bool | None
    reference: float | None
    sentence: str
    definition: str
    paper: str
    curves: tuple[Curve, ...] = field(default=(), repr=False)
    random: tuple[float, ...] = field(default=(), repr=False)
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def curve(self, name: str) -> Curve:
        """Return the curve of this name.

        Raises
        ------
        KeyError
            Where there is none.
        """
        return {one.name: one for one in self.curves}[name]


@dataclass(frozen=True)
class Evaluation(Computed, Tabular):
    """What was measured of one explanation; ``evaluation["deletion"]`` is one measure.

    Attributes
    ----------
    measures : tuple of Measure
    method, params, label : str, dict, str
        Of the explanation; each measure has its own parameters.
    verdict : str
        ``"no better than random"``, ``"not sensitive to the model"``, ``"unstable between seeds"``, or ``"passes n of m
        checks"``; of a population also ``"of a model that is no better than a guess"`` and ``"unstable between
        halves"``.
    passed, checked : int
        Measures that clear their bar, of those that have one here.
    believable : bool
        False for a map that is no better than random: by deletion, insertion and ROAD together, it is not better than
        19 of 20 random orders.
    seed, fraction, forwards, backwards, seconds, model_hash, notes, provenance
        How it was measured, as of every result: :class:`~xai_widgets.computed.Computed`.
    """

    measures: tuple[Measure, ...]
    label: str
    verdict: str
    passed: int
    checked: int
    believable: bool

    def __getitem__(self, name: str) -> Measure:
        """Return one measure by its name."""
        found = {one.name: one for one in self.measures}
        if name not in found:
            msg = f"there is no measure {name!r} here; there are: {', '.join(found)}."
            raise KeyError(msg)
        return found[name]

    def records(self) -> list[dict[str, Any]]:
        """Return one row a measure, plain data."""
        keys = (
            *("name", "title", "value", "error", "reference", "low", "high", "better", "passed", "sentence"),
            *("definition", "paper", "params"),
        )
        return [{key: getattr(one, key) for key in keys} for one in self.measures]

    def save(self, path: str | Path) -> None:
        """Write to `path`, whole or not at all; the suffix chooses the format.

        ``.html``, ``.png``, ``.svg``, ``.csv``, and ``.xai.json`` for ``xai.load``.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are.
        """
        path = Path(path)
        writer_of(path, EVALUATION_WRITERS)(self, path)

    def __repr__(self) -> str:
        return f"Evaluation({self.method} of {self.label!r}: {self.verdict}, {self.fraction:.0%} done)"

    def __str__(self) -> str:
        marks = {True: "+", False: "-", None: " "}
        lines = [f" {marks[one.passed]} {one.title}: {shown(one)}. {one.sentence}" for one in self.measures]
        return "\n".join([f"{self.method} of {self.label!r}: {self.verdict}", *lines, *self.notes])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": str(self)}
        if "evaluation" in PAINTERS:
            bundle["text/html"] = PAINTERS["evaluation"](self)
        return bundle


@dataclass(frozen=True)
class Comparison(Tabular):
    """What was measured of several explanations of one input.

    Attributes
    ----------
    evaluations : tuple of Evaluation
        Of those that are measured.
    fraction : float
        Share of the work that is done, 0..1.
    notes : tuple of str
        Why others are not there, or not measured to their end.
    """

    evaluations: tuple[Evaluation, ...]
    fraction: float = 1.0
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """Return one row a method, plain data: verdict, the value of each measure by its name, and of what."""
        return [
            {
                "method": one.method,
                "verdict": one.verdict,
                "passed": one.passed,
                "checked": one.checked,
                **{measure.name: measure.value for measure in one.measures},
                "params": one.params,
                "seed": one.seed,
                "model_hash": one.model_hash,
            }
            for one in self.evaluations
        ]


def shown(one: Measure) -> str:
    """Write a measure's value, with its error where it has one."""
    if math.isnan(one.value):
        return "not to be had"
    return f"{one.value:.3g}" + ("" if one.error is None else f" ± {one.error:.2g}")


def judge(measures: Sequence[Measure], pending: Sequence[str] = ()) -> tuple[str, int, int, bool]:
    """Sum measures up, while those named in `pending` are still to come.

    Returns
    -------
    verdict : str
    passed, checked : int
    believable : bool
    """
    checked = [one for one in measures if one.passed is not None]
    passed = sum(bool(one.passed) for one in checked)
    failed = [one.name for one in checked if not one.passed]
    against = [one for one in checked if one.name in AGAINST_RANDOM]
    if not set(AGAINST_RANDOM) & set(pending) and not _beats_random(against):
        return NO_BETTER, passed, len(checked), False
    worst = next((words for name, words in FAILURES.items() if name in failed), None)
    if not checked:
        return UNCHECKED, 0, 0, True
    count = "check" if len(checked) == 1 else "checks"
    return worst or f"passes {passed} of {len(checked)} {count}", passed, len(checked), True


def _beats_random(measures: Sequence[Measure]) -> bool:
    """Tell whether a map is better than random orders by all measures together, each in units of its own spread.

    The measures try the same random orders, so that it does not matter how they depend on each other.
    """
    ahead: list[NDArray[np.float64]] = []
    for one in measures:
        if len(one.random) < 2:  # noqa: PLR2004  of which there is no spread
            continue
        scores = np.array([one.value, *one.random]) * (1 if one.better == "higher" else -1)
        spread = float(scores[1:].std(ddof=1))
        if spread > 0:
            ahead.append((scores - scores[1:].mean()) / spread)
    if not ahead:
        return not measures or any(one.passed for one in measures)
    count = min(len(one) for one in ahead)
    together = np.sum([one[:count] for one in ahead], axis=0)
    return beats(float(together[0]), together[1:], higher=True)


def beats(value: float, random: NDArray[np.float64], *, higher: bool) -> bool:
    """Tell whether a value is better than those of random maps, with a chance of 1 in 20 to be wrong.

    By its rank where there are enough of them, however they are spread. Of fewer, by Student's t for one more draw;
    its quantile by the expansion of Cornish and Fisher.
    """
    n, z = len(random), Z95
    ahead = (value - random) * (1 if higher else -1)
    if n >= RANKED:
        return 1 + int((ahead <= ROUNDING).sum()) <= (n + 1) / 20
    v = n - 1
    t = z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
    return float(ahead.mean()) > t * float(random.std(ddof=1)) * math.sqrt(1 + 1 / n) + ROUNDING
