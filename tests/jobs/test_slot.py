"""One slot: what is published, and how jobs end."""

import contextvars
import gc
import logging
import threading
import tracemalloc
import weakref
from types import SimpleNamespace

import pytest
from jobs.conftest import held as occupied

from xai_widgets.jobs import Outcome, Slot, Worker, slot
from xai_widgets.jobs.slot import PATIENCE


def test_results_in_order_then_done_once(worker, log):
    log.submit(Slot(worker, interval=0), lambda: iter([1, 2, 3]))
    assert log.wait_end() is Outcome.DONE
    assert log.entries == [("job", 1), ("job", 2), ("job", 3), ("job", Outcome.DONE, None)]


def test_a_step_may_have_nothing_to_show(worker, log):
    log.submit(Slot(worker, interval=0), lambda: iter([None, 1, None]))
    log.wait_end()
    assert log.results() == [1]


def test_no_results_at_all(worker, log):
    log.submit(Slot(worker), lambda: iter(()))
    assert log.wait_end() is Outcome.DONE
    assert log.results() == []


def test_first_at_once_then_one_an_interval_and_the_last_always(worker, log, clock):
    def steps():
        for i in range(100):
            yield i
            clock.now += 0.01

    log.submit(Slot(worker, interval=0.0499), steps)
    log.wait_end()
    assert log.results() == [*range(0, 100, 5), 99]


def test_the_interval_may_change_while_a_job_runs(worker, log, clock):
    slot = Slot(worker, interval=0.0499)

    def steps():
        for i in range(40):
            slot.interval = 0.0499 if i < 20 else 0.0999
            yield i
            clock.now += 0.01

    log.submit(slot, steps)
    log.wait_end()
    assert log.results() == [0, 5, 10, 15, 25, 35, 39]


def test_what_was_published_may_leave_before_the_next_step(worker, monkeypatch):
    said, over = [], threading.Event()
    monkeypatch.setattr(slot, "time", SimpleNamespace(sleep=lambda _: said.append("gave way")))

    def steps():
        for one in (1, None, 2):
            said.append("step")
            yield one

    Slot(worker, interval=0).submit(steps, publish=said.append, ended=lambda *_: over.set())
    assert over.wait(60)
    assert said == ["step", 1, "gave way", "step", "step", 2, "gave way"]


@pytest.mark.parametrize("place", ["at once", "between", "in steps()"])
def test_an_exception_fails_the_job_with_what_was_known(worker, log, place):
    wrong = ValueError("no")

    def steps():
        if place == "between":
            yield 1
            yield 2
        raise wrong

    def never_begins():
        raise wrong

    slot = Slot(worker)
    log.submit(slot, never_begins if place == "in steps()" else steps)
    assert log.wait_end() is Outcome.FAILED
    assert log.entries[-1] == ("job", Outcome.FAILED, wrong)
    assert log.results() == ([1, 2] if place == "between" else [])
    log.submit(slot, lambda: iter([3]), "next")
    assert log.wait_end("next") is Outcome.DONE


def test_callbacks_that_fail_are_logged_and_stop_nothing(worker, log, caplog):
    def wrong(*_):
        raise ZeroDivisionError

    slot = Slot(worker, interval=0)
    with caplog.at_level(logging.ERROR):
        slot.submit(lambda: iter([1, 2]), publish=wrong, ended=wrong)
        log.submit(slot, lambda: iter([3]), "next")
        log.wait_end("next")
    assert log.results("next") == [3]
    assert caplog.records
    assert all(record.exc_info[0] is ZeroDivisionError for record in caplog.records)


def test_cancel_stops_after_the_step_and_keeps_the_best(worker, log, stepper):
    steps = stepper()
    slot = Slot(worker)
    log.submit(slot, steps)
    for _ in range(3):
        steps.wait_begun()
        steps.allowed.release()
    steps.wait_begun()
    slot.cancel()
    steps.allowed.release()
    assert log.wait_end() is Outcome.CANCELLED
    assert log.results() == [0, 3]
    assert steps.begun.acquire(blocking=False) is False


def test_the_generator_is_closed_on_the_workers_thread(worker, log, stepper):
    steps = stepper()
    slot = Slot(worker)
    log.submit(slot, steps)
    steps.wait_begun()
    thread = worker.thread
    slot.cancel()
    steps.allowed.release()
    log.wait_end()
    assert steps.closed.is_set()
    assert steps.closed_on is thread


