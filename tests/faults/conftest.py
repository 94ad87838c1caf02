"""Widgets that are closed after the test, and models that go wrong when told."""

from __future__ import annotations

import pytest
from faults.nets import LABELS, Net, picture

import xai_widgets as xai


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
