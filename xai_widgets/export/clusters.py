"""What belongs together when a text is drawn, and in which order it stands, where no library says so."""

from __future__ import annotations

import functools
import unicodedata
from itertools import groupby

JOINER = "\u200d"
RIGHT_TO_LEFT = {"R", "AL"}
LEFT_TO_RIGHT = {"L", "EN", "AN"}
_MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))


def clusters(text: str) -> list[str]:
    """Divide a text into letters with their marks, and emoji with what they are joined with."""
    found: list[str] = []
    for one in text:
        last = found[-1] if found else ""
        marks = unicodedata.category(one) in {"Mn", "Mc", "Me", "Cf"} or "\U0001f3fb" <= one <= "\U0001f3ff"
        pair = len(last) == 1 and _is_flag(last) and _is_flag(one)
        if last and (marks or pair or last[-1] == JOINER):
            found[-1] += one
        else:
            found.append(one)
    return found


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def direction(text: str) -> str:
    """Return ``"R"``, ``"L"``, or nothing for marks and spaces: that of the first letter that has one."""
    strong = (unicodedata.bidirectional(one) for one in text)
    return next(("R" if one in RIGHT_TO_LEFT else "L" for one in strong if one in RIGHT_TO_LEFT | LEFT_TO_RIGHT), "")


@functools.cache
def orders_itself() -> bool:
    """Tell whether Pillow puts letters in order, and joins them, by itself."""
    from PIL import features  # noqa: PLC0415  most scripts draw nothing

    return bool(features.check("raqm"))


def in_order(text: str) -> str:
    """Put letters in the order in which they stand from left to right: Unicode's algorithm in its plainest form."""
    pieces = clusters(text)
    known = [direction(one) for one in pieces]
    if "R" not in known:
        return text
    base = next(one for one in known if one)
    for i, one in enumerate(known):
        if not one:
            before = next((d for d in reversed(known[:i]) if d), base)
            known[i] = before if before == next((d for d in known[i + 1 :] if d), base) else base
    runs = []
    for way, members in groupby(zip(known, pieces, strict=True), key=lambda pair: pair[0]):
        letters = [piece for _, piece in members]
        # Marks have no place of their own without a library: the words can be read without them.
        turned = [_MIRRORED.get(one[0], one[0]) for one in reversed(letters)]
        runs.append("".join(turned if way == "R" else letters))
    return "".join(reversed(runs) if base == "R" else runs)
