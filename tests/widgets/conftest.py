"""Widgets, and the model behind them, under the test's control."""

from __future__ import annotations

import pytest
import torch
from widgets.fakes import CALLS, FAIL, HOLD, Gate
from widgets.tables import FRAME, ROW, judge
from widgets.tables import LABELS as ANSWERS
from widgets.texts import LABELS, SAID, TOKENIZER, Reader

import xai_widgets as xai


@pytest.fixture
def gate():
    """Let the model run, hold it up, or make it fail, from the test."""
    HOLD.set()
    FAIL.clear()
    CALLS.clear()
    yield HOLD
    HOLD.set()
    FAIL.clear()


@pytest.fixture
def make(gate):  # noqa: ARG001  the model runs unless the test holds it up
    """Make widgets, and close them after the test."""
    made = []

    def build(model=None, image=None, **options):
        image = torch.rand(3, 12, 12, generator=torch.Generator().manual_seed(1)) if image is None else image
        options.setdefault("labels", ["cat", "dog", "cow"])
        widget = xai.ImageExplainer(Gate() if model is None else model, image, **options)
        made.append(widget)
        return widget

    yield build
    for widget in made:
        widget.close()


@pytest.fixture
def make_text(gate):  # noqa: ARG001  the model runs unless the test holds it up
    """Make widgets of texts, and close them after the test."""
    made = []

    def build(model=None, text=SAID, **options):
        options = {"labels": LABELS, "tokenizer": TOKENIZER, **options}
        widget = xai.explain(Reader() if model is None else model, text, **options)
        made.append(widget)
        return widget

    yield build
    for widget in made:
        widget.close()


@pytest.fixture
def make_table(gate):  # noqa: ARG001  the model runs unless the test holds it up
    """Make widgets of rows, and close them after the test."""
    made = []

    def build(model=judge, row=ROW, **options):
        options = {"background": FRAME, "labels": ANSWERS, **options}
        widget = xai.explain(model, row, **options)
        made.append(widget)
        return widget

    yield build
    for widget in made:
        widget.close()
