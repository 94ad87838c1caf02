"""DeepLIFT's rescale rule: multipliers from differences between an input and a baseline.

The baseline goes first, and what each operation took is kept; then the input goes, and each operation finds what it
took of the baseline by its turn. One batch that holds both, as others do it, is half wrong where the batch is not the
first axis; and the way back is half as long without the baseline's rows.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.errors import ModelError
from xai_widgets.models.rules import multipliers
from xai_widgets.models.rules.compositions import COMPOSITIONS
from xai_widgets.models.rules.fused import FUSED, anew, may_run_again
from xai_widgets.models.rules.mode import Call, KeptTensor, Rules, carry
from xai_widgets.models.rules.operations import (
    ADDITIONS,
    CHOICES,
    CONVOLUTIONS,
    ELEMENTWISE,
    FUNCTIONS,
    MOVES,
)
from xai_widgets.models.rules.softmaxes import Logits, Steps, fraction, is_softmax, shifted
from xai_widgets.models.rules.traces import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xai_widgets.models.rules.fused import Some

NATIVE = (MOVES - CHOICES) | ADDITIONS | {"neg"}


class Rescale(Rules):
    """Multipliers as gradients: their sum times the differences is the score's rise, up to rounding.

    `attribution.DeepLift` says by which rules.

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
        self._record: deque[tuple[str, Any, list[KeptTensor]]] = deque()
        self._shifted: Steps[frozenset[int]] = Steps()
        self._exponentials: Steps[Logits] = Steps()

    def passes(self, name: str) -> bool:
        """Whether the operation is linear."""
        return name in NATIVE

    def handler(self, name: str) -> Callable[..., Any] | None:
        """Return the operation's rule, which is given the call and what it took of the baseline."""
        if name in ELEMENTWISE or name in FUNCTIONS:
            return multipliers.elementwise
        if name in FUSED:
            return _taken_apart
        return multipliers.linear_in_one if name in CONVOLUTIONS else multipliers.TABLE.get(name)

    def prepare(self, run: Callable[[Tensor], Tensor]) -> None:
        """Let the baselines go through the model."""
        with self:
            self.scores = run(self._baseline)
        self._recording = False

    def handle(self, handler: Callable[..., Any], call: Call) -> Any:
        """Keep what the operation took of the baseline, or find that again."""
        if handler is _taken_apart and not may_run_again(call):
            return self._apart(call.func, COMPOSITIONS[call.name], call.args, call.kwargs)
        if self._recording:
            hold = _shape_of if multipliers.is_of_input_alone(handler, call) else self.keep
            self._record.append((call.name, call.frame(call.tensors), [hold(one) for one in call.tensors]))
            return call()
        name, frame, kept = self._record.popleft() if self._record else ("", None, [])
        if name != call.name or [one.shape for one in call.tensors] != [one.tensor.shape for one in kept]:
            msg = (
                "The model takes another path for the baseline than for the input, so deep_lift cannot compare them. "
                "Use integrated_gradients."
            )
            raise ModelError(msg)
        if not torch.is_grad_enabled() or not call.dependents:
            return call()
        by_rule = partial(_by_rule, handler, frame, kept)
        softmax = self._softmax(call, kept)
        if softmax is not None:
            result = softmax
        elif handler not in RECOMPUTED:
            result = by_rule(call)
        elif all(torch.equal(a, b.tensor) for a, b in zip(call.tensors, kept, strict=True) if multipliers.is_choice(a)):
            result = anew(call, by_rule, self.keep)
        else:
            result = NotImplemented
        if call.name == "exp":
            x = call.tensors[0]
            self._exponentials.note(result, self._logits(x, range(x.ndim), kept[0]))
        return self.refuse(call.func, " of this kind") if result is NotImplemented else result

    def _logits(self, x: Tensor, axes: Iterable[int], base: KeptTensor) -> Logits:
        """Return what is exponentiated as logits: of one shifted, the softmax has the same multipliers."""
        place = Place.apply(x)  # type: ignore[no-untyped-call]
        return Logits(place, self.keep(x), frozenset(axes), base)

    def _softmax(self, call: Call, kept: list[KeptTensor]) -> Tensor | None:
        """Run the last step of a softmax that is written out by the rule of one; None for other operations."""
        if call.name in {"mul", "div"}:
            found = fraction(call, self._exponentials)
            return None if found is None else _soft(*found)
        axes = self._shifted.of(call.tensors[0]) if call.name == "exp" else None
        if axes is None:
            return None
        x = call.tensors[0]
        apart = call.frame([x])([x.detach()])
        return _soft(apart, self._logits(x, axes, kept[0])) if is_softmax(apart(), axes) else None

    def record(self, call: Call, result: Any) -> None:
        """Take note of what logits are shifted by, as one number along some axes."""
        if call.name == "sub" and (found := shifted(call)) is not None:
            self._shifted.note(result, found[1])
        elif call.name == "log_softmax" and call.dependents:
            self._shifted.note(result, frozenset({call.bind("input", "dim")["dim"] % result.ndim}))

    def renamed(self, old: Tensor, new: Tensor) -> None:
        """Keep what is known of a tensor that is written into up to date."""
        self._shifted.rename(old, new)
        self._exponentials.rename(old, new)

    def head(self, scores: Tensor) -> Tensor:
        """Forget what the way back may not need."""
        self._shifted.clear()
        self._exponentials.clear()
        return super().head(scores)


def _soft(compute: Call, logits: Logits) -> Tensor:
    x, base, axes = logits.kept, logits.base, logits.axes
    assert base is not None

    def back(came: Tensor) -> tuple[Tensor, ...]:
        with torch.enable_grad():
            leaf = x.tensor.detach().requires_grad_()
            made = multipliers.soft(multipliers.Pair(leaf, base.tensor), axes)
        return torch.autograd.grad(made, leaf, came.to(made))

    return carry(compute, back, logits.place)


def _taken_apart(call: Call, base: Call) -> Tensor:
    """Run what an operation is made of by its rules."""
    rules, made_of = Rescale(torch.empty(0)), COMPOSITIONS[call.name]
    rules.prepare(lambda _: made_of(*base.args, **base.kwargs))
    with rules:
        result: Tensor = made_of(*call.args, **call.kwargs)
    return result


RECOMPUTED = (_taken_apart, multipliers.softmax)
"""Rules that are run on the way back, since what they make takes more room than all else."""


def _by_rule(handler: Any, frame: Any, kept: list[KeptTensor], call: Call, some: Some = Tensor.detach) -> Any:
    return handler(call, frame(some(one.tensor) for one in kept))


def _shape_of(tensor: Tensor) -> KeptTensor:
    """Hold a tensor of the same shape and no values."""
    return KeptTensor(torch.empty_like(tensor, device="meta"))
