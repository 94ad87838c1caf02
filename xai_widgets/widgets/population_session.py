"""The computing half of the explorer of populations: questions, and what was found out about each."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from xai_widgets.evaluation.other_rows import gauges_of
from xai_widgets.evaluation.population import StudySubject
from xai_widgets.evaluation.runs import gauge
from xai_widgets.population import create_study, run_study

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.population import Population, Study
    from xai_widgets.populations import Effects, PopulationResult

TWO = 2
LINES, POINTS = 50, 20
"""Values that a number takes for a curve, and for a map."""
MOST_CHOICES, MOST_CELLS = 500, 2500
"""Categories of a column, and pairs of two columns', that may be gone through: more cannot be drawn."""
MOST_PASSES = 1_000_000
"""Rows with other values that a curve or a map passes through the model: of large tables, some rows stand for all."""
FEWEST = 1000
SHARE = 0.05
"""Of the work for a column, that accumulated local effects take, about."""


@dataclass(frozen=True)
class Topic:
    """One kind of question: which methods answer it, of how many columns, and which parameters a view may set."""

    studies: tuple[str, ...]
    columns: int = 0
    params: tuple[str, ...] = ()


TOPICS = {
    "importance": Topic(("permutation_importance",), 0, ("n_repeats",)),
    "effect": Topic(("partial_dependence", "accumulated_local_effects"), 1),
    "pair": Topic(("partial_dependence",), 2),
    "contributions": Topic(("global_importance",), 0, ("n_rows",)),
    "tree": Topic(("surrogate_tree",), 0, ("depth",)),
    "sensitivity": Topic(("sensitivity",), 0, ("scheme",)),
}


@dataclass(frozen=True)
class StudyRequest:
    """One question.

    Attributes
    ----------
    topic : str
        Of `TOPICS`.
    columns : tuple of int
    params : tuple of (str, object)
        That differ from the defaults.
    """

    topic: str
    columns: tuple[int, ...] = ()
    params: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Along:
    """What is known of one column: by setting all rows to each value, and row by row in its own neighbourhood."""

    accumulated: Effects | None
    dependence: Effects | None

    @property
    def fraction(self) -> float:
        """Share of the work that is done, 0..1."""
        parts = [0.0 if one is None else one.fraction for one in (self.accumulated, self.dependence)]
        return parts[1] if self.accumulated is None else SHARE * parts[0] + (1 - SHARE) * parts[1]


StudyResult = Any
"""`Along`, or a result of the method."""


def result_of(found: StudyResult) -> PopulationResult:
    """Return the one result to draw where there is room for one."""
    result: Any = (found.dependence or found.accumulated) if isinstance(found, Along) else found
    return cast("PopulationResult", result)


def results_of(found: StudyResult | None) -> list[PopulationResult]:
    """Return all results of an answer."""
    every = (found.dependence, found.accumulated) if isinstance(found, Along) else (found,)
    return [one for one in every if one is not None]


