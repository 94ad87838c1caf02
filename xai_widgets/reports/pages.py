"""One result as a page of its own: alive by the view of its widget, or of its file; else what a report says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.export import change_files, evaluation_files, files, population_files
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.facts import facts
from xai_widgets.export.fitting import LEFT_OUT, page_room, warn_of
from xai_widgets.export.page import document, page, page_of_file
from xai_widgets.export.views import brief, view_of
from xai_widgets.reports import trust
from xai_widgets.reports.markup import tag
from xai_widgets.reports.parts import written
from xai_widgets.reports.style import STYLE

if TYPE_CHECKING:
    from pathlib import Path

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.evaluations import Evaluation
    from xai_widgets.export.bundle import Recorded
    from xai_widgets.populations import PopulationResult
    from xai_widgets.results import Attribution

MOST_COLUMNS = 2**16
"""That are listed (js/host/file.ts); what is longer is a signal."""

MOST_PIXELS = 2**21
"""Of each picture in a table (js/host/resultfile.ts)."""

LEVELS = 16
"""After which nothing is left to leave out."""


def write_view(attribution: Attribution, path: Path) -> None:
    """Write a page that is alive without a kernel and without a network; a report of what has no view."""
    found = view_of(attribution)
    if found is not None:
        write_atomically(path, page(found))
    elif attribution.values.ndim == 1 and 0 < attribution.values.size <= MOST_COLUMNS:
        _write_file(path, "table", files.recorded(brief(attribution)), facts(attribution))
    else:
        _write_report(path, attribution)


def write_changes(found: Counterfactuals, path: Path) -> None:
    """Write ways to another answer as a table; a report of pictures that are too large for one."""
    if found.is_picture and found.original.size > 3 * MOST_PIXELS:
        _write_report(path, found)
    else:
        _write_file(path, "results", change_files.recorded(found), facts(found), pictures=found.is_picture)


def write_evaluation(found: Evaluation, path: Path) -> None:
    """Write what was measured as a table, with curves."""
    _write_file(path, "results", evaluation_files.recorded(found), facts(found))


def write_population(found: PopulationResult, path: Path) -> None:
    """Write what a view draws, as much of it as finds room."""
    for level in range(LEVELS):
        parts, said = population_files.brief(found, level)
        known = {**facts(found), **({LEFT_OUT: said} if said else {})}
        content = page_of_file("population", population_files.recorded(found, **parts), known)
        if len(content) <= page_room():
            break
    else:
        warn_of(len(content))
    write_atomically(path, content)


def _write_file(path: Path, kind: str, found: Recorded, known: dict[str, str], *, pictures: bool = False) -> None:
    content = page_of_file(kind, found, known)
    if len(content) > page_room() and not pictures:
        warn_of(len(content))
    write_atomically(path, content)


def _write_report(path: Path, result: Any) -> None:
    title, body = written([result])
    write_atomically(path, document(title, STYLE, body))


def evaluation_html(found: Evaluation) -> str:
    """Return what was measured as a part of a page, which brings its own look."""
    return tag("div", *trust.measured(found))
