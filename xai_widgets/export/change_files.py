"""Counterfactuals as a file: JSON alone, and every field checked on its way in."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.changes import Candidate, CellChange, Counterfactuals, Edit, RowCandidate
from xai_widgets.export import checks
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.bundle import Recorded
from xai_widgets.export.changed_pictures import picture_candidate, picture_of, picture_record
from xai_widgets.export.diffs import changes_text, heading
from xai_widgets.export.packed import packed
from xai_widgets.export.picture_diffs import changes_png
from xai_widgets.export.record import TASKS, computed, plain
from xai_widgets.picture_changes import PictureCandidate
from xai_widgets.results import Prediction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT, VERSION = "xai_widgets counterfactuals", 1
KINDS = ("delete", "replace", "insert")


def recorded(found: Counterfactuals) -> Recorded:
    """Return counterfactuals as plain data, with a view of them."""
    paint = partial(changes_png, found) if found.is_picture else None
    return Recorded(record_of(found), heading(found), changes_text(found), paint)


def write_changes_png(found: Counterfactuals, path: Path) -> None:
    """Write changed pictures as one picture.

    Raises
    ------
    ValueError
        For texts and rows.
    """
    if not found.is_picture:
        msg = f"only changed pictures are saved as a picture: save {path.stem!r} as .html, .csv or .xai.json."
        raise ValueError(msg)
    write_atomically(path, changes_png(found))


def record_of(found: Counterfactuals) -> dict[str, Any]:
    """Return counterfactuals as plain data."""
    original: Any
    if found.is_picture:
        original = packed(found.original)
    else:
        original = found.original if isinstance(found.original, str) else _cells(found.original)
    record: dict[str, Any] = plain({**vars(found), "original": original, "prediction": None, "candidates": None})
    return {
        "format": FORMAT,
        "v": VERSION,
        **record,
        "prediction": _prediction_record(found.prediction),
        "candidates": [_candidate_record(one) for one in found.candidates],
    }


def _candidate_record(one: Candidate | RowCandidate | PictureCandidate) -> dict[str, Any]:
    if isinstance(one, PictureCandidate):
        return {**picture_record(one), "prediction": _prediction_record(one.prediction)}
    if isinstance(one, RowCandidate):
        return _row_record(one)
    return {
        **plain({**vars(one), "prediction": None, "edits": None}),
        "prediction": _prediction_record(one.prediction),
        "edits": [asdict(edit) for edit in one.edits],
    }


def _row_record(one: RowCandidate) -> dict[str, Any]:
    return {
        **plain({**vars(one), "prediction": None, "changes": None}),
        "prediction": _prediction_record(one.prediction),
        "values": _cells(one.values),
        "changes": [change.column for change in one.changes],
    }


def _cells(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as plain data; dates as texts."""
    return {name: plain(str(one) if isinstance(one, np.datetime64) else one) for name, one in values.items()}


def _prediction_record(prediction: Prediction) -> dict[str, Any]:
    return {
        "probabilities": plain(prediction.probabilities.tolist()),
        "scores": plain(prediction.scores.tolist()),
        "task": prediction.task,
        "labels": None if prediction.labels is None else list(prediction.labels),
    }


def counterfactuals_of(record: dict[str, Any]) -> Counterfactuals:
    """Build counterfactuals from what a file holds.

    Raises
    ------
    FileError
        Naming the first field that is not as it should be.
    """
    checks.version("v", record.get("v"), VERSION)
    given = record.get("original")
    original: Any
    if isinstance(given, dict):
        # Of a row, "zlib" would hold a number or a word of a cell.
        original = (
            picture_of("original", given) if given.keys() == {"dtype", "shape", "zlib"} else _row("original", given)
        )
    else:
        original = checks.long_text("original", given)
    prediction = _prediction("prediction", record.get("prediction"))
    index = checks.natural("index", record.get("index"))
    checks.hold("index", index < len(prediction.probabilities))
    return Counterfactuals(
        original=original,
        prediction=prediction,
        index=index,
        label=checks.text("label", record.get("label")),
        candidates=tuple(
            _candidate(one, original, prediction) for one in checks.listed("candidates", record.get("candidates"))
        ),
        fewest=checks.flag("fewest", record.get("fewest")),
        **computed(record),
    )


def _candidate(value: Any, original: Any, before: Prediction) -> Candidate | RowCandidate | PictureCandidate:
    found = checks.mapping("candidates", value)
    prediction = _prediction("candidates", found.get("prediction"))
    checks.hold("candidates", len(prediction.probabilities) == len(before.probabilities))
    if isinstance(original, np.ndarray):
        return picture_candidate(found, original, prediction, valid=checks.flag("valid", found.get("valid")))
    if isinstance(original, dict):
        return _row_candidate(found, original, prediction)
    return Candidate(
        text=checks.long_text("candidates", found.get("text")),
        edits=tuple(_edit(one, original) for one in checks.listed("edits", found.get("edits"))),
        prediction=prediction,
        delta=checks.number("delta", found.get("delta")),
        similarity=checks.number("similarity", found.get("similarity")),
        fluency=checks.optional("fluency", found.get("fluency")),
        valid=checks.flag("valid", found.get("valid")),
    )


def _row_candidate(found: dict[str, Any], original: dict[str, Any], prediction: Prediction) -> RowCandidate:
    values = _row("values", found.get("values"))
    checks.hold("values", values.keys() == original.keys())
    changed = checks.texts("changes", found.get("changes"))
    checks.hold("changes", set(changed) <= original.keys())
    return RowCandidate(
        values=values,
        changes=tuple(CellChange(name, original[name], values[name]) for name in changed),
        prediction=prediction,
        delta=checks.number("delta", found.get("delta")),
        effort=checks.number("effort", found.get("effort")),
        nearest=checks.optional("nearest", found.get("nearest")),
        density=checks.optional("density", found.get("density")),
        valid=checks.flag("valid", found.get("valid")),
    )


def _row(name: str, value: Any) -> dict[str, Any]:
    found = checks.plain(name, value)
    checks.hold(name, isinstance(found, dict) and all(not isinstance(one, (tuple, dict)) for one in found.values()))
    return dict(found)


def _edit(value: Any, original: str) -> Edit:
    found = checks.mapping("edits", value)
    start, stop = checks.pair("edits", [found.get("start"), found.get("stop")])
    kind: Any = found.get("kind")
    old, new = (checks.long_text("edits", found.get(name)) for name in ("old", "new"))
    checks.hold("edits", kind in KINDS and original[start:stop] == old and stop - start == len(old))
    return Edit(start, stop, kind, old, new)


def _prediction(name: str, value: Any) -> Prediction:
    found = checks.mapping(name, value)
    task, labels = checks.text(name, found.get("task")), found.get("labels")
    probabilities = _numbers(name, found.get("probabilities"))
    named = None if labels is None else checks.texts(name, labels)
    if task not in TASKS or (named is not None and len(named) < len(probabilities)):
        raise checks.wrong(name)
    return Prediction(probabilities, _numbers(name, found.get("scores")), task, named)


def _numbers(name: str, value: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    if not isinstance(value, list) or not 0 < len(value) <= checks.MOST_TEXTS:
        raise checks.wrong(name)
    return np.array([checks.number(name, one) for one in value], np.float32)
