"""Rows that differ in one column alone, through a network that begins with a linear layer.

What that layer puts out then moves along one line: the layer need run only once for all values of the column.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from xai_widgets.models.backends import linear, multiplied
from xai_widgets.models.callables import PlainFunction
from xai_widgets.models.errors import ModelError, is_out_of_memory
from xai_widgets.models.outputs import scores_of, without_nan
from xai_widgets.models.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.models.module import TorchModel

CLOSE = {torch.float64: 1e-9, torch.float32: 1e-5}
"""How far scores may differ, as a share of the largest. Half precision is too coarse to tell."""

MOST = 2**18
"""Scores of one batch of variants."""


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
        if isinstance(module, nn.Sequential) and isinstance(module[0], nn.Linear):
            for layer in itertools.islice(module, 1, None):
                if type(layer) is nn.Linear:
                    units = linear(units, layer.weight, layer.bias)
                else:
                    # Nobody else has these numbers: in place, they are written where the cache holds them.
                    units = torch.relu_(units) if type(layer) is nn.ReLU else layer(units)
            return units
        with multiplied(module, len(units)), _First(units):
            return module(units.new_zeros(1, self.columns).expand(len(units), -1))


@dataclass(frozen=True, eq=False)
class Divided:
    """A model divided behind its first linear layer.

    Attributes
    ----------
    upto, after : TorchModel
        What the layer puts out (n, units) for rows (n, columns), and the scores as a function of that.
    slopes : Tensor, shape (some columns, units)
        How what the layer puts out goes with each column.
    """

    upto: TorchModel
    after: TorchModel
    slopes: Tensor
    _rest: _After

    def varied(
        self, units: Tensor, count: int, move: Callable[[Tensor, slice, int], Tensor]
    ) -> Iterator[tuple[slice, Tensor]]:
        """Ask about `count` variants of what the layer puts out (n, units).

        All that is done once a pass is done once for many variants of some rows, which one after the other stay in the
        processor's cache.

        Parameters
        ----------
        units : Tensor, shape (n, units)
        count : int
        move : callable
            ``move(units[part], part, variant)`` returns a variant of some rows, as a new tensor.

        Yields
        ------
        numbers : slice
            Of ``range(count * n)``: all rows of the first variant before those of the second.
        scores : Tensor, shape (numbers, outputs)
        """
        total = len(units)

        def work(numbers: slice) -> Tensor:
            parts = [
                (slice(max(0, numbers.start - k * total), min(total, numbers.stop - k * total)), k)
                for k in range(numbers.start // total, -(-numbers.stop // total))
            ]

            def call(module: nn.Module) -> Tensor:
                return torch.cat([scores_of(self._rest(module, move(units[part], part, k))) for part, k in parts])

            scores = self.after.outputs(call)
            self.after._spent.forwards += len(scores)  # noqa: SLF001  its own kind
            return without_nan(scores, units[:1])

        yield from self.after.batches(count * total, work)

    @classmethod
    def find(cls, model: TorchModel, rows: Tensor, others: Tensor, columns: Sequence[int]) -> Divided | None:
        """Divide a model, where that gives the same scores for rows (n, columns) with any one value of the others'."""
        # A function is never tried: it is given rows in the data's own types, and tensors would mean nothing to it.
        plain = isinstance(model.module, PlainFunction)
        if plain or model.dtype not in CLOSE or model.random or model.mixes(rows):
            return None
        rest = _After(rows.shape[1])
        upto, after = model.fed(_upto, "value").plain(), model.fed(rest, model.task).plain()
        try:
            units, steps = upto.scores(rows), others - rows
            slopes, outputs = [], 1
            for column in columns:
                changed = _with(rows.clone(), column, others[:, column])
                far = int(steps[:, column].abs().argmax())
                step = steps[far, column]
                slope = (upto.scores(changed[far : far + 1])[0] - units[far]) / (step or 1.0)
                got, wanted = after.scores(torch.addr(units, steps[:, column], slope)), model.scores(changed)
                if not float((got - wanted).abs().max()) <= CLOSE[model.dtype] * float(wanted.abs().max()):
                    return None
                slopes.append(slope)
                outputs = wanted.shape[1]
        except (ModelError, RuntimeError) as error:
            if is_out_of_memory(error):
                raise
            return None  # the model does something else with its rows
        pace = after.paces["forward"]
        after.paces["forward"] = Pace(limit=max(pace.limit, MOST // outputs))
        return cls(upto, after, torch.stack(slopes), rest)


def _with(rows: Tensor, column: int, value: Tensor) -> Tensor:
    rows[:, column] = value
    return rows
