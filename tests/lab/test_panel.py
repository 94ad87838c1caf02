"""What the kernel tells the side panel, and what it does when asked; the comm is a stand-in."""

import base64
import gc
import threading
import weakref

import pytest
import torch
from comm import get_comm_manager
from torch import nn
from widgets.fakes import until

import xai_widgets as xai
from xai_widgets.esm import sentences
from xai_widgets.evaluation.base import Gauge
from xai_widgets.lab import panel as side
from xai_widgets.lab.entries import result_entries, titled
from xai_widgets.lab.memory import held
from xai_widgets.method import Parametrised
from xai_widgets.widgets import living
from xai_widgets.widgets.population_session import TOPICS


class Comm:
    """Keeps what is sent."""

    def __init__(self):
        self.sent, self.closed = [], False
        self.news = threading.Condition()

    def on_msg(self, callback):
        self.receive = callback

    def on_close(self, callback):
        self.hang_up = callback

    def send(self, message):
        with self.news:
            self.sent.append(message)
            self.news.notify_all()

    def awaited(self, kind):
        with self.news:
            assert self.news.wait_for(lambda: self.of(kind), timeout=60)
        return self.of(kind)[-1]

    def close(self):
        self.closed = True

    def ask(self, **data):
        self.receive({"content": {"data": data}})

    def of(self, kind):
        return [one for one in self.sent if one["kind"] == kind]

    def idle(self, name):
        """Return an entry once it says that nothing is computed: that comes a moment after the result."""
        with self.news:
            assert self.news.wait_for(lambda: name in self.listed() and not self.listed()[name]["running"], timeout=60)
        return self.listed()[name]

    def listed(self):
        """Return the entries as the panel shows them."""
        entries = {}
        for one in self.sent:
            if one["kind"] == "widget":
                entries[one["entry"]["id"]] = one["entry"]
            elif one["kind"] == "gone":
                del entries[one["id"]]
        return entries


@pytest.fixture
def comm(monkeypatch):
    monkeypatch.setattr(side, "_panels", [])
    comm = Comm()
    side.Panel(comm)
    yield comm
    comm.hang_up({})


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)).eval()


def subclasses(kind):
    for one in kind.__subclasses__():
        yield from (one, *subclasses(one))


def widget(**options):
    w = xai.explain(network(), torch.rand(3, 24, 24), labels=["cat", "dog", "cow"], method="saliency", **options)
    assert w.wait(60)
    return w


def test_a_widget_is_listed_from_its_making_to_its_close(comm):
    assert comm.sent[0] == {"kind": "welcome", "version": xai.__version__}
    w = widget()
    entry = comm.idle(w.model_id)
    assert entry["kind"] == "image"
    assert (entry["method"], entry["label"], entry["running"]) == ("Saliency", w.attribution.label, False)
    assert entry["bytes"] >= w.attribution.values.nbytes
    assert any(one["entry"]["running"] for one in comm.of("widget"))
    name = w.model_id
    comm.ask(kind="close", id=name)
    assert name not in comm.listed()
    with pytest.raises(RuntimeError, match="closed"):
        w.explain(method="saliency")


def test_a_panel_that_opens_late_hears_of_all_and_one_that_is_shut_of_none(comm):
    w = widget()
    late = Comm()
    side.Panel(late)
    assert late.listed().keys() == comm.listed().keys()
    late.hang_up({})
    late.hang_up({})
    heard = len(late.sent)
    name = w.model_id
    w.close()
    assert len(late.sent) == heard
    assert name not in comm.listed()


def test_a_panel_that_takes_its_leave_is_hung_up_on_from_here(comm):
    leaving = Comm()
    side.Panel(leaving)
    leaving.ask(kind="leave")
    assert leaving.closed
    heard = len(leaving.sent)
    w = widget()
    assert len(leaving.sent) == heard
    assert w.model_id in comm.listed()
    w.close()


def test_tabs_that_never_said_goodbye_are_hung_up_on(comm):
    others = [Comm() for _ in range(side.MOST_PANELS)]
    for one in others:
        side.Panel(one)
    assert comm.closed
    assert not any(one.closed for one in others)
    for one in others:
        one.hang_up({})
    assert living._listeners == []


