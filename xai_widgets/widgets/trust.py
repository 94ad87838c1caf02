"""How far the maps on show can be trusted: measured while a view shows it or Python asks, after everything else."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.widgets.aside import Question
from xai_widgets.widgets.health import PRIORITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.evaluations import Comparison, Curve, Evaluation, Measure
    from xai_widgets.jobs import Worker
    from xai_widgets.method import Method
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Request, Session
    from xai_widgets.wire import Doubt, Message, Trial

MOST_POINTS = 64
"""Of a curve, as views draw it."""

UNKNOWN: dict[str, Any] = {"verdict": None, "believable": None, "passed": 0, "checked": 0, "measures": []}
SAID = ("name", "title", "better", "passed", "sentence", "definition", "paper")
NOBODY: dict[str, Any] = {"id": None, "method": None, "label": None}


@dataclass(frozen=True)
class Finished:
    """What a run has ended with: the ask it answers, how it is measured, and what views are told it is."""

    number: int
    steps: Callable[[], Iterator[Evaluation | None]]
    about: dict[str, Any]


class Trust:
    """What is known of how far that which one widget shows can be trusted.

    Its methods may be called on any thread and return at once.

    Parameters
    ----------
    worker : Worker
        Whose thread measures.
    post : callable
        Sends a message to the views.
    found : callable
        Is told the slot, the number of the ask, what was found so far, and how views are told of it.
    slots : str
        A letter each.
    """

    def __init__(
        self,
        worker: Worker,
        post: Callable[[Message], None],
        found: Callable[[str, int, Evaluation, dict[str, Any]], None],
        slots: str = "a",
    ) -> None:
        self._post, self._found = post, found
        empty = {**UNKNOWN, "fraction": 0.0, "notes": []}
        self._questions = {slot: Question(worker, "trust", priority=PRIORITY, post=post, empty=empty) for slot in slots}
        self._lock = threading.RLock()
        self._maps: dict[str, Finished] = {}
        self._shown: set[str] = set()
        """The slots that a view wants to know of."""
        self._awaited: set[str] = set()
        """Those that Python waits for."""
        self._asked: dict[str, int] = {}
        """By slot, the ask whose map is being measured, or was to the end."""

    def answer(self, message: Doubt) -> None:
        """Measure as long as a view shows it."""
        slot, question = message.slot, self._questions[message.slot]
        with self._lock:
            if message.open:
                self._shown.add(slot)
                self._measure(slot)
                return
            self._shown.discard(slot)
            if slot not in self._awaited and not question.wait(0):
                self._asked.pop(slot, None)
                question.stop()

    def wait(self, slot: str, timeout: float | None) -> Question:
        """Measure the map in a slot and wait for the end, whether or not a view shows it.

        Raises
        ------
        TimeoutError
            When the time passed before.
        """
        question = self._questions[slot]
        with self._lock:
            self._awaited.add(slot)
            self._measure(slot)
        try:
            if not question.wait(timeout):
                msg = f"The explanation was not measured within {timeout:.3g} s; `w.evaluation` holds what there is."
                raise TimeoutError(msg)
        finally:
            self._awaited.discard(slot)
        return question

    def _measure(self, slot: str) -> None:
        """Measure the map in a slot, unless that is done, or being done."""
        question = self._questions[slot]
        with self._lock:
            known = self._maps.get(slot)
            if known is None or (self._asked.get(slot) == known.number and question.error is None):
                question.repeat(self._post)
                return
            number = self._asked[slot] = known.number

            def tell(message: Message, found: Evaluation) -> None:
                message.content.update(judged(found), notes=list(found.notes))
                self._found(slot, number, found, message.content)

            question.ask(known.steps, tell, {"slot": slot, "id": number, **known.about})

    def anew(self) -> None:
        """Measure all maps again, as soon as somebody wants to know: what is measured of them has changed."""
        with self._lock:
            self._asked.clear()
            for slot in self._shown:
                self._measure(slot)

    def begin(self, slot: str) -> None:
        """Forget what was found of a slot: another map is on its way, or none any more."""
        with self._lock:
            self._maps.pop(slot, None)
            self._asked.pop(slot, None)
            self._questions[slot].clear({"slot": slot, **NOBODY})

    def settle(self, slot: str, finished: Finished) -> None:
        """Take what a run has ended with."""
        with self._lock:
            self._maps[slot] = finished
            if slot in self._shown:
                self._measure(slot)

    def repeat(self, post: Callable[[Message], None]) -> None:
        """Say again what is known, for a view that has just opened."""
        for one in self._questions.values():
            one.repeat(post)

    def close(self) -> None:
        """Stop for good, and forget."""
        for one in self._questions.values():
            one.close()
        with self._lock:
            self._maps.clear()


class Trials(Trust):
    """The same of the maps of requests, on show and compared, and of those of several methods beside each other.

    Parameters
    ----------
    worker : Worker
    session : Session
    post, found : callable
        As of `Trust`.
    """

    def __init__(
        self,
        worker: Worker,
        session: Session,
        post: Callable[[Message], None],
        found: Callable[[str, int, Evaluation, dict[str, Any]], None],
    ) -> None:
        super().__init__(worker, post, found, "ab")
        self._session = session
        empty: dict[str, Any] = {"rows": [], "fraction": 0.0, "notes": []}
        self._trial = Question(worker, "trial", priority=PRIORITY, post=post, empty=empty)
        self._tried: tuple[Any, Any] | None = None
        """What the comparison of methods is about."""

    def renew(self, slot: str, request: Request | None) -> None:
        """Forget what was found of a slot, and of methods beside each other where these were asked something else."""
        with self._lock:
            self.begin(slot)
            if slot == "a" and request is not None and self._tried != (request.target, request.edits):
                self._trial.clear({"methods": []})

    def finish(self, slot: str, number: int, request: Request, result: Attribution) -> None:
        """Take the map that a run has ended with."""
        about = {"method": result.method, "label": result.label}
        self.settle(slot, Finished(number, partial(self._session.evaluate, request, result), about))

    def try_out(self, asked: Trial, request: Request, methods: Sequence[Method]) -> None:
        """Measure the maps of several methods of what is on show, one after the other."""
        if not asked.open:
            self._trial.stop()
            return
        session, self._tried = self._session, (request.target, request.edits)

        def tell(message: Message, found: Comparison) -> None:
            rows = [{**judged(one, drawn=False), **traced(one)} for one in found.evaluations]
            message.content.update(rows=rows, fraction=found.fraction, notes=list(found.notes))

        self._trial.ask(lambda: session.compare(request, methods), tell, {"methods": [one.name for one in methods]})

    def repeat(self, post: Callable[[Message], None]) -> None:
        """Say again what is known, for a view that has just opened."""
        super().repeat(post)
        self._trial.repeat(post)

    def close(self) -> None:
        """Stop for good, and forget."""
        super().close()
        self._trial.close()


def judged(found: Evaluation, *, drawn: bool = True) -> dict[str, Any]:
    """Tell what was measured of one map; with curves, where they are to be drawn."""
    return {
        # Before the first check has ended there is nothing to be said.
        "verdict": found.verdict if found.checked else None,
        "believable": found.believable if found.checked else None,
        "passed": found.passed,
        "checked": found.checked,
        "measures": [_measure(one, drawn=drawn) for one in found.measures],
        "fraction": found.fraction,
    }


def traced(found: Evaluation) -> dict[str, Any]:
    """Tell of what it is and how it was computed: columns of a table that somebody takes away."""
    params = json.dumps(dict(found.params), default=str)
    made = {"label": found.label, "params": params, "seed": found.seed, "model_hash": found.model_hash}
    return {"method": found.method, "computed": {**made, **found.provenance}}


def _measure(one: Measure, *, drawn: bool) -> dict[str, Any]:
    numbers = {name: _finite(getattr(one, name)) for name in ("value", "error", "low", "high", "reference")}
    said = {name: getattr(one, name) for name in SAID}
    return {**said, **numbers, "curves": [_curve(line) for line in one.curves] if drawn else []}


def _curve(one: Curve) -> dict[str, Any]:
    """Thin a curve to what is seen of it."""
    places = np.linspace(0, max(0, len(one.x) - 1), min(MOST_POINTS, len(one.x))).round().astype(int)
    return {"name": one.name, **{axis: [_finite(v, 4) for v in getattr(one, axis)[places]] for axis in "xy"}}


def _finite(value: float | None, digits: int = 9) -> float | None:
    """Return what JSON can hold."""
    return float(f"{value:.{digits}g}") if value is not None and math.isfinite(value) else None
