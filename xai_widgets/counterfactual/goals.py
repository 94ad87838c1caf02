"""What a counterfactual must reach, as a number that says how near it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.models import Target, resolve_target
from xai_widgets.models.outputs import probabilities_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from xai_widgets.results import Prediction

HALF = 0.5
OTHER = "other"
PAIR = 2


@dataclass(frozen=True)
class Goal:
    """Another answer.

    Attributes
    ----------
    task : str
        What the model's scores stand for, as `models.outputs.task_of` tells.
    original : int
        The class that is predicted now.
    index : int or None
        The class wanted; None for any but the original.
    within : (float, float) or None
        Where the probability (or value) of `index` must lie, both ends included. Without it, `index` must win.
    label : str
        It in words.
    rival : int or None
        The one class that `index` must overtake, of however many there are.
    alone : bool
        Whether the model that is differentiated gives one score, that of `original`.
    """

    task: str
    original: int
    index: int | None
    within: tuple[float, float] | None
    label: str
    rival: int | None = None
    alone: bool = False

    @property
    def shown(self) -> int:
        """The class whose change is told: the one wanted, else the original."""
        return self.original if self.index is None else self.index

    def margins(self, scores: Tensor) -> Tensor:
        """Tell how far beyond the goal each input is: negative before it.

        Parameters
        ----------
        scores : Tensor, shape (n, outputs)

        Returns
        -------
        Tensor, shape (n,)
            In scores where the model gives scores: probabilities say nothing more near 0 and 1.
        """
        if self.within is not None:
            value = probabilities_of(scores, self.task)[:, self.shown]
            low, high = self.within
            return torch.minimum(value - low, high - value)
        rows = _two_sided(scores, self.task)
        if self.task == "multilabel":
            return rows[:, self.shown] if self.index is not None else -rows[:, self.original]
        if self.rival is not None:
            return rows[:, self.shown] - rows[:, self.rival]
        return self._lead(rows)

    def _lead(self, rows: Tensor) -> Tensor:
        if rows.shape[1] == PAIR:  # of more, the gradient takes several times as long
            lead = rows[:, self.shown] - rows[:, 1 - self.shown]
        else:
            others = torch.arange(rows.shape[1], device=rows.device) != self.shown
            lead = rows[:, self.shown] - rows[:, others].max(1).values
        return -lead if self.index is None else lead

    def reached(self, margins: Tensor) -> Tensor:
        """Say of each margin whether the goal is reached; a tie of two classes is not enough."""
        return margins >= 0 if self.within is not None else margins > 0

    def values(self, scores: Tensor) -> Tensor:
        """Compute the probability (or value) whose change is told, ``(n,)``."""
        return probabilities_of(scores, self.task)[:, self.shown]

    def slope(self, prediction: Prediction) -> tuple[Target, float]:
        """Return what to differentiate, and whether it should grow (1) or fall (-1).

        Of classes that exclude each other, that is the lead over the strongest rival.
        """
        if self.alone:
            return Target(0), -1.0
        wanted, now = self.shown, prediction.probabilities
        rises = self.index is not None if self.within is None else float(now[wanted]) < self.within[0]
        sign = 1.0 if rises else -1.0
        single = self.task in {"logit", "probability"}
        rivals = [int(i) for i in now.argsort()[::-1] if i != wanted] if self.rival is None else [self.rival]
        if single or self.task in {"value", "multilabel"} or not rivals:
            return Target(wanted, single), sign
        return Target((wanted, rivals[0])), sign


def _two_sided(scores: Tensor, task: str) -> Tensor:
    """Return one score a class; one above zero is a yes where classes do not exclude each other."""
    if task == "logit":
        return torch.cat([-scores, scores], 1)
    if task == "probability":
        return torch.cat([1 - scores, scores], 1)
    return scores


def resolve_goal(target: Any, within: Any, prediction: Prediction, task: str) -> Goal:
    """Turn what the user gave into a goal.

    Parameters
    ----------
    target : None, "other", int or str
        A class or its label; None, or ``"other"`` where no class is called so, for any class but the predicted one.
    within : (float or None, float or None) or None
        Where the probability of the target must lie, or the value of a regression; None for no bound on that side.
        Without a target, that of the class predicted now.
    prediction : Prediction
        Of the original.
    task : str
        As of `models.outputs.task_of`.

    Raises
    ------
    ValueError
        For a class that is not there, for one that is predicted already, for a range that holds already or is none,
        and for a regression without a range.
    TypeError
        For anything else.
    """
    named = prediction.labels is not None and target in prediction.labels
    if isinstance(target, str) and target == OTHER and not named:
        target = None
    found = resolve_target(target, prediction).index
    if not isinstance(found, int):
        msg = f"A counterfactual's target must be a class number, a label, or None for any other, got {target!r}."
        raise TypeError(msg)
    original = int(prediction.probabilities.argmax())
    bounds = None if within is None else _bounds(within)
    if bounds is not None:
        if task != "value" and (bounds[0] > 1 or bounds[1] < 0):
            msg = f"within must reach into 0..1, where probabilities lie, got {within!r}."
            raise ValueError(msg)
        value = float(prediction.probabilities[found])
        name = prediction.label(found) if prediction.labels is not None or task != "value" else "the value"
        wanted = f"{name} with a probability of" if task != "value" else name.replace("the value", "a value") + " of"
        goal = Goal(task, original, found, bounds, f"{wanted} {_said(bounds)}")
        if bounds[0] <= value <= bounds[1]:
            msg = f"Nothing needs to change: {name} is {value:.4g}, and {_said(bounds)} was asked for."
            raise ValueError(msg)
        return goal
    if task == "value":
        msg = "A regression needs a range to reach: within=(low, high), with None for an open end."
        raise ValueError(msg)
    if task == "multilabel":
        return _label_goal(found, None if target is None else found, prediction)
    if target is None:
        return Goal(task, original, None, None, f"anything but {prediction.label(original)}")
    if found == original:
        msg = f"Nothing needs to change: {prediction.label(found)!r} is predicted already. Name another class."
        raise ValueError(msg)
    return Goal(task, original, found, None, prediction.label(found))


def continuation_goal(token: int, other: int | None, prediction: Prediction, task: str, *, alone: bool = False) -> Goal:
    """Return the goal that a language model finds `other` likelier to come next than `token`; any other for None.

    Both are outputs of the model, which may stand for several tokens; `alone` is as of `Goal`.

    Raises
    ------
    ValueError
        Where that is so already, or there is no such token.
    """
    said = prediction.label(token)
    if other is None:
        best = int(prediction.probabilities.argmax())
        if best != token:
            hint = " A shorter part of the text is likelier." if alone else ""
            msg = f"Nothing needs to change: {prediction.label(best)!r} is likelier than {said!r} already."
            raise ValueError(msg + hint)
        return Goal(task, token, None, None, f"anything but {said}", alone=alone)
    if other == token or other >= len(prediction.scores):
        msg = f"rather_than must be another of {len(prediction.scores):,} tokens than that of the span, got {other}."
        raise ValueError(msg)
    named = prediction.label(other)
    if prediction.scores[other] > prediction.scores[token]:
        msg = f"Nothing needs to change: {named!r} is likelier than {said!r} already."
        raise ValueError(msg)
    return Goal(task, token, other, None, f"{named} rather than {said}", rival=token)


def _label_goal(found: int, index: int | None, prediction: Prediction) -> Goal:
    """Make a goal of one of several labels that do not exclude each other: that it comes, or goes."""
    there = prediction.probabilities[found] > HALF
    if index is not None and there:
        msg = f"Nothing needs to change: {prediction.label(found)!r} is predicted already. Name another class."
        raise ValueError(msg)
    if index is None and not there:
        msg = "No label is predicted, so none can be lost: name the class that should be."
        raise ValueError(msg)
    label = prediction.label(found)
    return Goal("multilabel", found, index, None, f"not {label}" if index is None else label)


def _bounds(within: Any) -> tuple[float, float]:
    ends = list(within) if isinstance(within, (tuple, list)) else []
    if len(ends) != 2 or any(isinstance(one, bool) or not isinstance(one, (int, float, type(None))) for one in ends):  # noqa: PLR2004
        msg = f"within must be a pair of numbers, (low, high), with None for an open end, got {within!r}."
        raise TypeError(msg)
    low = -math.inf if ends[0] is None else float(ends[0])
    high = math.inf if ends[1] is None else float(ends[1])
    # Written so that NaN fails too.
    if not low <= high or (math.isinf(low) and math.isinf(high)):
        msg = f"within must be a range with at least one end, the low one first, got {within!r}."
        raise ValueError(msg)
    return low, high


def _said(bounds: Sequence[float]) -> str:
    low, high = bounds
    if math.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g}..{high:g}"
