"""One thread a device, which steps the generators of all slots in turn."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.jobs.job import Job, Outcome
    from xai_widgets.jobs.slot import Slot

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""A thread without work ends after this long; the next job starts another."""


class Worker:
    """Steps one slot's job at a time: of the highest priority first, equals in turn.

    Parameters
    ----------
    name : str
        Of the thread.
    idle : float
        Seconds without work after which the thread ends.
    clock : callable
        Seconds that only grow; for tests.
    """

    def __init__(
        self, name: str = "xai-worker", *, idle: float = IDLE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        """Guards the state of the worker and of its slots; never held during a step or a callback."""
        self._name, self._idle = name, idle
        self._work = threading.Condition(self.lock)
        self._slots: set[Slot] = set()
        self._retired: deque[tuple[Job, Outcome]] = deque()
        self._turns = itertools.count(1)
        self._running = False

    def enlist(self, slot: Slot) -> None:
        """Note that a slot has work; call with the lock held, then :meth:`wake`."""
        self._slots.add(slot)

    def dismiss(self, slot: Slot) -> None:
        """Note that a slot has no work left; call with the lock held."""
        self._slots.discard(slot)

    def retire(self, job: Job, outcome: Outcome) -> None:
        """Have a job end that never got a turn; call with the lock held, then :meth:`wake`."""
        self._retired.append((job, outcome))

    def wake(self) -> None:
        """See to it that somebody does the work: the thread, or the caller where there are no threads."""
        with self.lock:
            if self._running:
                self._work.notify()
                return
            self._running = True
            thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # this platform has no threads
                pass
            else:
                return
        while self._turn():
            pass
        with self.lock:
            self._running = False

    def _serve(self) -> None:
        while True:
            while self._turn():
                pass
            with self.lock:
                if not self._work.wait_for(lambda: self._slots or self._retired, self._idle):
                    self._running = False
                    return

    def _turn(self) -> bool:
        """End a retired job or step the slot whose turn it is; False when there is nothing to do."""
        with self.lock:
            if self._retired:
                job, outcome = self._retired.popleft()
                slot = None
            elif self._slots:
                slot = min(self._slots, key=lambda one: (-one.priority, one.turn))
                slot.turn = next(self._turns)
                job = slot.begin()
            else:
                return False
        if slot is None:
            job.finish(outcome, None)
        else:
            slot.step(job)
        return True


_WORKERS: dict[str, Worker] = {}
_WORKERS_LOCK = threading.Lock()


def worker_for(device: str) -> Worker:
    """Return the one worker of a device."""
    with _WORKERS_LOCK:
        return _WORKERS.setdefault(device, Worker(f"xai-worker-{device}"))
