"""Batches find their own size, survive running out of memory, and never change the numbers."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from xai_widgets.models import OutOfMemoryError, Pace, in_batches
from xai_widgets.models.pace import BATCH_SECONDS, UNWATCHED_SECONDS
from xai_widgets.models.stopwatch import aside

if TYPE_CHECKING:
    from collections.abc import Callable

CPU = torch.device("cpu")


class Machine:
    """A pretended device with a clock: so long a batch, so much an input, so many at most; one core for `sharers`."""

    def __init__(self, fixed: float = 0.0, each: float = 0.001, memory: int = 10**9, sharers: float = 1.0) -> None:
        self.worked, self.fixed, self.each, self.memory, self.sharers = 0.0, fixed, each, memory, sharers
        self.sizes: list[int] = []

    def work(self, cost: Callable[[int], float] | None = None) -> Callable[[slice], list[int]]:
        def run(rows: slice) -> list[int]:
            size = rows.stop - rows.start
            if size > self.memory:
                msg = "DefaultCPUAllocator: can't allocate memory"
                raise RuntimeError(msg)
            self.sizes.append(size)
            self.worked += self.fixed + size * self.each if cost is None else cost(size)
            return list(range(rows.start, rows.stop))

        return run

    def clock(self) -> tuple[float, float]:
        return self.worked * self.sharers, self.worked


@given(count=st.integers(0, 300), memory=st.integers(1, 40), each=st.floats(1e-5, 0.2), fixed=st.floats(0, 0.1))
def test_every_row_comes_once_and_in_order(count: int, memory: int, each: float, fixed: float) -> None:
    machine = Machine(fixed, each, memory)
    found = [row for _, rows in in_batches(count, Pace(), machine.work(), CPU, machine.clock) for row in rows]
    assert found == list(range(count))
    assert max(machine.sizes, default=1) <= memory


def test_sizes_grow_while_that_pays_and_batches_stay_immediate() -> None:
    machine = Machine(fixed=0.01, each=0.001)
    list(in_batches(1000, Pace(), machine.work(), CPU, machine.clock))
    assert machine.sizes[0] == 1
    assert max(machine.sizes) == 64  # 128 would take more than the tenth of a second
    machine = Machine()
    list(in_batches(500, Pace(), machine.work(lambda n: 0.001 * n**2), CPU, machine.clock))
    # Twice as dear an input, seen twice: one step back, and no further try for a long while.
    assert machine.sizes == ([1, 2, 2] + [1] * 32) * 13 + [1, 2, 2] + [1] * 14


@pytest.mark.parametrize(("fixed", "most"), [(0.04, 16), (0.0, 2)])
def test_batches_that_nobody_watches_grow_beyond_a_moment_only_where_that_saves_work(fixed: float, most: int) -> None:
    machine = Machine(fixed, each=0.05)
    list(in_batches(200, Pace(seconds=UNWATCHED_SECONDS), machine.work(), CPU, machine.clock))
    assert max(machine.sizes) == most  # a second alone would hold 16 or more
    cheap, seen = Machine(each=0.001), Machine(each=0.001)
    list(in_batches(500, Pace(seconds=UNWATCHED_SECONDS), cheap.work(), CPU, cheap.clock))
    list(in_batches(500, Pace(), seen.work(), CPU, seen.clock))
    assert cheap.sizes == seen.sizes
    assert max(seen.sizes) * 0.001 <= BATCH_SECONDS


def test_sizes_follow_work_and_not_how_long_others_hold_the_core() -> None:
    alone, shared, waiting = Machine(fixed=0.03), Machine(fixed=0.03, sharers=3), Machine(fixed=0.03, sharers=40)
    for machine in (alone, shared, waiting):
        list(in_batches(500, Pace(), machine.work(), CPU, machine.clock))
    assert shared.sizes == alone.sizes
    assert max(alone.sizes) == 64
    # An answer from elsewhere takes no work here at all: more than a second an input, of which a quarter counts.
    assert max(waiting.sizes) == 1


def test_a_device_of_its_own_is_timed_by_the_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.mps.synchronize", lambda: None)
    machine = Machine(fixed=0.03, sharers=3)
    list(in_batches(20, Pace(), machine.work(), torch.device("mps"), machine.clock))
    assert max(machine.sizes) == 2


def test_sizes_grow_where_a_second_input_costs_next_to_nothing() -> None:
    machine = Machine(fixed=0.08, each=0.0001)
    list(in_batches(500, Pace(), machine.work(), CPU, machine.clock))
    assert max(machine.sizes) == 128
    machine = Machine(each=0.06)
    list(in_batches(70, Pace(), machine.work(), CPU, machine.clock))
    assert machine.sizes == [1, 2, *[1] * 32, 1, 2, *[1] * 32]  # tried once in a while: it saves nothing and is late


def test_one_slow_batch_does_not_stop_the_growth() -> None:
    machine, slow = Machine(), iter([0.001, 0.01, 0.002])
    list(in_batches(100, Pace(), machine.work(lambda n: next(slow, n * 0.001)), CPU, machine.clock))
    assert machine.sizes == [1, 2, 2, 4, 8, 16, 32, 35]


def test_batches_become_small_when_the_machine_is_taken_and_grow_again_when_it_is_free() -> None:
    machine = Machine()
    taken = range(200, 600)

    def cost(n: int) -> float:
        return n * (0.02 if sum(machine.sizes[:-1]) in taken else 0.001)

    list(in_batches(1500, Pace(), machine.work(cost), CPU, machine.clock))
    begun = [sum(machine.sizes[:i]) for i in range(len(machine.sizes))]
    sizes = [size for start, size in zip(begun, machine.sizes, strict=True) if start in taken]
    late = [size for size in sizes if size * 0.02 > 0.2]
    assert late == [64, 32, 16]  # halved each time, until a batch takes no more than twice a tenth of a second
    assert set(sizes[3:]) == {8}
    assert max(machine.sizes[-5:-1]) == 64


@pytest.mark.parametrize(("alone", "size"), [(0.05, 1), (0.0125, 2), (0.001, 16), (1e-9, 4096)])
def test_a_run_begins_with_what_surely_takes_a_quarter_of_a_batch(alone: float, size: int) -> None:
    pace = Pace()
    pace.begin(alone)
    assert pace.size == size
    assert size == 1 or size * alone <= 0.025
    pace.learn(size, 0.01)
    learned = pace.size
    pace.begin(1e-9)
    assert pace.size == learned  # once anything is known of batches, that counts
    shrunk = Pace()
    shrunk.shrink(6)
    shrunk.begin(1e-9)
    assert shrunk.size == 3


def test_the_last_few_inputs_of_a_run_are_late_too() -> None:
    pace = Pace(size=32)
    pace.learn(8, 0.3)
    assert pace.size == 4
    pace.learn(2, 0.01)
    assert pace.size == 4


def test_a_single_input_that_is_late_cannot_be_halved() -> None:
    machine, first = Machine(), iter([5.0])  # such as a first pass that compiles
    list(in_batches(100, Pace(), machine.work(lambda n: next(first, n * 0.001)), CPU, machine.clock))
    assert machine.sizes[:4] == [1, 1, 2, 4]


def test_no_batch_is_left_with_a_few_inputs() -> None:
    machine, pace = Machine(), Pace(size=16, limit=18)
    list(in_batches(40, pace, machine.work(), CPU, machine.clock, align=20))
    assert machine.sizes == [10, 10, 10, 10]  # 20 at once are more than the limit
    machine = Machine(each=0.007)
    list(in_batches(2 * 38 + 18, Pace(size=16), machine.work(), CPU, machine.clock, align=38))
    assert machine.sizes == [16, 11, 11, 16, 11, 11, 18]


def test_what_is_done_once_is_no_part_of_what_a_batch_takes() -> None:
    machine, plain = Machine(fixed=0.01), Machine(fixed=0.01)
    work = machine.work()

    def first_slow(rows: slice) -> list[int]:
        if not rows.start:
            with aside(machine.clock), aside(machine.clock):
                machine.worked += 5
        return work(rows)

    list(in_batches(500, Pace(), first_slow, CPU, machine.clock))
    list(in_batches(500, Pace(), plain.work(), CPU, plain.clock))
    assert machine.sizes == plain.sizes


def test_dear_inputs_are_not_mistaken_for_large_batches() -> None:
    machine = Machine()
    list(
        in_batches(
            400, Pace(), machine.work(lambda n: n * (0.001 if sum(machine.sizes) < 8 else 0.004)), CPU, machine.clock
        )
    )
    assert machine.sizes[:7] == [1, 2, 4, 8, 8, 4, 4]  # as dear by half as many
    assert max(machine.sizes) == 16
    machine = Machine()  # and the next ones may be as dear again
    list(in_batches(400, Pace(), machine.work(lambda n: n * 0.005 * (1 + len(machine.sizes) % 2)), CPU, machine.clock))
    assert max(size * (1 + i % 2) for i, size in enumerate(machine.sizes, 1)) * 0.005 <= 0.2


def test_out_of_memory_halves_and_says_so() -> None:
    machine, pace = Machine(memory=5), Pace(size=16)
    notes: list[str] = []
    steps = in_batches(400, pace, machine.work(), CPU, machine.clock, notes.append)
    found = [row for _, rows in steps for row in rows]
    assert found == list(range(400))
    assert set(machine.sizes) == {4}  # what did not fit is never tried again
    assert notes == [
        "Memory ran out at 16 inputs at once; went on with 8.",
        "Memory ran out at 8 inputs at once; went on with 4.",
    ]


def test_one_row_too_large_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(OutOfMemoryError, match="single input"):
        list(in_batches(3, Pace(), Machine(memory=0).work(), CPU))


def test_other_errors_pass_through() -> None:
    def work(_: slice) -> None:
        msg = "not about memory"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="not about memory"):
        list(in_batches(3, Pace(), work, CPU))


def test_a_failed_batch_keeps_nothing_alive() -> None:
    class Big:
        pass

    alive: list[weakref.ref[Big]] = []
    seen: list[int] = []

    def work(rows: slice) -> int:
        big = Big()
        if rows.stop - rows.start > 1:
            alive.append(weakref.ref(big))
            raise MemoryError
        seen.append(sum(ref() is not None for ref in alive))
        return 0

    list(in_batches(2, Pace(size=2), work, CPU))
    assert seen == [0, 0]


def test_a_pace_keeps_at_its_least_but_for_memory() -> None:
    pace = Pace(size=4, least=2)
    for _ in range(20):
        pace.learn(pace.size, 1.0)
    assert pace.size == 2
    pace.shrink(2)
    assert pace.size == 1
