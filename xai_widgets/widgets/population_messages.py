"""What is said of a population, as ``docs/protocol.md`` has it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets._version import __version__
from xai_widgets.populations import Contributions, Curve, Effects, Importances, SurrogateTree
from xai_widgets.populations.contributions import drawn
from xai_widgets.widgets import table_messages
from xai_widgets.widgets.population_session import MOST_CHOICES, TOPICS, Along, result_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.inputs.table import Table
    from xai_widgets.populations import PopulationResult, Surface
    from xai_widgets.widgets.population_session import PopulationSession, StudyResult
    from xai_widgets.wire import Message

    Values = NDArray[np.float64]

MOST_POINTS = 100_000
"""Points of single rows' lines that are sent."""
SEEN = 0.025, 0.975
FEW = 50
"""A column of more values than this is drawn between these quantiles of the data."""


def spec(session: PopulationSession) -> dict[str, Any]:
    """Tell what never changes."""
    population = session.population
    table = population.table
    return {
        "v": 1,
        "kind": "population",
        "version": __version__,
        "rows": len(population.rows),
        "columns": [_column(table, i) for i in range(len(table.columns))],
        "label": population.label,
        "valued": population.valued,
        "questions": [{"name": name, "why_not": session.why_not(name)} for name in TOPICS],
    }


def _column(table: Table, i: int) -> dict[str, Any]:
    told = table_messages.column(table, i, table.columns[i].low)
    return told if len(told["choices"]) <= MOST_CHOICES else {**told, "choices": [], "counts": []}


def add_result(answer: Message, found: StudyResult, table: Table) -> None:
    """Tell an answer: how far it has come, and what it holds."""
    result = result_of(found)
    _common(answer, result)
    answer.content["fraction"] = found.fraction
    if isinstance(found, Along):
        _along(answer, found, table)
    elif isinstance(result, Effects):
        _surface(answer, result)
    elif isinstance(result, SurrogateTree):
        _tree(answer, result)
    elif isinstance(result, Importances):
        _bars(answer, result)
        if isinstance(result, Contributions):
            _dots(answer, result)


def _common(answer: Message, result: PopulationResult) -> None:
    told = {name: getattr(result, name) for name in ("label", "rows", "seconds", "forwards")}
    answer.content.update(told, notes=list(result.notes), unit=result.unit, known=True)  # type: ignore[attr-defined]


def _bars(answer: Message, result: Importances) -> None:
    answer.add("values", result.values, "<f4")
    answer.content["interval"] = None if result.interval is None else answer.attached(result.interval, "<f4")
    answer.content["measures"] = {name: answer.attached(one, "<f4") for name, one in result.measures.items()}


def _dots(answer: Message, result: Contributions) -> None:
    shown, rows = drawn(result)
    answer.content["shown"] = shown
    answer.add("local", result.local[rows, shown], "<u2").add("data", result.data[rows, shown], "<f4")
    answer.add("places", result.places[rows], "<u4")


def _along(answer: Message, found: Along, table: Table) -> None:
    for name, one in (("dependence", found.dependence), ("accumulated", found.accumulated)):
        answer.content[name] = None if one is None else _curve(answer, one.effects[0])
    [place] = answer.content["columns"]
    values = table.data[:, place]
    values = values[np.isfinite(values)]
    # Of the two, one is a level and the other a difference: by this they lie on one axis.
    answer.content["level"] = None if found.dependence is None else _mean(found.dependence.effects[0], values)
    shown = values if len(np.unique(values)) <= FEW else np.quantile(values, SEEN)
    low, high = float(shown.min()), float(shown.max())
    answer.content.update(domain=[low, high], counts=table_messages.counts(table.columns[place], values, low, high))


def _curve(answer: Message, one: Curve | Surface) -> dict[str, Any]:
    assert isinstance(one, Curve)
    lines = one.lines[: MOST_POINTS // len(one.places)]
    return {
        "grid": answer.attached(one.places, "<f4"),
        "mean": answer.attached(one.mean, "<f4"),
        "interval": answer.attached(one.interval, "<f4"),
        "lines": answer.attached(lines, "<u2") if lines.size else None,
    }


def _mean(one: Curve | Surface, values: Values) -> float:
    assert isinstance(one, Curve)
    return float(np.interp(values, one.places, one.mean).mean())


def _surface(answer: Message, result: Effects) -> None:
    [one] = result.effects
    assert not isinstance(one, Curve)
    answer.add("mean", one.mean, "<f4").add("interval", one.interval, "<f4")
    answer.content["grids"] = [answer.attached(places, "<f4") for places in one.places]


def _tree(answer: Message, result: SurrogateTree) -> None:
    answer.content.update({name: getattr(result, name) for name in ("fidelity", "guess", "held_out", "measure")})
    answer.content.update(nodes=[dataclasses.astuple(one) for one in result.nodes], rules=result.rules())
