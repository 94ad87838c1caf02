"""A result as plain data, and back: every field is checked on its way in."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.computed import Computed
from xai_widgets.export import checks
from xai_widgets.export.checks import FileError
from xai_widgets.placement import Placement
from xai_widgets.results import Attribution, Prediction, TargetIndex, Unit
from xai_widgets.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMAT, VERSION = "xai_widgets attribution", 1
ARRAYS = {
    "values": ("<f4", None, 2**28),
    "probabilities": ("<f4", 1, 2**24),
    "scores": ("<f4", 1, 2**24),
    "photo": ("|u1", 3, 2**24),
}
"""Their types, axes (None is any number) and the most bytes that are read."""

RGB, PAIR = 3, 2
TASKS = ("classes", "binary", "value")


def record_of(a: Attribution) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Split a result into JSON and arrays."""
    arrays = {
        "values": np.ascontiguousarray(a.values, "<f4"),
        "probabilities": np.ascontiguousarray(a.prediction.probabilities, "<f4"),
        "scores": np.ascontiguousarray(a.prediction.scores, "<f4"),
    }
    if np.ndim(a.values) == 0:
        arrays["values"] = arrays["values"].reshape(())
    if a.photo is not None:
        arrays["photo"] = np.ascontiguousarray(a.photo, "u1")
    record = {
        "format": FORMAT,
        "v": VERSION,
        "target": _target_record(a.target),
        "label": a.label,
        "task": a.prediction.task,
        "labels": None if a.prediction.labels is None else list(a.prediction.labels),
        "steps": list(map(int, a.steps)),
        "region": None if a.region is None else [plain(float(one)) for one in a.region],
        "placement": None if a.placement is None else plain(asdict(a.placement)),
        "layout": None if a.layout is None else [[name, list(shape)] for name, shape in a.layout],
        "names": None if a.names is None else list(a.names),
        "cells": None if a.cells is None else plain(a.cells),
        "text": None if a.text is None else plain(asdict(a.text)),
        "edits": [plain(dict(one)) for one in a.edits],
        "error": plain(a.error),
        "gap": plain(a.gap),
        **{one.name: plain(getattr(a, one.name)) for one in fields(Computed)},
    }
    return record, arrays


def attribution_of(record: Any, arrays: dict[str, NDArray[Any]]) -> Attribution:
    """Build a result from what a file holds.

    Raises
    ------
    FileError
        Naming the first field that is not as it should be.
    """
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        msg = "it holds no result of xai_widgets"
        raise FileError(msg)
    checks.version("v", record.get("v"), VERSION)
    for name in ("values", "probabilities", "scores"):
        if name not in arrays:
            msg = f"its array {name} is missing"
            raise FileError(msg)
    task = checks.text("task", record.get("task"))
    labels = record.get("labels")
    probabilities = arrays["probabilities"]
    if task not in TASKS:
        msg = f"its task is unknown: {task[:40]!r}"
        raise FileError(msg)
    prediction = Prediction(
        probabilities, arrays["scores"], task, None if labels is None else checks.texts("labels", labels)
    )
    if prediction.labels is not None and len(prediction.labels) < len(probabilities):
        msg = f"it names {len(prediction.labels)} of {len(probabilities)} classes"
        raise FileError(msg)
    return Attribution(
        values=arrays["values"],
        target=_target("target", record.get("target"), prediction),
        label=checks.text("label", record.get("label")),
        prediction=prediction,
        error=checks.optional("error", record.get("error")),
        gap=checks.optional("gap", record.get("gap")),
        placement=_placement("placement", record.get("placement")),
        names=None if record.get("names") is None else checks.texts("names", record["names"]),
        cells=_cells("cells", record.get("cells"), arrays["values"]),
        layout=_layout("layout", record.get("layout"), arrays["values"].size),
        text=_text("text", record.get("text"), arrays["values"]),
        edits=_edits("edits", record.get("edits")),
        photo=_photo("photo", arrays.get("photo")),
        region=checks.region("region", record.get("region")),
        steps=checks.pair("steps", record.get("steps")),
        **computed(record),
    )


