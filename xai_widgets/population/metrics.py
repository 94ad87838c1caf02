"""How good answers are, row by row, so that a mean over some rows stands for the mean over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from xai_widgets.population.subject import Population

OF_CLASSES, OF_VALUES = ("accuracy", "log_loss"), ("r2", "squared_error", "absolute_error")
METRICS = ("auto", *OF_CLASSES, *OF_VALUES)
LEAST = 2.0**-52
"""A probability of 0 counts as this, so that one row does not outweigh all others."""


@dataclass(frozen=True)
class Metric:
    """How good the answers to rows (n, columns) are.

    Attributes
    ----------
    name : str
    of : callable
        From answers (n, outputs) and what is right (n,) to one number a row.
    decides : bool
        Whether the likeliest classes (n,) are all it needs.
    """

    name: str
    of: Callable[[Tensor, Tensor], Any]
    decides: bool = False

    def __call__(self, population: Population, scores: Tensor, right: Tensor) -> Tensor:
        """Return one number a row (n,) of scores (n, outputs), float64: larger is better.

        Raises
        ------
        ValueError
            Where a function of the user's returns something else.
        """
        answers = (population.decisions(scores) if self.decides else population.probabilities(scores)).cpu()
        found = torch.as_tensor(self.of(answers, right)).double()
        if found.shape != right.shape:
            msg = f"metric must return one number a row: expected shape [{len(right)}], got {list(found.shape)}."
            raise ValueError(msg)
        return found


def metric_of(name: str | Any, truth: Tensor, *, valued: bool) -> Metric:
    """Build a metric by its name, or of a function.

    Raises
    ------
    ValueError
        For one that does not fit the model.
    """
    if callable(name):
        return Metric(getattr(name, "__name__", "metric"), name)
    fitting = OF_VALUES if valued else OF_CLASSES
    name = fitting[0] if name == "auto" else name
    if name not in fitting:
        msg = f"metric must be one of {', '.join(map(repr, fitting))} for this model, got {name!r}."
        raise ValueError(msg)
    spread = float(truth.var(correction=0)) if name == "r2" else 1.0
    if not spread:
        msg = "r2 needs values in y that differ: choose metric='squared_error'."
        raise ValueError(msg)
    known: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "accuracy": lambda answers, right: answers == right,
        "log_loss": lambda answers, right: answers.gather(1, right[:, None])[:, 0].clamp(min=LEAST).log(),
        "absolute_error": lambda answers, right: -(answers[:, 0] - right).abs(),
    }
    return Metric(name, known.get(name, lambda a, right: -(a[:, 0] - right).square() / spread), name == "accuracy")
