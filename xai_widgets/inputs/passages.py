"""From a text to the tokens that a model eats, and where each lies in the text."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from xai_widgets.text import Span

ENDLESS = 10**6
"""Tokenizers that know no limit state a larger one."""

FAR = 80
"""A token without offsets is looked for no further ahead than so many letters: one odd token must not lose the rest."""

MARKERS = ("##", "\u2581", "\u0120", "</w>")
"""What tokenizers put into their tokens to mark where words begin or go on."""

EXPECTED = "a transformers tokenizer or a tokenizers.Tokenizer"


def read_text(text: str, tokenizer: Any, limit: int | None = None) -> tuple[Text, dict[str, Tensor]]:
    """Divide a text into tokens.

    Parameters
    ----------
    text : str
    tokenizer : object
        Of transformers, fast or slow, or a ``tokenizers.Tokenizer``.
    limit : int, optional
        How many tokens the model takes at most, where that is known; what is beyond is cut off.

    Returns
    -------
    text : Text
    tensors : dict of str to Tensor
        What the model eats, by the names of its arguments, each with a batch axis of 1.

    Raises
    ------
    ValueError
        For a text without characters.
    TypeError
        For what is no tokenizer.
    """
    if not text.strip():
        msg = "the text is empty: give at least one word."
        raise ValueError(msg)
    if callable(getattr(tokenizer, "token_to_id", None)) and not callable(tokenizer):
        return _from_tokenizers(text, tokenizer, limit)
    if not callable(tokenizer) or not callable(getattr(tokenizer, "convert_ids_to_tokens", None)):
        msg = f"tokenizer must be {EXPECTED}, got {type(tokenizer).__name__}."
        raise TypeError(msg)
    fast = bool(getattr(tokenizer, "is_fast", False))
    cutting = _cutting(tokenizer, limit)
    found = dict(tokenizer(text, return_special_tokens_mask=True, return_offsets_mapping=fast, **cutting))
    offsets, special = found.pop("offset_mapping", None), found.pop("special_tokens_mask", None)
    ids = [int(one) for one in found["input_ids"]]
    added = _flags(special, ids, tokenizer)
    if offsets is None:
        offsets = aligned(text, [None if flag else tokenizer.decode([i]) for i, flag in zip(ids, added, strict=True)])
    tensors = {name: torch.as_tensor([list(values)]) for name, values in found.items() if len(values) == len(ids)}
    return _text(text, offsets, ids, added), tensors


def encode_texts(texts: Sequence[str], tokenizer: Any, names: Sequence[str], limit: int | None = None) -> list[Tensor]:
    """Divide many texts into tokens, as `read_text` does one.

    Parameters
    ----------
    texts : sequence of str
    tokenizer, limit
        As of `read_text`.
    names : sequence of str
        Of what the model takes, the tokens first.

    Returns
    -------
    list of Tensor, int64, each of shape (names, tokens)
        On the CPU. A text in which the tokenizer finds nothing has no tokens.
    """
    if not texts:
        return []
    if not callable(tokenizer):
        found = [tokenizer.encode(text).ids for text in texts]
        return [torch.as_tensor([ids[:limit]], dtype=torch.int64) for ids in found]
    many = tokenizer(list(texts), return_offsets_mapping=False, **_cutting(tokenizer, limit))
    fields = [many[name] for name in names]
    return [torch.as_tensor([list(one[i]) for one in fields], dtype=torch.int64) for i in range(len(texts))]


def _cutting(tokenizer: Any, limit: int | None) -> dict[str, Any]:
    longest = min((n for n in (limit, getattr(tokenizer, "model_max_length", None)) if n), default=ENDLESS)
    # What is cut off is said by us, and not by a warning on top.
    return {"truncation": True, "max_length": int(longest)} if longest < ENDLESS else {}


def _from_tokenizers(text: str, tokenizer: Any, limit: int | None) -> tuple[Text, dict[str, Tensor]]:
    found = tokenizer.encode(text)
    if limit is not None and len(found.ids) > limit:
        found.truncate(limit)
    special = [bool(one) for one in found.special_tokens_mask]
    return _text(text, found.offsets, found.ids, special), {"input_ids": torch.as_tensor([found.ids])}


def _text(text: str, offsets: Sequence[Any], ids: Sequence[int], special: Sequence[bool]) -> Text:
    spans = tuple((0, 0) if flag else (int(a), int(b)) for (a, b), flag in zip(offsets, special, strict=True))
    return Text(text, spans, tuple(ids), tuple(special))


def _flags(mask: Any, ids: Sequence[int], tokenizer: Any) -> list[bool]:
    known = set(getattr(tokenizer, "all_special_ids", None) or ())
    unknown = getattr(tokenizer, "unk_token_id", None)
    if mask is None:
        return [one in known and one != unknown for one in ids]
    # A word that the tokenizer does not know is marked as special by some, yet it stands for a part of the text.
    return [bool(flag) and one != unknown for flag, one in zip(mask, ids, strict=True)]


def aligned(text: str, pieces: Sequence[str | None]) -> list[Span]:
    """Find where tokens without offsets lie in a text, by their spelling without case and accents.

    Parameters
    ----------
    text : str
    pieces : sequence of str or None
        The tokens as they are spelt; None for those that stand for nothing.

    Returns
    -------
    list of (int, int)
        A token that is not found gets what lies between its neighbours.
    """
    letters, places = _plain(text)
    found: list[Span | None] = []
    cursor = 0
    for piece in pieces:
        wanted = "" if piece is None else _plain(_unmarked(piece))[0]
        at = letters.find(wanted, cursor, cursor + len(wanted) + FAR) if wanted else -1
        if at < 0:
            found.append((0, 0) if piece is None or (piece and not wanted) else None)
            continue
        cursor = at + len(wanted)
        found.append((places[at], places[cursor - 1] + 1))
    return _filled(text, found)


def _filled(text: str, found: Sequence[Span | None]) -> list[Span]:
    spans: list[Span] = []
    end = 0
    for k, span in enumerate(found):
        if span is None:
            following = next((one[0] for one in found[k + 1 :] if one is not None and one[1] > one[0]), len(text))
            start = end + len(text[end:following]) - len(text[end:following].lstrip())
            span = (start, max(start, len(text[:following].rstrip())))  # noqa: PLW2901  what was missing
        end = max(end, span[1])
        spans.append(span)
    return spans


def _unmarked(piece: str) -> str:
    for marker in MARKERS:
        piece = piece.replace(marker, "")
    return piece


def _plain(text: str) -> tuple[str, list[int]]:
    """Return the letters without case, accents and spaces, and the character that each comes from."""
    letters, places = [], []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(one) and not one.isspace():
                letters.append(one)
                places.append(place)
    return "".join(letters), places
