"""Results as tables that any program reads."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.facts import facts, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xai_widgets.computed import Tabular
    from xai_widgets.evaluations import Evaluation

FORMULA = tuple("=+-@\t\r")
"""A text that begins so would be run by a spreadsheet: an apostrophe goes before it, as in js/core/csv.ts."""


def write_records(found: Tabular, path: Path) -> None:
    """Write the rows of ``to_dataframe()``, for which pandas is not needed."""
    names = found.columns()
    write_atomically(path, csv_of(names, ([row.get(name) for name in names] for row in found.records())))


def write_measures_csv(found: Evaluation, path: Path) -> None:
    """Write one line a measure, each with how all of them were computed."""
    made = facts(found)
    made.pop("Measured with", None)  # stands in each line for its measure
    rows = [{**row, "params": listed(row["params"]), **made} for row in found.records()]
    write_atomically(path, csv_of(list(rows[0]) if rows else [], (row.values() for row in rows)))


def csv_of(names: Sequence[str], lines: Iterable[Iterable[Any]]) -> bytes:
    """Return a table as a file that spreadsheets open."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for line in ([*names], *lines):
        writer.writerow([f"'{one}" if isinstance(one, str) and one.startswith(FORMULA) else one for one in line])
    # With a mark of its encoding, without which spreadsheets guess another.
    return file.getvalue().encode("utf-8-sig", "replace")
