"""Functions that eat texts: they see a text from which some words are taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.models.callables import as_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn


class Spelled:
    """Feed of a function of texts: rows (n, pieces) say which pieces of one text it is given.

    Parameters
    ----------
    text : str
    pieces : sequence of (int, int)
        First character of each and the one after its last. A piece stays where its number is above one half.
    """

    def __init__(self, text: str, pieces: Sequence[tuple[int, int]]) -> None:
        self._text, self._pieces = text, tuple(pieces)

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the function's scores."""
        texts = [self.spell(row) for row in (rows > 1 / 2).tolist()]
        function: Any = module.function
        return as_scores(function(texts), rows)

    def spell(self, kept: Sequence[bool]) -> str:
        """Return the text without the pieces that are not kept, and without the space that each leaves behind."""
        spelt, end = "", 0
        for (start, stop), stays in zip(self._pieces, kept, strict=True):
            between = self._text[end:start]
            # Of the spaces on both sides of what is gone, those of one side are enough.
            doubled = between.isspace() and (not spelt or spelt[-1].isspace())
            spelt += ("" if doubled else between) + (self._text[start:stop] if stays else "")
            end = stop
        return self._text if all(kept) else (spelt + self._text[end:]).strip()

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return f"a list of {len(rows)} texts"
