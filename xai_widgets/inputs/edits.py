"""Edits of a text: frozen spans of the original, spliced. The browser splices alike (js/core), by docs/protocol.md."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise, zip_longest
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SPACE = " "
"""Of two around what is deleted, one goes too. No other character counts as one: the browser has the same rule."""

LONGEST_TEXT = 100_000
"""Characters of a text that is edited."""


@dataclass(frozen=True)
class TextEdit(ABC):
    """Base of every change a user makes to a text: a span of the **original**, and what stands there instead.

    Parameters
    ----------
    start, stop : int
        First character of the span and the one after its last, in the unedited text.

    Raises
    ------
    TypeError, ValueError
        For what is no span.
    """

    name: ClassVar[str]
    """As in the protocol."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        for place in (self.start, self.stop):
            if isinstance(place, bool) or not isinstance(place, int):
                msg = f"{type(self).__name__}: start and stop are whole numbers of characters, got {place!r}."
                raise TypeError(msg)
        least = self.start + (not self.inserts)
        if self.start < 0 or self.stop < least:
            msg = f"{type(self).__name__}: there is no span from {self.start} to {self.stop}."
            raise ValueError(msg)

    inserts: ClassVar[bool] = False
    """Whether the span may be empty."""

    @abstractmethod
    def written(self, mask: str | None) -> str:
        """Return what stands in the place of the span; `mask` is the tokenizer's mask token."""

    def to_dict(self) -> dict[str, Any]:
        """Return the protocol's `Edit`, with places in characters."""
        return {"name": self.name, "start": self.start, "stop": self.stop}


@dataclass(frozen=True)
class Replace(TextEdit):
    """Put other words into the place of a span; into no span (``start == stop``) to insert them.

    Parameters
    ----------
    start, stop : int
        First character and the one after the last, in the unedited text.
    text : str
        What stands there instead.
    """

    name: ClassVar[str] = "replace"
    inserts: ClassVar[bool] = True

    text: str

    def __post_init__(self) -> None:
        super().__post_init__()
        text: Any = self.text
        if not isinstance(text, str):
            msg = f"Replace: text must be a text, got {text!r}."
            raise TypeError(msg)

    def written(self, mask: str | None) -> str:
        """Return the new words."""
        return self.text

    def to_dict(self) -> dict[str, Any]:
        """Return the protocol's `Edit`, with places in characters."""
        return {**super().to_dict(), "text": self.text}


@dataclass(frozen=True)
class Delete(TextEdit):
    """Take a span out of the text, and one of the two spaces around it.

    Parameters
    ----------
    start, stop : int
        First character and the one after the last, in the unedited text.
    """

    name: ClassVar[str] = "delete"

    def written(self, mask: str | None) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class Mask(TextEdit):
    """Put the tokenizer's mask token into the place of a span: "something stands here, but not what".

    Parameters
    ----------
    start, stop : int
        First character and the one after the last, in the unedited text.
    """

    name: ClassVar[str] = "mask"

    def written(self, mask: str | None) -> str:
        """Return the mask token.

        Raises
        ------
        ValueError
            Where the tokenizer has none.
        """
        if mask is None:
            msg = "Mask: the tokenizer has no mask token. Use Delete, or Replace with a word of your choice."
            raise ValueError(msg)
        return mask


TEXT_EDITS: dict[str, type[TextEdit]] = {cls.name: cls for cls in (Delete, Mask, Replace)}
"""Every edit of a text by name."""


