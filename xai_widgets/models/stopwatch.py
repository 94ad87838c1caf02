"""How much work something was, which on a busy machine is less than the time it took."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHARED = 4
"""How many others this thread may have to share a core with. What takes longer yet waits for something else, such as
processes of its own or an answer from elsewhere, and that is work too."""


_ASIDE = threading.local()


def times() -> tuple[float, float]:
    """Return seconds on the wall, and seconds that a core has worked for this thread."""
    return time.perf_counter(), time.thread_time()


def _aside() -> tuple[float, float]:
    """Return the seconds so far of this thread that count for no stopwatch."""
    found: tuple[float, float] = getattr(_ASIDE, "seconds", (0.0, 0.0))
    return found


@contextmanager
def aside(clock: Callable[[], tuple[float, float]] = times) -> Iterator[None]:
    """Stop the stopwatches of this thread: what is done once says nothing of what the next batch takes."""
    wall, own = clock()
    before = _aside()
    try:
        yield
    finally:
        now = clock()
        # From what was there before: what has been set aside in between is within this.
        _ASIDE.seconds = before[0] + now[0] - wall, before[1] + now[1] - own


class Stopwatch:
    """Seconds of work from now on.

    On the CPU, those in which this thread had a core. What is computed by several threads at once is handed out by
    this one, which does its share of it and waits busily for the others. Elsewhere, those until the device is done:
    a batch that is only queued can be neither timed nor cancelled. What is done `aside` is left out.
    """

    def __init__(self, device: torch.device, clock: Callable[[], tuple[float, float]] = times) -> None:
        self._device, self._clock = device, clock
        self._began, self._aside = clock(), _aside()

    def seconds(self) -> float:
        """Wait for the device and return the seconds so far."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        elif self._device.type == "mps":
            torch.mps.synchronize()
        every = zip(self._clock(), self._began, _aside(), self._aside, strict=True)
        wall, own = (now - then - (out - before) for now, then, out, before in every)
        return min(wall, max(own, wall / SHARED)) if self._device.type == "cpu" else wall
