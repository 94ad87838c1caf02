"""The end of widgets that no cell holds, no page shows and no variable leads to.

ipywidgets keeps each widget until it is closed, since a page may ask for it. Here it lets go of those that their cells
have left, and Python's own collector tells which of them anything else leads to: whatever a user put them into, they
live on, and ipywidgets gets them back. The others are closed.
"""

from __future__ import annotations

import gc
import logging
import math
import threading
import time
import weakref
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from ipywidgets.widgets import widget as ipywidgets

from xai_widgets.jobs import Slot, workers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xai_widgets.jobs import Outcome, Worker

logger = logging.getLogger(__name__)

FIRST = 3
"""Before all else that a worker does: what is asked of a widget that nobody has must not keep it."""

SOON = 1.0
"""Seconds until those that were left are looked for, so that the first picture of what took their place comes first."""

SHARE, LEAST = 0.05, 0.01
"""Of the time that looking may take: for each that was left since the last look, and where there are none. In a kernel
of very many objects each look is slow."""

SILENCE = 30.0
"""Seconds in which a page answers whether it still shows a widget that its cells have left. Where the kernel has no
subshells its answer waits behind cells, so that only time counts in which none runs."""

_left: weakref.WeakSet[Any] = weakref.WeakSet()
_lock = threading.Lock()
"""What changes `_left` or goes through it has this: cells, pages and workers come on threads of their own."""

_lost: deque[Any] = deque()
_slots: weakref.WeakKeyDictionary[Worker, Slot] = weakref.WeakKeyDictionary()
_due: weakref.WeakKeyDictionary[Worker, float] = weakref.WeakKeyDictionary()
_calls: weakref.WeakKeyDictionary[Worker, Slot] = weakref.WeakKeyDictionary()


class _Look:
    """The last one: when it ended, how long it took the processor, and how many were left since."""

    ended = seconds = 0.0
    since = 0


class _Call:
    """The last one to pages: when it was, and whether a cell has begun since that still runs."""

    at, in_cell = 0.0, False


def leave(widgets: Iterable[Any]) -> None:
    """Take note of widgets that no cell holds any more; those that nobody sees or names are closed before long."""
    with _lock:
        before = len(_left)
        _left.update(widgets)
        _Look.since += len(_left) - before
    if _left:
        look()
        call_pages()


def cell_begins() -> None:
    """Take note that a cell runs, behind which answers of pages may wait."""
    _Call.in_cell = True


def cell_ends(left: Iterable[Any]) -> None:
    """Take note that it does no longer, and of the widgets that no cell holds since it began."""
    _Call.in_cell = False
    leave(left)


def call_pages() -> None:
    """Ask the pages that show what cells have left; those that do not answer in time are taken for gone."""
    _Call.at = time.monotonic()
    awaited = [one.call_roll() for one in _all_left()]
    if any(awaited):
        for worker in workers()[:1]:
            slot = _calls.setdefault(worker, Slot(worker, priority=FIRST, delay=SILENCE))
            slot.submit(_answered, publish=_nothing, ended=_ended)


def keep(widget: Any) -> None:
    """Take note that a cell holds a widget."""
    with _lock:
        _left.discard(widget)


def heard(widget: Any) -> None:
    """Take note that it is known anew which pages show a widget."""
    if widget not in _left:
        return
    if not widget.seen:
        _Look.since += 1
        look()
    if not any(one.awaited for one in _all_left()):
        for slot in list(_calls.values()):
            slot.cancel()


def _all_left() -> list[Any]:
    with _lock:
        return list(_left)


def lost(widget: Any) -> None:
    """Take a widget that nothing leads to any more; called by Python's collector, amid anything."""
    _lost.append(widget)


def look() -> None:
    """Have those that were left looked for, between any two steps of the workers."""
    now = time.monotonic()
    due = max(now + SOON, _Look.ended + _Look.seconds / max(SHARE * _Look.since, LEAST))
    for worker in workers():
        if due < _due.get(worker, math.inf):
            _due[worker] = due
            slot = _slots.setdefault(worker, Slot(worker, priority=FIRST, delay=SOON))
            slot.submit(partial(_steps, worker), publish=_nothing, ended=_ended)
            if due > now + SOON:
                slot.hold(due - now)


def _steps(worker: Worker) -> Iterator[None]:
    _due.pop(worker, None)
    _collect(worker)
    yield None


def _collect(worker: Worker) -> None:
    names = {one.model_id: weakref.ref(one) for one in _all_left() if one.comm is not None and not one.seen}
    if not names:
        return
    _Look.since, began = 0, time.thread_time()
    for name in names:
        ipywidgets._instances.pop(name, None)  # noqa: SLF001  nothing else keeps a widget that is open
    with worker.without_claims():
        gc.collect()
    for name, found in names.items():
        widget = found()
        if widget is not None and widget.comm is not None:
            ipywidgets._instances[name] = widget  # noqa: SLF001
    _Look.ended, _Look.seconds = time.monotonic(), time.thread_time() - began
    while _lost:
        _lost.popleft().close()


def _answered() -> Iterator[None]:
    # The end of a cell asks anew. Where no thread can wait this comes at once: there pages are believed until they go.
    if not _Call.in_cell and time.monotonic() >= _Call.at + SILENCE:
        _end_roll()
    yield None


def _end_roll() -> None:
    for widget in _all_left():
        widget.end_roll()


def _nothing(_: None) -> None: ...


def _ended(_outcome: Outcome, error: BaseException | None) -> None:
    if error is not None:
        logger.error("widgets that nobody has could not be closed", exc_info=error)
