"""A text and where its tokens lie in it: plain data, so that it travels with a result."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Span = tuple[int, int]
"""First character and the one after the last."""

GRANULARITIES = ("tokens", "words", "sentences")

JOINER, INNER, DECIMAL = "\u200d", "'\u2019-", ".,"
ENDS, CLOSES = ".!?\u2026\u3002\uff01\uff1f", "\"'\u201d\u2019\u00bb)\\]"
SENTENCE = re.compile(rf"(?:[^{ENDS}\n]|[.!?](?![\s.!?{CLOSES}]|$))+(?:[{ENDS}]+[{CLOSES}]*)?|[{ENDS}]+")
"""What ends with a mark before a space; full-width marks need none."""


@dataclass(frozen=True)
class TextSpan:
    """Part of a text as a target: how likely a language model finds it after what stands before.

    Attributes
    ----------
    start, stop : int
        First character and the one after the last, in the text as it is edited. The tokens that begin there count; in
        the middle of one, that one.
    rather_than : int or None
        A token, by its number: why the first token of the span and not this one? The difference of their scores is
        explained, instead of the log-likelihood of the span.

    Raises
    ------
    TypeError, ValueError
        For what is no span.
    """

    start: int
    stop: int
    rather_than: int | None = None

    def __post_init__(self) -> None:
        for one in (self.start, self.stop, self.rather_than or 0):
            if isinstance(one, bool) or not isinstance(one, int):
                msg = f"TextSpan takes whole numbers, got {one!r}."
                raise TypeError(msg)
        if not 0 <= self.start < self.stop or (self.rather_than or 0) < 0:
            msg = f"there is no span from {self.start} to {self.stop}."
            raise ValueError(msg)


@dataclass(frozen=True)
class Text:
    """A text, and the tokens that the model ate of it.

    Attributes
    ----------
    text : str
        As the user gave it.
    spans : tuple of (int, int)
        Where each token lies in it, in characters; empty for a token that stands for no part of the text. Several
        tokens may share a span: the bytes of one emoji do.
    ids : tuple of int
        The tokens' numbers; empty where the model eats the text itself.
    special : tuple of bool
        Which tokens the tokenizer has added.
    """

    text: str
    spans: tuple[Span, ...]
    ids: tuple[int, ...] = ()
    special: tuple[bool, ...] = ()

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.spans)

    @property
    def cut(self) -> int:
        """How many characters at the end no token stands for, other than spaces: the text was too long."""
        end = max((stop for _, stop in self.spans), default=0)
        rest = self.text[end:].strip()
        # Marks and what cannot be seen are dropped by many tokenizers, at the end as anywhere.
        return len(rest) if any(unicodedata.category(one)[0] not in "CMZ" for one in rest) else 0

    def pieces(self, granularity: str = "tokens") -> tuple[Span, ...]:
        """Divide the text.

        Parameters
        ----------
        granularity : str
            ``"tokens"``, ``"words"``, ``"sentences"`` or a regular expression, whose matches are the pieces.

        Raises
        ------
        ValueError
            For a regular expression that is none.
        """
        if granularity == "tokens":
            return self.spans
        if granularity == "words":
            return tuple(words(self.text))
        pattern = SENTENCE if granularity == "sentences" else _compiled(granularity)
        found = (_stripped(self.text, *match.span()) for match in pattern.finditer(self.text))
        return tuple(span for span in found if span[0] < span[1])

    def sums(self, values: Sequence[float], granularity: str = "words") -> list[tuple[str, float]]:
        """Sum the tokens' values over pieces of the text.

        A token counts for the piece in which its first character that is no space lies. What lies in no piece, such as
        the tokens that the tokenizer has added, is left out.

        Parameters
        ----------
        values : sequence of float
            One each token.
        granularity : str
            As of :meth:`pieces`.

        Returns
        -------
        list of (str, float)
            In the order of the text.

        Raises
        ------
        ValueError
            For another number of values than of tokens.
        """
        if len(values) != len(self.spans):
            msg = f"there must be one value a token, {len(self.spans)}, got {len(values)}."
            raise ValueError(msg)
        if granularity == "tokens":
            return [(self.text[a:b], float(v)) for (a, b), v in zip(self.spans, values, strict=True) if a < b]
        pieces = self.pieces(granularity)
        sums = [0.0] * len(pieces)
        for place, value in zip(self.places(pieces), values, strict=True):
            if place is not None:
                sums[place] += float(value)
        return [(self.text[a:b], total) for (a, b), total in zip(pieces, sums, strict=True)]

    def within(self, start: int, stop: int) -> list[int]:
        """Return the tokens that begin in a part of the text; where none does, those that reach into it."""
        every = enumerate(zip(self.places([(start, stop)]), self.spans, strict=True))
        found = [i for i, (piece, (a, b)) in every if piece is not None and not self.text[a:b].isspace()]
        return found or [i for i, (a, b) in enumerate(self.spans) if a < stop and start < b and a < b]

    def places(self, pieces: Sequence[Span]) -> list[int | None]:
        """Say for each token in which piece it lies, by the piece's number."""
        at: dict[int, int] = {character: k for k, (a, b) in enumerate(pieces) for character in range(a, b)}
        return [at.get(_stripped(self.text, a, b)[0]) if a < b else None for a, b in self.spans]


def words(text: str) -> Iterator[Span]:
    """Find the words and marks of a text: letters and digits that belong together, each other sign by itself.

    Characters of scripts without spaces between words (Chinese, Japanese, Thai …) stand one by one, marks and joined
    emoji stay with what they belong to, and an apostrophe or hyphen between letters divides no word.
    """
    start = 0
    while start < len(text):
        kind = _kind(text[start])
        stop = start + 1
        while stop < len(text) and _goes_on(text, stop, kind):
            stop += 1
        if kind != "space":
            yield start, stop
        start = stop


def _goes_on(text: str, at: int, kind: str) -> bool:
    """Whether the character belongs to the piece that ends before it."""
    character, before = text[at], text[at - 1]
    if kind == "space":
        return _kind(character) == "space"
    joined = JOINER in (character, before) and kind == "sign"
    if joined or unicodedata.category(character) in {"Mn", "Mc", "Me"} or "\U0001f3fb" <= character <= "\U0001f3ff":
        return True
    if kind != "word":
        return False
    if character in INNER + DECIMAL:
        inside = at + 1 < len(text) and _kind(before) == _kind(text[at + 1]) == "word"
        return inside and (character in INNER or (before.isdigit() and text[at + 1].isdigit()))
    return _kind(character) == "word"


def _kind(character: str) -> str:
    if character.isspace():
        return "space"
    if not (character.isalnum() or character == "_"):
        return "sign"
    return "alone" if stands_alone(character) else "word"


def stands_alone(character: str) -> bool:
    """Whether it is of a script that puts no spaces between words."""
    name = unicodedata.name(character, "")
    return name.startswith(("CJK ", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"))


def _stripped(text: str, start: int, stop: int) -> Span:
    """Leave out spaces at both ends."""
    inside = text[start:stop]
    left = len(inside) - len(inside.lstrip())
    return start + left, max(start + left, start + len(inside.rstrip()))


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        kinds = ", ".join(GRANULARITIES)
        msg = f"granularity must be one of {kinds} or a regular expression; {pattern!r} is none: {error}."
        raise ValueError(msg) from None
