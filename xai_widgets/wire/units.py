"""Places in a text: Python counts characters, browsers UTF-16 units. Here alone one becomes the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAST_OF_ONE = 0xFFFF
"""Characters beyond take two units, a surrogate pair."""


class Utf16:
    """One text's characters and the units that they take.

    Parameters
    ----------
    text : str
        Without halves of surrogate pairs.
    """

    def __init__(self, text: str) -> None:
        self._length = len(text)
        self._starts: NDArray[np.int64] | None = None
        if text and max(text) > chr(LAST_OF_ONE):
            codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
            self._starts = np.concatenate([[0], np.cumsum(1 + (codes > LAST_OF_ONE))])

    def __len__(self) -> int:
        return self._length

    def units(self, places: Any) -> NDArray[np.int64]:
        """Return where characters begin, in units; of any shape."""
        found = np.asarray(places, dtype=np.int64)
        return found if self._starts is None else self._starts[found]

    def character(self, unit: int) -> int:
        """Return which character begins at a unit.

        Raises
        ------
        ValueError
            For a place outside the text, or one in the middle of a surrogate pair.
        """
        last = self._length if self._starts is None else int(self._starts[-1])
        if not 0 <= unit <= last:
            msg = f"a place in the text must lie in 0..{last}, got {unit}."
            raise ValueError(msg)
        if self._starts is None:
            return unit
        found = int(np.searchsorted(self._starts, unit))
        if self._starts[found] != unit:
            msg = f"the place {unit} splits a character of the text."
            raise ValueError(msg)
        return found
