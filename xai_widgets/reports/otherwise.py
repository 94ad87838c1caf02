"""What would have to change for another answer, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.changes import Candidate, RowCandidate
from xai_widgets.export.diffs import heading, remarks, verdict
from xai_widgets.export.picture_diffs import changes_png
from xai_widgets.export.words import clean, score
from xai_widgets.reports.markup import Html, figure, joined, listed, paragraph, quoted, tag

if TYPE_CHECKING:
    from xai_widgets.changes import Counterfactuals

SHOWN = 5
"""Ways that are told."""


def changes(found: Counterfactuals) -> list[Html | None]:
    """Tell the ways to another answer, the best first."""
    parts: list[Html | None] = [paragraph(heading(found))]
    if not found.candidates:
        parts.append(paragraph("None was found."))
    elif found.is_picture:
        parts.append(figure(changes_png(found), heading(found), "Before, after, and what changed."))
    else:
        parts.append(paragraph(_first(found, found.candidates[0])))
        items = [
            tag("li", _way(found, one), tag("br"), tag("small", verdict(found, one)))
            for one in found.candidates[:SHOWN]
        ]
        parts.append(tag("ol", *items))
    return [*parts, paragraph(*remarks(found))]


def _first(found: Counterfactuals, one: Candidate | RowCandidate) -> Html:
    (name, chance), *_ = one.prediction.top(1)
    many = f"{len(one.edits)} change{'s are' if len(one.edits) > 1 else ' is'} enough: "
    return joined(many, listed([_said(edit) for edit in one.edits]), f". Then the answer is {clean(name)}",
                  f" ({score(chance, found.prediction.task)}).")  # fmt: skip


def _said(edit: Any) -> Html:
    if hasattr(edit, "column"):
        return joined(quoted(edit.column), f" from {_cell(edit.old)} to {_cell(edit.new)}")
    if edit.kind == "delete":
        return joined("leave out ", quoted(edit.old))
    if edit.kind == "insert":
        return joined("add ", quoted(edit.new))
    return joined("write ", quoted(edit.new), " for ", quoted(edit.old))


def _way(found: Counterfactuals, one: Candidate | RowCandidate) -> Html:
    if isinstance(one, RowCandidate):
        cells = ((edit.column, tag("del", _cell(edit.old)), tag("ins", _cell(edit.new))) for edit in one.edits)
        return listed([joined(quoted(name), ": ", old, " → ", new) for name, old, new in cells])
    names = {"delete": "del", "insert": "ins"}
    return tag("span", *(tag(names.get(kind, "span"), words) for kind, words in one.diff(found.original)), dir="auto")


def _cell(value: Any) -> str:
    return clean(f"{value:.6g}" if isinstance(value, float) else str(value))
