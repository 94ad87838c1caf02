"""Counterfactuals in words and as a page's part."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from xai_widgets.changes import Candidate, RowCandidate
from xai_widgets.export.words import clean, score, short
from xai_widgets.language import told
from xai_widgets.picture_changes import PictureCandidate

if TYPE_CHECKING:
    from xai_widgets.changes import Counterfactuals

MARKS = {"keep": ("", ""), "delete": ("[−", "−]"), "insert": ("{+", "+}")}
"""Around the parts, where there is nothing but letters."""

STYLES = {
    "delete": ("del", "opacity:.65;text-decoration:line-through"),
    "insert": ("ins", "font-weight:600;text-decoration:underline"),
}
"""How the parts look: never by colour alone."""


def heading(found: Counterfactuals) -> str:
    """Say what was asked."""
    (name, chance), *_ = found.prediction.top(1)
    return told(f"{clean(name)} {score(chance, found.prediction.task)} now. What would make it {clean(found.label)}?")


def verdict(found: Counterfactuals, one: Candidate | RowCandidate | PictureCandidate) -> str:
    """Say what the model makes of a candidate."""
    task = one.prediction.task
    (name, chance), *_ = one.prediction.top(1)
    whose = found.prediction.label(found.index)
    moved = "" if whose == name else f"{clean(whose)} "
    parts = [f"{clean(name)} {score(chance, task)}", f"{moved}Δ{_signed(one.delta, task)}"]
    if isinstance(one, PictureCandidate):
        if one.regions is not None:
            parts.append(f"{len(one.regions)} region{'s' * (len(one.regions) != 1)}")
        parts.append(f"{one.area:.1%} of the picture")
        parts.append(f"stays in {round(3 * one.survives)} of 3 copies that look the same")
        return ", ".join(map(told, parts))
    parts.append(f"{len(one.edits)} edit{'s' * (len(one.edits) != 1)}")
    if isinstance(one, RowCandidate):
        parts[-1] = parts[-1].replace("edit", "change")
        parts.append(f"effort {short(one.effort)}")
    elif one.fluency is not None:
        parts.append(f"fluency {_signed(one.fluency, 'value')}")
    return ", ".join(map(told, parts))


def _signed(value: float, task: str) -> str:
    number = short(value) if task == "value" else f"{100 * value:.1f}".replace("-", "−")
    return f"{'+' if value > 0 else ''}{number}"


def changes_text(found: Counterfactuals) -> str:
    """Write counterfactuals as plain text."""
    lines = [heading(found)]
    for k, one in enumerate(found.candidates, 1):
        parts = ["".join((MARKS[kind][0], _visible(words), MARKS[kind][1])) for kind, words in _parts(found, one)]
        lines += [f"{k}. {''.join(parts)}", f"   {verdict(found, one)}"]
    return "\n".join([*lines, *remarks(found)])


def changes_html(found: Counterfactuals) -> str:
    """Write counterfactuals as HTML; whatever a text holds is shown and never obeyed."""
    items = []
    for one in found.candidates:
        parts = []
        for kind, words in _parts(found, one):
            tag, style = STYLES.get(kind, ("span", ""))
            parts.append(f'<{tag} style="unicode-bidi:isolate;{style}">{escape(_visible(words))}</{tag}>')
        items.append(
            f'<li><span dir="auto">{"".join(parts)}</span><br><small>{escape(verdict(found, one))}</small></li>'
        )
    said = "".join(f"<p><small>{escape(one)}</small></p>" for one in remarks(found))
    return f"<div><p>{escape(heading(found))}</p><ol>{''.join(items)}</ol>{said}</div>"


def _parts(found: Counterfactuals, one: Candidate | RowCandidate | PictureCandidate) -> list[tuple[str, str]]:
    """Divide it into what is kept, taken out and put in."""
    if isinstance(one, PictureCandidate):
        return [("keep", _regions(one))]
    if isinstance(one, Candidate):
        return one.diff(found.original)
    parts: list[tuple[str, str]] = []
    for k, change in enumerate(one.changes):
        parts += [("keep", f"{'; ' if k else ''}{change.column}: "), ("delete", _cell(change.old))]
        parts += [("keep", " → "), ("insert", _cell(change.new))]
    return parts


def _regions(one: PictureCandidate) -> str:
    if one.regions is None:
        return f"pixels changed by {one.distance:.1%} on average"
    listed = ", ".join(map(str, one.regions))
    return f"{'covered' if one.edit is not None else 'taken over'}: region{'s' * (len(one.regions) != 1)} {listed}"


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def remarks(found: Counterfactuals) -> list[str]:
    """Say what else the reader should know."""
    # Of pictures, a note says it with its numbers.
    said = ["No smaller set of the edits tried does it."] if found.fewest and not found.is_picture else []
    said += [f"{found.fraction:.0%} of the search is done."] if found.fraction < 1 else []
    return [told(one) for one in (*said, *map(clean, found.notes))]


def _visible(words: str) -> str:
    """Show what has no shape, such as marks that turn writing around, by its number."""
    return "".join(c if c.isprintable() or c in "\n\t\u200d" else f"\\u{ord(c):04x}" for c in words)
