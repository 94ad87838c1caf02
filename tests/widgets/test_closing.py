"""Ends, and places where something could wait for itself."""

import threading

import pytest
from widgets.fakes import Browser

from xai_widgets.findings import Check
from xai_widgets.jobs import Slot, Worker
from xai_widgets.widgets.aside import Question
from xai_widgets.widgets.health import Health


@pytest.mark.parametrize("kind", ["make", "make_text", "make_table"])
def test_no_slot_is_closed_under_the_lock_that_its_results_may_want(kind, request, monkeypatch):
    widget = request.getfixturevalue(kind)()
    Browser(widget)
    widget.result(30)
    held, close = [], Slot.close

    def watched(slot):
        held.append(widget._lock._is_owned())
        close(slot)

    monkeypatch.setattr(Slot, "close", watched)
    widget.close()
    assert held
    assert not any(held)


def test_two_threads_may_close_a_widget(make):
    widget, errors, arrived = make(), [], threading.Semaphore(0)
    widget.result(30)
    lock = widget._lock

    class Watched:
        def __enter__(self):
            arrived.release()
            return lock.__enter__()

        def __exit__(self, *error):
            return lock.__exit__(*error)

    def close():
        try:
            widget.close()
        except Exception as error:  # noqa: BLE001  a thread's own is seen nowhere
            errors.append(error)

    threads = [threading.Thread(target=close) for _ in range(2)]
    widget._lock = Watched()
    with lock:
        for one in threads:
            one.start()
        assert arrived.acquire(timeout=30)
        assert arrived.acquire(timeout=30)
    for one in threads:
        one.join(30)
    assert errors == []


def refuse(_thread):
    raise RuntimeError


def question(worker, post):
    asked = Question(worker, "near", priority=0, post=post, empty={})
    return lambda: asked.ask(lambda: iter([1, 2]), lambda *_: None, {})


def health(worker, post):
    return Health(worker, lambda: iter([Check((), {}, 1.0)]), lambda: 0, post).ask


@pytest.mark.parametrize("asked", [question, health])
def test_where_no_thread_can_start_asking_answers(asked):
    told = []
    ask = asked(Worker("inline", start=refuse), told.append)
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert told[-1].content["running"] is False
    assert told[-1].content["error"] is None
