"""Texts with changes: where words may go, and how what is left is spaced."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from xai_widgets.changes import Edit
from xai_widgets.text import stands_alone, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xai_widgets.text import Span

State = frozenset[Edit]
"""Changes of one text that go together: at most one in each place."""

CLOSING = ".,;:!?…)]}»”%"
"""Signs that stand right behind a word."""


def rewritten(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with edits, which lie apart from each other.

    Of the spaces on both sides of what is deleted, those of one side go with it; what is inserted gets one.
    """
    out, at = "", 0
    for edit in sorted(edits):
        out += text[at : edit.start]
        at = max(at, edit.stop)
        if edit.kind == "insert":
            out += _between(out[-1:], edit.new, text[at : at + 1])
        elif edit.new:
            out += edit.new
        else:
            out, at = _closed(text, out, at)
    return out + text[at:]


def _between(before: str, new: str, after: str) -> str:
    """Put spaces around a word where the script has them between words."""
    left = bool(before) and before.isalnum() and not (stands_alone(before) or stands_alone(new[0]))
    right = bool(after) and after.isalnum() and not (stands_alone(after) or stands_alone(new[-1]))
    return " " * left + new + " " * right


def _closed(text: str, out: str, at: int) -> tuple[str, int]:
    """Close the gap that a word has left before `at`."""
    rest = text[at:]
    space = len(rest) - len(rest.lstrip())
    opens = not out or out[-1].isspace()
    if opens and space:
        return out, at + space
    if opens and out.strip() and (not rest or rest[0] in CLOSING):
        return out.rstrip(), at
    return out, at


def editable(text: str) -> list[Span]:
    """Find the pieces of a text that may be changed: words and signs, but for characters that nobody sees."""
    return [(a, b) for a, b in words(text) if any(unicodedata.category(one)[0] != "C" for one in text[a:b])]


def is_word(piece: str) -> bool:
    """Tell words from signs."""
    return any(one.isalnum() for one in piece)


def gaps(text: str, spans: list[Span]) -> list[int]:
    """Find where a word may be put in: before each word, and after the last."""
    spoken = [(a, b) for a, b in spans if is_word(text[a:b])]
    return [*(a for a, _ in spoken), *(b for _, b in spoken[-1:])]


def deletion(text: str, span: Span) -> Edit:
    """Take a piece out."""
    return Edit(*span, "delete", text[slice(*span)], "")


def replacement(text: str, span: Span, new: str) -> Edit:
    """Put another word in place of a piece, in the piece's case."""
    old = text[slice(*span)]
    return Edit(*span, "replace", old, in_case_of(old, new))


def insertion(place: int, new: str) -> Edit:
    """Put a word in."""
    return Edit(place, place, "insert", "", new)


def in_case_of(old: str, new: str) -> str:
    """Write a word in capitals where the other is."""
    if not new.islower():
        return new
    if len(old) > 1 and old.isupper():
        return new.upper()
    return new[0].upper() + new[1:] if old[:1].isupper() else new


def compatible(state: State, edit: Edit) -> bool:
    """Tell whether an edit lies apart from those of a state; several may not share a place."""
    for one in state:
        if edit.span == one.span:
            return False
        apart = edit.stop <= one.start or one.stop <= edit.start
        if not apart:
            return False
    return True


def says_something(text: str, state: State) -> bool:
    """Tell whether a text with edits has a word left, or a sign where it had no words."""
    after = rewritten(text, state)
    return is_word(after) if is_word(text) else bool(after.strip())


def similarity(text: str, state: State) -> float:
    """Compute the share of words that stay, 0..1: one minus the words changed by those of the longer text."""
    before = sum(1 for _ in words(text))
    after = before + sum((edit.kind == "insert") - (edit.kind == "delete") for edit in state)
    return max(0.0, 1 - len(state) / max(before, after, 1))
