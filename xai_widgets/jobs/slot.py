"""A place for one kind of work of one owner, where the newest request wins."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

from xai_widgets.jobs.job import Job, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.jobs.worker import Worker

T = TypeVar("T")

GIVE_WAY = 1e-4
"""Seconds for which a worker lets go of Python's lock once it has published: the thread that takes messages to the
browser would else get it after the next step, or after 5 ms (`sys.getswitchinterval`)."""

PATIENCE = 0.1
"""Seconds for which requests of a slot may have waited when they are put off once more, so that none starves."""


class Slot:
    """One job runs, at most one waits: the newest.

    All methods may be called on any thread and return at once. Callbacks come on the worker's thread, never
    two at a time, in the context of their submit.

    Parameters
    ----------
    worker : Worker
        Whose thread does the work.
    priority : int
        Jobs of a higher priority go first, between any two steps of the others.
    deliver_first : bool
        Whether a job that has begun may publish one result before a newer one takes its place, so that
        something moves under a slider that is dragged faster than results come.
    interval : float
        Least seconds between two published results of a job; it may be changed at any time. In between the newest is
        held.
    delay : float
        Seconds without a newer request after which a job may begin: for what need not follow each step of a slider.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        priority: int = 0,
        deliver_first: bool = False,
        interval: float = 0.05,
        delay: float = 0.0,
    ) -> None:
        self.priority = priority
        self.due = 0.0
        """When the job that waits may begin, by the worker's clock."""
        self.turn = 0
        """When this slot was last stepped. It outlives jobs, so that many submits neither win nor lose turns."""
        self._worker = worker
        self.interval = interval
        self._deliver_first, self._delay = deliver_first, delay
        self._since = 0.0
        self._running: Job | None = None
        self._waiting: Job | None = None
        self._closed = False
        # Held while a result is being published, so that `close` can promise that none comes later.
        self._gate = threading.RLock()

    def submit(
        self,
        steps: Callable[[], Iterator[T | None]],
        *,
        publish: Callable[[T], None],
        ended: Callable[[Outcome, BaseException | None], None],
    ) -> Job:
        """Ask for new work; whatever this slot was doing is superseded.

        Parameters
        ----------
        steps : callable
            Makes the generator to run. Between two of its results other jobs may run; None is a step with
            nothing to show.
        publish : callable
            Receives its results, at most one an `interval`; always the last one, unless superseded.
        ended : callable
            Called exactly once, last, with the outcome and the exception of a failed job. A closed slot
            ends its jobs as cancelled.
        """
        job = Job(steps, publish, ended, self._worker.clock)
        with self._worker.lock:
            if self._closed:
                self._worker.retire(job, Outcome.CANCELLED)
            else:
                now = self._worker.clock()
                if self._waiting is None:
                    self._since = now
                else:
                    self._worker.retire(self._waiting, Outcome.SUPERSEDED)
                self._waiting, self.due = job, now + self._delay
                self._supersede()
                self._worker.enlist(self)
        self._worker.wake()
        return job

    def hold(self, seconds: float) -> None:
        """Let the job that waits begin no sooner than in `seconds`, unless this slot has waited for long already."""
        with self._worker.lock:
            now = self._worker.clock()
            if now - self._since < PATIENCE:
                self.due = now + seconds

    def cancel(self) -> None:
        """Stop before the next step. The best result so far is still published."""
        with self._worker.lock:
            self._stop()
        self._worker.wake()

    def close(self) -> None:
        """Stop for good: when this returns nothing is published any more.

        It never waits for a step. It does wait while a result is being handed over by another thread, so do
        not call it holding a lock that `publish` takes.
        """
        with self._worker.lock:
            self._closed = True
            self._stop()
        self._worker.wake()
        with self._gate:
            pass

    def _stop(self) -> None:
        if self._waiting is not None:
            self._worker.retire(self._waiting, Outcome.CANCELLED)
            self._waiting = None
        if self._running is not None and self._running.stop is None:
            self._running.stop = Outcome.CANCELLED
            self._worker.enlist(self)  # which the worker may have forgotten with whom it belongs to

    def _supersede(self) -> None:
        job = self._running
        if self._waiting is None or job is None or job.stop is not None:
            return
        if job.delivered or not self._deliver_first:
            job.stop = Outcome.SUPERSEDED

    # What follows is for the worker, on its thread.

    def ready(self, now: float) -> bool:
        """Whether there is something to do at once; call with the lock held."""
        return self._running is not None or self._waiting is None or self.due <= now

    def begin(self) -> Job | None:
        """Return the job whose turn it is, None if all were cancelled; call with the lock held."""
        if self._running is None:
            self._running, self._waiting = self._waiting, None
        return self._running

    def step(self, job: Job) -> None:
        """Run one step of `job`, or end it if it was stopped."""
        end: tuple[Outcome, BaseException | None] | None
        if job.stop is not None:
            end = job.stop, None
            if job.stop is Outcome.SUPERSEDED:
                job.drop()
        else:
            end = job.step()
            self.turn = self._worker.next_turn()
        if (end is not None or job.stop is None) and self._flush(job, last=end is not None):
            time.sleep(GIVE_WAY)
        with self._worker.lock:
            self._supersede()
            if end is None:
                return
            self._running = None
        job.finish(*end)
        # A traceback knows its callers and so this frame: the exception would hold itself, and tensors, in a circle.
        del end

    def _flush(self, job: Job, *, last: bool) -> bool:
        with self._gate:
            if self._closed:
                job.drop()
                return False
            return job.flush(self.interval, last=last)
