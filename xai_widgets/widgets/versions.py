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
        self._asked: Edits | None = None
        self._origin: int | None = None
        self._new = False

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, at: int) -> Version:
        return self._all[at]

    def __iter__(self) -> Iterator[Version]:
        return iter(self._all)

    def ask(self, edits: Edits) -> None:
        """Take note that a version was asked for: it is made of what was asked for before.

        Not of what was answered last: who takes an edit back and makes another does not wait for answers. Of what was
        never answered nothing is known, so what comes after it is made of what came before it.
        """
        if edits != self._asked:
            before = self._place(self._asked)
            self._origin = self._origin if before is None else before
            self._asked = edits
            self._new = self._place(edits) is None

    def take_back(self) -> None:
        """Forget what was asked for last, answered or not, unless it was among the versions before."""
        found = self._place(self._asked)
        if self._new and found is not None:
            # It was the last that came, and nothing was made of it yet.
            del self._all[found]
        self._asked = None

    def see(self, text: str, score: float, delta: float, label: str) -> None:
        """Take note of the answer to what was asked for last.

        Of a known version the newest score is kept, since the class may be another.
        """
        if self._asked is None:  # it was taken back before its answer came
            return
        found = self._place(self._asked)
        if found is not None:
            self._all[found] = replace(self._all[found], score=score, delta=delta, label=label)
            return
        self._all.append(Version(self._asked, text, self._origin, score, delta, label))
        if len(self._all) > MOST:
            self._drop()

    def _place(self, edits: Edits | None) -> int | None:
        return next((i for i, one in enumerate(self._all) if one.edits == edits), None)

    def _drop(self) -> None:
        """Forget the oldest, which was made of none: what was made of it counts as that too."""

        def moved(at: int | None) -> int | None:
            return at - 1 if at else None

        self._all = [replace(one, parent=moved(one.parent)) for one in self._all[1:]]
        self._origin = moved(self._origin)
