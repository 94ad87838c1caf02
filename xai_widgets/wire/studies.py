"""What the views of a whole population ask: each question has one answer at a time, the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.checks import flag, listed, scalars, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Study:
    """Look at the whole population; or no longer."""

    question: str
    open: bool
    columns: tuple[int, ...] = ()
    params: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Pick:
    """A row was picked, by its number in the data; or none is any longer."""

    row: int | None


def _study(m: dict[Any, Any]) -> Study:
    question = text("question", m.get("question"))
    if not flag("open", m.get("open")):
        return Study(question, open=False)
    columns = tuple(whole("columns", one) for one in listed("columns", m.get("columns", []), 2))
    return Study(question, open=True, columns=columns, params=tuple(scalars("params", m.get("params", {})).items()))


def _pick(m: dict[Any, Any]) -> Pick:
    row = m.get("row")
    return Pick(None if row is None else whole("row", row))


STUDIES: dict[str, Callable[[dict[Any, Any]], Study | Pick]] = {"study": _study, "pick": _pick}
"""How each kind is read."""
