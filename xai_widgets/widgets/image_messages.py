"""The image widget's side of ``docs/protocol.md``: results in, messages out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.export import payload
from xai_widgets.export.payload import shrink
from xai_widgets.export.picture_diffs import THUMB, thumbnail
from xai_widgets.inputs import FILLS, PERTURBATIONS, Occlude, Slider
from xai_widgets.widgets import messages
from xai_widgets.wire import LIMIT, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.api import MethodList
    from xai_widgets.changes import Counterfactuals
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Target
    from xai_widgets.picture_changes import PictureCandidate
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Observation

BRUSH = {"low": Occlude.low, "high": Occlude.high, "default": Occlude.default}
COPIES = 3
"""That look the same, in which an answer is tried."""

ROOM = LIMIT * 9 // 10
"""Bytes for the one big array of a message, which leaves room for the scores beside it."""


def spec(
    inputs: Inputs, labels: Sequence[str] | None, methods: MethodList, layers: list[Any], ways: list[Any]
) -> dict[str, Any]:
    """Describe what never changes in a widget's life, but for where the model looks on the photo."""
    return {
        **messages.spec("image", labels, methods, layers),
        **placed(inputs),
        "edits": [one.spec() for one in PERTURBATIONS.values() if issubclass(one, Slider)],
        "fills": list(FILLS),
        "brush": BRUSH,
        "ways": ways,
    }


def placed(inputs: Inputs) -> dict[str, Any]:
    """Show the photo, and where the model's pixels lie on it."""
    assert inputs.photo is not None
    height, width = inputs.photo.shape[:2]
    return {
        "grid": list(inputs.grid),
        "photo": payload.photo(inputs.photo),
        "region": list(inputs.region or (0, 0, width, height)),
    }


def prediction(number: int, slot: str, seen: Observation, target: Target) -> Message:
    """Say what the model makes of the edited input, beside the original."""
    message = messages.prediction(number, slot, seen, target, picture=None)
    message.add("probabilities", seen.prediction.probabilities, "<f4")
    message.add("original", seen.original.probabilities, "<f4")
    if seen.edited:
        message.add("picture", shrink(seen.inputs.view(), ROOM), "|u1")
    return message


def changes(message: Message, found: Counterfactuals) -> None:
    """Tell counterfactual pictures: in small, with a line around what changed, and the edit that does it.

    Where no edit does it, they come as the model sees them too, with what they were: as large as there is room for.
    """
    beside = any(one.edit is None for one in found.candidates)
    count = len(found.candidates)
    room = (ROOM - 3 * count * THUMB**2) // (count + 1)
    message.content.update(
        found=[_change(message, one, found.index, room) for one in found.candidates],
        was=message.attached(shrink(found.original, room), "|u1") if beside else None,
        of=found.prediction.label(found.index),
        fraction=found.fraction,
        note=" ".join(found.notes) or None,
    )


def _change(message: Message, one: PictureCandidate, index: int, room: int) -> dict[str, Any]:
    label, score = one.prediction.top(1)[0]
    now = float(one.prediction.probabilities[index])
    return {
        "edit": one.edit,
        "label": label,
        "score": score,
        "before": now - one.delta,
        "after": now,
        "regions": None if one.regions is None else len(one.regions),
        "area": one.area,
        "distance": one.distance,
        "survives": round(one.survives * COPIES),
        "picture": message.attached(thumbnail(one.picture, one.mask), "|u1"),
        "whole": None if one.edit is not None else message.attached(shrink(one.picture, room), "|u1"),
    }


def heat_map(number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message:
    """Send an attribution as a map to draw, with its doubt."""
    heat = result.heat
    assert heat is not None, "an attribution of a picture is a map"
    return payload.outcome(number, slot, request, result).add("values", shrink(heat, ROOM // 2), "<u2")
