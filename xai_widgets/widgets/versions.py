"""The versions of a text that somebody looked at, as a tree: which was made of which, and what the model said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.widgets.session import Edits

MOST = 200
"""Versions kept; of more, the oldest go."""


@dataclass(frozen=True)
class Version:
    """One version of a text.

    Attributes
    ----------
    edits : tuple of TextEdit
        Of the original text.
    text : str
        The edited text.
    parent : int or None
        Which version was on show when this one was made.
    score : float
        What the model says of the class explained: its probability, or the value of a regression.
    delta : float
        That, minus the same of the unedited text.
    label : str
        The class.
    """

    edits: Edits
    text: str
    parent: int | None
    score: float
    delta: float
    label: str


class Versions:
    """The tree. Not for several threads at once."""

    def __init__(self) -> None:
        self._all: list[Version] = []
        self._current: int | None = None

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, at: int) -> Version:
        return self._all[at]

    def __iter__(self) -> Iterator[Version]:
        return iter(self._all)

    def see(self, edits: Edits, text: str, score: float, delta: float, label: str) -> None:
        """Take note that a version is on show: a new one is made of that which was on show before.

        Of a known one the newest score is kept, since the class may be another.
        """
        found = next((i for i, one in enumerate(self._all) if one.edits == edits), None)
        if found is None:
            self._all.append(Version(edits, text, self._current, score, delta, label))
            found = len(self._all) - 1
        else:
            self._all[found] = replace(self._all[found], score=score, delta=delta, label=label)
        self._current = found
        if len(self._all) > MOST:
            self._drop(next(i for i in range(len(self._all)) if i != self._current))

    def _drop(self, gone: int) -> None:
        """Forget one; what was made of it counts as made of what it was made of."""
        heir = self._all[gone].parent

        def moved(at: int | None) -> int | None:
            at = heir if at == gone else at
            return at if at is None or at < gone else at - 1

        kept = [one for i, one in enumerate(self._all) if i != gone]
        self._all = [replace(one, parent=moved(one.parent)) for one in kept]
        self._current = moved(self._current)
