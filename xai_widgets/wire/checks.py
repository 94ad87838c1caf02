"""Checks of what came from a browser: each returns the value as what it is, or says what was expected and what came."""

from __future__ import annotations

import math
from typing import Any

MOST_NUMBERS, MOST_PARAMETERS, LONGEST = 4000, 64, 200
LARGEST = 2**53


class ProtocolError(ValueError):
    """A message that is not as docs/protocol.md has it."""


def entries(name: str, value: Any) -> dict[Any, Any]:
    """Return an object, of so many entries that it is none to fear."""
    if not isinstance(value, dict) or len(value) > MOST_PARAMETERS:
        msg = f"{name} must be an object of at most {MOST_PARAMETERS} entries, got {short(value)}."
        raise ProtocolError(msg)
    return value


def whole(name: str, value: Any) -> int:
    """Return a whole number from 0."""
    # JavaScript has one kind of number: 3.0 is 3.
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST:
        msg = f"{name} must be a whole number from 0, got {short(value)}."
        raise ProtocolError(msg)
    return value


def number(name: str, value: Any) -> Any:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -LARGEST < value < LARGEST:
        msg = f"{name} must be a finite number, got {short(value)}."
        raise ProtocolError(msg)
    return value


def listed(name: str, value: Any, most: int = MOST_NUMBERS, least: int = 0) -> list[Any]:
    """Return a list that is not too long."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        msg = f"{name} must be a list of {'' if least else 'at most '}{most}, got {short(value)}."
        raise ProtocolError(msg)
    return value


def numbers(name: str, value: list[Any], most: int = MOST_NUMBERS) -> list[float]:
    """Return a list of numbers."""
    if len(value) > most:
        msg = f"{name} must have at most {most} numbers, got {len(value)}."
        raise ProtocolError(msg)
    return [number(name, one) for one in value]


def ends(name: str, value: Any) -> tuple[float | None, float | None]:
    """Return lowest and highest, None where it is open."""
    low, high = (None if one is None else float(number(name, one)) for one in listed(name, value, 2, 2))
    return low, high


def flag(name: str, value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        msg = f"{name} must be true or false, got {short(value)}."
        raise ProtocolError(msg)
    return value


def text(name: str, value: Any, longest: int = LONGEST) -> str:
    """Return a text that is not too long."""
    # Half of a surrogate pair is a str, but no text: it could not be sent back.
    if not isinstance(value, str) or len(value) > longest or any("\ud800" <= one <= "\udfff" for one in value):
        msg = f"{name} must be a text of at most {longest} characters, got {short(value)}."
        raise ProtocolError(msg)
    return value


def slot_of(message: dict[Any, Any]) -> str:
    """Return the slot that a message is about: the map on show where it does not say."""
    slot = message.get("slot", "a")
    if slot not in ("a", "b"):
        msg = f"slot must be 'a' or 'b', got {short(slot)}."
        raise ProtocolError(msg)
    return str(slot)


def scalar(name: str, value: Any) -> Any:
    """Return null, true or false, a short text or a number."""
    if value is None or isinstance(value, bool):
        return value
    return text(name, value) if isinstance(value, str) else number(name, value)


def value_of(name: str, value: Any) -> Any:
    """Return a scalar, or a tuple of numbers."""
    # Sizes may be one number an axis.
    return tuple(numbers(name, value)) if isinstance(value, list) else scalar(name, value)


def scalars(name: str, value: Any) -> dict[str, Any]:
    """Return an object of such values."""
    found = entries(name, value)
    return {text(f"{name}'s key", key): value_of(f"{name}.{key}", one) for key, one in found.items()}


def short(value: Any) -> str:
    """Tell what came, in a few characters."""
    if isinstance(value, (list, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str):
        value = value[: LONGEST + 1]
    # ascii: an error is sent to the browser, so it must be text that can be.
    said = ascii(value) if not isinstance(value, int) or abs(value) < LARGEST else "a huge number"
    return said if len(said) <= LONGEST else said[:LONGEST] + "…"