def computed(record: dict[str, Any]) -> dict[str, Any]:
    """Check how a result was computed: the fields that all kinds of results have."""
    return {
        "method": checks.text("method", record.get("method")),
        "params": params_of("params", record.get("params")),
        "seed": checks.whole("seed", record.get("seed")),
        "fraction": checks.number("fraction", record.get("fraction")),
        "forwards": checks.natural("forwards", record.get("forwards")),
        "backwards": checks.natural("backwards", record.get("backwards", 0)),
        "seconds": checks.number("seconds", record.get("seconds")),
        "model_hash": checks.text("model_hash", record.get("model_hash")),
        "notes": checks.texts("notes", record.get("notes")),
        "provenance": checks.named("provenance", record.get("provenance")),
    }


def plain(value: Any) -> Any:
    """Return `value` as JSON; numbers that JSON has not as texts, and what is no plain data as its type's name."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return f"{type(value).__name__} {list(value.shape)}" if hasattr(value, "shape") else type(value).__name__


def _target_record(target: TargetIndex) -> Any:
    if isinstance(target, Unit):
        return {"layer": target.layer, "index": plain(target.index)}
    return list(map(int, target)) if isinstance(target, tuple) else int(target)


def _target(name: str, value: Any, prediction: Prediction) -> TargetIndex:
    if isinstance(value, dict):
        index = value.get("index")
        layer = checks.text(name, value.get("layer"))
        return Unit(
            layer, checks.shape(name, index) if isinstance(index, list) and index else checks.natural(name, index)
        )
    target = checks.pair(name, value) if isinstance(value, list) else checks.natural(name, value)
    if max(target if isinstance(target, tuple) else (target,)) >= max(1, len(prediction.probabilities)):
        raise checks.wrong(name)
    return target


def params_of(name: str, value: Any) -> dict[str, Any]:
    """Check parameters by name, plain data."""
    found = checks.plain(name, value)
    if not isinstance(found, dict):
        raise checks.wrong(name)
    return found


def _placement(name: str, value: Any) -> Placement | None:
    if value is None:
        return None
    found = params_of(name, value)
    box = checks.region(name, value.get("box"))
    mirrored = found.get("mirrored")
    if box is None or not isinstance(mirrored, tuple) or [type(one) for one in mirrored] != [bool, bool]:
        raise checks.wrong(name)
    return Placement(checks.pair(name, value.get("size")), box, (mirrored[0], mirrored[1]))


def _cells(name: str, value: Any, values: NDArray[Any]) -> tuple[Any, ...] | None:
    if value is None:
        return None
    checks.hold(name, isinstance(value, list) and values.shape == (len(value),))
    return tuple(checks.cell(name, one) for one in value)


def _layout(name: str, value: Any, size: int) -> tuple[tuple[str, tuple[int, ...]], ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value or any(not isinstance(one, list) or len(one) != PAIR for one in value):
        raise checks.wrong(name)
    found = tuple((checks.text(name, one), checks.shape(name, shape)) for one, shape in value)
    # One alone may have a map without channels.
    if len(found) > 1 and sum(math.prod(shape) for _, shape in found) != size:
        raise checks.wrong(name)
    return found


def _text(name: str, value: Any, values: NDArray[Any]) -> Text | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise checks.wrong(name)
    said = checks.long_text(name, value.get("text"))
    found = params_of(name, {key: one for key, one in value.items() if key != "text"})
    spans, ids, special = (found.get(key) for key in ("spans", "ids", "special"))
    if (
        not isinstance(spans, (list, tuple))
        or not isinstance(ids, (list, tuple))
        or not isinstance(special, (list, tuple))
    ):
        raise checks.wrong(name)
    pairs = tuple(checks.pair(name, list(one) if isinstance(one, tuple) else one) for one in spans)
    if len(pairs) != values.size or any(a > b or b > len(said) for a, b in pairs):
        raise checks.wrong(name)
    if {len(ids), len(special)} - {0, len(pairs)} or any(type(one) is not bool for one in special):
        raise checks.wrong(name)
    return Text(said, pairs, tuple(checks.natural(name, one) for one in ids), tuple(special))


def _edits(name: str, value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list):
        raise checks.wrong(name)
    return tuple(params_of(name, one) for one in value)


def _photo(name: str, photo: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
    if photo is not None and (photo.shape[2] != RGB or not photo.size):
        raise checks.wrong(name)
    return photo
