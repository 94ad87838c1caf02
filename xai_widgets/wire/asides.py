"""What views ask beside an explanation: each such question has one answer at a time, the newest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.checks import ProtocolError, ends, flag, listed, number, short, slot_of, text, whole
from xai_widgets.wire.files import Other
from xai_widgets.wire.rows import ROWS, Row
from xai_widgets.wire.spaces import SPACES, Space
from xai_widgets.wire.studies import STUDIES, Pick, Study

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_FOUND, MOST_CHANGES = 20, 200
MOST_TOKENS, HOTTEST = 256, 100.0
MOST_METHODS = 64


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
    within: tuple[float | None, float | None] | None = None
    """What the output, or the probability of the target, is to reach."""
    n: int = 4
    most: int = 5
    fill: str = "mean"
    """What is put in the place of a picture's regions."""
    way: str = "cover"
    """What is done to a picture."""

    def about(self, *names: str) -> dict[str, Any]:
        """Return these of its fields as plain data: to what question answers are."""
        return {name: list(one) if isinstance(one := getattr(self, name), tuple) else one for name in names}


@dataclass(frozen=True)
class TakeBack:
    """What this ask was made by was not meant: a click that was the first of a double click."""

    id: int


@dataclass(frozen=True)
class Generate:
    """Go on with the text by so many tokens; none stops."""

    count: int
    temperature: float = 1.0
    top: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Attend:
    """Where does this head of this layer look? All of its heads on average for None; or of all layers up to it."""

    layer: int
    head: int | None = None
    rollout: bool = False


@dataclass(frozen=True)
class Heads:
    """Where does each head of this layer look? In small."""

    layer: int


@dataclass(frozen=True)
class Doubt:
    """How far can the map in this slot be trusted? Or no longer."""

    open: bool
    slot: str = "a"


@dataclass(frozen=True)
class Trial:
    """How far can the maps of these methods be trusted, one beside the other? Or no longer."""

    open: bool
    methods: tuple[str, ...] = ()


Aside = Menu | Seek | TakeBack | Generate | Attend | Heads | Row | Doubt | Trial | Space | Study | Pick | Other


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
        within=None if m.get("within") is None else ends("within", m["within"]),
        n=_within("n", m.get("n", 4), 1, MOST_FOUND),
        most=_within("most", m.get("most", 5), 1, MOST_CHANGES),
        fill=text("fill", m.get("fill", "mean")),
        way=text("way", m.get("way", "cover")),
    )


def _generate(m: dict[Any, Any]) -> Generate:
    temperature = number("temperature", m.get("temperature", 1.0))
    if not (math.isfinite(temperature) and 0 <= temperature <= HOTTEST):
        msg = f"temperature must lie in 0..{HOTTEST:g}, got {short(temperature)}."
        raise ProtocolError(msg)
    count = _within("count", m.get("count"), 0, MOST_TOKENS)
    return Generate(count, float(temperature), whole("top", m.get("top", 0)), whole("seed", m.get("seed", 0)))


def _attend(m: dict[Any, Any]) -> Attend:
    head, rollout = m.get("head"), flag("rollout", m.get("rollout", False))
    return Attend(whole("layer", m.get("layer")), None if head is None else whole("head", head), rollout)


def _heads(m: dict[Any, Any]) -> Heads:
    return Heads(whole("layer", m.get("layer")))


def _trial(m: dict[Any, Any]) -> Trial:
    methods = listed("methods", m.get("methods", []), MOST_METHODS)
    return Trial(flag("open", m.get("open")), tuple(text("methods", one) for one in methods))


ASIDES: dict[str, Callable[[dict[Any, Any]], Aside]] = {
    "menu": _menu,
    "search": _seek,
    "back": lambda m: TakeBack(whole("id", m.get("id"))),
    "generate": _generate,
    "attention": _attend,
    "heads": _heads,
    "trust": lambda m: Doubt(flag("open", m.get("open")), slot_of(m)),
    "trial": _trial,
    **ROWS,
    **SPACES,
    **STUDIES,
}
"""How each kind is read."""
