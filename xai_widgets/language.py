"""The language in which Python writes: its own sentences by a catalogue, and what it tells views by that of theirs."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from xai_widgets.esm import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

FOLDER = Path(__file__).parent / "languages"
"""One file a language: ``said`` holds what `phrase` is given, ``told`` what `told` is, beside what views know."""

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


@cache
def languages() -> list[str]:
    """Return the codes of all languages that Python can write in."""
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


def read_by(code: str) -> AbstractContextManager[str]:
    """Write meanwhile for who reads a language; in English where there are no words of it."""
    return written_in(code if code in languages() else "en")


def spoken() -> str:
    """Return the code of the language that is being written in."""
    return _language.get().code.partition("-")[0]


def around_gaps(english: str) -> list[str]:
    """Return a sentence, in what stands around its gaps."""
    return _language.get().said.get(english, english).split("{}")


def phrase(english: str, *values: str) -> str:
    """Return a sentence with values in its gaps, in their order, as a text."""
    first, *parts = around_gaps(english)
    return "".join([first, *(one for pair in zip(values, parts, strict=True) for one in pair)])


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
