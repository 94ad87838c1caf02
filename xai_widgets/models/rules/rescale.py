"""DeepLIFT's rescale rule: multipliers from differences between an input and a baseline.

The baseline goes first, and what each operation took is kept; then the input goes, and each operation finds what it
took of the baseline by its turn. One batch that holds both, as others do it, is half wrong where the batch is not the
first axis; and the way back is half as long without the baseline's rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.errors import ModelError
from xai_widgets.models.rules import multipliers
from xai_widgets.models.rules.mode import Call, Kept, Rules
from xai_widgets.models.rules.operations import (
    ADDITIONS,
    CHOICES,
    CONVOLUTIONS,
    ELEMENTWISE,
    FUNCTIONS,
    MOVES,
    replaced,
    tensors_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NATIVE = (MOVES - CHOICES) | ADDITIONS | {"neg"}


class Rescale(Rules):
    """Multipliers as gradients: their sum times the differences is the score's rise, up to rounding.

    Linear operations keep their gradient; a function of each value alone has the slope of the secant; a product gives
    each factor the mean of the other; a maximum gives to whichever value was it; softmax, norms and attention are
    taken apart into these.

    Parameters
    ----------
    base : Tensor, shape (n, features…)
        What each row of the input is compared with.

    Attributes
    ----------
    scores : Tensor, shape (n, outputs)
        Of the baselines.
    """

    name = "deep_lift"

    def __init__(self, base: Tensor) -> None:
        super().__init__()
        self._baseline = base
        self.scores = torch.empty(0)
        self._recording = True
        self._record: list[tuple[str, Any]] = []
        self._turn = 0

    def passes(self, name: str) -> bool:
        """Whether the operation is linear."""
        return name in NATIVE

    def handler(self, name: str) -> Callable[..., Any] | None:
        """Return the operation's rule, which is given the call and what it took of the baseline."""
        if name in ELEMENTWISE or name in FUNCTIONS:
            return multipliers.elementwise
        return multipliers.linear_in_one if name in CONVOLUTIONS else multipliers.TABLE.get(name)

    def prepare(self, run: Callable[[Tensor], Tensor]) -> None:
        """Let the baselines go through the model."""
        with self:
            self.scores = run(self._baseline)
        self._recording = False

    def handle(self, handler: Callable[..., Any], call: Call) -> Any:
        """Keep what the operation took of the baseline, or find that again."""
        if self._recording:
            hold = _shape_of if handler in multipliers.OF_INPUT_ALONE else self.keep
            self._record.append((call.name, replaced([call.args, dict(call.kwargs)], hold)))
            return call()
        base = self._base(call)
        if not torch.is_grad_enabled() or not call.dependents:
            return call()
        result = handler(call, base)
        return self.refuse(call.func, " of this kind") if result is NotImplemented else result

    def _base(self, call: Call) -> Call:
        name, values = self._record[self._turn] if self._turn < len(self._record) else ("", [(), {}])
        self._turn += 1
        args, kwargs = _unkept(values)
        base = Call(call.name, call.func, tuple(args), kwargs)
        shapes = [[one.shape for one in tensors_in([c.args, c.kwargs])] for c in (call, base)]
        if name != call.name or shapes[0] != shapes[1]:
            msg = (
                "The model takes another path for the baseline than for the input, so deep_lift cannot compare them. "
                "Use integrated_gradients."
            )
            raise ModelError(msg)
        return base


def _shape_of(tensor: Tensor) -> Tensor:
    """Return a tensor of the same shape and no values."""
    return torch.empty_like(tensor, device="meta")


def _unkept(values: Any) -> Any:
    if isinstance(values, Kept):
        return values.tensor
    if isinstance(values, dict):
        return {key: _unkept(one) for key, one in values.items()}
    return type(values)([_unkept(one) for one in values]) if type(values) in {tuple, list} else values
