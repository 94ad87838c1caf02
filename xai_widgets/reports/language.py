"""The sentences of a report, as markup in its language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.language import around_gaps
from xai_widgets.reports.markup import Html, joined, tag

if TYPE_CHECKING:
    from collections.abc import Sequence


def say(english: str, *values: Any) -> Html:
    """Return a sentence with values in its gaps, in their order: a text is escaped, Html stays as it is."""
    first, *parts = around_gaps(english)
    return joined(first, *(one for pair in zip(values, parts, strict=True) for one in pair))


def listed(parts: Sequence[Any]) -> Html:
    """Return "a, b and c"."""
    if len(parts) < 2:  # noqa: PLR2004
        return joined(*parts)
    return joined(*(part for one in parts[:-2] for part in (one, say(", "))), parts[-2], say(" and "), parts[-1])


def paragraph(*sentences: Any) -> Html | None:
    """Return sentences as a paragraph; nothing where there are none."""
    said = [one for one in sentences if one]
    return tag("p", *(part for one in said for part in (one, say(" ")))) if said else None
