"""A model as a function of a table's rows, in the data's own types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xai_widgets.inputs.table import Table
from xai_widgets.models.callables import PlainFunction, as_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from xai_widgets.models import TorchModel
    from xai_widgets.results import Prediction


class TableRows:
    """Feed of a model of rows: numbers (n, columns) become frames or arrays in the data's own types."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output."""
        if not isinstance(module, PlainFunction):
            return module(rows)
        given = self._table.give(rows.detach().cpu().double().numpy())
        if self._table.framed:
            function: Any = module.function
            return as_scores(function(given), rows)
        return module(torch.as_tensor(given, device=rows.device))

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return f"{len(rows)} rows of {rows.shape[1]} columns"


@dataclass(frozen=True, eq=False)
class RowSubject:
    """A row, the table it belongs to, and the model as a function of such rows.

    Attributes
    ----------
    table : Table
    row : ndarray, float64, shape (columns,)
    model : TorchModel
        Eats numbers (n, columns), as `Table` has them.
    prediction : Prediction
        What it says of the row.
    smooth : bool
        Whether it has gradients.
    """

    table: Table
    row: NDArray[np.float64]
    model: TorchModel
    prediction: Prediction
    smooth: bool

    def tensor(self, values: NDArray[np.float64]) -> Tensor:
        """Return numbers (n, columns) on the model's device."""
        dtype = self.model.dtype if self.smooth else torch.float64
        return torch.as_tensor(values, device=self.model.device).to(dtype)


def row_subject(model: TorchModel, x: Any, background: Any, features: Sequence[str] | None = None) -> RowSubject:
    """Make a model a function of rows.

    Parameters
    ----------
    model : TorchModel
        Of a torch module, which eats the numbers; of an estimator or a function, which eat what `background` is.
    x : object
        The row, as of `Table.row`.
    background : DataFrame or array
        Rows of the data, by which columns, their types and their ranges are known.
    features : sequence of str, optional
        Names of the columns.

    Raises
    ------
    ValueError, TypeError
        For what does not fit together, and for texts that a torch module cannot eat.
    """
    table, fed, smooth = table_model(model, background, features)
    row = table.row(x)
    subject = RowSubject(table, row, fed, None, smooth)  # type: ignore[arg-type]
    return RowSubject(table, row, fed, fed.predict(subject.tensor(row[None])[0]), smooth)


def table_model(
    model: TorchModel, background: Any, features: Sequence[str] | None = None
) -> tuple[Table, TorchModel, bool]:
    """Read a table, and make a model a function of the numbers (n, columns) of its rows.

    Parameters and errors as of `row_subject`.

    Returns
    -------
    table : Table
    model : TorchModel
    smooth : bool
        Whether it has gradients.
    """
    table = Table.of(background, features)
    smooth = not isinstance(model.module, PlainFunction)
    if smooth:
        texts = [one.name for one in table.columns if one.choices not in {(), (0, 1), (0.0, 1.0)} or one.kind == "date"]
        if texts:
            msg = (
                f"A torch module eats numbers, and the column {texts[0]!r} holds none: give the encoded columns, or a "
                "function of a frame that encodes and calls the module."
            )
            raise TypeError(msg)
    return table, model.fed(TableRows(table), getattr(model.module, "task_told", None)).plain(), smooth
