"""The end of widgets that no cell holds, no page shows and no variable leads to.

ipywidgets keeps each widget until it is closed, since a page may ask for it. Here it lets go of those that their cells
have left, and Python's own collector tells which of them anything else leads to: whatever a user put them into, they
live on, and ipywidgets gets them back. The others are closed. A box that showed them goes the same way, with all in it:
where no page shows a widget of ours in it, none shows the box.
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
from xai_widgets.widgets.boxes import hear_weakly, is_box, outputs_hold, within
from xai_widgets.widgets.living import lives

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
_left_boxes: weakref.WeakSet[Any] = weakref.WeakSet()
_shown: weakref.WeakSet[Any] = weakref.WeakSet()
"""What is none of ours and a cell shows by itself."""

_loose: weakref.WeakSet[Any] = weakref.WeakSet()
"""Those of ours that no cell made."""

_lock = threading.Lock()
"""What changes one of these or goes through it has this: cells, pages and workers come on threads of their own."""

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
        for one in widgets:
            _leave(one)
        _Look.since += len(_left) - before
    if _left:
        look()
        call_pages()


def loose(widget: Any) -> None:
    """Take note of a widget that no cell holds from its beginning: a slider's answer, as in ``interact``."""
    with _lock:
        _leave(widget)
        _loose.add(widget)


def _leave(widget: Any) -> None:
    _shown.discard(widget)
    (_left_boxes if is_box(widget) else _left).add(widget)


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
        _left_boxes.discard(widget)
        _loose.discard(widget)
        if is_box(widget):
            _shown.add(widget)


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


def _wanted(widget: Any) -> bool:
    """Whether a page shows it, or may be about to show what no cell made."""
    coming = widget in _loose and not widget.viewed and time.time() - widget.made < SILENCE
    return widget.seen or coming


def _unseen() -> dict[str, weakref.ref[Any]]:
    """Return those that no page shows, by their names."""
    return {one.model_id: weakref.ref(one) for one in _all_left() if one.comm is not None and not _wanted(one)}


def _empty_boxes() -> dict[str, weakref.ref[Any]]:
    """Return the boxes that no cell and no page shows, with what is in them, by their names."""
    with _lock:
        roots, shown = [one for one in _left_boxes if one.comm is not None], set(map(id, _shown))
    found = {}
    for root in roots:
        parts = [one for one in within(root) if one.comm is not None]
        ours = [one for one in parts if lives(one)]
        if not ours or any(_wanted(one) for one in ours):
            continue
        for one in parts:
            if is_box(one) and id(one) not in shown:
                found[one.model_id] = weakref.ref(one)
                hear_weakly(one)
    return found


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
    names = _unseen()
    if not names:
        return
    _Look.since, began = 0, time.thread_time()
    names |= _empty_boxes()
    with outputs_hold():
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
