"""A long text in spans: a thousand samples do not tell some hundred words apart."""

from __future__ import annotations

import bisect
from collections import Counter
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from xai_widgets.text import Text

LONG = 300
"""Pieces of a text from which on they are joined."""

WANTED = 100
"""About so many spans are made of them: ten samples each of a thousand."""


def spans_of(text: Text) -> Tensor:
    """Divide a long text into spans: words in turn, never beyond the end of a sentence, all about as many.

    Returns
    -------
    Tensor, int64, shape (pieces,)
        Of each token or word the number of its span, from 0. What stands for no part of the text is one of its own.
    """
    starts = [start for start, _ in text.pieces("words")]
    sentences = [start for start, _ in text.pieces("sentences")]
    owner = [bisect.bisect(sentences, start) for start in starts]
    lengths, seen = Counter(owner), Counter[int]()
    place: list[tuple[int, int]] = []
    for sentence in owner:
        parts = max(1, round(lengths[sentence] * WANTED / len(owner)))
        place.append((sentence, seen[sentence] * parts // lengths[sentence]))
        seen[sentence] += 1
    keys = [
        (-1, i) if start == stop else place[max(0, bisect.bisect(starts, start) - 1)]
        for i, (start, stop) in enumerate(text.spans)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return torch.tensor([numbers[key] for key in keys])
