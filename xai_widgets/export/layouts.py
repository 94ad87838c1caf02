"""Where the pieces of a text lie, told to a browser: its places are UTF-16 units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.wire import Message, Utf16

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from xai_widgets.text import Span, Text

MOST_PIECES = 25_000
"""Words, and sentences, that are told: more do not fit into a message."""


class Layouts:
    """Where tokens, words and sentences lie in the newest texts: one is told many times.

    Parameters
    ----------
    name : callable
        From a token's number to how it is spelt, for those that stand for no part of the text.
    """

    kept = 4

    def __init__(self, name: Callable[[int], str] = str) -> None:
        self._name = name
        self._known: list[tuple[Text, dict[str, NDArray[Any]]]] = []

    def put(self, message: Message, text: Text) -> Message:
        """Put a text's layout into a message."""
        told = ((name, array) for name, array in self._of(text).items() if len(array))
        arrays = {name: message.attached(array, "|u1" if name == "special" else "<u4") for name, array in told}
        none = dict.fromkeys(("ids", "words", "sentences"))
        names = [[i, self._name(text.ids[i])] for i, added in enumerate(text.special) if added and text.ids]
        message.content["layout"] = {"text": text.text, "cut": text.cut, "names": names, **none, **arrays}
        return message

    def _of(self, text: Text) -> dict[str, NDArray[Any]]:
        found = next((arrays for one, arrays in self._known if one is text), None)
        if found is None:
            found = _arrays(text)
            self._known = [*self._known[1 - self.kept :], (text, found)]
        return found


def _arrays(text: Text) -> dict[str, NDArray[Any]]:
    units = Utf16(text.text)

    def spans(pieces: Sequence[Span]) -> NDArray[np.int64]:
        return units.units(np.array(pieces, np.int64).reshape(-1, 2))

    special = text.special or (False,) * len(text)
    return {
        "tokens": spans(text.spans),
        "ids": np.array(text.ids, np.int64),
        "special": np.array(special, np.uint8),
        "words": spans(text.pieces("words")[:MOST_PIECES]),
        "sentences": spans(text.pieces("sentences")[:MOST_PIECES]),
    }
