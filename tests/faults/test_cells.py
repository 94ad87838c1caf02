"""Widgets whose cells are run again or deleted, and that nobody sees or names any more."""

from __future__ import annotations

import gc
import threading
import weakref
from types import SimpleNamespace

import pytest
import torch
from faults.nets import LABELS, Net, picture
from faults.test_opens_and_closes import KINDS, MOST, census, resident
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets import VBox
from ipywidgets.widgets.widget import _instances
from widgets.fakes import until

import xai_widgets as xai
from xai_widgets.jobs import worker_for
from xai_widgets.widgets import cells, forgetting
from xai_widgets.widgets.living import living

SHARE = forgetting.SHARE


class Notebook:
    """IPython as a kernel has it, and the name that a notebook gives with each cell."""

    def __init__(self):
        HistoryManager.enabled = False
        self.shell = InteractiveShell()
        self.shell.kernel = SimpleNamespace(get_parent=lambda: {"metadata": self.told})
        self.told = {}
        self.names = self.shell.user_ns
        self.names.update(xai=xai, made=[], Net=Net, picture=picture, labels=LABELS, weakref=weakref)

    def run(self, cell, source, deleted=()):
        """Run a cell, as a notebook would that has deleted others meanwhile."""
        self.told = {"cellId": cell, "deletedCells": list(deleted)}
        self.shell.run_cell(source, store_history=True).raise_error()
        self.told = {}

    def made(self, cell="a", source="xai.explain(Net(), picture(), labels=labels, method='saliency')", **more):
        """Run a cell that makes a widget, and return a weak reference to it."""
        before = set(map(id, living()))
        self.run(cell, source, **more)
        [widget] = [one for one in living() if id(one) not in before]
        return weakref.ref(widget)


class Pages:
    """Pages with views of a widget, which they do not keep; each answers when it is asked, unless it was silenced."""

    def __init__(self, widget):
        self._widget, self._views = weakref.ref(widget), {}
        widget.send = self._hear
        self._say(kind="hello", v=1, version="0.1.0")

    def _say(self, **content):
        self._widget()._receive(None, content, [])

    def _hear(self, content, buffers=()):
        if content["kind"] == "rollcall":
            for page, views in self._views.items():
                self._say(kind="seen", page=page, views=views)

    def show(self, page, views):
        """Let a page say how many views it has."""
        self._views[page] = views
        self._say(kind="seen", page=page, views=views)

    def silence(self, page):
        """Let a page say nothing more, as one that has crashed."""
        del self._views[page]


@pytest.fixture
def notebook(monkeypatch):
    for widget in living():  # which other tests left open
        widget.close()
    monkeypatch.setattr(forgetting, "SOON", 0.05)  # by then the thread that told is done with the widget
    monkeypatch.setattr(forgetting, "SILENCE", 0.0)  # pages of this module answer at once
    for name in ("_slots", "_calls"):
        monkeypatch.setattr(forgetting, name, weakref.WeakKeyDictionary())
    for name in ("SHARE", "LEAST"):
        monkeypatch.setattr(forgetting, name, 1e9)
    made = Notebook()
    monkeypatch.setattr(cells, "notebook", lambda: made.shell)
    yield made
    for widget in living():
        widget.close()


def collected():
    """Wait until nothing is looked for or computed any more."""

    def idle():
        # In this order: while one looks, the worker does not know what else it has to do.
        looks = [slot._running or slot._waiting for slot in list(forgetting._slots.values())]
        return not any(looks) and not worker_for("cpu")._has_work()

    until(idle, 60)
    gc.collect()


def test_a_widget_ends_whose_cell_is_run_again(notebook):
    first = notebook.made()
    name = first().model_id
    session = weakref.ref(first()._session)
    weights = weakref.ref(next(first()._given["model"].parameters()))
    second = notebook.made()
    collected()
    assert first() is session() is weights() is None
    assert name not in _instances
    assert living() == [second()]
    assert second().result(30).fraction == 1


