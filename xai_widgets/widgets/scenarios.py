"""Rows that somebody kept under a name, and what the model says of each."""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs.table import Table
    from xai_widgets.results import Prediction
    from xai_widgets.widgets.session import Edits
    from xai_widgets.widgets.table_session import TableSession

MOST = 50

ORIGINAL = "original"
"""What the row as it was given is called beside them."""


class Scenarios:
    """By name, in the order in which they were kept."""

    def __init__(self) -> None:
        self._edits: dict[str, Edits] = {}
        self._seen: dict[str, Prediction] = {}
        self._lock = threading.Lock()

    def keep(self, name: str, edits: Edits) -> None:
        """Keep a row under a name; one of this name is replaced.

        Raises
        ------
        ValueError
            For no name, for that of the row as it was given, and for too many.
        """
        name = name.strip()
        if not name:
            msg = "A scenario needs a name."
            raise ValueError(msg)
        if name.casefold() == ORIGINAL:
            msg = f"The row as it was given has the name {name!r}: choose another one."
            raise ValueError(msg)
        with self._lock:
            if len(self._edits) >= MOST and name not in self._edits:
                msg = f"At most {MOST} scenarios can be kept: remove one first."
                raise ValueError(msg)
            self._edits[name] = edits
            self._seen.pop(name, None)

    def forget(self, name: str) -> None:
        """Forget the one of this name."""
        with self._lock:
            self._edits.pop(name, None)
            self._seen.pop(name, None)

    def look(self, session: TableSession) -> Iterator[bool]:
        """Ask the model about those that it has not said anything of."""
        for name, edits in list(self._edits.items()):
            if name not in self._seen:
                found = session.see(edits).prediction
                with self._lock:
                    if self._edits.get(name) == edits:
                        self._seen[name] = found
                yield True

    @property
    def edits(self) -> dict[str, Edits]:
        """What each changes."""
        with self._lock:
            return dict(self._edits)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Tell them as the browser reads them."""
        with self._lock:
            return [
                {
                    "name": name,
                    "edits": [one.to_dict() for one in edits],
                    "probabilities": self._seen[name].probabilities.tolist() if name in self._seen else None,
                }
                for name, edits in self._edits.items()
            ]

    def frame(self, table: Table, rows: dict[str, Any], seen: dict[str, Prediction], asked: int) -> Any:
        """Return a pandas frame, one row a scenario.

        Parameters
        ----------
        table : Table
        rows : dict of str to ndarray
            The numbers of each.
        seen : dict of str to Prediction
            What the model says of each.
        asked : int
            The class, or output, that is told of all: those of each row's own winner could not be compared.
        """
        records = [{**table.cells(row), **_said(seen[name], asked)} for name, row in rows.items()]
        frame = importlib.import_module("pandas").DataFrame(records, index=list(rows))
        return frame.rename_axis("scenario")


def _said(seen: Prediction, asked: int) -> dict[str, Any]:
    label, found = seen.label(asked), float(seen.probabilities[asked])
    if seen.task == "value":
        return {label: found}
    return {"prediction": seen.top(1)[0][0], f"probability of {label}": found}
