"""Any schedule of submits, steps, cancels and closes keeps the promises; the thread is played by the test."""

import math

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from xai_widgets.jobs import Outcome, Slot, Worker


class Schedules(RuleBasedStateMachine):
    slots = Bundle("slots")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.worker = Worker("played", clock=lambda: self.now, start=lambda _: None)
        self.said: dict[int, list] = {}
        self.home: dict[int, Slot] = {}
        self.closed: set[Slot] = set()
        self.latest: dict[Slot, int] = {}
        self.calm: set[Slot] = set()
        self.steps = 0
        self.delays: dict[Slot, float] = {}
        self.hurried = False

    @rule(
        target=slots,
        priority=st.integers(0, 2),
        deliver=st.booleans(),
        interval=st.sampled_from([0, 1]),
        delay=st.sampled_from([0, 0, 1]),
    )
    def new_slot(self, priority, deliver, interval, delay):
        slot = Slot(self.worker, priority=priority, deliver_first=deliver, interval=interval, delay=delay)
        self.delays[slot] = delay
        return slot

    @rule(slot=slots, count=st.integers(0, 4), fails=st.booleans(), close_at=st.none() | st.integers(0, 3))
    def submit(self, slot, count, fails, close_at):
        number = len(self.said)
        said = self.said[number] = []
        self.home[number] = slot
        asked = self.now

        def steps():
            assert self.hurried or self.now >= asked + self.delays[slot]
            for i in range(count):
                self.steps += 1
                yield i
            if fails:
                raise ValueError

        def publish(result):
            assert slot not in self.closed
            said.append(result)
            if result == close_at:
                slot.close()
                self.closed.add(slot)

        if slot not in self.closed:
            self.latest[slot] = number
            self.calm.discard(slot)
        slot.submit(steps, publish=publish, ended=lambda outcome, error: said.append((outcome, error)))

    @rule(slot=slots)
    def cancel(self, slot):
        slot.cancel()
        self.calm.add(slot)

    @rule(slot=slots)
    def close(self, slot):
        slot.close()
        self.closed.add(slot)

    @rule(seconds=st.sampled_from([0.1, 1.5]))
    def wait(self, seconds):
        self.now += seconds

    @rule()
    def step(self):
        if self.worker._has_work():
            before = self.steps
            self.worker._turn(self.now)
            assert self.steps <= before + 1

    @invariant()
    def each_says_its_results_then_its_end(self):
        for said in self.said.values():
            ends = [i for i, one in enumerate(said) if isinstance(one, tuple)]
            assert ends in ([], [len(said) - 1])
            results = said[: len(said) - len(ends)]
            assert results == sorted(set(results))

    def teardown(self):
        self.hurried = True
        for _ in range(10_000):
            if not self.worker._has_work():
                break
            self.worker._turn(math.inf)
        for said in self.said.values():
            assert isinstance(said[-1], tuple), "every submit ends"
        for slot, number in self.latest.items():
            if slot not in self.closed and slot not in self.calm:
                assert self.said[number][-1][0] in (Outcome.DONE, Outcome.FAILED), "the newest is answered"


TestSchedules = Schedules.TestCase
TestSchedules.settings = settings(max_examples=150, stateful_step_count=40)