def test_a_widget_ends_whose_cell_is_deleted(notebook):
    first = notebook.made()
    notebook.run("b", "1 + 1", deleted=["a"])
    collected()
    assert first() is None
    assert living() == []


@pytest.mark.parametrize(
    "source",
    ["kept = _", "kept = [Out[1]]", "kept = {'x': (_,)}", "kept = _.save", "def kept(w=_): w"],
)
def test_a_widget_that_a_variable_leads_to_lives(notebook, source):
    first = notebook.made()
    notebook.run("b", source)
    notebook.run("a", "0")
    collected()
    widget = first()
    assert living() == [widget]
    assert _instances[widget.model_id] is widget
    assert widget.result(30).fraction == 1
    del widget
    notebook.run("b", "del kept")
    collected()
    assert first() is None


def test_a_widget_lives_as_long_as_another_cell_shows_it(notebook):
    first = notebook.made(source="w = xai.explain(Net(), picture(), labels=labels)")
    notebook.run("b", "w")
    notebook.made(source="w = xai.explain(Net(), picture(), labels=labels)")
    collected()
    assert first() in living()
    notebook.run("b", "w")
    collected()
    assert first() is None


def test_a_widget_lives_as_long_as_a_shown_box_has_it(notebook):
    notebook.names["VBox"] = VBox
    first = notebook.made(source="VBox([xai.explain(Net(), picture(), labels=labels)])")
    collected()
    assert first() in living()


def test_a_widget_lives_as_long_as_a_page_shows_it(notebook):
    first = notebook.made()
    pages = Pages(first())
    pages.show("one", 1)
    pages.show("two", 2)
    notebook.run("a", "0")
    collected()
    assert first() in living()
    pages.show("one", 0)
    collected()
    assert first() in living()
    pages.show("two", 0)
    until(lambda: first() is None)


def test_a_page_that_ends_without_a_word_keeps_no_widget(notebook):
    first = notebook.made()
    pages = Pages(first())
    pages.show("one", 1)
    pages.show("two", 1)
    pages.silence("one")
    notebook.run("a", "0")
    collected()
    assert first() in living()
    pages.silence("two")
    notebook.run("b", "0")
    until(lambda: first() is None)


def test_a_page_that_ends_without_a_word_changes_nothing_while_the_cell_stays(notebook):
    first = notebook.made()
    pages = Pages(first())
    pages.show("one", 1)
    pages.silence("one")
    notebook.run("b", "0")
    collected()
    assert first() in living()
    assert first().seen


def test_no_page_is_taken_for_gone_while_a_cell_runs_behind_which_its_answer_may_wait(notebook):
    first = notebook.made()
    pages = Pages(first())
    pages.show("one", 1)
    notebook.run("a", "0")
    pages.silence("one")

    def during():
        forgetting.call_pages()
        collected()
        assert first().seen

    notebook.names["during"] = during
    notebook.run("b", "during()")
    until(lambda: first() is None)


def test_a_page_is_given_time_to_answer_and_nothing_waits_once_all_have(notebook, monkeypatch):
    monkeypatch.setattr(forgetting, "SILENCE", 3600.0)
    first, other = notebook.made(), notebook.made("b")
    late, later = Pages(first()), Pages(other())
    late.show("one", 1)
    later.show("two", 1)
    late.silence("one")
    later.silence("two")
    notebook.run("c", "0", deleted=["a", "b"])
    late.show("one", 1)
    assert [first().awaited, other().awaited] == [False, True]
    assert worker_for("cpu")._has_work()
    later.show("two", 0)
    collected()
    assert living() == [first()]
    assert other() is None


