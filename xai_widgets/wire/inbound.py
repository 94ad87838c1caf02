"""Messages from the browser: everything from outside is hostile until it has been parsed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.asides import ASIDES, Aside
from xai_widgets.wire.checks import (
    ProtocolError,
    entries,
    flag,
    number,
    numbers,
    scalar,
    scalars,
    short,
    slot_of,
    text,
    whole,
)
from xai_widgets.wire.display import RULES, check_display
from xai_widgets.wire.files import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

VERSION = 1
MOST_RATE = 20.0
MOST_EDITS = 200
MOST_AXES = 8
MOST_RUNS = 20_000
LONGEST_EDIT = 20_000
"""Characters that an edit of a text may write."""


@dataclass(frozen=True)
class AskedUnit:
    """One unit of a layer, to be explained."""

    layer: str
    index: tuple[int, ...]


@dataclass(frozen=True)
class AskedSpan:
    """Part of a text, in UTF-16 units, to be explained; rather than another token."""

    start: int
    stop: int
    rather: int | None


@dataclass(frozen=True)
class AskedRequest:
    """What is to be explained, in plain data."""

    method: str
    params: dict[str, Any]
    target: int | tuple[int, int] | AskedUnit | AskedSpan | None
    edits: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Hello:
    """A view opened, or its reader prefers something else.

    Parameters
    ----------
    version : str
    language : str
        The first part of its BCP 47 tag, or nothing for English.
    rate : float
        Pictures a second at most, of what is being computed.
    bits : {16, 8}
        Of a value in the map of a picture.
    """

    version: str
    language: str = ""
    rate: float = MOST_RATE
    bits: int = 16


@dataclass(frozen=True)
class Seen:
    """So many views of the widget are on a page by now."""

    page: str
    views: int


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


Wish = Ask | Cancel | Close | CheckModel | Open | ShowAs | Aside
Inbound = Hello | Seen | Wish


def parse(content: Any, buffers: Sequence[Any] = ()) -> Inbound:
    """Check a message, with the bytes beside it, and return it as what it is.

    Raises
    ------
    ProtocolError
        Saying what was expected and what came.
    """
    message = entries("a message", content)
    kind = message.get("kind")
    if isinstance(kind, str) and kind in FILES:
        return FILES[kind](message, buffers)
    if not isinstance(kind, str) or kind not in READERS:
        *most, last = (*READERS, *FILES)
        msg = f"a message's kind must be {', '.join(most)} or {last}, got {short(kind)}."
        raise ProtocolError(msg)
    return READERS[kind](message)


def _request(value: Any) -> AskedRequest:
    request = entries("request", value)
    edits = request.get("edits", [])
    if not isinstance(edits, list) or len(edits) > MOST_EDITS:
        msg = f"request.edits must be a list of at most {MOST_EDITS}, got {short(edits)}."
        raise ProtocolError(msg)
    return AskedRequest(
        text("request.method", request.get("method")),
        scalars("request.params", request.get("params", {})),
        _target(request.get("target")),
        tuple(_edit(one) for one in edits),
    )


def _target(value: Any) -> int | tuple[int, int] | AskedUnit | AskedSpan | None:
    if value is None:
        return None
    if isinstance(value, dict) and "span" in value:
        return _span(value["span"], value.get("rather"))
    if isinstance(value, dict):
        index = value.get("index")
        if not isinstance(index, list) or not 0 < len(index) <= MOST_AXES:
            msg = f"request.target.index must be a list of whole numbers, got {short(index)}."
            raise ProtocolError(msg)
        layer = text("request.target.layer", value.get("layer"))
        return AskedUnit(layer, tuple(whole("request.target.index", one) for one in index))
    if isinstance(value, list):
        if len(value) != 2:  # noqa: PLR2004
            msg = f"request.target must be a class, a pair of them, a unit or null, got {short(value)}."
            raise ProtocolError(msg)
        return whole("request.target", value[0]), whole("request.target", value[1])
    return whole("request.target", value)


def _span(span: Any, rather: Any) -> AskedSpan:
    if not isinstance(span, list) or len(span) != 2:  # noqa: PLR2004
        msg = f"request.target.span must be two whole numbers, got {short(span)}."
        raise ProtocolError(msg)
    start, stop = (whole("request.target.span", one) for one in span)
    return AskedSpan(start, stop, None if rather is None else whole("request.target.rather", rather))


def _display(value: Any) -> dict[str, Any]:
    # A newer browser may remember more than this kernel knows of.
    known = {name: one for name, one in entries("display", value).items() if name in RULES}
    try:
        return check_display(known)
    except ValueError as error:
        raise ProtocolError(str(error)) from None


def _edit(value: Any) -> dict[str, Any]:
    edit = {text("an edit's key", key): one for key, one in entries("an edit", value).items()}
    return {key: _of_edit(key, one) for key, one in edit.items()}


def _of_edit(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return numbers(key, value, MOST_RUNS) if key == "runs" else numbers(key, value)
    return text(key, value, LONGEST_EDIT) if key == "text" else scalar(key, value)


def _hello(message: dict[Any, Any]) -> Hello:
    rate, bits = number("rate", message.get("rate", MOST_RATE)), message.get("bits", 16)
    if not 1 <= rate <= MOST_RATE or bits not in (8, 16):
        msg = f"rate must lie in 1..{MOST_RATE:g} and bits be 8 or 16, got {short(rate)} and {short(bits)}."
        raise ProtocolError(msg)
    return Hello(
        text("version", message.get("version", "")), text("language", message.get("language", "")), rate, int(bits)
    )


def _compared(message: dict[Any, Any]) -> str:
    slot = slot_of(message)
    if slot != "b":
        msg = "only the comparison, slot 'b', can be closed."
        raise ProtocolError(msg)
    return slot


READERS: dict[str, Callable[[dict[Any, Any]], Inbound]] = {
    "hello": _hello,
    "seen": lambda m: Seen(text("page", m.get("page")), whole("views", m.get("views"))),
    "ask": lambda m: Ask(whole("id", m.get("id")), slot_of(m), _request(m.get("request"))),
    "cancel": lambda m: Cancel(whole("id", m.get("id")), slot_of(m)),
    "close": lambda m: Close(_compared(m)),
    "check": lambda m: CheckModel(flag("open", m.get("open"))),
    "layers": lambda m: Open(text("under", m.get("under", ""))),
    "display": lambda m: ShowAs(_display(m.get("display"))),
    **ASIDES,
}
"""How each kind of message is read."""
