"""One thread a device, which steps the generators of all slots in turn."""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import threading
import time
import weakref
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.jobs.job import Job, Outcome

IDLE_SECONDS = 5.0
"""A thread without work ends after this long; the next job starts another."""

LAST_STEP = 4.0
"""Seconds that a step may take to finish when Python exits, which aborts where a thread is still amid native code.
Jupyter kills a kernel after five."""


class Steppable(Protocol):
    """What a worker knows of a slot: when it has something to do, and how to do one step of it."""

    priority: int
    turn: int
    due: float

    def ready(self, now: float) -> bool:
        """Whether there is something to do at once."""

    def begin(self) -> Job | None:
        """Return the job whose turn it is, None if all were cancelled."""

    def step(self, job: Job) -> None:
        """Run one step of `job`, or end it if it was stopped."""


class Worker:
    """Steps one slot's job at a time: of the highest priority first, equals in turn.

    Parameters
    ----------
    name : str
        Of the thread.
    idle : float
        Seconds without work after which the thread ends.
    clock, start : callable
        Seconds that only grow, and what starts a thread; for tests.
    """

    def __init__(
        self,
        name: str = "xai-worker",
        *,
        idle: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        start: Callable[[threading.Thread], None] = threading.Thread.start,
    ) -> None:
        self.clock = clock
        self.thread: threading.Thread | None = None
        """The thread while there is one."""
        self._name, self._idle, self._start = name, idle, start
        self._reset()
        _everyone.add(self)

    def _reset(self) -> None:
        self.lock = threading.RLock()
        """Guards the state of the worker and of its slots; never held during a step or a callback."""
        self._work = threading.Condition(self.lock)
        self._slots: set[Steppable] = set()
        self._retired: deque[tuple[Job, Outcome]] = deque()
        self._turns = 0
        self._running = self._stopping = False

    def enlist(self, slot: Steppable) -> None:
        """Note that a slot has work; call with the lock held, then :meth:`wake`."""
        if slot not in self._slots:
            slot.turn = self.next_turn()
            self._slots.add(slot)

    def retire(self, job: Job, outcome: Outcome) -> None:
        """Have a job end that never got a turn; call with the lock held, then :meth:`wake`."""
        self._retired.append((job, outcome))

    @contextlib.contextmanager
    def without_claims(self) -> Iterator[None]:
        """Keep, meanwhile, no slot alive that nobody else has; on this worker's thread, so between two steps.

        Work for an owner that is forgotten in this time is not done.
        """
        with self.lock:
            known = [weakref.ref(one) for one in self._slots]
            self._slots = set()
        try:
            yield
        finally:
            with self.lock:
                self._slots.update(one for one in (found() for found in known) if one is not None)

    def next_turn(self) -> int:
        """Return the place behind all others."""
        with self.lock:
            self._turns += 1
            return self._turns

    def wake(self) -> None:
        """See to it that somebody does the work: the thread, or the caller where there are no threads."""
        with self.lock:
            if self._running or self._stopping or not self._has_work():
                self._work.notify()
                return
            self._running = True
            thread = threading.Thread(target=self._serve, args=(self._idle,), name=self._name, daemon=True)
            self.thread = thread
        try:
            self._start(thread)
        except RuntimeError:  # this platform has no threads, or this machine no more of them
            self.thread = None
            self._serve(0.0)

    def stop(self, timeout: float) -> None:
        """Do nothing more, since Python exits."""
        with self.lock:
            self._stopping = True
            self._work.notify()
            thread = self.thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _has_work(self) -> bool:
        return bool(self._slots or self._retired)

    def _serve(self, idle: float) -> None:
        # No job in a local variable here: it would live for as long as this waits for the next one.
        while self._wait(idle):
            self._turn(self.clock() if idle else math.inf)

    def _wait(self, idle: float) -> bool:
        """Wait for something to do; False when there is nothing more. Where none can wait, all is due."""
        with self.lock:
            while not self._stopping:
                now = self.clock() if idle else math.inf
                if self._retired or any(one.ready(now) for one in self._slots):
                    return True
                due = min((one.due for one in self._slots), default=None)
                woken = self._work.wait(idle if due is None else due - now)
                if due is None and not woken and not self._has_work():
                    break
            # Under the lock, so that a submit either finds this thread awake or starts another.
            self._running, self.thread = False, None
            return False

    def _turn(self, now: float) -> None:
        """End a retired job, or step the slot whose turn it is."""
        with self.lock:
            slot: Steppable | None = None
            job: Job | None = None
            outcome: Outcome | None = None
            if self._retired:
                job, outcome = self._retired.popleft()
            else:
                # Of a copy: the garbage collector may close a forgotten widget, and so come here, at any moment. It is
                # not kept during the step, in which those whose turn it is not may be forgotten.
                ready = (one for one in list(self._slots) if one.ready(now))
                slot = min(ready, key=lambda one: (-one.priority, one.turn), default=None)
                del ready
                job = slot.begin() if slot is not None else None
                if slot is not None and job is None:
                    self._slots.discard(slot)
        if job is not None and slot is not None:
            slot.step(job)
        elif job is not None and outcome is not None:
            job.finish(outcome, None)


_everyone: weakref.WeakSet[Worker] = weakref.WeakSet()
_by_device: dict[str, Worker] = {}
_by_device_lock = threading.Lock()


def worker_for(device: str) -> Worker:
    """Return the one worker of a device, such as ``"cpu"`` or ``"cuda:0"``."""
    with _by_device_lock:
        if device not in _by_device:
            _by_device[device] = Worker(f"xai-worker-{device}")
        return _by_device[device]


def workers() -> list[Worker]:
    """Return those that have been asked for."""
    with _by_device_lock:
        return list(_by_device.values())


@atexit.register
def _stop_all() -> None:
    for worker in list(_everyone):
        worker.stop(LAST_STEP)


def _after_fork() -> None:
    """Begin anew in a forked child, such as a loader of data: threads, and the locks they held, stay behind."""
    for worker in list(_everyone):
        worker.thread = None
        worker._reset()  # noqa: SLF001


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