def test_widgets_may_be_left_while_others_are_asked_about(monkeypatch):
    class Named:
        awaited, seen = True, True

    class Amid(weakref.WeakSet):
        def __iter__(self):
            for one in super().__iter__():
                yield one
                if not threads:
                    threads.append(threading.Thread(target=forgetting.leave, args=([late],)))
                    threads[0].start()
                    threads[0].join(0.2)  # all of it, unless it is kept waiting

    threads, late, early = [], Named(), [Named(), Named()]
    for name in ("look", "call_pages"):
        monkeypatch.setattr(forgetting, name, lambda: None)
    monkeypatch.setattr(forgetting, "_left", Amid(early))
    forgetting.heard(early[0])
    threads[0].join()
    assert late in forgetting._left


def test_a_widget_lives_that_is_out_of_sight_while_its_cell_stays(notebook):
    first = notebook.made()
    pages = Pages(first())
    pages.show("one", 1)
    pages.show("one", 0)
    notebook.run("b", "0")
    notebook.made("c")
    notebook.made("c")
    collected()
    assert first() in living()


def test_a_widget_that_still_computes_ends_too(notebook):
    pause = threading.Event()
    notebook.names["slow"] = lambda _: pause.wait(0.2)
    slow = "xai.explain(Net(slow), picture(), labels=labels, method='smooth_grad', n_samples=1000, tolerance=0.0)"
    first = notebook.made(source=slow)
    assert not first().wait(0.01)
    second = notebook.made(source=slow)
    until(lambda: first() is None)
    assert not second().wait(0.01)
    pause.set()


def test_it_takes_a_cell_that_names_itself(notebook):
    first = notebook.made(None)
    notebook.made(None)
    collected()
    assert first() in living()


@pytest.fixture
def marimo(monkeypatch):
    """Marimo's register of what its cells hold, while it runs a cell named a."""
    context = pytest.importorskip("marimo._runtime.context", reason="marimo is not installed: pip install marimo")
    from marimo._runtime.cell_lifecycle_registry import CellLifecycleRegistry  # noqa: PLC0415  not everybody has it

    running = SimpleNamespace(cell_id="a", cell_lifecycle_registry=CellLifecycleRegistry())
    monkeypatch.setattr(cells, "notebook", lambda: None)
    monkeypatch.setattr(context, "runtime_context_installed", lambda: True)
    monkeypatch.setattr(context, "get_context", lambda: running)
    return running.cell_lifecycle_registry


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize("deleted", [False, True])
def test_marimo_tells_when_a_cell_is_run_again_or_deleted(marimo, deleted):
    def made():
        return weakref.ref(xai.explain(Net(), picture(), labels=LABELS, method="saliency"))

    first = made()
    kept = [made()()]
    Pages(first()).show("one", 1)  # marimo takes it from the page, which says nothing
    collected()
    assert first() in living()
    marimo.dispose("a", deletion=deleted)
    later = [] if deleted else [made()]
    until(lambda: first() is None)
    assert living() == [*kept, *(one() for one in later)]


@pytest.mark.parametrize(("kind", "times"), {**dict.fromkeys(KINDS, 20), "picture": 100}.items())
def test_nothing_is_left_of_a_cell_that_is_run_again_and_again(notebook, kind, times, monkeypatch):
    """Nobody calls `close`."""
    monkeypatch.setattr(forgetting, "SHARE", SHARE)
    notebook.names["make"] = KINDS[kind]
    for _ in range(3):
        notebook.made(source="w = make()")
    collected()
    before, memory = census(), resident()
    widgets = [notebook.made(source="w = make()") for _ in range(times)]
    collected()
    until(lambda: gc.collect() is not None and not any(one() for one in widgets[:-1]), 60)
    collected()
    assert living() == [widgets[-1]()]
    grown = census() - before
    assert all(more < times / 2 for more in grown.values()), grown
    assert resident() - memory < MOST


def test_models_of_variables_are_let_go(notebook):
    made = []
    for _ in range(3):
        notebook.run("m", "model = Net()")
        made.append(weakref.ref(notebook.names["model"]))
        notebook.made(source="xai.explain(model, picture(), labels=labels)")
    collected()
    assert [one() is None for one in made] == [True, True, False]
    assert torch.is_tensor(next(made[-1]().parameters()))
