"""Texts that have an order of their own, such as "low" below "high"."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class UnknownLevelError(ValueError):
    """A text that has no place in an order.

    Attributes
    ----------
    text : str
    levels : str
        What has one, in words.
    """

    def __init__(self, text: str, levels: tuple[str, ...]) -> None:
        super().__init__(text)
        self.text, self.levels = text, ", ".join(map(repr, levels))


class Level(str):
    """A text that is one of several levels, and compares with texts and levels by its place among these.

    Attributes
    ----------
    levels : tuple of str
        From the lowest to the highest.
    """

    __slots__ = ("levels",)
    levels: tuple[str, ...]

    @classmethod
    def of(cls, text: str, levels: tuple[str, ...]) -> Level:
        """Give a text its order."""
        made = cls(text)
        made.levels = levels
        return made

    def _beside(self, other: Any, compare: Callable[[int, int], bool]) -> bool:
        if not isinstance(other, str) or getattr(other, "levels", self.levels) != self.levels:
            msg = f"{self!r} and {other!r} have no order."
            raise TypeError(msg)
        if str(other) not in self.levels:
            raise UnknownLevelError(str(other), self.levels)
        return compare(self.levels.index(str(self)), self.levels.index(str(other)))

    def __lt__(self, other: Any) -> bool:
        return self._beside(other, operator.lt)

    def __le__(self, other: Any) -> bool:
        return self._beside(other, operator.le)

    def __gt__(self, other: Any) -> bool:
        return self._beside(other, operator.gt)

    def __ge__(self, other: Any) -> bool:
        return self._beside(other, operator.ge)
