"""One run of a generator: started, stepped, its results published, ended once."""

from __future__ import annotations

import contextvars
import logging
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


class Outcome(str, Enum):
    """How a job ended; the values are the words of the protocol."""

    DONE = "done"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class Job:
    """What one ``submit`` asked for. Its methods are called by the worker only, in the context of the submit.

    Parameters
    ----------
    steps : callable
        Makes the iterator; not called for a job that never gets a turn.
    publish : callable
        Receives the results.
    ended : callable
        Receives the outcome and, for a failed job, the exception.
    clock : callable
        Seconds that only grow.
    """

    def __init__(
        self,
        steps: Callable[[], Iterator[Any]],
        publish: Callable[[Any], None],
        ended: Callable[[Outcome, BaseException | None], None],
        clock: Callable[[], float],
    ) -> None:
        self.outcome: Outcome | None = None
        """None until the job has ended, or is about to."""
        self.stop: Outcome | None = None
        """What it is to end as before its next step; guarded by the worker's lock."""
        self.delivered = False
        self._steps: Callable[[], Iterator[Any]] | None = steps
        self._iterator: Iterator[Any] | None = None
        self._publish, self._ended = publish, ended
        self._clock, self._last = clock, 0.0
        self._held: Any = None
        # Replies from a thread find their way to the cell (and the notebook) only in the request's context.
        self._context = contextvars.copy_context()

    def step(self) -> tuple[Outcome, BaseException | None] | None:
        """Advance the iterator once and hold its result; return how it ended if it did."""
        try:
            result = self._context.run(self._next)
        except StopIteration:
            return Outcome.DONE, None
        except BaseException as error:  # noqa: BLE001  whatever it is, it is this job's and not the worker's
            return Outcome.FAILED, error
        if result is not None:
            self._held = result
        return None

    def _next(self) -> Any:
        if self._iterator is None:
            assert self._steps is not None
            self._iterator = iter(self._steps())
            self._steps = None
        return next(self._iterator)

    def flush(self, interval: float, *, last: bool = False) -> bool:
        """Publish the held result, unless one was published less than `interval` seconds ago and more may come.

        Returns
        -------
        bool
            Whether there was something to publish.
        """
        now = self._clock()
        if self._held is None or (self.delivered and not last and now - self._last < interval):
            return False
        result, self._held = self._held, None
        self.delivered, self._last = True, now
        self._call(self._publish, result)
        return True

    def drop(self) -> None:
        """Forget the held result."""
        self._held = None

    def finish(self, outcome: Outcome, error: BaseException | None) -> None:
        """Close the generator, tell the owner, and let go of everything that may hold on to tensors."""
        close = getattr(self._iterator, "close", None)
        if close is not None:
            self._call(close)
        self._steps = self._iterator = self._held = close = None
        self.outcome = outcome
        self._call(self._ended, outcome, error)
        self._publish = self._ended = _nothing
        self._context = contextvars.Context()

    def _call(self, function: Callable[..., None], *args: Any) -> None:
        try:
            self._context.run(function, *args)
        except BaseException:  # the thread serves other widgets too
            logger.exception("A job's %s failed.", getattr(function, "__name__", "callback"))


def _nothing(*_: Any) -> None:
    """Stand in for a callback that has done its work."""
