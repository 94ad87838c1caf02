"""One result as a page of its own: its live view where it has one, else what a report says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.measured import heading
from xai_widgets.export.page import document, page
from xai_widgets.export.views import view_of
from xai_widgets.reports import trust
from xai_widgets.reports.markup import tag
from xai_widgets.reports.parts import computed, written
from xai_widgets.reports.style import STYLE

if TYPE_CHECKING:
    from pathlib import Path

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.results import Attribution


def write_view(attribution: Attribution, path: Path) -> None:
    """Write a page that is alive without a kernel and without a network; a report of what has no view."""
    found = view_of(attribution)
    if found is None:
        write_report(attribution, path)
    else:
        write_atomically(path, page(found))


def write_report(result: Any, path: Path) -> None:
    """Write what a report says of one result."""
    title, body = written([result])
    write_atomically(path, document(title, STYLE, body))


def write_evaluation(found: Evaluation, path: Path) -> None:
    """Write what was measured, and how."""
    body = tag("main", tag("h1", heading(found)), *trust.measured(found), computed(found))
    write_atomically(path, document(heading(found), STYLE, body))


def evaluation_html(found: Evaluation) -> str:
    """Return what was measured as a part of a page, which brings its own look."""
    return tag("div", *trust.measured(found))
