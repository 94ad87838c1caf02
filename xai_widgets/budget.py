"""A budget of time: a run ends with what it has once it has computed for so long."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Budget:
    """Seconds that a run has computed, and may.

    Parameters
    ----------
    limit : float or None
        None for as long as it takes.
    spent : float
        Seconds that have gone before.
    clock : callable
        Tells the time in seconds.
    """

    def __init__(
        self, limit: float | None, *, spent: float = 0.0, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._limit, self._spent, self._clock = limit, spent, clock
        self._began: float | None = clock()

    @property
    def seconds(self) -> float:
        """Seconds of computing so far."""
        return self._spent if self._began is None else self._spent + self._clock() - self._began

    def ends(self, fraction: float) -> bool:
        """Tell whether a run that has done this share of its work must end unfinished."""
        return self._limit is not None and fraction < 1 and self.seconds >= self._limit

    def note(self, fraction: float) -> str:
        """Say that it has ended so."""
        return f"Stopped after {self._limit:g} s: {fraction:.0%} of the work is done."

    def stand(self) -> None:
        """Let the clock stand: the reader of a result does something else."""
        self._spent, self._began = self.seconds, None

    def go_on(self) -> None:
        """Let it go on."""
        self._began = self._clock()

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let the clock stand while a result is read."""
        self.stand()
        yield
        self.go_on()


def check_time_budget(seconds: Any) -> float | None:
    """Refuse what is no time to stop after.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        msg = f"time_budget must be a number of seconds, or None for no limit, got {seconds!r}."
        raise TypeError(msg)
    # Written so that NaN fails too.
    if not seconds > 0:
        msg = f"time_budget must be more than 0 seconds, got {seconds}."
        raise ValueError(msg)
    return float(seconds)
