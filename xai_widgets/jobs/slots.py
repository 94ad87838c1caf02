"""A place where the newest request wins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from xai_widgets.jobs.worker import Job, Outcome, Worker

T = TypeVar("T")


class Slot:
    """One kind of work of one owner, of which only the newest request matters.

    Parameters
    ----------
    worker : Worker
    priority : int
        Higher goes first, between any two batches.
    deliver_first : bool
        Whether a superseded job may still publish its first result: a drag must not starve the picture.
    """

    def __init__(self, worker: Worker, *, priority: int, deliver_first: bool = False) -> None:
        self._worker, self._priority, self._deliver_first = worker, priority, deliver_first
        self._lock = threading.RLock()
        self._running: Job | None = None
        self._waiting: Job | None = None
        self._closed = False

    def submit(
        self,
        steps: Callable[[], Iterator[T | None]],
        *,
        publish: Callable[[T], None],
        ended: Callable[[Outcome, BaseException | None], None],
    ) -> Job:
        """Ask for work; what this slot does now or has waiting is superseded.

        Parameters
        ----------
        steps : callable
            Makes the generator, on the worker's thread. It yields results, or None for a step without one.
        publish : callable
            Gets the results worth showing, on the worker's thread.
        ended : callable
            Gets the outcome, and the exception of a failed job; called exactly once, after all results.
        """

        def on_end(outcome: Outcome, error: BaseException | None) -> None:
            self._advance(job)
            ended(outcome, error)

        def publish_unless_closed(result: T) -> None:
            if not self._closed:
                publish(result)

        job = Job(self._priority, steps, publish_unless_closed, on_end, self._deliver_first)
        with self._lock:
            refused = self._closed
            dropped = None
            if not refused:
                if self._running is None:
                    self._running = job
                else:
                    self._running.stop = self._running.stop or Outcome.SUPERSEDED
                    dropped, self._waiting = self._waiting, job
            start = self._running is job
        if refused:
            ended(Outcome.CANCELLED, None)
        if dropped is not None:
            self._drop(dropped, Outcome.SUPERSEDED)
        if start:
            self._worker.add(job)
        return job

    def cancel(self) -> None:
        """Stop within one step; the newest result so far is still published."""
        with self._lock:
            if self._running is not None:
                self._running.stop = Outcome.CANCELLED
            waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._drop(waiting, Outcome.CANCELLED)

    def close(self) -> None:
        """Cancel, publish nothing more, and refuse what comes later."""
        self._closed = True
        self.cancel()

    def _advance(self, job: Job) -> None:
        """Let the waiting job follow the one that has ended."""
        with self._lock:
            if self._running is not job:
                return
            self._running, self._waiting = self._waiting, None
            following = self._running
        if following is not None:
            self._worker.add(following)

    @staticmethod
    def _drop(job: Job, outcome: Outcome) -> None:
        ended, job.ended = job.ended, None
        job.begin = job.publish = None
        if ended is not None:
            job.context.run(ended, outcome, None)
