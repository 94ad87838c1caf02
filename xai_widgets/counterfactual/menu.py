"""What changes of single words do to one class: a word's menu, and the effect of each word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.changes import Edit, Option, Options
from xai_widgets.counterfactual.edits import deletion, says_something
from xai_widgets.counterfactual.goals import Goal
from xai_widgets.counterfactual.problem import Sources, TextProblem
from xai_widgets.counterfactual.proposals import propose
from xai_widgets.counterfactual.slopes import slopes_of
from xai_widgets.models import resolve_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.prepare import Subject
    from xai_widgets.text import Span

NEAR = 200
"""Among so many neighbours of a word's vector the menu looks."""


def about(subject: Subject, target: Any = None, sources: Sources | None = None) -> TextProblem:
    """Ask about one class of a text: by default the one predicted.

    Raises
    ------
    ValueError, TypeError
        For a class that is not there.
    """
    index = resolve_target(target, subject.prediction).index
    if not isinstance(index, int):
        msg = f"The target must be a class number, a label, or None for the likeliest, got {target!r}."
        raise TypeError(msg)
    original = int(subject.prediction.probabilities.argmax())
    goal = Goal(subject.scorer.model.task or "logits", original, index, None, subject.prediction.label(index))
    return TextProblem(subject, goal, sources or Sources())


def menu(problem: TextProblem, span: Span, *, n: int = 8, tried: int = 32) -> Iterator[Options]:
    """Find the replacements of a word, or of several, that move the prediction most.

    Parameters
    ----------
    problem : TextProblem
        Its sources say where words come from: those given, a masked language model, or neighbours of the word's vector
        in both directions of the gradient.
    span : (int, int)
        First character of what is replaced, and the one after the last.
    n : int
        How many to keep: those with the largest change, up or down. Deleting is always among them.
    tried : int
        How many to put to the model.

    Yields
    ------
    Options
        After each batch; the largest change first.
    """
    spans = [span]
    edits: list[Edit] = []
    slopes = slopes_of(problem, spans) if problem.sources.words is None and problem.sources.masked is None else None
    for found in propose(problem, spans, slopes, count=tried, near=NEAR, kinds=("replace",), both=True):
        edits += found
        yield _options(problem, [], {}, 0.0)
    edits = [deletion(problem.text, span), *dict.fromkeys(edits)]
    for values, fraction in _tried(problem, edits):
        best = sorted(values, key=lambda edit: -abs(values[edit] - values[None]) if edit else 0.0)
        kept = [edit for edit in best if edit is not None]
        struck = [edit for edit in kept if edit.kind == "delete"]
        top = kept[:n] if not struck or struck[0] in kept[:n] else [*kept[: n - 1], *struck]
        yield _options(problem, top, values, fraction)


def effects(problem: TextProblem, spans: Sequence[Span], *, mask: str | None = None) -> Iterator[Options]:
    """Find what the class loses or gains when each piece is deleted, or masked, alone.

    Parameters
    ----------
    problem : TextProblem
    spans : sequence of (int, int)
        The pieces, such as ``Text.pieces("words")``.
    mask : str, optional
        What stands in place of a piece; by default it is taken out.

    Yields
    ------
    Options
        After each batch, in the order of the text; those that are not known yet are left out, and those that would
        leave nothing to read.
    """
    text = problem.text
    edits = [
        deletion(text, span) if mask is None else Edit(*span, "replace", text[slice(*span)], mask) for span in spans
    ]
    for values, fraction in _tried(problem, edits):
        yield _options(problem, [edit for edit in edits if edit in values], values, fraction)


def _tried(problem: TextProblem, edits: Sequence[Edit]) -> Iterator[tuple[dict[Edit | None, float], float]]:
    """Score the text with each edit, and without any (None), and yield all values so far."""
    text = problem.text
    possible = [edit for edit in edits if says_something(text, frozenset([edit]))]
    wanted: list[Edit | None] = [None, *possible]
    texts = [problem.spell(frozenset([edit] if edit else [])) for edit in wanted]
    # The original comes first, whatever its length: all others are told as differences from it.
    values: dict[Edit | None, float] = {}
    goal = problem.goal
    for part in ([0], list(range(1, len(texts)))):
        for places, found in problem.subject.scorer.batches(
            [texts[i] for i in part], lambda scores: goal.values(scores).tolist()
        ):
            values.update((wanted[part[i]], value) for i, value in zip(places, found, strict=True))
            yield dict(values), len(values) / len(wanted)
    yield dict(values), 1.0


def _options(problem: TextProblem, edits: Sequence[Edit], values: dict[Edit | None, float], fraction: float) -> Options:
    prediction, index = problem.subject.prediction, problem.goal.shown
    before = values.get(None, float(prediction.probabilities[index]))
    return Options(
        original=problem.text,
        index=index,
        label=prediction.label(index) if prediction.task != "value" else "value",
        probability=before,
        options=tuple(
            Option(edit, problem.spell(frozenset([edit])), values[edit], values[edit] - before) for edit in edits
        ),
        fraction=fraction,
        forwards=problem.subject.scorer.model.forwards,
    )
