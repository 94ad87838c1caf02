"""What the widgets have in common of ``docs/protocol.md``: requests and results in, messages out."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets._version import __version__
from xai_widgets.export import payload
from xai_widgets.models import resolve_target
from xai_widgets.results import Prediction, Unit
from xai_widgets.text import TextSpan
from xai_widgets.wire import AskedUnit, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.api import MethodList
    from xai_widgets.method import Method
    from xai_widgets.models import Target
    from xai_widgets.widgets.session import Observation, Request


def spec(kind: str, labels: Sequence[str] | None, methods: MethodList, layers: list[Any]) -> dict[str, Any]:
    """Describe what never changes in a widget's life, as far as it is the same for all kinds."""
    shown = [(one, [p for p in one.parameters if layers or p.kind != "layer"]) for one in methods]
    return {
        "v": 1,
        "kind": kind,
        "version": __version__,
        "labels": None if labels is None else list(labels),
        "methods": [payload.method(one, parameters, one.why_not) for one, parameters in shown],
        "layers": layers,
    }


def prediction(number: int, slot: str, seen: Observation, target: Target, **more: Any) -> Message:
    """Begin the message of what the model makes of the edited input."""
    return Message(
        "prediction",
        id=number,
        slot=slot,
        task=seen.prediction.task,
        target=payload.jsonable(target.index),
        label=target.label(seen.prediction),
        **more,
    )


def request(asked: Request, edits: list[dict[str, Any]], target: Any) -> dict[str, Any]:
    """Return the protocol's `Request`; parameters that no message can carry, such as tensors, stay in the kernel."""
    return {
        "method": asked.method.name,
        "params": {
            f.name: payload.jsonable(v)
            for f in fields(asked.method)
            if payload.is_plain(v := getattr(asked.method, f.name))
        },
        "target": target,
        "edits": edits,
    }


def unspoken(method: Method) -> dict[str, Any]:
    """Return the parameters that no message can carry."""
    values = {f.name: getattr(method, f.name) for f in fields(method)}
    return {name: value for name, value in values.items() if not payload.is_plain(value)}


def target_of(asked: Any) -> Any:
    """Return what a message asked about: its units as our own."""
    return Unit(asked.layer, asked.index) if isinstance(asked, AskedUnit) else asked


def target_index(target: Any, labels: Sequence[str] | None) -> Any:
    """Turn labels in a target into class numbers, as far as the labels tell; the model may refuse the rest later."""
    if callable(target):
        msg = (
            f"A target must be a class number, a label, a pair of these, a Unit or None, got {target!r:.60}. "
            "A function is taken where an ImageExplainer is made, and by xai.attribute."
        )
        raise TypeError(msg)
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
