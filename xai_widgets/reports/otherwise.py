"""What would have to change for another answer, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.changes import Candidate, RowCandidate
from xai_widgets.export.diffs import heading, remarks, verdict
from xai_widgets.export.picture_diffs import changes_png
from xai_widgets.export.words import clean, score
from xai_widgets.reports.language import listed, paragraph, say
from xai_widgets.reports.markup import Html, figure, joined, quoted, tag

if TYPE_CHECKING:
    from xai_widgets.changes import Counterfactuals

SHOWN = 5
"""Ways that are told."""


def changes(found: Counterfactuals) -> list[Html | None]:
    """Tell the ways to another answer, the best first."""
    parts: list[Html | None] = [paragraph(heading(found))]
    if not found.candidates:
        parts.append(paragraph(say("None was found.")))
    elif found.is_picture:
        parts.append(figure(changes_png(found), heading(found), say("Before, after, and what changed.")))
    else:
        parts.append(paragraph(_first(found, found.candidates[0])))
        items = [
            tag("li", _way(found, one), tag("br"), tag("small", _verdict(found, one)))
            for one in found.candidates[:SHOWN]
        ]
        parts.append(tag("ol", *items))
    return [*parts, paragraph(*remarks(found))]


def _first(found: Counterfactuals, one: Candidate | RowCandidate) -> Html:
    (name, chance), *_ = one.prediction.top(1)
    edits, answer = listed([_said(edit) for edit in one.edits]), clean(name)
    sure = score(chance, found.prediction.task)
    if len(one.edits) == 1:
        return say("1 change is enough: {}. Then the answer is {} ({}).", edits, answer, sure)
    return say("{} changes are enough: {}. Then the answer is {} ({}).", len(one.edits), edits, answer, sure)


def _verdict(found: Counterfactuals, one: Candidate | RowCandidate) -> Html:
    first, *more = verdict(found, one).split(", ")
    return joined(first, *(part for each in more for part in (say(", "), each)))


def _said(edit: Any) -> Html:
    if hasattr(edit, "column"):
        return say("{} from {} to {}", quoted(edit.column), _cell(edit.old), _cell(edit.new))
    if edit.kind == "delete":
        return say("leave out {}", quoted(edit.old))
    if edit.kind == "insert":
        return say("add {}", quoted(edit.new))
    return say("write {} for {}", quoted(edit.new), quoted(edit.old))


def _way(found: Counterfactuals, one: Candidate | RowCandidate) -> Html:
    if isinstance(one, RowCandidate):
        cells = ((edit.column, tag("del", _cell(edit.old)), tag("ins", _cell(edit.new))) for edit in one.edits)
        return listed([joined(quoted(name), ": ", old, " → ", new) for name, old, new in cells])
    names = {"delete": "del", "insert": "ins"}
    return tag("span", *(tag(names.get(kind, "span"), words) for kind, words in one.diff(found.original)), dir="auto")


def _cell(value: Any) -> str:
    return clean(f"{value:.6g}" if isinstance(value, float) else str(value))
