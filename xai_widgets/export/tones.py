"""On which paper a drawing lies: white, or the dark one of who reads in dark colours."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Rgb = tuple[int, ...]

PAPER, INK, FAINT = (255, 255, 255), (31, 35, 40), (92, 99, 107)
TRACK, BAR, CHOSEN = (232, 234, 237), (150, 158, 167), (37, 99, 201)

DARK: dict[Rgb, Rgb] = {
    PAPER: (24, 27, 31),
    INK: (230, 233, 236),
    FAINT: (163, 170, 178),
    TRACK: (52, 57, 63),
    BAR: (122, 130, 139),
    CHOSEN: (110, 160, 245),
}
"""What stands in their place; what a value is painted with is the same on both."""

_dark: ContextVar[bool] = ContextVar("dark", default=False)


@contextmanager
def painted(*, dark: bool) -> Iterator[None]:
    """Draw on dark paper meanwhile, or on white."""
    before = _dark.set(dark)
    try:
        yield
    finally:
        _dark.reset(before)


def toned(colour: Rgb) -> Rgb:
    """Return a colour of paper, letters or lines as it is on the paper that is drawn on."""
    return DARK.get(colour, colour) if _dark.get() else colour
