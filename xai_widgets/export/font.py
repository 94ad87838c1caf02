"""Letters: Pillow's own font, the same everywhere, and a font of the system for scripts that it has not."""

from __future__ import annotations

import functools
import unicodedata
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from xai_widgets.export.clusters import clusters, in_order, orders_itself
from xai_widgets.language import language, spoken, written_in

if TYPE_CHECKING:
    from collections.abc import Callable

OTHERS = (
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "msyh.ttc",
    "simhei.ttf",
    "arial.ttf",
    "AppleSDGothicNeo.ttc",
)
"""Fonts of Linux, macOS and Windows that between them write most labels."""

_INSTEAD = {"−": "-", "–": "-", "—": "-", "×": "x", "≥": ">", "≤": "<", "∞": "inf", "…": "...", "ß": "ss"}
_UNKNOWN = "?"

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


def legible(paint: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Have a picture made in English where no font writes the language: pixels bring no letters of their reader's."""

    @functools.wraps(paint)
    def painted(*given: _Given.args, **options: _Given.kwargs) -> _Made:
        code = spoken()
        with written_in(code if _writes(code) else "en"):
            return paint(*given, **options)

    return painted


@functools.cache
def _writes(code: str) -> bool:
    """Whether a font has all letters of what is said in a language."""
    known = language(code)
    letters = {one for said in (*known.said.values(), *known.told.values()) for one in said if one.isalpha()}
    return any(all(_has_glyph(font, one) for one in letters) for font in ("", *_others()))


def lettered(text: str, size: int) -> tuple[str, Any]:
    """Return `text` as it can be drawn, and the font for it.

    The font is Pillow's own wherever it knows the letters, or look-alikes of signs will do, else the one that knows
    most of them. What no font knows is one question mark for each sign with all that is joined with it.
    """
    text = unicodedata.normalize("NFC", text)
    name = _chosen(text)
    text = text if orders_itself() else in_order(text)
    return "".join(_known(name, one) for one in clusters(text)), _font(name, size)


def unwritten(text: str) -> int:
    """Return how many signs as wide as high, such as Chinese ones, no font here writes."""
    text = unicodedata.normalize("NFC", text)
    name = "" if text.isascii() else _chosen(text)
    return sum(unicodedata.east_asian_width(one) in "WF" and not _has_glyph(name, one) for one in text)


def _chosen(text: str) -> str:
    """Return the font that writes a text best; nothing for Pillow's own."""
    lost = {one for one in text if not _has_glyph("", one) and (one.isalpha() or _instead(one) == _UNKNOWN != one)}
    return max(("", *_others()), key=lambda font: sum(_has_glyph(font, one) for one in lost)) if lost else ""


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
