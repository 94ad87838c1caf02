"""What is explained: one class, or one class rather than another, as a function of the scores."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch

from xai_widgets.results import Unit

if TYPE_CHECKING:
    from torch import Tensor

    from xai_widgets.results import Prediction, TargetIndex


PAIR = 2
LISTED = 5
"""So many classes of one label are named."""


class Scored(Protocol):
    """What picks one score from each row."""

    def of(self, scores: Tensor) -> Tensor:
        """Pick from scores (n, outputs), (n,)."""


@dataclass(frozen=True)
class Target:
    """A class, a pair of them whose difference of scores is explained, or a unit of a layer.

    Attributes
    ----------
    index : int, (int, int) or Unit
        The class, ``(a, b)`` for "why `a` rather than `b`", or a unit, which is the one score of `TorchModel.unit`.
    single : bool
        Whether one logit stands for two classes: class 1 has the score ``z``, class 0 has ``-z``.
    """

    index: TargetIndex
    single: bool = False

    def of(self, scores: Tensor) -> Tensor:
        """Pick the target's score from each row.

        Parameters
        ----------
        scores : Tensor, shape (n, outputs)

        Returns
        -------
        Tensor, shape (n,)
        """
        if isinstance(self.index, tuple):
            first, second = self.index
            return self._one(scores, first) - self._one(scores, second)
        return scores[:, 0] if isinstance(self.index, Unit) else self._one(scores, self.index)

    def _one(self, scores: Tensor, index: int) -> Tensor:
        if self.single:
            return scores[:, 0] if index else -scores[:, 0]
        return scores[:, index]

    def label(self, prediction: Prediction) -> str:
        """Say the target in words."""
        if isinstance(self.index, tuple):
            return " rather than ".join(prediction.label(i) for i in self.index)
        return self.index.label if isinstance(self.index, Unit) else prediction.label(self.index)


@dataclass(frozen=True)
class EachTarget:
    """A target for each row of a batch."""

    targets: Sequence[Target]

    def of(self, scores: Tensor) -> Tensor:
        """Pick from each row the score of its own target."""
        if all(one == self.targets[0] for one in self.targets):
            return self.targets[0].of(scores)
        return torch.cat([one.of(scores[row : row + 1]) for row, one in enumerate(self.targets)])


def resolve_target(target: Any, prediction: Prediction) -> Target:
    """Turn what the user gave into a :class:`Target`.

    Parameters
    ----------
    target : None, int, str, a pair of these, or Unit
        None takes the most likely class; a str is a label; a pair asks "why the first rather than the second".
    prediction : Prediction
        What the model says of the input, with the labels.

    Raises
    ------
    ValueError
        For an index out of range, a label that does not exist (naming the nearest) or that several classes have, or
        a pair of equals.
    TypeError
        For anything else.
    """
    single = prediction.task == "binary" and len(prediction.scores) == 1
    if target is None:
        return Target(0 if prediction.task == "value" else int(prediction.probabilities.argmax()), single)
    if isinstance(target, Target):
        return target
    if isinstance(target, Unit):
        return Target(target)
    if isinstance(target, Sequence) and not isinstance(target, str):
        if len(target) != PAIR:
            msg = (
                f"A target pair has two classes (why the first rather than the second), got {len(target)}: {target!r}."
            )
            raise ValueError(msg)
        first, second = (_index(one, prediction) for one in target)
        if first == second:
            msg = f"The two classes of a target pair must differ, got {prediction.label(first)!r} twice."
            raise ValueError(msg)
        return Target((first, second), single)
    return Target(_index(target, prediction), single)


def _index(target: Any, prediction: Prediction) -> int:
    count = len(prediction.probabilities)
    if isinstance(target, str):
        return _by_label(target, prediction)
    if isinstance(target, bool) or not hasattr(target, "__index__"):
        msg = f"A target must be a class number, a label, a pair of these, a Unit or None, got {target!r}."
        raise TypeError(msg)
    index = target.__index__()
    if not 0 <= index < count:
        if count == 1:
            msg = f"The model has one output, number 0, got the target {index}."
        else:
            msg = f"The target must lie in 0..{count - 1} (the model has {count} classes), got {index}."
        raise ValueError(msg)
    return int(index)


def _by_label(label: str, prediction: Prediction) -> int:
    if prediction.labels is None:
        msg = f"The target {label!r} is a label, but no labels were given. Pass labels=[...], or a class number."
        raise ValueError(msg)
    found = [i for i, name in enumerate(prediction.labels) if name == label]
    found = found or [i for i, name in enumerate(prediction.labels) if name.lower() == label.lower()]
    if len(found) > 1:
        # In ImageNet, a crane is a bird and a machine.
        msg = f"The label {label!r} is that of {len(found)} classes, {_listed(found)}. Give the number of one."
        raise ValueError(msg)
    if found:
        return found[0]
    lower = {name.lower(): i for i, name in reversed(list(enumerate(prediction.labels)))}
    near = difflib.get_close_matches(label.lower(), lower, n=3, cutoff=0.4)
    near += [name for name in lower if label.lower() in name and name not in near][: 3 - len(near)]
    hint = f" The nearest are: {', '.join(prediction.labels[lower[n]] for n in near)}." if near else ""
    msg = f"There is no label {label!r} among the {len(prediction.labels)} labels.{hint}"
    raise ValueError(msg)


def _listed(numbers: Sequence[int]) -> str:
    more = ", …" if len(numbers) > LISTED else ""
    return ", ".join(map(str, numbers[:LISTED])) + more
