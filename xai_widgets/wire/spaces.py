"""What the views of vectors of words ask: each such question has one answer at a time, the newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.checks import flag, scalars, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Arrange:
    """Lay the words out; or no longer."""

    open: bool
    method: str = ""
    metric: str = ""
    params: dict[str, Any] | None = None


@dataclass(frozen=True)
class Near:
    """Tell what lies nearest to this word."""

    id: int
    word: str
    metric: str


@dataclass(frozen=True)
class Complete:
    """Complete an analogy: `a` is to `b` as `c` is to what."""

    id: int
    words: tuple[str, str, str]


@dataclass(frozen=True)
class Judge:
    """Tell how far similarities and people agree, or groups of words lie apart."""

    metric: str
    kind: str


Space = Arrange | Near | Complete | Judge


def _arrange(m: dict[Any, Any]) -> Arrange:
    if not flag("open", m.get("open")):
        return Arrange(open=False)
    params = scalars("params", m.get("params", {}))
    return Arrange(
        open=True, method=text("method", m.get("method")), metric=text("metric", m.get("metric")), params=params
    )


def _complete(m: dict[Any, Any]) -> Complete:
    a, b, c = (text(name, m.get(name)) for name in "abc")
    return Complete(whole("id", m.get("id")), (a, b, c))


SPACES: dict[str, Callable[[dict[Any, Any]], Space]] = {
    "layout": _arrange,
    "near": lambda m: Near(whole("id", m.get("id")), text("word", m.get("word")), text("metric", m.get("metric"))),
    "analogy": _complete,
    "agreement": lambda m: Judge(text("metric", m.get("metric")), "agreement"),
    "separation": lambda m: Judge(text("metric", m.get("metric")), "separation"),
}
"""How each kind is read."""
