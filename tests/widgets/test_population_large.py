"""A hundred thousand rows of thirty columns: every question about them tells how far it is, and stops when told to."""

import threading

import numpy as np
import pytest
import torch
from torch import nn
from widgets.fakes import Browser, until

import xai_widgets as xai

ROWS, COLUMNS = 100_000, 30
TABLE = np.random.default_rng(0).normal(size=(ROWS, COLUMNS)).astype(np.float32)
ASKED = {
    "importance": {"n_repeats": 1},
    "effect": {"columns": [0]},
    "pair": {"columns": [0, 1]},
    "contributions": {"n_rows": 200},
    "tree": {"depth": 3},
    "sensitivity": {"scheme": "sobol"},
}


class Held(nn.Module):
    """Decides by its first two columns, and waits while `go` is not set."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.inner, self.outer = nn.Linear(COLUMNS, 8), nn.Linear(8, 2)
        self.go, self.passed = threading.Event(), 0
        with torch.no_grad():
            self.inner.weight[:, 2:] = 0

    def forward(self, x):
        self.go.wait(30)
        self.passed += len(x)
        return self.outer(self.inner(x).relu())


class Watching(Browser):
    """Holds the model up as soon as part of an answer has come, where it is told to."""

    def __init__(self, widget, model):
        self.model, self.holds = model, False
        super().__init__(widget)

    def _take(self, content, buffers=None):
        if self.holds and content["kind"] == "study" and 0 < content["fraction"] < 1:
            self.model.go.clear()
        super()._take(content, buffers)

    def ask(self, question, **content):
        params = {name: value for name, value in content.items() if name != "columns"}
        self.messages.clear()
        self.say(kind="study", question=question, open=True, columns=content.get("columns", []), params=params)

    def parts(self):
        return [one["fraction"] for one in self.of("study")]


@pytest.fixture(scope="module")
def explorer():
    model = Held().eval()
    model.go.set()
    with torch.no_grad():
        right = model(torch.as_tensor(TABLE)).argmax(1).numpy()
    widget = xai.explain(model, TABLE, y=right)
    yield widget, model, Watching(widget, model)
    model.go.set()
    widget.close()


@pytest.mark.parametrize("question", ASKED)
def test_it_streams_stops_and_begins_anew(question, explorer):
    widget, model, browser = explorer
    browser.holds = True
    browser.ask(question, **ASKED[question])
    until(lambda: any(0 < one < 1 for one in browser.parts()))
    before, browser.holds = model.passed, False
    browser.say(kind="study", question=question, open=False)
    model.go.set()
    until(lambda: not browser.of("study")[-1]["running"])
    assert browser.of("study")[-1]["fraction"] < 1
    assert browser.of("study")[-1]["error"] is None
    assert model.passed - before <= ROWS, "no more than what was under way"

    browser.ask(question, **ASKED[question])
    until(lambda: not browser.of("study")[-1]["running"] and browser.parts()[-1] == 1)
    parts, told = browser.parts(), browser.of("study")[-1]
    assert parts == sorted(parts)
    assert any(0 < one < 1 for one in parts), "nothing to see before the end"
    assert all(sum(map(len, beside)) <= 1_000_000 for _, beside in browser.messages)
    if question in {"importance", "tree"}:
        assert told["rows"] == ROWS
    if question in {"effect", "pair"}:
        assert f"{told['rows']:,} rows, drawn by chance, stand for all 100,000." in told["notes"]
    if question in {"importance", "contributions", "sensitivity"}:
        found = getattr(widget, {"importance": "importances"}.get(question, question)).values
        assert np.argsort(-np.abs(found))[:2].max() < 2
        assert np.abs(found[2:]).max() == pytest.approx(0, abs=1e-6)