def test_cancel_ends_the_waiting_one_too(worker, log, stepper):
    steps = stepper()
    slot = Slot(worker)
    log.submit(slot, steps, "running")
    steps.wait_begun()
    log.submit(slot, lambda: iter([1]), "waiting")
    slot.cancel()
    steps.allowed.release()
    assert log.wait_end("waiting") is Outcome.CANCELLED
    assert log.wait_end("running") is Outcome.SUPERSEDED
    assert log.entries == [("waiting", Outcome.CANCELLED, None), ("running", Outcome.SUPERSEDED, None)]


def test_cancel_with_nothing_to_cancel(worker, log):
    slot = Slot(worker)
    slot.cancel()
    log.submit(slot, lambda: iter([1]))
    assert log.wait_end() is Outcome.DONE
    slot.cancel()
    log.submit(slot, lambda: iter([2]), "next")
    assert log.wait_end("next") is Outcome.DONE


def test_only_the_newest_waits(worker, log, stepper):
    steps = stepper()
    slot = Slot(worker)
    log.submit(slot, steps, "first")
    steps.wait_begun()
    called = []
    for name in "abc":
        log.submit(slot, lambda name=name: called.append(name) or iter([name]), name)
    steps.allowed.release()
    assert log.wait_end("c") is Outcome.DONE
    assert log.entries[:2] == [("a", Outcome.SUPERSEDED, None), ("b", Outcome.SUPERSEDED, None)]
    assert log.outcomes("first") == [Outcome.SUPERSEDED]
    assert log.results("first") == []
    assert called == ["c"]


def test_deliver_first_lets_one_result_through(worker, log, stepper):
    steps = stepper()
    slot = Slot(worker, deliver_first=True)
    log.submit(slot, steps, "first")
    steps.wait_begun()
    log.submit(slot, lambda: iter(["new"]), "second")
    steps.allowed.release()
    assert log.wait_end("second") is Outcome.DONE
    assert [entry[:2] for entry in log.entries] == [
        ("first", 0),
        ("first", Outcome.SUPERSEDED),
        ("second", "new"),
        ("second", Outcome.DONE),
    ]


def test_deliver_first_does_not_begin_what_is_out_of_date(worker, log, stepper):
    blocker = stepper(1)
    slot, other = Slot(worker, deliver_first=True), Slot(worker)
    log.submit(other, blocker, "blocker")
    blocker.wait_begun()
    log.submit(slot, lambda: iter([1]), "old")
    log.submit(slot, lambda: iter([2]), "new")
    blocker.allowed.release()
    log.wait_end("new")
    assert log.results("old") == []
    assert log.outcomes("old") == [Outcome.SUPERSEDED]


def test_nothing_is_published_after_close(worker, log, stepper):
    steps = stepper()
    slot = Slot(worker, interval=0)
    log.submit(slot, steps)
    steps.wait_begun()
    slot.close()
    steps.allowed.release()
    assert log.wait_end() is Outcome.CANCELLED
    assert log.results() == []
    log.submit(slot, lambda: iter([1]), "later")
    assert log.wait_end("later") is Outcome.CANCELLED
    assert log.results("later") == []


def test_close_waits_for_a_result_under_way(worker):
    slot = Slot(worker)
    entered, leave, order = threading.Event(), threading.Event(), []

    def publish(_):
        entered.set()
        leave.wait(60)
        order.append("published")

    slot.submit(lambda: iter([1]), publish=publish, ended=lambda *_: None)
    assert entered.wait(60)
    closer = threading.Thread(target=lambda: (slot.close(), order.append("closed")))
    closer.start()
    leave.set()
    closer.join(60)
    assert order == ["published", "closed"]


def test_a_result_may_close_its_own_slot(worker, log):
    slot = Slot(worker, interval=0)

    def publish(result):
        log.add("job", result)
        slot.close()

    slot.submit(lambda: iter([1, 2, 3]), publish=publish, ended=lambda *end: log.add("job", *end))
    assert log.wait_end() is Outcome.CANCELLED
    assert log.results() == [1]


def test_callbacks_and_steps_run_in_the_context_of_the_submit(worker, log):
    request = contextvars.ContextVar("request")
    seen = []
    slot = Slot(worker)

    def steps():
        seen.append(request.get())
        yield 1
        seen.append(request.get())

    request.set("mine")
    slot.submit(
        steps,
        publish=lambda _: seen.append(request.get()),
        ended=lambda *_: (seen.append(request.get()), log.add("job", Outcome.DONE, None)),
    )
    request.set("another")
    log.wait_end()
    assert seen == ["mine"] * 4


