"""Pillow's own font: the same everywhere, but with few letters. Imported at first use: most scripts draw nothing."""

from __future__ import annotations

import functools
import unicodedata
from typing import Any


@functools.cache
def font(size: int) -> Any:
    """Return Pillow's own font; where Pillow was built without FreeType it has one size only."""
    from PIL import ImageFont  # noqa: PLC0415

    try:
        return ImageFont.load_default(size=size)
    except (ImportError, OSError, TypeError):
        return ImageFont.load_default()


_INSTEAD = {"−": "-", "–": "-", "—": "-", "×": "x", "≥": ">", "≤": "<", "∞": "inf", "…": "...", "ß": "ss"}
"""For what Pillow's font has no glyph."""


def drawable(text: str) -> str:
    """Return `text` as the font can draw it."""
    return "".join(one if _has_glyph(one) else _instead(one) for one in text)


def _instead(character: str) -> str:
    """Return the letter without its accent, or what looks alike, or a question mark."""
    bare = unicodedata.normalize("NFKD", character)[0]
    return bare if bare.isascii() and bare.isprintable() else _INSTEAD.get(character, "?")


@functools.cache
def _nothing() -> tuple[tuple[int, int], bytes]:
    """Return what the font draws for a character that it does not know."""
    mask = font(14).getmask("\uffff")
    return mask.size, bytes(mask)


@functools.lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    if character.isascii():
        return True
    try:
        mask = font(14).getmask(character)
        return (mask.size, bytes(mask)) != _nothing()
    except (UnicodeError, ValueError):  # the font of one size knows Latin-1 only
        return False
