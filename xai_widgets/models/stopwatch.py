"""How much work something was, which on a busy machine is less than the time it took."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

SHARED = 4
"""How many others this thread may have to share a core with. What takes longer yet waits for something else, such as
processes of its own or an answer from elsewhere, and that is work too."""


def times() -> tuple[float, float]:
    """Return seconds on the wall, and seconds that a core has worked for this thread."""
    return time.perf_counter(), time.thread_time()


class Stopwatch:
    """Seconds of work from now on.

    On the CPU, those in which this thread had a core. What is computed by several threads at once is handed out by
    this one, which does its share of it and waits busily for the others. Elsewhere, those until the device is done:
    a batch that is only queued can be neither timed nor cancelled.
    """

    def __init__(self, device: torch.device, clock: Callable[[], tuple[float, float]] = times) -> None:
        self._device, self._clock = device, clock
        self._began = clock()

    def seconds(self) -> float:
        """Wait for the device and return the seconds so far."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        elif self._device.type == "mps":
            torch.mps.synchronize()
        wall, own = (now - then for now, then in zip(self._clock(), self._began, strict=True))
        return min(wall, max(own, wall / SHARED)) if self._device.type == "cpu" else wall
