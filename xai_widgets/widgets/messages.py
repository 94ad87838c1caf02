"""The image widget's side of ``docs/protocol.md``: results in, messages out."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets._version import __version__
from xai_widgets.attribution.runs import parameters_of
from xai_widgets.inputs import FILLS, PERTURBATIONS, Occlude, Slider
from xai_widgets.models import resolve_target
from xai_widgets.results import Prediction
from xai_widgets.wire import LIMIT, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.api import MethodList
    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Parameter
    from xai_widgets.models import Target
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Request, Seen

SHARE = (0.0, 1.0)
DISPLAY: dict[str, tuple[float, float] | tuple[str, ...] | None] = {
    "opacity": SHARE,
    "mass": SHARE,
    "sign": ("both", "positive", "negative", "absolute"),
    "colormap": None,
    "scale": (0.0, float("inf")),
    "curtain": SHARE,
    "smooth": (0.0, 32.0),
}
"""What can be said of how a map is shown, with ranges or choices. What is not said is left to the browser."""

BRUSH = {"low": Occlude.low, "high": Occlude.high, "default": Occlude.default}
CELLS = LIMIT // 4
"""Cells of a map on the wire, two bytes each and room for the rest; a larger map is averaged down."""

CONTROLS = {"size": "int", "baseline": "choice"}
"""Kinds of parameters that the browser shows by a simpler control."""


def spec(inputs: Inputs, labels: tuple[str, ...] | None, methods: MethodList) -> dict[str, Any]:
    """Describe what never changes in a widget's life."""
    assert inputs.photo is not None
    height, width = inputs.photo.shape[:2]
    buffer = io.BytesIO()
    Image.fromarray(inputs.photo).save(buffer, "JPEG", quality=90)
    return {
        "v": 1,
        "kind": "image",
        "version": __version__,
        "grid": list(inputs.grid),
        "photo": {"mime": "image/jpeg", "width": width, "height": height, "data": buffer.getvalue()},
        "region": list(inputs.region or (0, 0, width, height)),
        "labels": None if labels is None else list(labels),
        # Until the first prediction tells.
        "task": "classes",
        "outputs": len(labels or ()),
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
        "edits": [one.spec() for one in PERTURBATIONS.values() if issubclass(one, Slider)],
        "fills": list(FILLS),
        "brush": BRUSH,
    }


def _control(parameter: Parameter) -> dict[str, Any]:
    names = ("name", "default", "low", "high", "step", "optional", "sentence")
    control = {name: getattr(parameter, name) for name in names}
    return {
        **control,
        "kind": CONTROLS.get(parameter.kind, parameter.kind),
        "choices": list(parameter.choices),
    }


def prediction(number: int, slot: str, seen: Seen, target: Target) -> Message:
    """Say what the model makes of the edited input, beside the original."""
    message = Message(
        "prediction",
        id=number,
        slot=slot,
        task=seen.prediction.task,
        target=_plain(target.index),
        label=target.label(seen.prediction),
        picture=None,
    )
    message.add("probabilities", seen.prediction.probabilities, "<f4")
    message.add("original", seen.original.probabilities, "<f4")
    if seen.edited:
        message.add("picture", shrink(seen.inputs.view(), CELLS), "|u1")
    return message


def heat_map(number: int, slot: str, asked: Request, result: Attribution) -> Message:
    """Send an attribution as a map to draw, with its doubt."""
    done, total = result.steps
    heat = result.heat
    left = result.seconds * (1 / result.fraction - 1) if result.fraction > 0 else None
    message = Message(
        "map",
        id=number,
        slot=slot,
        request=request(asked),
        target=_plain(result.target),
        label=result.label,
        fraction=result.fraction,
        done=done,
        total=total,
        error=_finite(result.error),
        gap=_finite(result.gap),
        sum=_finite(float(result.values.sum(dtype=np.float64))),
        seconds=result.seconds,
        left=_finite(left),
        forwards=result.forwards,
        backwards=result.backwards,
        notes=list(result.notes),
        final=done == total,
    )
    return message.add("values", shrink(heat, CELLS), "<u2")


def state(current: dict[str, Any]) -> Message:
    """Tell views what is on show now."""
    return Message("state", state=current)


def request(asked: Request) -> dict[str, Any]:
    """Return the protocol's `Request`."""
    return {
        "method": asked.method.name,
        "params": {
            k: v for k, v in parameters_of(asked.method).items() if v is None or isinstance(v, (int, float, str))
        },
        "target": _plain(asked.target),
        "edits": [one.to_dict() for one in asked.edits],
    }


def display(given: dict[str, Any] | None) -> dict[str, Any]:
    """Check what says how the map is shown.

    Raises
    ------
    ValueError
        For a name that does not exist or a value out of range.
    """
    for name, value in (given or {}).items():
        if name not in DISPLAY:
            msg = f"display has no {name!r}; it has: {', '.join(DISPLAY)}."
            raise ValueError(msg)
        allowed = DISPLAY[name]
        if value is None:
            continue
        if allowed is None or isinstance(allowed[0], str):
            right = isinstance(value, str) and (allowed is None or value in allowed)
        else:
            right = (
                isinstance(value, (int, float)) and not isinstance(value, bool) and allowed[0] <= value <= allowed[1]
            )
        if not right:
            expected = "a name" if allowed is None else f"in {allowed}"
            msg = f"display: {name} must be {expected}, got {value!r}."
            raise ValueError(msg)
    return dict(given or {})


def target_index(target: Any, labels: tuple[str, ...] | None) -> Any:
    """Turn labels in a target into class numbers, as far as the labels tell; the model may refuse the rest later."""
    if target is None or labels is None:
        return tuple(target) if isinstance(target, list) else target
    zeros = np.zeros(len(labels), np.float32)
    return resolve_target(target, Prediction(zeros, zeros, "classes", labels)).index


def target_in_words(target: Any, labels: Sequence[str] | None) -> Any:
    """Turn class numbers into labels, where they are known and name one class alone."""
    if isinstance(target, tuple):
        return tuple(target_in_words(one, labels) for one in target)
    if target is None or labels is None or labels[target] in labels[:target]:
        return target
    return labels[target]


def shrink(array: NDArray[Any], cells: int) -> NDArray[Any]:
    """Average blocks of the first two axes until at most `cells` elements are left."""
    factor = math.ceil(math.sqrt(array.size / cells))
    if factor <= 1:
        return array
    height, width = array.shape[0] // factor, array.shape[1] // factor
    blocks = array[: height * factor, : width * factor].reshape(height, factor, width, factor, *array.shape[2:])
    means: NDArray[Any] = blocks.mean((1, 3)).astype(array.dtype)
    return means


def _plain(target: Any) -> Any:
    return list(target) if isinstance(target, tuple) else target


def _finite(value: float | None) -> float | None:
    # JSON knows no infinity, and browsers refuse a message that has one.
    return value if value is not None and math.isfinite(value) else None
