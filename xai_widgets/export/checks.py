"""The fields of a saved result, each checked: a file is hostile until it has been read."""

from __future__ import annotations

import math
from typing import Any

MOST_AXES, MOST_TEXTS, LONGEST, DEEPEST = 8, 1_000_000, 10_000, 8
LONGEST_TEXT = 10_000_000
"""Of a text that was explained, in characters."""

MOST_NAMED, MOST_LISTED = 100, 1000
LARGEST = 2**63
NOT_FINITE = ("nan", "inf", "-inf")


class FileError(ValueError):
    """What is wrong with a file, without its name."""


def wrong(name: str) -> FileError:
    """Return the error of a field that is not as it should be."""
    return FileError(f"its field {name} is missing or wrong")


def hold(name: str, right: bool) -> None:  # noqa: FBT001
    """Refuse a field for which this is not true."""
    if not right:
        raise wrong(name)


def whole(name: str, value: Any) -> int:
    """Check a whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or not -LARGEST < value < LARGEST:
        raise wrong(name)
    return value


def natural(name: str, value: Any) -> int:
    """Check a whole number from 0."""
    if whole(name, value) < 0:
        raise wrong(name)
    return int(value)


def number(name: str, value: Any) -> float:
    """Check a number; those that JSON has not come as ``{"float": "nan"}``."""
    if isinstance(value, dict) and value.get("float") in NOT_FINITE and len(value) == 1:
        return float(value["float"])
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -LARGEST < value < LARGEST:
        # Larger ones than any whole number here are floats, or they are not ours.
        if isinstance(value, float) and math.isfinite(value):
            return value
        raise wrong(name)
    return float(value)


def optional(name: str, value: Any) -> float | None:
    """Check a number or null."""
    return None if value is None else number(name, value)


def text(name: str, value: Any) -> str:
    """Check a text."""
    if not isinstance(value, str) or len(value) > LONGEST:
        raise wrong(name)
    return value


def long_text(name: str, value: Any) -> str:
    """Check a text that was explained."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise wrong(name)
    return value


def texts(name: str, value: Any) -> tuple[str, ...]:
    """Check a list of texts."""
    if not isinstance(value, list) or len(value) > MOST_TEXTS:
        raise wrong(name)
    return tuple(text(name, one) for one in value)


def named(name: str, value: Any) -> dict[str, str]:
    """Check texts by name; none where there is no such field, as in files that were written before there was."""
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MOST_NAMED:
        raise wrong(name)
    return {text(name, key): text(name, one) for key, one in value.items()}


def pair(name: str, value: Any) -> tuple[int, int]:
    """Check two whole numbers from 0."""
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004
        raise wrong(name)
    return natural(name, value[0]), natural(name, value[1])


def region(what: str, value: Any) -> tuple[float, float, float, float] | None:
    """Check where the map lies on the photo."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4:  # noqa: PLR2004
        raise wrong(what)
    x0, y0, x1, y1 = (number(what, one) for one in value)
    if not (-1e6 < x0 < x1 < 1e6 and -1e6 < y0 < y1 < 1e6):  # noqa: PLR2004
        raise wrong(what)
    return x0, y0, x1, y1


def shape(name: str, value: Any) -> tuple[int, ...]:
    """Check the shape of an array."""
    if not isinstance(value, list) or len(value) > MOST_AXES:
        raise wrong(name)
    return tuple(natural(name, one) for one in value)


def plain(what: str, value: Any, depth: int = 0) -> Any:
    """Check a parameter: plain data, lists as tuples."""
    if depth > DEEPEST:
        raise wrong(what)
    if isinstance(value, list):
        return tuple(plain(what, one, depth + 1) for one in value)
    if isinstance(value, dict):
        if value.get("float") in NOT_FINITE and len(value) == 1:
            return float(value["float"])
        return {text(what, key): plain(what, one, depth + 1) for key, one in value.items()}
    return text(what, value) if isinstance(value, str) else value


def cell(name: str, value: Any) -> float | str | bool | None:
    """Check what a row holds in one column."""
    if value is None or isinstance(value, (bool, str)):
        return text(name, value) if isinstance(value, str) else value
    return value if isinstance(value, int) and abs(value) < LARGEST else number(name, value)


def listed(name: str, value: Any, most: int = MOST_LISTED) -> list[Any]:
    """Check a list that is not too long."""
    if not isinstance(value, list) or len(value) > most:
        raise wrong(name)
    return value


def mapping(name: str, value: Any) -> dict[str, Any]:
    """Check an object."""
    if not isinstance(value, dict):
        raise wrong(name)
    return value


def flag(name: str, value: Any) -> bool:
    """Check true or false."""
    if not isinstance(value, bool):
        raise wrong(name)
    return value


def version(name: str, value: Any, known: int) -> None:
    """Check the version of a format."""
    if (found := whole(name, value)) != known:
        msg = f"it has version {found} of the format, this xai_widgets reads version {known}: install a newer one"
        raise FileError(msg)
