"""Letters: Pillow's own font, the same everywhere, and a font of the system for scripts that it has not."""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

from xai_widgets.export.clusters import clusters, in_order, orders_itself

OTHERS = (
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "arial.ttf",
    "AppleSDGothicNeo.ttc",
)
"""Fonts of Linux, macOS and Windows that between them write most labels."""

_INSTEAD = {"−": "-", "–": "-", "—": "-", "×": "x", "≥": ">", "≤": "<", "∞": "inf", "…": "...", "ß": "ss"}
_UNKNOWN = "?"


def lettered(text: str, size: int) -> tuple[str, Any]:
    """Return `text` as it can be drawn, and the font for it.

    The font is Pillow's own wherever it knows the letters, or look-alikes of signs will do, else the one that knows
    most of them. What no font knows is one question mark for each sign with all that is joined with it.
    """
    text = unicodedata.normalize("NFC", text)
    lost = {one for one in text if not _has_glyph("", one) and (one.isalpha() or _instead(one) == _UNKNOWN != one)}
    name = max(("", *_others()), key=lambda font: sum(_has_glyph(font, one) for one in lost)) if lost else ""
    text = text if orders_itself() else in_order(text)
    return "".join(_known(name, one) for one in clusters(text)), _font(name, size)


def _known(name: str, cluster: str) -> str:
    """Return what a font can draw of a sign and its marks."""
    if not _has_glyph(name, cluster[0]):
        return _instead(cluster[0])
    return cluster[0] + "".join(one for one in cluster[1:] if _has_glyph(name, one))


@functools.cache
def _font(name: str, size: int) -> Any:
    """Return a font; where Pillow was built without FreeType, its own has one size only."""
    from PIL import ImageFont  # noqa: PLC0415  most scripts draw nothing

    if name:
        return ImageFont.truetype(name, size)
    try:
        return ImageFont.load_default(size=size)
    except (ImportError, OSError, TypeError):
        return ImageFont.load_default()


@functools.cache
def _others() -> tuple[str, ...]:
    """Return which of the fonts are there."""
    found = []
    for name in OTHERS:
        try:
            _font(name, 14)
        except (ImportError, OSError):
            continue
        found.append(name)
    return tuple(found)


def _instead(character: str) -> str:
    """Return the letter without its accent, or what looks alike, or a question mark."""
    bare = unicodedata.normalize("NFKD", character)[0]
    return bare if bare.isascii() and bare.isprintable() else _INSTEAD.get(character, _UNKNOWN)


@functools.lru_cache(maxsize=8192)
def _has_glyph(name: str, character: str) -> bool:
    if character.isascii():
        return True
    try:
        return _drawn(name, character) != _drawn(name, "\uffff")  # what the font draws for all that it does not know
    except (UnicodeError, ValueError, OSError):  # the font of one size knows Latin-1 only
        return False


def _drawn(name: str, character: str) -> tuple[tuple[int, int], bytes]:
    mask = _font(name, 14).getmask(character)
    return mask.size, bytes(mask)
