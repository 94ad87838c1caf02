"""Messages from the browser: everything from outside is hostile until it has been parsed here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.display import RULES, check_display

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
MOST_EDITS, MOST_NUMBERS, MOST_PARAMETERS, LONGEST = 200, 4000, 64, 200
MOST_AXES = 8
LONGEST_EDIT = 20_000
"""Characters that an edit of a text may write."""

LARGEST = 2**53


class ProtocolError(ValueError):
    """A message that is not as docs/protocol.md has it."""


@dataclass(frozen=True)
class AskedUnit:
    """One unit of a layer, to be explained."""

    layer: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class AskedRequest:
    """What is to be explained, in plain data."""

    method: str
    params: dict[str, Any]
    target: int | tuple[int, int] | AskedUnit | None
    edits: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Hello:
    """A view opened."""

    version: str


@dataclass(frozen=True)
class Ask:
    """Predict and explain."""

    id: int
    slot: str
    request: AskedRequest


@dataclass(frozen=True)
class Cancel:
    """Stop the ask of this id."""

    id: int
    slot: str


@dataclass(frozen=True)
class Close:
    """The comparison is no longer needed."""

    slot: str


@dataclass(frozen=True)
class CheckModel:
    """Whether the model check is wanted: its fold-out was opened or shut."""

    open: bool


@dataclass(frozen=True)
class Open:
    """Which modules are inside this one? All of the model's when it has no name."""

    under: str


@dataclass(frozen=True)
class ShowAs:
    """How the map is shown now."""

    display: dict[str, Any]


Inbound = Hello | Ask | Cancel | Close | CheckModel | Open | ShowAs


def parse(content: Any) -> Inbound:
    """Check a message and return it as what it is.

    Raises
    ------
    ProtocolError
        Saying what was expected and what came.
    """
    message = _dict("a message", content)
    kind = message.get("kind")
    if not isinstance(kind, str) or kind not in READERS:
        *most, last = READERS
        msg = f"a message's kind must be {', '.join(most)} or {last}, got {_short(kind)}."
        raise ProtocolError(msg)
    return READERS[kind](message)


def _request(value: Any) -> AskedRequest:
    request = _dict("request", value)
    edits = request.get("edits", [])
    if not isinstance(edits, list) or len(edits) > MOST_EDITS:
        msg = f"request.edits must be a list of at most {MOST_EDITS}, got {_short(edits)}."
        raise ProtocolError(msg)
    return AskedRequest(
        _text("request.method", request.get("method")),
        _scalars("request.params", request.get("params", {})),
        _target(request.get("target")),
        tuple(_edit(one) for one in edits),
    )


def _target(value: Any) -> int | tuple[int, int] | AskedUnit | None:
    if value is None:
        return None
    if isinstance(value, dict):
        index = value.get("index")
        if not isinstance(index, list) or not 0 < len(index) <= MOST_AXES:
            msg = f"request.target.index must be a list of whole numbers, got {_short(index)}."
            raise ProtocolError(msg)
        layer = _text("request.target.layer", value.get("layer"))
        return AskedUnit(layer, tuple(_whole("request.target.index", one) for one in index))
    if isinstance(value, list):
        if len(value) != 2:  # noqa: PLR2004
            msg = f"request.target must be a class, a pair of them, a unit or null, got {_short(value)}."
            raise ProtocolError(msg)
        return _whole("request.target", value[0]), _whole("request.target", value[1])
    return _whole("request.target", value)


def _display(value: Any) -> dict[str, Any]:
    # A newer browser may remember more than this kernel knows of.
    known = {name: one for name, one in _dict("display", value).items() if name in RULES}
    try:
        return check_display(known)
    except ValueError as error:
        raise ProtocolError(str(error)) from None


def _edit(value: Any) -> dict[str, Any]:
    edit = {_text("an edit's key", key): one for key, one in _dict("an edit", value).items()}
    return {key: _of_edit(key, one) for key, one in edit.items()}


def _of_edit(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return _numbers(key, value)
    return _text(key, value, LONGEST_EDIT) if key == "text" else _scalar(key, value)


def _numbers(name: str, value: list[Any]) -> list[float]:
    if len(value) > MOST_NUMBERS:
        msg = f"{name} must have at most {MOST_NUMBERS} numbers, got {len(value)}."
        raise ProtocolError(msg)
    return [_number(name, one) for one in value]


def _scalars(name: str, value: Any) -> dict[str, Any]:
    found = _dict(name, value)
    return {_text(f"{name}'s key", key): _value(f"{name}.{key}", one) for key, one in found.items()}


def _value(name: str, value: Any) -> Any:
    # Sizes may be one number an axis.
    return tuple(_numbers(name, value)) if isinstance(value, list) else _scalar(name, value)


def _scalar(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    return _text(name, value) if isinstance(value, str) else _number(name, value)


def _number(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -LARGEST < value < LARGEST:
        msg = f"{name} must be a finite number, got {_short(value)}."
        raise ProtocolError(msg)
    return value


def _whole(name: str, value: Any) -> int:
    # JavaScript has one kind of number: 3.0 is 3.
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST:
        msg = f"{name} must be a whole number from 0, got {_short(value)}."
        raise ProtocolError(msg)
    return value


def _bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        msg = f"{name} must be true or false, got {_short(value)}."
        raise ProtocolError(msg)
    return value


def _text(name: str, value: Any, longest: int = LONGEST) -> str:
    # Half of a surrogate pair is a str, but no text: it could not be sent back.
    if not isinstance(value, str) or len(value) > longest or any("\ud800" <= one <= "\udfff" for one in value):
        msg = f"{name} must be a text of at most {longest} characters, got {_short(value)}."
        raise ProtocolError(msg)
    return value


def _slot(message: dict[Any, Any]) -> str:
    slot = message.get("slot", "a")
    if slot not in ("a", "b"):
        msg = f"slot must be 'a' or 'b', got {_short(slot)}."
        raise ProtocolError(msg)
    return str(slot)


def _compared(message: dict[Any, Any]) -> str:
    slot = _slot(message)
    if slot != "b":
        msg = "only the comparison, slot 'b', can be closed."
        raise ProtocolError(msg)
    return slot


def _dict(name: str, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict) or len(value) > MOST_PARAMETERS:
        msg = f"{name} must be an object of at most {MOST_PARAMETERS} entries, got {_short(value)}."
        raise ProtocolError(msg)
    return value


def _short(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, str):
        value = value[: LONGEST + 1]
    # ascii: an error is sent to the browser, so it must be text that can be.
    text = ascii(value) if not isinstance(value, int) or abs(value) < LARGEST else "a huge number"
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


READERS: dict[str, Callable[[dict[Any, Any]], Inbound]] = {
    "hello": lambda m: Hello(_text("version", m.get("version", ""))),
    "ask": lambda m: Ask(_whole("id", m.get("id")), _slot(m), _request(m.get("request"))),
    "cancel": lambda m: Cancel(_whole("id", m.get("id")), _slot(m)),
    "close": lambda m: Close(_compared(m)),
    "check": lambda m: CheckModel(_bool("open", m.get("open"))),
    "layers": lambda m: Open(_text("under", m.get("under", ""))),
    "display": lambda m: ShowAs(_display(m.get("display"))),
}
"""How each kind of message is read."""
