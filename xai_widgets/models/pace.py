"""Batches that find their own size: small at first, then as large as pays, never larger than fits."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch

from xai_widgets.models.errors import is_out_of_memory, out_of_memory_on_one
from xai_widgets.models.stopwatch import Stopwatch, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

BATCH_SECONDS = 0.1
"""Of work: a batch is the unit of cancelling and updating the picture, so it must stay below what feels immediate."""

WORSE = 1.4
"""How much slower per input a larger batch may be before it is given up: on a busy machine, less than that is noise."""

TWICE = 2
"""Slower batches in a row that settle it: one alone may have met a busy machine."""

LATE = 2.0
"""A batch that takes this many times as long as it should is too large now, whatever was learned."""

LONG, SHORT = 32, 8
"""Good batches after which larger ones are tried again: where those were dearer, and where one was late."""


@dataclass
class Pace:
    """How many inputs of one kind of pass to run at once, learned from the batches so far.

    Fewer than `least` are not worth the overhead of a batch, and run at once only where more do not fit.
    """

    size: int = 1
    limit: int = 4096
    least: int = 1
    seconds: float = BATCH_SECONDS
    _best: float = float("inf")
    _before: float | None = None  # seconds of the batch of half the size, from which this one grew
    _trial: bool = False
    _worse: int = 0
    _rest: int = 0

    def learn(self, size: int, seconds: float) -> None:
        """Grow while larger batches are cheaper per input and stay immediate; halve when they do not."""
        if size > 1 and seconds > LATE * self.seconds:
            self._settle(size // 2, SHORT)
        elif size < self.size:
            pass  # the last few inputs tell nothing of a whole batch
        elif self._rest:
            self._rest -= 1
            if not self._rest:
                self.restart()
        elif seconds / size > self._best * WORSE:
            self._worse += 1
            if self._worse == TWICE:
                self._settle(max(1, size // 2), LONG)
        elif self._trial and seconds > self.seconds and seconds / size * WORSE > self._best:
            self._settle(size // 2, LONG)  # too long a batch for what it saves
        else:
            self._best, self._worse = min(self._best, seconds / size), 0
            # The next doubling adds twice what the last one did. Nothing is known of the first, so it is tried.
            added = 0.0 if self._before is None else max(0.0, seconds - self._before)
            self._trial = seconds + 2 * added <= self.seconds and 2 * size <= self.limit
            if self._trial:
                self._before, self.size = seconds, 2 * size

    def _settle(self, size: int, rest: int) -> None:
        self.size, self._rest, self._worse = min(self.size, max(size, self.least)), rest, 0
        self._before, self._trial = None, False

    def restart(self) -> None:
        """Learn anew from this size on; what does not fit is not tried again."""
        self._best, self._worse, self._rest = float("inf"), 0, 0
        self._before, self._trial = None, False

    def shrink(self, size: int) -> str:
        """Halve after running out of memory, and say so."""
        self.limit = self.size = max(1, size // 2)
        self.restart()
        return f"Memory ran out at {size} inputs at once; went on with {self.size}."


def in_batches(  # noqa: PLR0917
    count: int,
    pace: Pace,
    work: Callable[[slice], T],
    device: torch.device,
    clock: Callable[[], tuple[float, float]] = times,
    report: Callable[[str], object] = lambda _: None,
    align: int | None = None,
) -> Iterator[tuple[slice, T]]:
    """Run ``work(rows)`` over ``range(count)``, some rows at a time, and yield each with its result.

    A batch that does not fit into memory is run again in halves; results do not depend on the sizes as
    long as `work` computes each row on its own. What happened on the way is told to `report` in sentences.
    With `align`, every multiple of it ends a batch: a place to stop at that does not depend on the sizes either.

    Raises
    ------
    OutOfMemoryError
        When one row alone does not fit.
    """
    start = 0
    while start < count:
        size = min(pace.size, count - start, align - start % align if align else count)
        rows = slice(start, start + size)
        watch = Stopwatch(device, clock)
        try:
            result = work(rows)
            seconds = watch.seconds()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if size == 1:
                raise out_of_memory_on_one() from error
        else:
            pace.learn(size, seconds)
            start += size
            yield rows, result
            continue
        # Outside the except block, so that the traceback no longer keeps the failed batch's tensors alive.
        report(pace.shrink(size))
        release(device)


def release(device: torch.device) -> None:
    """Give cached memory back to the device."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
