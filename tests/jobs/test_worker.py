"""Many slots on one worker: priorities, turns, and threads that come and go."""

import gc
import itertools
import os
import random
import subprocess
import sys
import threading
import warnings
import weakref
from pathlib import Path

import pytest
from jobs.conftest import PATIENCE, held

import xai_widgets
from xai_widgets.jobs import Outcome, Slot, Worker, worker_for


def test_a_predict_job_goes_between_two_batches_of_an_attribute_job(worker, log, stepper):
    attribute = stepper(3)
    slow, quick = Slot(worker, priority=0, interval=0), Slot(worker, priority=1, interval=0)
    log.submit(slow, attribute, "attribute")
    attribute.wait_begun()
    log.submit(quick, lambda: iter("xyz"), "predict")
    for _ in range(3):
        attribute.allowed.release()
    log.wait_end("attribute")
    assert [entry[:2] for entry in log.entries] == [
        ("attribute", 0),
        ("predict", "x"),
        ("predict", "y"),
        ("predict", "z"),
        ("predict", Outcome.DONE),
        ("attribute", 1),
        ("attribute", 2),
        ("attribute", Outcome.DONE),
    ]


def test_equal_priorities_take_turns_the_oldest_first(worker, log):
    release = held(log, worker)
    for name in "abc":
        log.submit(Slot(worker, interval=0), lambda: iter(range(4)), name)
    release()
    for name in "abc":
        log.wait_end(name)
    assert [entry[0] for entry in log.entries if len(entry) == 2 and entry[0] != "blocker"] == list("abc" * 4)


def test_a_slot_that_is_asked_again_and_again_keeps_its_turn(worker, log):
    """Else a drag in one widget would starve it beside two widgets that compute."""
    dragged = Slot(worker, interval=0)
    steps = iter(range(60))

    def busy():
        for i in steps:
            log.submit(dragged, lambda: iter([1]), "dragged")
            yield i

    for name in "ab":
        log.submit(Slot(worker, interval=0), busy, name)
    for name in "ab":
        log.wait_end(name)
    assert len(log.results("dragged")) >= 15


def test_the_idle_thread_ends_and_comes_back(clock, log):
    worker = Worker("idle", idle=0.01, clock=clock)
    assert worker.thread is None
    slot = Slot(worker)
    seen = []
    for name in "ab":
        log.submit(slot, lambda: seen.append(threading.current_thread()) or iter(()), name)
        log.wait_end(name)
        seen[-1].join(60)
        assert not seen[-1].is_alive()
        assert worker.thread is None
    assert seen[0] is not seen[1]
    assert seen[0].daemon


def test_without_threads_the_work_is_done_in_submit(inline, log):
    slot = Slot(inline, interval=0)

    def steps():
        yield 1
        log.submit(other, lambda: iter([2]), "other")
        yield 3

    other = Slot(inline, priority=1)
    log.submit(slot, steps)
    assert [entry[:2] for entry in log.entries] == [
        ("job", 1),
        ("job", 3),
        ("other", 2),
        ("other", Outcome.DONE),
        ("job", Outcome.DONE),
    ]
    slot.close()
    log.submit(slot, steps, "closed")
    assert log.outcomes("closed") == [Outcome.CANCELLED]


def test_one_worker_a_device():
    assert worker_for("cpu") is worker_for("cpu")
    assert worker_for("cpu") is not worker_for("cuda:0")
    assert worker_for("never used").thread is None


class Hammer:
    """One of many threads that submit, cancel and close at random, and what came of it."""

    def __init__(self, slots, seed):
        self.slots, self.random = slots, random.Random(seed)
        self.said, self.late = [], []

    def run(self):
        for k in range(300):
            slot = self.random.choice(self.slots)
            action = self.random.random()
            if action < 0.05:
                slot.cancel()
            elif action < 0.1 and k > 200 and slot is self.slots[-1]:
                slot.close()
            else:
                self.submit(slot)

    def submit(self, slot):
        said, late = [], slot._closed
        self.said.append(said)

        def publish(result):
            said.append(result)
            if late:
                self.late.append(said)

        slot.submit(lambda: iter(range(3)), publish=publish, ended=lambda outcome, _: said.append(outcome))


def test_handlers_on_many_threads(worker):
    """Every submit ends once, last, and nothing comes after close."""
    slots = [Slot(worker, priority=i % 2, deliver_first=i < 2, interval=0) for i in range(4)]
    hammers = [Hammer(slots, seed) for seed in range(4)]
    threads = [threading.Thread(target=one.run) for one in hammers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for slot in slots:
        slot.close()
    last = worker.thread
    if last is not None:
        last.join(60)
    assert not any(one.late for one in hammers)
    for said in itertools.chain.from_iterable(one.said for one in hammers):
        assert [isinstance(one, Outcome) for one in said].count(True) == 1
        assert isinstance(said[-1], Outcome)
        assert said[:-1] == sorted(said[:-1])
        if said[-1] is Outcome.DONE:
            assert said[:-1] == [0, 1, 2]


EXIT = """
import sys, threading, types

# The folder alone: it needs nothing of ours, and torch would take its time to import.
sys.modules["xai_widgets"] = types.ModuleType("xai_widgets")
sys.modules["xai_widgets"].__path__ = [sys.argv[1]]
from xai_widgets.jobs import Slot, worker_for

def endless():
    begun.set()
    while True:
        sum(range(10_000))
        yield

begun = threading.Event()
Slot(worker_for("cpu")).submit(endless, publish=print, ended=print)
begun.wait()
"""


def test_leaving_python_amid_a_job_neither_hangs_nor_crashes():
    package = str(Path(xai_widgets.__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", EXIT, package], capture_output=True, text=True, timeout=300, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_begins_anew(worker, log, stepper):
    steps = stepper(1)
    log.submit(Slot(worker), steps)
    steps.wait_begun()
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # Python 3.12 warns of forks beside threads: that is the point
        child = os.fork()
    if child == 0:
        try:
            results, ended = [], threading.Event()
            Slot(worker).submit(lambda: iter([1]), publish=results.append, ended=lambda *_: ended.set())
            os._exit(0 if ended.wait(60) and results == [1] else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    steps.allowed.release()
    assert log.wait_end() is Outcome.DONE


def test_a_slot_that_nobody_has_any_more_is_forgotten_with_its_work_when_it_is_told_so(worker, log):
    kept, lost = Slot(worker, interval=0), Slot(worker, interval=0)
    seen = weakref.ref(lost)
    log.submit(kept, lambda: iter(range(10**9)), "kept")
    log.submit(lost, lambda: iter(range(10**9)), "lost")
    with log.changed:
        assert log.changed.wait_for(lambda: log.results("kept") and log.results("lost"), PATIENCE)
    del lost

    def look():
        with worker.without_claims():
            gc.collect()
        yield seen() is None, len(log.results("kept"))

    log.submit(Slot(worker, priority=1), look, "look")
    log.wait_end("look")
    [(gone, before)] = log.results("look")
    assert gone
    with log.changed:
        assert log.changed.wait_for(lambda: len(log.results("kept")) > before, PATIENCE)
    kept.close()
    assert log.wait_end("kept") is Outcome.CANCELLED
