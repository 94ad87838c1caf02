"""What a table widget computes of its row: explanations against the background, curves, counterfactuals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from xai_widgets.api import row_changes, row_method
from xai_widgets.attribution.runs import against_rows
from xai_widgets.inputs.cells import changed as edited
from xai_widgets.population import grid_of, ice
from xai_widgets.widgets.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.changes import Counterfactuals
    from xai_widgets.counterfactual import Constraints
    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.models import Model
    from xai_widgets.population import Curves
    from xai_widgets.prepare import RowSubject
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Edits, Observation


class TableSession(Session):
    """Model and row of one widget.

    Parameters
    ----------
    subject : RowSubject
    seed, time_budget
        As of `Session`.
    """

    kept = 32
    references: Tensor

    def __init__(self, subject: RowSubject, seed: int, time_budget: float | None) -> None:
        self.subject, table = subject, subject.table
        references = subject.references(seed)
        self.references = references.rows
        super().__init__(subject.model, replace(subject.inputs, references=references), seed, time_budget)
        self.grids = [grid_of(table, i, [subject.row[i]]) for i in range(len(table.columns))]

    def row(self, edits: Edits) -> NDArray[np.float64]:
        """Return the edited row as numbers."""
        return edited(self.subject.row, edits)

    def changed(self, edits: Edits) -> RowSubject:
        """Return the edited row with the model."""
        return replace(self.subject, row=self.row(edits), prediction=self.see(edits).prediction)

    def against(self, name: str) -> dict[str, Tensor]:
        """Return what a method is to compare the row with, as parameters."""
        return against_rows(name, self.references)

    def chosen(self, method: str | Method, params: dict[str, Any]) -> Method:
        """Build the method that is asked for, which compares with the background where it compares."""
        return row_method(self.subject, self.inputs, method, params)

    def curves(self, edits: Edits) -> Iterator[Curves | None]:
        """Find out what the model would say if one cell of the edited row alone were another."""
        yield from ice(self.subject.fresh(), self.row(edits)[None], self.grids)

    def search(
        self,
        edits: Edits,
        target: Any,
        *,
        within: tuple[float | None, float | None] | None,
        constraints: Constraints,
        n: int,
    ) -> Iterator[Counterfactuals]:
        """Search for changes of the edited row that give another answer."""
        subject = self.changed(edits)
        options: dict[str, Any] = {"within": within, "seed": self.seed, "time_budget": self.time_budget}
        yield from row_changes(subject, target, constraints=constraints, n=n, **options)

    def close(self) -> None:
        """Let go of model, input and results; a step under way keeps its own hold on them until it ends."""
        super().close()
        del self.subject, self.references

    def _edited(self, edits: Edits) -> tuple[Model, Inputs]:
        if not edits:
            return self.model, self.inputs
        row = self.row(edits)
        return self.model, replace(self.inputs, x=self.subject.tensor(row), cells=self.subject.table.plain_cells(row))

    def _dressed(self, result: Attribution, seen: Observation, edits: Edits) -> Attribution:
        if result.values.shape != self.subject.row.shape:
            msg = f"Values of shape {list(result.values.shape)} are not one a column. Leave layer at its default."
            raise ValueError(msg)
        return replace(result, edits=tuple(one.to_dict() for one in edits))
