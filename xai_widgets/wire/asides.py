"""What the views of a text ask beside an explanation: each such question has one answer at a time, the newest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.checks import ProtocolError, flag, number, short, whole

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_FOUND, MOST_CHANGES = 20, 20
MOST_TOKENS, HOTTEST = 256, 100.0


@dataclass(frozen=True)
class Menu:
    """Which words in the place of this span would move the prediction most? Or no longer."""

    open: bool
    start: int = 0
    stop: int = 0


@dataclass(frozen=True)
class Seek:
    """Which few changes give another answer? Or no longer."""

    open: bool
    target: int | None = None
    n: int = 4
    most: int = 5


@dataclass(frozen=True)
class Generate:
    """Go on with the text by so many tokens; none stops."""

    count: int
    temperature: float = 1.0
    top: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Attend:
    """Where does this head of this layer look? All of its heads on average for None."""

    layer: int
    head: int | None


Aside = Menu | Seek | Generate | Attend


def _within(name: str, value: Any, low: int, high: int) -> int:
    found = whole(name, value)
    if not low <= found <= high:
        msg = f"{name} must lie in {low}..{high}, got {short(value)}."
        raise ProtocolError(msg)
    return found


def _menu(m: dict[Any, Any]) -> Menu:
    if not flag("open", m.get("open")):
        return Menu(open=False)
    return Menu(open=True, start=whole("start", m.get("start")), stop=whole("stop", m.get("stop")))


def _seek(m: dict[Any, Any]) -> Seek:
    if not flag("open", m.get("open")):
        return Seek(open=False)
    target = m.get("target")
    return Seek(
        open=True,
        target=None if target is None else whole("target", target),
        n=_within("n", m.get("n", 4), 1, MOST_FOUND),
        most=_within("most", m.get("most", 5), 1, MOST_CHANGES),
    )


def _generate(m: dict[Any, Any]) -> Generate:
    temperature = number("temperature", m.get("temperature", 1.0))
    if not (math.isfinite(temperature) and 0 <= temperature <= HOTTEST):
        msg = f"temperature must lie in 0..{HOTTEST:g}, got {short(temperature)}."
        raise ProtocolError(msg)
    count = _within("count", m.get("count"), 0, MOST_TOKENS)
    return Generate(count, float(temperature), whole("top", m.get("top", 0)), whole("seed", m.get("seed", 0)))


def _attend(m: dict[Any, Any]) -> Attend:
    head = m.get("head")
    return Attend(whole("layer", m.get("layer")), None if head is None else whole("head", head))


ASIDES: dict[str, Callable[[dict[Any, Any]], Aside]] = {
    "menu": _menu,
    "search": _seek,
    "generate": _generate,
    "attention": _attend,
}
"""How each kind is read."""
