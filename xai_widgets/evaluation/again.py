"""Explaining again: the same method on another input, with another seed, of other weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.gradients import OnePass
from xai_widgets.attribution.runs import begun, per_token
from xai_widgets.evaluation.base import Metric
from xai_widgets.method import REGISTRY, Method, create
from xai_widgets.models.pace import BATCH_SECONDS
from xai_widgets.models.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from numpy.typing import NDArray

    from xai_widgets.evaluation.subject import Subject
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model

    Values = NDArray[np.float64]

SHORT = BATCH_SECONDS / 8
"""Of a pass alone, up to which company shortens it. To ask whether rows depend on each other takes a pass of two."""

TENSOR = "tensor "
"""How a result writes a parameter that it does not hold."""


@dataclass(frozen=True, kw_only=True)
class AgainMetric(Metric):
    """Base of measures that explain again."""

    def why_not(self, subject: Subject) -> str | None:
        """Refuse a map whose method is not known."""
        found = method_of(subject)
        return found if isinstance(found, str) else None


def method_of(subject: Subject) -> Method | str:
    """Return the method that made the map, or a sentence on why it is not to be had."""
    if subject.method is not None:
        return subject.method
    found = subject.attribution
    if found.method not in REGISTRY:
        return f"It explains again, and there is no method {found.method!r} here."
    params = {name: _held(one, subject) for name, one in found.params.items()}
    lost = next((name for name, one in params.items() if isinstance(one, str) and one.startswith(TENSOR)), None)
    if lost is not None:
        return f"It explains again, and the result does not hold the tensor that {lost} was."
    return create(found.method, params)


def _held(value: Any, subject: Subject) -> Any:
    """Return a parameter; rows to compare with are drawn by the seed, so that the same ones are here."""
    rows = subject.background
    if rows is not None and isinstance(value, str) and value == f"{TENSOR}{list(rows.shape)}":
        return rows
    return tuple(value) if isinstance(value, list) else value


def explain_again(
    subject: Subject, *, seed: int | None = None, inputs: Inputs | None = None, model: Model | None = None
) -> Generator[None, None, Values]:
    """Run the method once more, yielding after each batch; return the finished map (float64), NaN as 0.

    Whatever is not given is as it was.
    """
    method = method_of(subject)
    assert isinstance(method, Method), "refused before"
    inputs, model = subject.inputs if inputs is None else inputs, subject.another(model)
    seed = subject.attribution.seed if seed is None else seed
    used, estimates, _ = begun(method, model, inputs, subject.target, seed)
    values = Tensor()
    for estimate in estimates:
        values = estimate.values
        yield
    return _finished(values, used, inputs)


def explain_each(subject: Subject, count: int, row: Callable[[int], Tensor]) -> Iterator[list[Values] | None]:
    """Run the method on `count` inputs ``row(i)`` (features…), in all else like the subject's; yield after each batch.

    Several share a pass where the method takes one alone, and a short one. None comes after a batch that finished no
    map.
    """
    method, inputs = method_of(subject), subject.inputs
    watch, seconds = Stopwatch(subject.model.device), 0.0
    for i in range(count):
        short = i == 1 and seconds <= SHORT
        if short and isinstance(method, OnePass) and method.layer is None and not subject.mixes():
            yield from _explain_together(subject, method, count - i, lambda k: row(1 + k))
            return
        found = yield from explain_again(subject, inputs=replace(inputs, x=row(i)))
        seconds = seconds or watch.seconds()
        yield [found]


def _explain_together(
    subject: Subject, method: OnePass, count: int, row: Callable[[int], Tensor]
) -> Iterator[list[Values]]:
    model, inputs = subject.another(), subject.inputs

    def maps(rows: slice) -> Tensor:
        x = torch.stack([row(i) for i in range(rows.start, rows.stop)])
        return method.maps(model, inputs, x, subject.target)

    for _, found in model.batches(count, maps, "backward"):
        yield [_finished(one, method, inputs) for one in found]


def _finished(values: Tensor, method: Method, inputs: Inputs) -> Values:
    return known(per_token(values, method, inputs).detach().cpu().double().numpy())


def known(values: NDArray[Any]) -> Values:
    """Return a map's values in double precision, 0 where they are no numbers."""
    found: Values = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
    return found
