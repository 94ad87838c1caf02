"""Widgets that are closed after the test, and models that go wrong when told."""

from __future__ import annotations

import pytest
from faults.nets import LABELS, Net, picture

import xai_widgets as xai


@pytest.fixture(autouse=True)
def _whole_passes(monkeypatch):
    """Keep occlusion at whole passes: what goes wrong here is in the module's own code, which parts need not run."""
    monkeypatch.setattr("xai_widgets.attribution.incremental.MANY", 10**9)


@pytest.fixture
def make():
    """Make widgets, and close them after the test."""
    made = []

    def build(model=None, image=None, **options):
        options.setdefault("labels", LABELS)
        widget = xai.explain(Net() if model is None else model, picture() if image is None else image, **options)
        made.append(widget)
        return widget

    yield build
    for widget in made:
        widget.close()
