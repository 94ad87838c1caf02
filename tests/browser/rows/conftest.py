"""Fixtures of the tests of a row's widget, which share one notebook in JupyterLab."""

from __future__ import annotations

import pytest
from browser.image_widget import cell, one_widget
from browser.lab import shared
from browser.table_widget import SETUP, SHOWN, shown


@pytest.fixture(scope="package")
def notebook(browser, browser_context_args, lab_server):
    context = browser.new_context(**{**browser_context_args, "viewport": {"width": 1400, "height": 1500}})
    yield from shared(context, lab_server, "table.ipynb", [SETUP, ""])


@pytest.fixture
def studio(notebook):
    """Show row widgets in the notebook they share."""
    yield from one_widget(notebook)


@pytest.fixture
def view(studio):
    """Show a fresh widget, and wait until its first values are there."""
    cell(studio, 1, SHOWN)
    return shown(studio, 1)