class Tensor:
    """Something that may not be kept alive."""


def test_the_worker_keeps_nothing_alive(worker, log):
    slot = Slot(worker, interval=0)
    born = []

    def steps():
        kept = Tensor()
        born.append(weakref.ref(kept))
        for _ in range(3):
            result = Tensor()
            born.append(weakref.ref(result))
            yield result
        message = "no"
        raise ValueError(message)

    gc.disable()
    try:
        job = slot.submit(steps, publish=lambda _: None, ended=lambda outcome, _: log.add("job", outcome, None))
        assert log.wait_end() is Outcome.FAILED
        if (thread := worker.thread) is not None:
            thread.join(60)
        assert [ref() for ref in born] == [None] * 4
    finally:
        gc.enable()
    assert job.outcome is Outcome.FAILED


def test_a_thousand_submits_answer_the_last_and_keep_no_memory(worker, log):
    slot = Slot(worker, deliver_first=True, interval=0)
    ends = []

    def flood(name):
        for i in range(1000):
            slot.submit(
                lambda i=i: iter([bytearray(100_000), i]),
                publish=lambda _: None,
                ended=lambda outcome, _, i=i: ends.append((i, outcome)),
            )
        log.submit(slot, lambda: iter([name]), name)
        assert log.wait_end(name) is Outcome.DONE
        assert log.results(name) == [name]

    flood("once")
    tracemalloc.start()
    try:
        flood("again")
        size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sorted(i for i, _ in ends) == sorted([*range(1000), *range(1000)])
    assert peak < 5_000_000
    assert size < 1_000_000


def test_a_delayed_job_waits_until_nothing_newer_came_for_so_long(log):
    now = [0.0]
    worker = Worker("delayed", idle=0.01, clock=lambda: now[0])
    later, other = Slot(worker, delay=5), Slot(worker)
    log.submit(later, lambda: iter([1]), "early")
    now[0] = 4.0
    log.submit(later, lambda: iter([2]), "later")
    now[0] = 8.0
    log.submit(other, lambda: iter([3]), "other")
    log.wait_end("other")
    assert log.entries == [("early", Outcome.SUPERSEDED, None), ("other", 3), ("other", Outcome.DONE, None)]
    now[0] = 9.0
    worker.wake()
    assert log.wait_end("later") is Outcome.DONE
    assert log.results("later") == [2]


def test_a_delayed_job_needs_no_second_call_and_no_patient_thread(log):
    worker = Worker("hurried", idle=0.01)
    log.submit(Slot(worker, delay=0.2), lambda: iter([1]))
    assert log.wait_end() is Outcome.DONE


def test_a_delayed_job_comes_at_once_where_there_are_no_threads(log):
    def none(_):
        raise RuntimeError

    worker = Worker("threadless", clock=lambda: 0.0, start=none)
    log.submit(Slot(worker, delay=5), lambda: iter([1]))
    assert log.entries == [("job", 1), ("job", Outcome.DONE, None)]


def test_a_closed_slot_forgets_what_was_delayed(log):
    worker = Worker("delayed", clock=lambda: 0.0)
    slot = Slot(worker, delay=5)
    log.submit(slot, lambda: iter([1]))
    slot.close()
    assert log.wait_end() is Outcome.CANCELLED
    assert log.results() == []


def test_a_held_job_lets_others_pass_but_not_for_ever(log):
    now = [0.0]
    worker = Worker("held", idle=0.01, clock=lambda: now[0])
    held, other = Slot(worker), Slot(worker, priority=1)

    def first(name, seconds):
        release = occupied(log, worker, f"before {name}")
        log.submit(other, lambda: iter([name]), name)
        log.submit(held, lambda: iter([f"after {name}"]), f"after {name}")
        held.hold(seconds)
        release()
        log.wait_end(name)

    first("one", 1e9)
    now[0] = PATIENCE * 0.9
    first("two", 1e9)
    assert log.results("after one") == log.results("after two") == []
    now[0] = PATIENCE
    first("three", 1e9)  # it has waited for so long that nothing holds it any more
    assert log.wait_end("after three") is Outcome.DONE
    assert log.results("after three") == ["after three"]
    assert log.results("after one") == log.results("after two") == []

    first("four", 0.5)
    assert log.results("after four") == []
    now[0] += 0.5
    worker.wake()
    assert log.wait_end("after four") is Outcome.DONE
