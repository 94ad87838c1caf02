"""What a result says to a browser, as in ``docs/protocol.md``: of a live widget and of a saved page alike."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.results import Unit
from xai_widgets.wire import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from xai_widgets.method import Parameter
    from xai_widgets.results import Attribution

CONTROLS = {"size": "int", "baseline": "choice"}
"""Kinds of parameters that the browser shows by a simpler control."""


def method(one: Any, parameters: Iterable[Parameter], why_not: str | None = None) -> dict[str, Any]:
    """Describe a method with its controls; `one` has its name, title, family and sentence."""
    return {
        **{name: getattr(one, name) for name in ("name", "title", "family", "sentence")},
        "why_not": why_not,
        "parameters": [_control(p) for p in parameters if not p.hidden],
    }


def _control(parameter: Parameter) -> dict[str, Any]:
    names = ("name", "default", "low", "high", "step", "optional", "sentence", "needs")
    control = {name: getattr(parameter, name) for name in names}
    return {
        **control,
        "kind": CONTROLS.get(parameter.kind, parameter.kind),
        "choices": [None, *parameter.choices] if parameter.choices and parameter.optional else list(parameter.choices),
    }


def photo(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    """Send a photo to draw maps on."""
    height, width = pixels.shape[:2]
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return {"mime": "image/jpeg", "width": width, "height": height, "data": buffer.getvalue()}


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


def jsonable(value: Any) -> Any:
    """Return a target, or a parameter, as plain data."""
    if isinstance(value, Unit):
        return {"layer": value.layer, "index": list(value.path)}
    return list(value) if isinstance(value, tuple) else value


def is_plain(value: Any) -> bool:
    """Tell whether a message can carry a parameter."""
    if isinstance(value, (tuple, list)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def shrink(array: NDArray[Any], most: int) -> NDArray[Any]:
    """Average cells of the first two axes until at most `most` elements are left, or one along an axis."""
    if array.size <= most:
        return array
    means = array.astype(np.float64)
    for axis in (0, 1):
        length = array.shape[axis]
        parts = max(1, int(length * math.sqrt(most / array.size)))
        edges = np.linspace(0, length, parts + 1).round().astype(int)
        means = np.add.reduceat(means, edges[:-1], axis=axis)
        means /= np.diff(edges).reshape([-1 if i == axis else 1 for i in range(array.ndim)])
    return (means.round() if array.dtype.kind == "u" else means).astype(array.dtype)


def _finite(value: float | None) -> float | None:
    # JSON knows no infinity, and browsers refuse a message that has one.
    return value if value is not None and math.isfinite(value) else None