class PopulationSession:
    """A population, and the newest that was found out about it.

    Parameters
    ----------
    population : Population
    seed : int
    """

    def __init__(self, population: Population, seed: int) -> None:
        self.population, self.seed = population, seed
        self._known: dict[StudyRequest, tuple[int, StudyResult]] = {}

    def asked(self, topic: str, columns: Sequence[str | int], params: dict[str, Any]) -> StudyRequest:
        """Check a question.

        Raises
        ------
        ValueError, TypeError
            For one that cannot be answered, saying why.
        """
        if topic not in TOPICS:
            msg = f"there is no question {topic!r}: choose one of {', '.join(TOPICS)}."
            raise ValueError(msg)
        places = tuple(self.population.place(one) for one in columns)
        wanted = TOPICS[topic].columns
        if len(places) != wanted or len(set(places)) != wanted:
            msg = f"{topic!r} is asked of {wanted or 'no'} columns{', different ones' * (wanted > 1)}, got {columns!r}."
            raise ValueError(msg)
        if unknown := next((name for name in params if name not in TOPICS[topic].params), None):
            msg = f"{topic!r} has no parameter {unknown!r}."
            raise ValueError(msg)
        asked = StudyRequest(topic, places, tuple(sorted(params.items())))
        for study in self._studies(asked):
            if (reason := study.why_not(self.population)) is not None:
                raise ValueError(reason)
        return asked

    def why_not(self, topic: str) -> str | None:
        """Say why a question cannot be answered at all; None where it can."""
        reasons = (create_study(name, {}).why_not(self.population) for name in TOPICS[topic].studies)
        return next((one for one in reasons if one is not None), None)

    def known(self, asked: StudyRequest) -> StudyResult | None:
        """Return the newest that was found out."""
        return self._known.get(asked, (0, None))[1]

    def steps(self, asked: StudyRequest) -> Iterator[StudyResult | None]:
        """Yield ever-better answers; at once the last one where the model is still the same."""
        weights = self.population.model.fresh().weights
        before, found = self._known.get(asked, (None, None))
        if found is not None and found.fraction == 1 and before == weights:
            yield found
            return
        for found in self._look(asked):
            if found is not None:
                self._known[asked] = weights, found
            yield found

    def evaluate(self, asked: StudyRequest) -> Iterator[Evaluation | None]:
        """Measure how far the newest answer can be trusted."""
        population = dataclasses.replace(self.population, model=self.population.model.fresh().plain())
        found, model = self.known(asked), population.model
        result = result_of(found)
        accumulated = found.accumulated if isinstance(found, Along) else None
        subject = StudySubject(population, self._studies(asked)[0], result, accumulated)
        about = {"label": result.label, "method": result.method, "params": result.params}

        def spent() -> dict[str, Any]:
            return {"forwards": model.forwards, "notes": model.notes}

        yield from gauge(subject, gauges_of(subject), about, model=model, spent=spent, seed=self.seed)

    def _look(self, asked: StudyRequest) -> Iterator[StudyResult | None]:
        cells = self._cells(asked)
        if asked.topic != "effect":
            [study] = self._studies(asked)
            yield from self._run(study, cells)
            return
        accumulated: Any = None
        dependence, *ordered = self._studies(asked)
        for study in ordered:
            for found in self._run(study, 1):
                accumulated = found or accumulated
                yield None if found is None else Along(accumulated, None)
        for found in self._run(dependence, cells):
            yield None if found is None else Along(accumulated, cast("Effects", found))

    def _run(self, study: Study, cells: int) -> Iterator[PopulationResult | None]:
        """Run a method, on so many rows that each may take so many values."""
        population, every = self.population, len(self.population.rows)
        most = max(FEWEST, MOST_PASSES // cells)
        if cells == 1 or every <= most:
            yield from run_study(study, population, seed=self.seed)
            return
        some = population.rows[population.shuffled(self.seed)[:most]]
        note = f"{most:,} rows, drawn by chance, stand for all {every:,}."
        for found in run_study(study, dataclasses.replace(population, rows=some, truth=None), seed=self.seed):
            yield found and dataclasses.replace(found, notes=(*found.notes, note))

    def _studies(self, asked: StudyRequest) -> list[Study]:
        names = TOPICS[asked.topic].studies
        params: dict[str, Any] = dict(asked.params)
        if asked.columns:
            params["columns"] = [asked.columns] if len(asked.columns) > 1 else list(asked.columns)
            # Categories have no order to go along.
            choices = self.population.table.columns[asked.columns[0]].choices
            names = names[:1] if len(choices) > TWO else names
        return [create_study(name, params) for name in names]

    def _cells(self, asked: StudyRequest) -> int:
        """Return how many values, or pairs of them, are gone through, at most.

        Raises
        ------
        ValueError
            For more categories than can be drawn.
        """
        columns = [self.population.table.columns[i] for i in asked.columns]
        for one in columns:
            if len(one.choices) > MOST_CHOICES:
                msg = f"{one.name!r} has {len(one.choices):,} categories, too many to go through one by one."
                raise ValueError(msg)
        points = POINTS if len(columns) > 1 else LINES
        cells = math.prod(len(one.choices) or points for one in columns)
        if len(columns) > 1 and cells > MOST_CELLS:
            msg = f"{columns[0].name!r} and {columns[1].name!r} have {cells:,} pairs of values, too many for a map."
            raise ValueError(msg)
        return cells
