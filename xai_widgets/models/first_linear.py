"""Rows that differ in one column alone, through a network that begins with a linear layer.

What that layer puts out then moves along one line: the layer need run only once for all values of the column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from xai_widgets.models.errors import ModelError, is_out_of_memory

if TYPE_CHECKING:
    from xai_widgets.models.module import TorchModel

CLOSE = {torch.float64: 1e-9, torch.float32: 1e-5}
"""How far scores may differ, as a share of the largest. Half precision is too coarse to tell."""


class _EndedError(Exception):
    """The pass has gone as far as it should."""


class _First(TorchFunctionMode):
    """Put something in place of what the first linear operation of a pass puts out, or end the pass there."""

    def __init__(self, given: Tensor | None = None) -> None:
        super().__init__()
        self.given, self.met = given, False
        self.output: Tensor | None = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is not nn.functional.linear or self.met:
            return func(*args, **(kwargs or {}))
        self.met = True
        if self.given is not None:
            return self.given
        self.output = func(*args, **(kwargs or {}))
        raise _EndedError


def _upto(module: nn.Module, x: Tensor) -> Tensor:
    """Return what the first linear operation puts out (n, units)."""
    with _First() as first:
        try:
            module(x)
        except _EndedError:
            return torch.as_tensor(first.output)
    msg = "The model has no linear layer."
    raise ModelError(msg)


@dataclass(frozen=True)
class _After:
    """Feed: the scores as a function of what the first linear operation puts out."""

    columns: int

    def __call__(self, module: nn.Module, units: Tensor) -> Any:
        with _First(units):
            return module(units.new_zeros(len(units), self.columns))


@dataclass(frozen=True, eq=False)
class AlongColumn:
    """The scores of rows for several values of one column.

    Attributes
    ----------
    upto, after : TorchModel
        The model divided behind its first linear layer.
    column : int
    start : float
        A value of the column.
    slope : Tensor, shape (units,)
        How the layer's output goes with the column.
    """

    upto: TorchModel
    after: TorchModel
    column: int
    start: float
    slope: Tensor

    @classmethod
    def find(cls, model: TorchModel, rows: Tensor, column: int, values: Tensor) -> AlongColumn | None:
        """Divide a model, where that gives the same scores for some rows (n, columns) and all values; else None."""
        if model.dtype not in CLOSE or model.random or model.mixes(rows):
            return None
        upto, after = model.fed(_upto, "value").plain(), model.fed(_After(rows.shape[1]), model.task).plain()
        start, end = float(values[0]), float(values[-1])
        try:
            ends = upto.scores(_with(rows[:1].repeat(2, 1), column, values[[0, -1]]))
            found = cls(upto, after, column, start, (ends[1] - ends[0]) / ((end - start) or 1.0))
            for row in rows:
                wanted = model.scores(_with(row.repeat(len(values), 1), column, values))
                units = found.units(row[None])
                got = after.scores(torch.cat([found.moved(units, float(value)) for value in values]))
                if not float((got - wanted).abs().max()) <= CLOSE[model.dtype] * float(wanted.abs().max()):
                    return None
        except (ModelError, RuntimeError) as error:
            if is_out_of_memory(error):
                raise
            return None  # the model does something else with its rows
        return found

    def units(self, rows: Tensor) -> Tensor:
        """Return what the layer puts out for rows (n, columns) with the first value."""
        return self.upto.scores(_with(rows.clone(), self.column, self.start))

    def moved(self, units: Tensor, value: float) -> Tensor:
        """Return the same with another value."""
        return units + (value - self.start) * self.slope

    def scores(self, units: Tensor, value: float) -> Tensor:
        """Return the scores (n, outputs) of the rows with that value of the column."""
        return self.after.scores(self.moved(units, value))


def _with(rows: Tensor, column: int, value: Any) -> Tensor:
    rows[:, column] = value
    return rows
