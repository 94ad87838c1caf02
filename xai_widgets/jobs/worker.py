"""One thread a device, which steps every job's generator in turn."""

from __future__ import annotations

import contextvars
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""A worker without work ends after this long; the next job starts another."""

INTERVAL = 0.05
"""Seconds between two results of a job that are published: more than 20 a second nobody can see."""


class Outcome(str, Enum):
    """How a job ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    FAILED = "failed"


@dataclass(eq=False)
class Job:
    """A generator on its way, and what to do with what it yields.

    ``stop`` is set by whoever wants it to end; the worker sees it between two steps.
    """

    priority: int
    begin: Callable[[], Iterator[Any]] | None
    publish: Callable[[Any], None] | None
    ended: Callable[[Outcome, BaseException | None], None] | None
    deliver_first: bool
    number: int = field(default_factory=itertools.count().__next__)
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    stop: Outcome | None = None
    steps: Iterator[Any] | None = None
    held: Any = None
    published: float | None = None
    turn: int = 0

    @property
    def must_stop(self) -> bool:
        """Whether to end it now: a superseded job may still deliver its first result, a cancelled one not."""
        owes = self.deliver_first and self.published is None and self.held is None
        return self.stop is Outcome.CANCELLED or (self.stop is Outcome.SUPERSEDED and not owes)


class Worker:
    """Steps jobs one at a time: the one of highest priority first, equals in turn.

    Parameters
    ----------
    name : str
        Of the thread.
    idle : float
        Seconds without work after which the thread ends.
    interval : float
        Least time in seconds between two published results of a job.
    clock : callable
        For tests.
    """

    def __init__(
        self,
        name: str = "xai-worker",
        *,
        idle: float = IDLE_SECONDS,
        interval: float = INTERVAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.idle, self.interval, self.clock = name, idle, interval, clock
        self._jobs: list[Job] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._turns = itertools.count(1)

    def add(self, job: Job) -> None:
        """Take a job; where no thread can be started, run it to its end right here."""
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # no threads on this platform
                self._thread = None
            else:
                return
        while (job_now := self._next()) is not None:
            self._step(job_now)

    def _work(self) -> None:
        while True:
            with self._wake:
                if not self._jobs and not self._wake.wait_for(lambda: self._jobs, self.idle):
                    self._thread = None
                    return
            job = self._next()
            if job is not None:
                self._step(job)
            del job  # a finished job's results must not live until the next one comes

    def _next(self) -> Job | None:
        with self._wake:
            # Jobs to be ended go first: that frees what they hold.
            return min(self._jobs, key=lambda j: (not j.must_stop, -j.priority, j.turn, j.number), default=None)

    def _step(self, job: Job) -> None:
        """Do one batch of a job, or end it."""
        if job.must_stop:
            self._end(job, job.stop or Outcome.CANCELLED)
            return
        job.turn = next(self._turns)
        try:
            result = job.context.run(self._advance, job)
        except StopIteration:
            self._end(job, Outcome.DONE)
            return
        except BaseException as error:  # noqa: BLE001  whatever a user's model raises belongs to that job alone
            self._end(job, Outcome.FAILED, error)
            return
        if result is None:
            return
        job.held = result
        if job.published is None or self.clock() - job.published >= self.interval:
            self._publish(job)

    @staticmethod
    def _advance(job: Job) -> Any:
        if job.steps is None:
            assert job.begin is not None
            job.steps, job.begin = job.begin(), None
        return next(job.steps)

    def _publish(self, job: Job) -> None:
        result, job.held = job.held, None
        if result is None or job.publish is None:
            return
        job.published = self.clock()
        self._call(job, job.publish, result)

    def _end(self, job: Job, outcome: Outcome, error: BaseException | None = None) -> None:
        with self._wake:
            self._jobs.remove(job)
        close = getattr(job.steps, "close", None)
        if close is not None:
            self._call(job, close)
        self._publish(job)  # what was held back for the pace is the last result, and a cancelled job's partial one
        ended, job.ended = job.ended, None
        job.begin = job.publish = job.steps = job.held = None
        if ended is not None:
            self._call(job, ended, outcome, error)

    @staticmethod
    def _call(job: Job, function: Callable[..., Any], *args: Any) -> None:
        try:
            job.context.run(function, *args)
        except Exception:
            logger.exception("a callback of a job failed")


_WORKERS: dict[str, Worker] = {}
_WORKERS_LOCK = threading.Lock()


def worker_for(device: str) -> Worker:
    """Return the one worker of a device."""
    with _WORKERS_LOCK:
        return _WORKERS.setdefault(device, Worker(f"xai-worker-{device}"))
