"""A clock that stands still unless told, and a recorder of everything a slot says."""

from __future__ import annotations

import threading

import pytest

from xai_widgets.jobs import Outcome, Slot, Worker

PATIENCE = 60
"""Seconds after which a test that waits for an event fails."""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Log:
    """What came out, in order, of any number of jobs."""

    def __init__(self) -> None:
        self.entries: list[tuple] = []
        self.changed = threading.Condition()

    def add(self, *entry):
        with self.changed:
            self.entries.append(entry)
            self.changed.notify_all()

    def submit(self, slot, steps, name="job"):
        return slot.submit(
            steps,
            publish=lambda result: self.add(name, result),
            ended=lambda outcome, error: self.add(name, outcome, error),
        )

    def results(self, name="job"):
        return [entry[1] for entry in list(self.entries) if entry[0] == name and len(entry) == 2]

    def outcomes(self, name="job"):
        return [entry[1] for entry in list(self.entries) if entry[0] == name and len(entry) == 3]

    def wait_end(self, name="job") -> Outcome:
        with self.changed:
            assert self.changed.wait_for(lambda: self.outcomes(name), PATIENCE), f"{name} never ended"
        return self.outcomes(name)[0]


class Stepper:
    """A generator that takes each step only when the test lets it, and says when it began one."""

    def __init__(self, count=10**9) -> None:
        self.count = count
        self.begun = threading.Semaphore(0)
        self.allowed = threading.Semaphore(0)
        self.closed = threading.Event()
        self.closed_on = None

    def __call__(self):
        try:
            for i in range(self.count):
                self.begun.release()
                assert self.allowed.acquire(timeout=PATIENCE)
                yield i
        finally:
            self.closed_on = threading.current_thread()
            self.closed.set()

    def wait_begun(self):
        assert self.begun.acquire(timeout=PATIENCE)


def held(log, worker, name="blocker"):
    """Occupy the worker with one step, so that what is submitted meanwhile is all there when it chooses.

    Returns what lets it go on.
    """
    blocker = Stepper(1)
    log.submit(Slot(worker, priority=99), blocker, name)
    blocker.wait_begun()
    return blocker.allowed.release


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def stepper():
    return Stepper


@pytest.fixture
def worker(clock):
    """A worker whose thread ends at once when there is nothing to do, which it must have at the end."""
    worker = Worker("test", idle=0.05, clock=clock)
    yield worker
    thread = worker.thread
    if thread is not None:
        thread.join(PATIENCE)
    assert worker.thread is None


@pytest.fixture
def inline(clock):
    """A worker where threads cannot start."""

    def refuse(_thread):
        raise RuntimeError

    return Worker("inline", clock=clock, start=refuse)
