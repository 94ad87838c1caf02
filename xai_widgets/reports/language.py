"""The language of a report: its own sentences by a catalogue, and what Python says elsewhere by that of the views."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xai_widgets.esm import sentences
from xai_widgets.reports.markup import Html, joined, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FOLDER = Path(__file__).parent / "languages"
"""One file a language: ``said`` holds what `say` is given, ``told`` what `told` is, beside what views know already."""

LONGEST = 2000
"""Characters that are looked up: names from outside may be of any length, and are in no catalogue."""

BETWEEN = re.compile(r"(?<=[.!?]) (?=\S)")


@dataclass(frozen=True)
class Language:
    """What is said in a language, by its English; {} for what differs. What is not there stays English."""

    code: str = "en"
    said: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """What is told with gaps; that which says more first, since others may fit it too."""
        gaps = sorted((one for one in self.told if "{}" in one), key=len, reverse=True)
        return [(re.compile("(.*?)".join(map(re.escape, one.split("{}"))), re.DOTALL), self.told[one]) for one in gaps]


ENGLISH = Language()
_language: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def languages() -> list[str]:
    """Return the codes of all languages that a report can be written in."""
    return ["en", *sorted(path.stem for path in FOLDER.glob("*.json"))]


@cache
def language(code: str) -> Language:
    """Return a language by the first part of its BCP 47 tag."""
    if code == "en":
        return ENGLISH
    own = json.loads((FOLDER / f"{code}.json").read_text(encoding="utf-8"))
    return Language(own["code"], own["said"], {**sentences(code), **own["told"]})


@cache
def _patterns(code: str) -> list[tuple[re.Pattern[str], str]]:
    return language(code).patterns


@contextmanager
def written_in(code: str) -> Iterator[str]:
    """Write in a language meanwhile; what is entered is its tag, as a page names it."""
    found = language(code)
    before = _language.set(found)
    try:
        yield found.code
    finally:
        _language.reset(before)


def say(english: str, *values: Any) -> Html:
    """Return a sentence with values in its gaps, in their order: a text is escaped, Html stays as it is."""
    parts = _language.get().said.get(english, english).split("{}")
    return joined(parts[0], *(one for pair in zip(values, parts[1:], strict=True) for one in pair))


def plain(english: str, *values: str) -> str:
    """Return the same as a text, which is still to be escaped."""
    parts = _language.get().said.get(english, english).split("{}")
    return "".join([parts[0], *(one for pair in zip(values, parts[1:], strict=True) for one in pair)])


def told(english: str) -> str:
    """Return what Python said in English elsewhere, one sentence or several; what nobody knows stays as it is.

    As js/core/translator.ts has it.
    """
    here = _language.get()
    if not english or here is ENGLISH or len(english) > LONGEST:
        return english
    every = BETWEEN.split(english)
    for count in range(1, len(every) + 1):
        theirs = _known(" ".join(every[:count]), here)
        if theirs is not None:
            return theirs + told(" ".join(every[count:]))
    first, *rest = every
    return f"{first} {told(' '.join(rest))}" if rest else english


def _known(english: str, here: Language) -> str | None:
    if english in here.told:
        return here.told[english]
    for pattern, theirs in _patterns(here.code.partition("-")[0]):
        found = pattern.fullmatch(english)
        if found:
            first, *parts = theirs.split("{}")
            return "".join(
                [first, *(one for gap, part in zip(found.groups(), parts, strict=False) for one in (told(gap), part))]
            )
    return None


def listed(parts: Sequence[Any]) -> Html:
    """Return "a, b and c"."""
    if len(parts) < 2:  # noqa: PLR2004
        return joined(*parts)
    return joined(*(part for one in parts[:-2] for part in (one, say(", "))), parts[-2], say(" and "), parts[-1])


def paragraph(*sentences: Any) -> Html | None:
    """Return sentences as a paragraph; nothing where there are none."""
    said = [one for one in sentences if one]
    return tag("p", *(part for one in said for part in (one, say(" ")))) if said else None
