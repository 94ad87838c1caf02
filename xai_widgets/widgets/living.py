"""The widgets that live in this kernel, and who is told when one of them begins, ends or changes what it shows."""

from __future__ import annotations

import logging
import threading
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)


_living: weakref.WeakSet[Any] = weakref.WeakSet()
_listeners: list[Callable[[Any], None]] = []
_lock = threading.Lock()


def living() -> list[Any]:
    """Return the widgets that live, the oldest first."""
    with _lock:
        return sorted(_living, key=lambda one: one.made)


def begin(widget: Any) -> None:
    """Note a new widget."""
    with _lock:
        _living.add(widget)
    tell(widget)


def end(widget: Any) -> None:
    """Note that a widget is being closed."""
    with _lock:
        _living.discard(widget)
    _spread(widget)


def lives(widget: Any) -> bool:
    """Whether it has not been closed."""
    with _lock:
        return widget in _living


def tell(widget: Any) -> None:
    """Let those who listen look at a widget again; on the thread on which it changed."""
    if lives(widget):
        _spread(widget)


def _spread(widget: Any) -> None:
    for listener in tuple(_listeners):
        _call(listener, widget)


def _call(listener: Callable[[Any], None], widget: Any) -> None:
    try:
        listener(widget)
    except Exception:  # who lists widgets must not disturb them
        logger.exception("a widget's news could not be told")


def listen(listener: Callable[[Any], None]) -> Callable[[], None]:
    """Call `listener` with each widget that changes from now on; returns how to stop that."""
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)
