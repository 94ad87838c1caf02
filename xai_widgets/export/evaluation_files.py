"""Evaluations as a file: JSON alone, and every field checked on its way in."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from xai_widgets.evaluations import Curve, Evaluation, Measure
from xai_widgets.export import checks, measured
from xai_widgets.export.bundle import Recorded
from xai_widgets.export.record import computed, params_of, plain

FORMAT, VERSION = "xai_widgets evaluation", 1


def recorded(found: Evaluation) -> Recorded:
    """Return an evaluation as plain data, with a view of it."""
    record = {"format": FORMAT, "v": VERSION, **plain({**vars(found), "measures": None})}
    record["measures"] = [_measure_record(one) for one in found.measures]
    return Recorded(record, measured.heading(found), measured.text(found), partial(measured.png, found))


def _measure_record(one: Measure) -> dict[str, Any]:
    curves = [{"name": curve.name, "x": curve.x.tolist(), "y": curve.y.tolist()} for curve in one.curves]
    return {name: plain(value) for name, value in {**vars(one), "curves": curves}.items()}


def evaluation_of(record: dict[str, Any]) -> Evaluation:
    """Build an evaluation from what a file holds.

    Raises
    ------
    FileError
        Naming the first field that is not as it should be.
    """
    checks.version("v", record.get("v"), VERSION)
    return Evaluation(
        measures=tuple(
            _measure(checks.mapping("measures", one)) for one in checks.listed("measures", record.get("measures"))
        ),
        label=checks.text("label", record.get("label")),
        verdict=checks.text("verdict", record.get("verdict")),
        passed=checks.natural("passed", record.get("passed")),
        checked=checks.natural("checked", record.get("checked")),
        believable=checks.flag("believable", record.get("believable")),
        **computed({"params": {}, **record}),
    )


def _measure(found: dict[str, Any]) -> Measure:
    better, passed = checks.text("better", found.get("better")), found.get("passed")
    checks.hold("better", better in {"higher", "lower"})
    texts: Any = {
        name: checks.text(name, found.get(name)) for name in ("name", "title", "sentence", "definition", "paper")
    }
    numbers: Any = {name: checks.optional(name, found.get(name)) for name in ("error", "low", "high", "reference")}
    return Measure(
        **texts,
        **numbers,
        value=checks.number("value", found.get("value")),
        better=better,
        passed=None if passed is None else checks.flag("passed", passed),
        curves=tuple(_curve(checks.mapping("curves", one)) for one in checks.listed("curves", found.get("curves"))),
        params=params_of("params", found.get("params", {})),
        random=tuple(checks.number("random", one) for one in checks.listed("random", found.get("random"))),
    )


def _curve(found: dict[str, Any]) -> Curve:
    lists = ([checks.number(name, one) for one in checks.listed(name, found.get(name))] for name in "xy")
    x, y = (np.array(one, np.float32) for one in lists)
    checks.hold("y", len(x) == len(y))
    return Curve(checks.text("name", found.get("name")), x, y)
