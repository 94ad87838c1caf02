"""The table widget's side of ``docs/protocol.md``: results in, messages out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export import payload
from xai_widgets.widgets import messages
from xai_widgets.wire import LIMIT, Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.api import MethodList
    from xai_widgets.changes import Counterfactuals, RowCandidate
    from xai_widgets.inputs.columns import Column
    from xai_widgets.inputs.table import Table
    from xai_widgets.models import Target
    from xai_widgets.population import Curves
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Observation
    from xai_widgets.widgets.table_session import TableSession

BINS = 24
MOST_CURVES = 10
"""Classes whose curves are told: the likeliest, and the one explained."""


def spec(session: TableSession, labels: Sequence[str] | None, methods: MethodList) -> dict[str, Any]:
    """Describe what never changes in a widget's life."""
    table = session.subject.table
    return {
        # A layer's values are of its own numbers, not of columns.
        **messages.spec("table", labels, methods, []),
        "row": plain(session.subject.row),
        "columns": [column(table, i, session.subject.row[i]) for i in range(len(table.columns))],
    }


def column(table: Table, i: int, own: float) -> dict[str, Any]:
    """Describe one column, and how its values are spread."""
    one, values = table.columns[i], table.data[:, i]
    known = values[np.isfinite(values)]
    low, high = (one.low, one.high) if math.isnan(own) or one.choices else (min(one.low, own), max(one.high, own))
    return {
        "name": one.name,
        "kind": kind_of(one),
        "choices": [str(choice) for choice in one.choices],
        "low": low,
        "high": high,
        "step": one.step,
        "counts": counts(one, known, low, high),
        "ordered": one.ordered,
        "missing": len(known) < len(values) or math.isnan(own),
    }


def kind_of(one: Column) -> str:
    """Return ``"number"``, ``"date"``, ``"choice"``, or ``"flag"`` for one that is on or off."""
    if not one.choices:
        return one.kind
    return "flag" if one.choices in {(False, True), (0, 1), (0.0, 1.0)} else "choice"


def counts(one: Column, known: NDArray[np.float64], low: float, high: float) -> list[int]:
    """Count values in equal parts of the range, or of each choice."""
    if one.choices:
        return list(map(int, np.bincount(known.astype(int), minlength=len(one.choices))))
    steps = (high - low) / one.step + 1 if one.step else math.inf
    bins = int(min(BINS, steps))
    # Whole numbers lie in the middle of their part.
    edge = one.step / 2 if bins == steps else 0.0
    return list(map(int, np.histogram(known, bins, (low - edge, high + edge))[0]))


def plain(row: NDArray[np.float64]) -> list[float | None]:
    """Return a row with None where a value is missing."""
    return [None if math.isnan(one) else float(one) for one in row]


def prediction(number: int, slot: str, seen: Observation, target: Target) -> Message:
    """Say what the model makes of the edited row, beside the original."""
    message = messages.prediction(number, slot, seen, target, edited=seen.edited)
    message.add("probabilities", seen.prediction.probabilities, "<f4")
    return message.add("original", seen.original.probabilities, "<f4")


def contributions(number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message:
    """Send an attribution, one value a column, with its doubt."""
    return payload.outcome(number, slot, request, result).add("values", result.values, "<u2")


def curves(message: Message, found: Curves, seen: Observation, first: int) -> None:
    """Tell the curves of one row, as of as many classes as there is room for."""
    values = np.concatenate([one[0] for one in found.values])
    room = LIMIT // 2 // (4 * len(values))
    likely = np.argsort(-seen.prediction.probabilities, kind="stable").tolist()
    classes = list(dict.fromkeys([first, *likely]))[: max(1, min(MOST_CURVES, room))]
    message.content["classes"] = classes
    message.add("starts", np.cumsum([0, *map(len, found.grids)]), "<u4")
    message.add("grid", np.concatenate(found.grids), "<f4")
    message.add("values", values[:, classes], "<f4")


def changes(message: Message, found: Counterfactuals, table: Table) -> None:
    """Tell counterfactual rows, each by its cells that differ from the row that was asked about."""
    message.content.update(
        found=[_change(one, table) for one in found.candidates],
        of=found.prediction.label(found.index),
        fraction=found.fraction,
        note=" ".join(found.notes) or None,
    )


def _change(one: RowCandidate, table: Table) -> dict[str, Any]:
    label, score = one.prediction.top(1)[0]
    places = [table.names.index(change.column) for change in one.changes]
    return {
        "cells": [
            {"name": "cell", "column": i, "value": table.number(i, change.new)}
            for i, change in zip(places, one.changes, strict=True)
        ],
        "label": label,
        "score": score,
        "delta": one.delta,
        "effort": one.effort,
        "nearest": one.nearest,
        "density": one.density,
        "valid": one.valid,
    }
