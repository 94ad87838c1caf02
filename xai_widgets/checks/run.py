"""One look after the other, and what they come to for every method."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_widgets.checks import passes, slopes, structure, trials
from xai_widgets.checks.subject import Subject, first_line, using
from xai_widgets.findings import Check, Finding, Verdict, worst_first
from xai_widgets.method import REGISTRY
from xai_widgets.models import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model

    Look = Callable[[Subject], Iterator[Finding]]

STRUCTURE: tuple[Look, ...] = (structure.mode, structure.types, structure.weights, structure.prepared)
PASSES: tuple[Look, ...] = (
    slopes.gradient,
    slopes.agrees,
    passes.repeats,
    passes.rows,
    passes.outputs,
)
SOUND = "Nothing was found that speaks against it."


def check_steps(model: Model, inputs: Inputs, target: Any = None) -> Iterator[Check]:
    """Check a model, and yield what is known after each look.

    The reader may stop at any yield; nothing is left behind then.

    Parameters
    ----------
    model : Model
    inputs : Inputs
    target : None, int, str, or a pair of these
        The class whose gradients are looked at.
    """
    subject = Subject(model, inputs, target)
    found: list[Finding] = []
    spent, began = 0.0, time.perf_counter()
    queue: list[Look] = [*STRUCTURE, passes.runs]
    total = len(queue) + len(PASSES) + len(trials.tried(_verdicts(subject, found)))
    for done, look in enumerate(_looks(subject, queue, found), start=1):
        found += _take(look, subject)
        verdicts = {} if done < len(queue) else _verdicts(subject, found)
        spent += time.perf_counter() - began
        yield _result(subject, found, verdicts, min(done / total, 0.99), spent)
        began = time.perf_counter()
    spent += time.perf_counter() - began
    yield _result(subject, found, _verdicts(subject, found), 1.0, spent)


def _result(
    subject: Subject, found: list[Finding], verdicts: dict[str, Verdict], fraction: float, seconds: float
) -> Check:
    forwards, backwards = (sum(getattr(run, kind) for run in subject.runs) for kind in ("forwards", "backwards"))
    return Check(worst_first(_grouped(found)), verdicts, fraction, forwards, backwards, seconds)


def _take(look: Look, subject: Subject) -> list[Finding]:
    try:
        return list(look(subject))
    except ModelError as error:  # it ran before: what fails now fails now and then
        sentence = f"The model runs, but not each time. {first_line(error)}"
        return [Finding("runs", "error", sentence, "Let forward() change no state.", using(), "unsound")]


def _looks(subject: Subject, first: list[Look], found: list[Finding]) -> Iterator[Look]:
    yield from first
    if subject.broken:
        return
    yield from PASSES
    for name in trials.tried(_verdicts(subject, found)):
        yield partial(trials.trial, name=name)


def _verdicts(subject: Subject, found: list[Finding]) -> dict[str, Verdict]:
    return {name: _verdict(name, subject, found) for name in REGISTRY}


def _verdict(name: str, subject: Subject, found: list[Finding]) -> Verdict:
    reason = REGISTRY[name]().why_not(subject.model, subject.inputs)
    if reason is not None:
        return Verdict(name, "impossible", reason)
    for effect in ("impossible", "unsound"):
        about = next((one for one in found if one.effect == effect and name in one.methods), None)
        if about is not None:
            return Verdict(name, about.effect, about.sentence)
    return Verdict(name, "sound", SOUND)


def _grouped(found: list[Finding]) -> list[Finding]:
    """Put together what is the same but for the methods it touches."""
    groups: dict[tuple[str, str], Finding] = {}
    for one in found:
        known = groups.get((one.name, one.sentence))
        groups[one.name, one.sentence] = (
            one if known is None else replace(known, methods=tuple(dict.fromkeys((*known.methods, *one.methods))))
        )
    return list(groups.values())


def refused(name: str, sentence: str, advice: str) -> Check:
    """Return the check of an input that no method can take."""
    found = Finding(name, "error", sentence, advice, using(), "impossible")
    return Check((found,), {one: Verdict(one, "impossible", sentence) for one in REGISTRY})
