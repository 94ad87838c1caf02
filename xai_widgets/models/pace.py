"""Batches that find their own size: small at first, then as large as pays, never larger than fits."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import torch

from xai_widgets.models.errors import is_out_of_memory, out_of_memory_on_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

BATCH_SECONDS = 0.1
"""A batch is the unit of cancelling and of updating the picture, so it must stay below what feels immediate."""

WORSE = 1.4
"""How much slower per input a larger batch may be before it is given up: on a busy machine, less than that is noise."""


@dataclass
class Pace:
    """How many inputs of one kind of pass to run at once, learned from the batches so far."""

    size: int = 1
    limit: int = 4096
    seconds: float = BATCH_SECONDS
    notes: list[str] = field(default_factory=list)
    _best: float = float("inf")
    _settled: bool = False

    def learn(self, size: int, seconds: float) -> None:
        """Grow while larger batches are cheaper per input and stay immediate."""
        if self._settled or size < self.size:
            return
        each = seconds / size
        if each > self._best * WORSE:
            self.size, self._settled = max(1, size // 2), True
            return
        self._best = min(self._best, each)
        if 2 * seconds <= self.seconds and 2 * size <= self.limit:
            self.size = 2 * size

    def restart(self) -> None:
        """Learn anew, since the passes are of another kind now; what does not fit is not tried again."""
        self._best, self._settled = float("inf"), False

    def shrink(self, size: int) -> None:
        """Halve after running out of memory; say so."""
        self.limit = self.size = max(1, size // 2)
        self._settled = True
        self.notes.append(f"Memory ran out at {size} inputs at once; went on with {self.size}.")


def in_batches(
    count: int,
    pace: Pace,
    work: Callable[[slice], T],
    device: torch.device,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[tuple[slice, T]]:
    """Run ``work(rows)`` over ``range(count)``, some rows at a time, and yield each with its result.

    A batch that does not fit into memory is run again in halves; results do not depend on the sizes as
    long as `work` computes each row on its own.

    Raises
    ------
    OutOfMemoryError
        When one row alone does not fit.
    """
    start = 0
    while start < count:
        size = min(pace.size, count - start)
        rows = slice(start, start + size)
        began = clock()
        try:
            result = work(rows)
            synchronize(device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if size == 1:
                raise out_of_memory_on_one() from error
        else:
            pace.learn(size, clock() - began)
            start += size
            yield rows, result
            continue
        # Outside the except block, so that the traceback no longer keeps the failed batch's tensors alive.
        pace.shrink(size)
        release(device)


def synchronize(device: torch.device) -> None:
    """Wait for the device: a batch that is only queued can be neither timed nor cancelled."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def release(device: torch.device) -> None:
    """Give cached memory back to the device."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
