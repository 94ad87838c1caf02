"""The order of a report: results about one input together, each with its sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_widgets._version import __version__
from xai_widgets.changes import Counterfactuals
from xai_widgets.evaluations import Evaluation
from xai_widgets.export import charts
from xai_widgets.export.drawn import Drawn
from xai_widgets.export.facts import facts
from xai_widgets.export.words import clean, title_of
from xai_widgets.language import phrase, told
from xai_widgets.populations import PopulationResult
from xai_widgets.provenance import provenance
from xai_widgets.reports import otherwise, trust, why
from xai_widgets.reports.language import paragraph, say
from xai_widgets.reports.markup import Html, figure, quoted, tag
from xai_widgets.results import Attribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xai_widgets.results import Prediction

KNOWN = (Attribution, Counterfactuals, Evaluation, PopulationResult, Drawn)


@dataclass
class Input:
    """One input, and all that is told of it."""

    prediction: Prediction
    explanations: list[Attribution] = field(default_factory=list)
    changes: list[Counterfactuals] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)


def gathered(given: Sequence[Any]) -> list[Any]:
    """Return the results in what was given, those of widgets too.

    Raises
    ------
    TypeError
        For what is neither.
    """
    found: list[Any] = []
    for one in given:
        if isinstance(one, KNOWN):
            found.append(one)
        elif isinstance(one, (list, tuple)):
            found += gathered(one)
        elif hasattr(one, "as_page"):
            found += one.results()
        else:
            msg = f"report tells of results and widgets, not of {type(one).__name__}."
            raise TypeError(msg)
    return found


def read_in(given: Sequence[Any]) -> Iterator[str]:
    """Tell in which languages widgets among what was given are read."""
    for one in given:
        if isinstance(one, (list, tuple)):
            yield from read_in(one)
        else:
            yield getattr(one, "language", "")


def written(found: Sequence[Any]) -> tuple[str, Html]:
    """Return the title and the body of a report."""
    populations = [(one, list[Evaluation]()) for one in found if isinstance(one, PopulationResult)]
    drawings = [one for one in found if isinstance(one, Drawn)]
    inputs = _inputs(found, populations)
    names = [phrase("Why {}?", clean(_label(one))) for one in inputs]
    titles = [*names, *(told(one.title) for one in drawings)]
    title = titles[0] if len(titles) == 1 and not populations else phrase("Explanations of a model's answers")
    made = provenance()
    when = made["time"].partition("T")[0]
    intro = say("Written on {} by xai_widgets {}: by rules, from numbers, by no language model.", when, __version__)
    several = len(titles) > 1 or bool(populations)
    sections = [_section(one, name if several else None) for one, name in zip(inputs, names, strict=True)]
    sections += [_population(one, evaluations) for one, evaluations in populations]
    sections += map(_drawing, drawings)
    return title, tag(
        "main", tag("h1", title), tag("p", intro), *sections, tag("p", say(trust.LIMITS), class_="limits")
    )


def _inputs(found: Iterable[Any], populations: Sequence[tuple[PopulationResult, list[Evaluation]]]) -> list[Input]:
    inputs: dict[Any, Input] = {}
    strays: list[Evaluation] = []
    for one in found:
        if isinstance(one, (Attribution, Counterfactuals)):
            prediction = one.prediction
            key = (prediction.task, prediction.labels, prediction.probabilities.tobytes())
            kept = inputs.setdefault(key, Input(prediction))
            (kept.explanations if isinstance(one, Attribution) else kept.changes).append(one)  # type: ignore[arg-type]
        elif isinstance(one, Evaluation):
            strays.append(one)
    for one in strays:
        owners = [kept.evaluations for kept in inputs.values() if any(_of(one, a) for a in kept.explanations)]
        # One method tells of several columns: by its parameters they are told apart.
        owners += [own for of, own in populations if _of(one, of) and dict(one.params) == dict(of.params)]
        if not owners:
            msg = f"report has an evaluation of {one.method} of {one.label!r}, but not the explanation that it is of."
            raise ValueError(msg)
        owners[0].append(one)
    return list(inputs.values())


def _of(one: Evaluation, a: Attribution | PopulationResult) -> bool:
    return (one.method, one.label, one.model_hash) == (a.method, a.label, a.model_hash)


def _label(one: Input) -> str:
    return one.explanations[0].label if one.explanations else one.prediction.label(one.changes[0].index)


def _section(one: Input, name: str | None) -> Html:
    level = "h2" if name is None else "h3"
    parts: list[Html | None] = [None if name is None else tag("h2", name), *_subject(one)]
    parts += [tag(level, say("What was predicted")), *why.prediction(one.prediction)]
    if one.explanations:
        parts.append(tag(level, say("Why")))
        for a in one.explanations:
            several = len(one.explanations) > 1
            asked = say("{}: why {}?", told(title_of(a.method)), clean(a.label))
            parts += [tag("h4", asked) if several else None, *why.explanation(a)]
    if one.changes:
        parts.append(tag(level, say("What would change it")))
        parts += [part for found in one.changes for part in otherwise.changes(found)]
    if one.explanations:
        parts += [tag(level, say("How far to trust it")), *map(trust.certainty, one.explanations)]
        parts += trust.agreements(one.explanations)
        parts += [part for found in one.evaluations for part in trust.measured(found)]
        parts += [] if one.evaluations else [trust.none_measured()]
    parts.append(tag(level, say("How it was computed")))
    return tag("section", *parts, *map(computed, [*one.explanations, *one.changes, *one.evaluations]))


def _subject(one: Input) -> list[Html | None]:
    """Return the text that was read; a picture is shown under its map, and a row by its columns."""
    said = next((a.text.text for a in one.explanations if a.text is not None), None)
    said = said or next((c.original for c in one.changes if isinstance(c.original, str)), None)
    return [] if said is None else [tag("blockquote", said, dir="auto")]


def _population(one: PopulationResult, evaluations: Sequence[Evaluation]) -> Html:
    name = told(one.method.replace("_", " ").capitalize() or type(one).__name__)
    title = say("{} of {}", name, quoted(one.label))
    said = say("This is about many rows together, and not about a single answer.")
    measured = [part for found in evaluations for part in trust.measured(found)]
    return tag(
        "section", tag("h2", title), paragraph(said), figure(charts.png(one), charts.text(one), name),
        paragraph(*(told(clean(each)) for each in charts.sentences(one))), *measured,
        *map(computed, [one, *evaluations]),
    )  # fmt: skip


def _drawing(one: Drawn) -> Html:
    said, title = [paragraph(told(line)) for line in one.lines], told(one.title)
    measured = [] if one.evaluation is None else [*trust.measured(one.evaluation), computed(one.evaluation)]
    return tag("section", tag("h2", title), figure(one.png, "\n".join(map(told, one.lines)), title), *said, *measured)


def computed(one: Any) -> Html:
    """Tell how a result was computed."""
    lines = (re.split(r": |：", told(f"{name}: {value}"), maxsplit=1) for name, value in facts(one).items())  # noqa: RUF001
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in lines))