def edit_from(edit: Any) -> TextEdit:
    """Build an edit from the protocol's `Edit`, trusting nothing in it.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if not isinstance(edit, Mapping):
        msg = (
            f"an edit must be a mapping such as {{'name': 'delete', 'start': 0, 'stop': 4}}, got {type(edit).__name__}."
        )
        raise TypeError(msg)
    name = edit.get("name")
    if not isinstance(name, str) or name not in TEXT_EDITS:
        msg = f"there is no edit {name!r} of a text; there are: {', '.join(TEXT_EDITS)}."
        raise ValueError(msg)
    given = {str(key): value for key, value in edit.items() if key != "name"}
    keys = {"start", "stop", *(["text"] if name == "replace" else [])}
    if set(given) != keys:
        msg = f"the edit {name!r} has the keys {', '.join(sorted(keys))}, got {', '.join(sorted(given)) or 'none'}."
        raise ValueError(msg)
    return TEXT_EDITS[name](**given)


def check_edits(edits: Iterable[Any], text: str, mask: str | None) -> tuple[TextEdit, ...]:
    """Put edits in the order of the text, and refuse those that cannot be applied to it together.

    Raises
    ------
    TypeError
        For what is no edit.
    ValueError
        For one beyond the end of the text or over another, and for a mask where there is none.
    """
    given = tuple(edits)
    for one in given:
        if not isinstance(one, TextEdit):
            msg = f"edits must be a list of edits of a text such as xai.Delete(0, 4), got {one!r} in it."
            raise TypeError(msg)
        if one.stop > len(text):
            msg = f"an edit must lie in the text of {len(text):,} characters, got {one!r}."
            raise ValueError(msg)
    ordered = tuple(sorted(given, key=lambda one: (one.start, one.stop)))
    for one, following in pairwise(ordered):
        if following.start < one.stop:
            msg = f"edits must not overlap, got {one!r} and {following!r}."
            raise ValueError(msg)
    if len(rewritten(text, ordered, mask)) > LONGEST_TEXT:
        msg = f"the edited text must stay within {LONGEST_TEXT:,} characters."
        raise ValueError(msg)
    return ordered


def rewritten(text: str, edits: Sequence[TextEdit], mask: str | None = None) -> str:
    """Return the text with each edit's span replaced by what the edit writes.

    Where a deleted span has a space, or an end of the text, on both sides, the space after it goes too, or else the one
    before it.

    Parameters
    ----------
    text : str
    edits : sequence of TextEdit
        In the order of the text, without overlaps.
    mask : str, optional
        The tokenizer's mask token.
    """
    made, place = "", 0
    for start, stop, new in _splices(text, edits, mask):
        made += text[place:start] + new
        place = stop
    return made + text[place:]


def moved(text: str, edits: Sequence[TextEdit], place: int, mask: str | None = None) -> int:
    """Return where a character that no edit touches stands in the edited text."""
    return place + sum(len(new) - (stop - start) for start, stop, new in _splices(text, edits, mask) if stop <= place)


def _splices(text: str, edits: Sequence[TextEdit], mask: str | None) -> Iterator[tuple[int, int, str]]:
    """Yield what goes of the text, and what comes in its place."""
    place = 0
    for one, following in zip_longest(edits, edits[1:]):
        start, stop = one.start, one.stop
        alone = text[start - 1 : start] in {"", SPACE} and text[stop : stop + 1] in {"", SPACE}
        if isinstance(one, Delete) and alone:
            if stop < len(text) and (following is None or following.start > stop):
                stop += 1
            elif start > place:
                start -= 1
        yield start, stop, one.written(mask)
        place = stop


def edits_between(text: str, other: str) -> tuple[TextEdit, ...]:
    """Find edits that make another text of one, word by word.

    Returns
    -------
    tuple of TextEdit
        ``rewritten(text, edits_between(text, other)) == other``, exactly.
    """
    old, new = _PIECES.findall(text), _PIECES.findall(other)
    starts = [0, *accumulate(map(len, old))]
    changes = [
        (starts[i], starts[j], "".join(new[k:m]))
        for kind, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
        if kind != "equal"
    ]
    plain = tuple(Replace(start, stop, words) for start, stop, words in changes)
    struck = tuple(_deletion(text, one) for one in plain)
    return struck if rewritten(text, struck) == other else plain


def _deletion(text: str, edit: Replace) -> TextEdit:
    """Take a replacement by nothing for what it is, without the space that a deletion takes by itself."""
    start, stop = edit.start, edit.stop
    if edit.text or not text[start:stop].strip():
        return edit
    left = len(text[start:stop]) - len(text[start:stop].lstrip())
    return Delete(start + left, start + len(text[start:stop].rstrip()))


_PIECES = re.compile(r"\s|\w+|[^\w\s]")
