"""What the views of rows ask beside an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.checks import ends, entries, listed, number, scalars, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_RULES = 50


@dataclass(frozen=True)
class Rules:
    """What a changed row must keep to, by the names of columns; values as the kernel's tables have them."""

    immutable: tuple[str, ...]
    ranges: dict[str, tuple[float | None, float | None]]
    direction: dict[str, str]
    effort: dict[str, float]
    rules: tuple[str, ...]
    most: int | None = None
    """How many columns may change; None leaves that as it is."""


@dataclass(frozen=True)
class Scenario:
    """Keep the row with these edits under a name; or forget it."""

    name: str
    edits: tuple[dict[str, Any], ...] | None


Row = Rules | Scenario


def _rules(m: dict[Any, Any]) -> Rules:
    return Rules(
        immutable=tuple(text("immutable", one) for one in listed("immutable", m.get("immutable", []))),
        ranges={name: ends("ranges", one) for name, one in _by_column("ranges", m).items()},
        direction={name: text("direction", one) for name, one in _by_column("direction", m).items()},
        effort={name: float(number("effort", one)) for name, one in _by_column("effort", m).items()},
        rules=tuple(text("rules", one) for one in listed("rules", m.get("rules", []), MOST_RULES)),
        most=None if m.get("most") is None else whole("most", m["most"]),
    )


def _by_column(name: str, m: dict[Any, Any]) -> dict[str, Any]:
    found = entries(name, m.get(name, {}))
    return {text(f"{name}'s key", key): one for key, one in found.items()}


def _scenario(m: dict[Any, Any]) -> Scenario:
    edits = m.get("edits")
    if edits is not None:
        edits = tuple(scalars("an edit", one) for one in listed("edits", edits))
    return Scenario(text("name", m.get("name")), edits)


ROWS: dict[str, Callable[[dict[Any, Any]], Row]] = {"rules": _rules, "scenario": _scenario}
