"""What the widgets have in common of ``docs/protocol.md``: requests and results in, messages out."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets._version import __version__
from xai_widgets.models import resolve_target
from xai_widgets.results import Prediction, Unit
from xai_widgets.text import TextSpan
from xai_widgets.wire import AskedUnit, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.api import MethodList
    from xai_widgets.method import Method, Parameter
    from xai_widgets.models import Target
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Request, Seen

CONTROLS = {"size": "int", "baseline": "choice"}
"""Kinds of parameters that the browser shows by a simpler control."""


def spec(kind: str, labels: tuple[str, ...] | None, methods: MethodList, layers: list[Any]) -> dict[str, Any]:
    """Describe what never changes in a widget's life, as far as it is the same for all kinds."""
    return {
        "v": 1,
        "kind": kind,
        "version": __version__,
        "labels": None if labels is None else list(labels),
        "methods": [
            {
                "name": one.name,
                "title": one.title,
                "family": one.family,
                "sentence": one.sentence,
                "why_not": one.why_not,
                "parameters": [_control(p) for p in one.parameters if not p.hidden],
            }
            for one in methods
        ],
        "layers": layers,
    }


def _control(parameter: Parameter) -> dict[str, Any]:
    names = ("name", "default", "low", "high", "step", "optional", "sentence", "needs")
    control = {name: getattr(parameter, name) for name in names}
    return {
        **control,
        "kind": CONTROLS.get(parameter.kind, parameter.kind),
        "choices": list(parameter.choices),
    }


def prediction(number: int, slot: str, seen: Seen, target: Target, **more: Any) -> Message:
    """Begin the message of what the model makes of the edited input."""
    return Message(
        "prediction",
        id=number,
        slot=slot,
        task=seen.prediction.task,
        target=jsonable(target.index),
        label=target.label(seen.prediction),
        **more,
    )


def outcome(number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message:
    """Begin the message of an attribution: all but its values, with its doubt."""
    done, total = result.steps
    left = result.seconds * (1 / result.fraction - 1) if result.fraction > 0 else None
    return Message(
        "map",
        id=number,
        slot=slot,
        request=request,
        target=jsonable(result.target),
        label=result.label,
        fraction=result.fraction,
        done=done,
        total=total,
        error="unbounded" if result.error == math.inf else _finite(result.error),
        gap=_finite(result.gap),
        sum=_finite(float(result.values.sum(dtype=np.float64))),
        seconds=result.seconds,
        left=_finite(left),
        forwards=result.forwards,
        backwards=result.backwards,
        notes=list(result.notes),
        final=done == total,
    )


def state(current: dict[str, Any]) -> Message:
    """Tell views what is on show now."""
    return Message("state", state=current)


def request(asked: Request, edits: list[dict[str, Any]], target: Any) -> dict[str, Any]:
    """Return the protocol's `Request`; parameters that no message can carry, such as tensors, stay in the kernel."""
    return {
        "method": asked.method.name,
        "params": {f.name: jsonable(v) for f in fields(asked.method) if _is_plain(v := getattr(asked.method, f.name))},
        "target": target,
        "edits": edits,
    }


def unspoken(method: Method) -> dict[str, Any]:
    """Return the parameters that no message can carry."""
    values = {f.name: getattr(method, f.name) for f in fields(method)}
    return {name: value for name, value in values.items() if not _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def jsonable(value: Any) -> Any:
    """Return a target, or a parameter, as plain data."""
    if isinstance(value, Unit):
        return {"layer": value.layer, "index": list(value.path)}
    return list(value) if isinstance(value, tuple) else value


def target_of(asked: Any) -> Any:
    """Return what a message asked about: its units as our own."""
    return Unit(asked.layer, asked.index) if isinstance(asked, AskedUnit) else asked


def target_index(target: Any, labels: tuple[str, ...] | None) -> Any:
    """Turn labels in a target into class numbers, as far as the labels tell; the model may refuse the rest later."""
    if target is None or labels is None or isinstance(target, TextSpan):
        return tuple(target) if isinstance(target, list) else target
    zeros = np.zeros(len(labels), np.float32)
    return resolve_target(target, Prediction(zeros, zeros, "classes", labels)).index


def target_in_words(target: Any, labels: Sequence[str] | None) -> Any:
    """Turn class numbers into labels, where they are known and name one class alone."""
    if isinstance(target, tuple):
        return tuple(target_in_words(one, labels) for one in target)
    if target is None or labels is None or isinstance(target, (Unit, TextSpan)) or labels.count(labels[target]) > 1:
        return target
    return labels[target]


def shrink(array: NDArray[Any], most: int) -> NDArray[Any]:
    """Average cells of the first two axes until at most `most` elements are left."""
    if array.size <= most:
        return array
    means = array.astype(np.float64)
    for axis in (0, 1):
        length = array.shape[axis]
        edges = np.linspace(0, length, int(length * math.sqrt(most / array.size)) + 1).round().astype(int)
        means = np.add.reduceat(means, edges[:-1], axis=axis)
        means /= np.diff(edges).reshape([-1 if i == axis else 1 for i in range(array.ndim)])
    return (means.round() if array.dtype.kind == "u" else means).astype(array.dtype)


def _finite(value: float | None) -> float | None:
    # JSON knows no infinity, and browsers refuse a message that has one.
    return value if value is not None and math.isfinite(value) else None
