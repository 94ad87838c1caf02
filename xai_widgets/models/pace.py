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

UNWATCHED_SECONDS = 1.0
"""Where nobody sees what comes before the end."""

PAYS = 0.95
"""Of what an input took in batches of half the size: what is no longer immediate grows only where it takes less."""

WORSE = 1.4
"""How much slower per input a larger batch may be before it is given up: on a busy machine, less than that is noise."""

TWICE = 2
"""Slower batches in a row that settle it: one alone may have met a busy machine."""

LATE = 2.0
"""A batch that takes this many times as long as it should is too large now, whatever was learned."""

FADES = 0.9
"""How fast is forgotten how long a batch took: of inputs that differ, the next ones may be such as those."""

LONG, SHORT = 32, 8
"""Good batches after which larger ones are tried again: where those were dearer, and where one was late."""


MORE = 1.25
"""How many times as large as learned a batch may be, where few inputs would be left for another one."""


@dataclass
class Spent:
    """Inputs passed so far, by a model and its views."""

    forwards: int = 0
    backwards: int = 0
    left: float = float("inf")
    """Seconds that the rest of what is running in batches will take; infinite where nobody knows."""


@dataclass
class Pace:
    """How many inputs of one kind of pass to run at once, learned from the batches so far.

    Fewer than `least` are not worth the overhead of a batch, and run at once only where more do not fit. What one took
    at best so far is `best`, in seconds.
    """

    size: int = 1
    limit: int = 4096
    least: int = 1
    seconds: float = BATCH_SECONDS
    best: float = float("inf")
    _before: float | None = None  # seconds of the batch of half the size, from which this one grew
    _trial: bool = False
    _longest: float = 0.0  # seconds of a batch of this size, of late
    _proven: bool = False  # that this size is no dearer per input than smaller ones
    _worse: int = 0
    _dear: float = float("inf")  # seconds an input of the batches that were given up for it
    _same: int = 0  # batches in a row that are no cheaper
    _rest: int = 0

    def begin(self, alone: float) -> None:
        """Begin with as many inputs as surely take a quarter of a batch's time: one alone took `alone` seconds."""
        if self.size == 1 and self.best == float("inf"):
            while 2 * self.size <= self.limit and 8 * self.size * alone <= self.seconds:
                self.size *= 2

    def learn(self, size: int, seconds: float) -> None:
        """Grow while larger batches are cheaper per input and stay immediate; halve when they do not."""
        if size > 1 and seconds > LATE * self.seconds:
            self._settle(size // 2, SHORT)
            return
        if size <= self.size // 2:
            return  # the last few inputs tell nothing of a whole batch
        seconds, size = seconds * self.size / size, self.size  # one may be a little smaller, or larger
        if self._rest:
            # Where half as many are as dear, it was those inputs, such as longer texts, and not how many they were.
            self._same = self._same + 1 if seconds / size * WORSE > self._dear else 0
            self._rest = 0 if self._same == TWICE else self._rest - 1
            if not self._rest:
                self.restart()
        elif not self._proven and seconds / size > self.best * WORSE:
            self._worse += 1
            if self._worse == TWICE:
                self._settle(max(1, size // 2), LONG, seconds / size)
        elif self._trial and seconds > self.seconds and seconds / size * WORSE > self.best:
            self._settle(size // 2, LONG)  # too long a batch for what it saves
        else:
            # From now on, what takes longer is other inputs, such as longer texts, or a machine that is busy.
            self.best, self._worse, self._proven = min(self.best, seconds / size), 0, True
            longest = max(seconds, FADES * self._longest)
            self._longest = longest if longest <= LATE * self.seconds else 0.0  # such as a first pass that compiles
            # The next doubling adds twice what the last one did. Nothing is known of the first, so it is tried.
            added = 0.0 if self._before is None else max(0.0, longest - self._before)
            pays = self._before is None or longest <= 2 * PAYS * self._before
            most = self.seconds if pays else min(self.seconds, BATCH_SECONDS)
            self._trial = longest + 2 * added <= most and 2 * size <= self.limit
            if self._trial:
                self._before, self.size = longest, 2 * size
                self._longest, self._proven = 0.0, False

    def fit(self, left: int) -> int:
        """Return how many of the inputs that are left to run now: no batch is left with only a few of them."""
        if left <= min(self.limit, MORE * self.size):
            return left
        return min(self.size, max(-(-left // 2), self.least)) if left < 2 * self.size else self.size

    def _settle(self, size: int, rest: int, dear: float = float("inf")) -> None:
        self._dear, self._same = dear, 0
        self.size, self._rest, self._worse = min(self.size, max(size, self.least)), rest, 0
        self._before, self._trial, self._longest = None, False, 0.0

    def restart(self) -> None:
        """Learn anew from this size on; what does not fit is not tried again."""
        self.best, self._worse, self._rest = float("inf"), 0, 0
        self._before, self._trial, self._longest = None, False, 0.0

    def shrink(self, size: int) -> str:
        """Halve after running out of memory, and say so."""
        self.limit = self.size = max(1, size // 2)
        self.restart()
        return f"Memory ran out at {size} inputs at once; went on with {self.size}."


class Paces(dict[str, Pace]):
    """Of each kind of pass its own."""

    @property
    def watched(self) -> bool:
        """Whether somebody may see what each batch brings, or stop between two."""
        return all(one.seconds <= BATCH_SECONDS for one in self.values())

    def unwatched(self) -> None:
        """Let batches take longer where that saves work, since nobody sees what comes before the end."""
        for one in self.values():
            one.seconds = UNWATCHED_SECONDS

    def anew(self) -> Paces:
        """Return such as have learned nothing but what does not fit."""
        return Paces({kind: Pace(limit=one.limit, seconds=one.seconds) for kind, one in self.items()})


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
        size = pace.fit(min(count - start, align - start % align if align else count))
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
            del result  # which the next batch would have to find room beside
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