def test_two_explanations_are_compared(comm):
    one, other = widget(), widget(target="cow")
    busy = xai.explain(network(), torch.rand(3, 24, 24), method="rise", n_samples=100_000)
    comm.ask(kind="compare", ids=[one.model_id, other.model_id], language="zh", dark=True)
    found = comm.awaited("compared")
    assert busy.running, "who waits for a comparison does not wait for others"
    busy.close()
    assert found["agreement"] == pytest.approx(one.attribution.agreement(other.attribution))
    for picture in (base64.b64decode(one["svg"]).decode() for one in found["maps"]):
        assert f'width="{side.WIDTH}"' in picture
        assert 'fill="#181b1f"' in picture, "on the paper of who reads in dark colours"
        assert "显著图" in picture
    assert [(one["method"], one["label"]) for one in found["maps"]] == [
        ("Saliency", one.attribution.label), ("Saliency", "cow"),
    ]  # fmt: skip
    one.close()
    other.close()


def test_all_are_cancelled_at_once_and_none_is_closed(comm):
    x = torch.rand(3, 24, 24)
    busy = [xai.explain(network(), x, method="rise", n_samples=100_000) for _ in range(2)]
    comm.ask(kind="close")
    comm.ask(kind="cancel")
    for one in busy:
        assert one.wait(60)
        assert not comm.idle(one.model_id)["running"]
        one.close()
    assert comm.of("error") == [{"kind": "error", "message": "'id'"}]


def test_an_explorer_of_a_table_says_what_it_computes_and_is_cancelled(comm):
    gate = threading.Event()
    gate.set()

    def model(rows):
        gate.wait(60)
        return rows[:, :2]

    w = xai.PopulationExplorer(model, torch.rand(20, 3).numpy(), labels=["no", "yes"], target="yes")
    assert comm.idle(w.model_id)["label"] == "yes"
    gate.clear()
    w.show("effect", 1)
    entry = comm.listed()[w.model_id]
    assert (entry["kind"], entry["method"], entry["running"]) == ("population", "Effect", True)
    comm.ask(kind="cancel", id=w.model_id)
    gate.set()
    assert not comm.idle(w.model_id)["running"]
    w.close()


def test_what_is_listed_is_told_by_titles_that_are_known_in_chinese():
    # Other tests make classes of their own.
    ours = [one for one in subclasses(Parametrised) if one.__module__.startswith("xai_widgets.")]
    names = {one.name for one in ours if getattr(one, "name", None) and not issubclass(one, Gauge)}
    titles = {titled(name) for name in names} | {topic.capitalize() for topic in TOPICS}
    assert {"Grad-CAM", "Partial dependence", "Fewest edits", "Effect"} <= titles
    plain = {title for title in titles if title == title.capitalize()}  # others are names: RISE, Grad-CAM
    assert plain - set(sentences("zh")) == set()


def test_explanations_of_different_inputs_are_not_compared(comm):
    rows = [xai.explain(nn.Linear(n, 2), torch.rand(n), background=torch.rand(9, n)) for n in (3, 4)]
    for one in rows:
        assert one.wait(60)
    comm.ask(kind="compare", ids=[one.model_id for one in rows])
    assert comm.awaited("error")["message"].startswith("These two explain different inputs")
    for one in rows:
        one.close()


def test_what_cannot_be_compared_is_said_in_a_sentence(comm):
    comm.ask(kind="compare", ids=["none", "nothing"])
    assert "Both must show an explanation" in comm.of("error")[0]["message"]
    comm.ask(kind="compare")
    comm.ask(kind="dance")
    assert len(comm.of("error")) == 2


@pytest.mark.usefixtures("comm")
def test_an_open_panel_keeps_no_widget_alive():
    references = []
    for _ in range(3):
        w = widget()
        references.append(weakref.ref(w))
        w.close()
        del w
    # What was to be mirrored later is dropped by the worker, in a moment.
    until(lambda: gc.collect() is not None and [one() for one in references] == [None] * 3)


def test_results_among_the_variables_are_listed():
    found = xai.attribute(network(), torch.rand(3, 24, 24), "saliency")
    [entry] = result_entries({"found": found, "_hidden": found, "x": 3, "cls": type(found), "net": network()})
    assert entry["id"] == "found"
    assert entry["kind"] == "Attribution"
    assert entry["method"] == "Saliency"
    assert entry["bytes"] >= found.values.nbytes


def test_memory_counts_arrays_once_and_models_not_at_all():
    array = torch.zeros(100).numpy()
    assert held([array, array, array[:50], {"a": array}]) == 400
    assert held({"model": network(), "b": b"12345"}) == 5
    loop = []
    loop.append(loop)
    assert held(loop) == 0


def test_the_first_widget_offers_the_panel_its_comm():
    assert xai.explain
    assert side.TARGET in get_comm_manager().targets
