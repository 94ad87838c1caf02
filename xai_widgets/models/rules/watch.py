"""No rule at all: a look at which operations a model runs, and where it calls them."""

from __future__ import annotations

import sys
import weakref
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch.autograd.function import BackwardCFunction

from xai_widgets.models.errors import called_in
from xai_widgets.models.rules.mode import Call, Rules
from xai_widgets.models.rules.operations import operation_of, tensors_in
from xai_widgets.models.untouched import DRAWING, moved_between, random_states

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Mapping

    from torch import Tensor, nn

CUTS = frozenset(
    {
        *("argmax", "argmin", "bool", "bucketize", "byte", "ceil", "data", "detach", "floor", "int", "item", "long"),
        *("numpy", "one_hot", "round", "searchsorted", "short", "sign", "tolist", "trunc"),
    }
)
"""What goes on from these has no gradient, or one that is zero everywhere."""

ABOUT = frozenset({"shape", "dtype", "device", "ndim", "dim", "size", "numel", "is_floating_point", "requires_grad"})
"""Questions about a tensor, not about its values."""


class Watch(Rules):
    """Let every operation keep its gradient, and note what a reader of explanations should know.

    Parameters
    ----------
    module : Module
        The model, for the names of its parts.
    device : torch.device
        Whose random generator is watched as well.

    Attributes
    ----------
    inside, drawn, cut, custom : dict of str to str
        Places in the model, and the operation there that writes into its input, draws random numbers, cuts off the
        gradient, or is a custom autograd function.
    unused : dict of str to str
        The same of what is cut off and enters no other operation: kept for a way back of its own, or an output.
    """

    name: ClassVar[str] = "the model check"
    strict: ClassVar[bool] = False

    def __init__(self, module: nn.Module, device: torch.device) -> None:
        super().__init__()
        self._names = {id(one): name for name, one in module.named_modules() if name}
        self._device = device
        self.inside: dict[str, str] = {}
        self.drawn: dict[str, str] = {}
        self.cut: dict[str, str] = {}
        self.custom: dict[str, str] = {}
        self.unused: dict[str, str] = {}
        self._loose: dict[int, tuple[weakref.ref[Tensor], str]] = {}

    def handler(self, name: str) -> Callable[..., Any] | None:
        """Return None: nothing is done another way."""
        return None

    def passes(self, name: str) -> bool:
        """Whether the operation's own gradient is its rule: always."""
        return True

    def __torch_function__(self, func, types_, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        name = operation_of(func)[0]
        if not any(word in name.lower() for word in DRAWING):
            return super().__torch_function__(func, types_, args, kwargs)  # type: ignore[no-untyped-call]
        before = random_states(self._device)
        result = super().__torch_function__(func, types_, args, kwargs)  # type: ignore[no-untyped-call]
        if moved_between(before, random_states(self._device)):
            self.drawn.setdefault(self._place(), name)
        return result

    def record(self, call: Call, result: Any) -> None:
        """Take note of an operation that ran."""
        if operation_of(call.func)[1]:
            self.inside.setdefault(self._place(), call.name)
        if call.name in ABOUT:
            return
        self._use(call.tensors)
        if call.dependents and (call.name in CUTS or (not torch.is_grad_enabled() and _is_floating(result))):
            place, made = self._place(), tensors_in([result])
            if _in_own_function():
                return  # whose own way back goes past this
            if not made:  # a number, which leads anywhere
                self.cut.setdefault(place, call.name)
            elif place not in self.cut:
                self.unused.setdefault(place, call.name)
                self._loose |= {id(one): (weakref.ref(one), place) for one in made}

    def _use(self, tensors: list[Tensor]) -> None:
        """Note that what was cut off goes on from there."""
        for one in tensors:
            found, place = self._loose.get(id(one), (None, ""))
            if found is not None and found() is one and place in self.unused:
                self.cut[place] = self.unused.pop(place)

    def head(self, scores: Tensor) -> Tensor:
        """Note what led to the scores, and return them as they are."""
        self._check_origins([scores], {})
        self._use([scores])
        return scores

    def _check_origins(self, args: Any, kwargs: Mapping[str, Any]) -> None:
        for one in tensors_in([args, dict(kwargs)]):
            made: Any = one.grad_fn
            if isinstance(made, BackwardCFunction):
                name = type(made).__name__.removesuffix("Backward")
                if name not in self.custom.values():
                    self.custom.setdefault(self._place(), name)

    def _place(self) -> str:
        return called_in(self._names)


def _in_own_function() -> bool:
    """Tell whether it is the forward of a custom autograd function that runs an operation, which has no gradient."""
    frame: types.FrameType | None = None if torch.is_grad_enabled() else sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        if any(isinstance(frame.f_locals.get(name), BackwardCFunction) for name in frame.f_code.co_varnames[:1]):
            return True
        frame = frame.f_back
    return False


def _is_floating(result: Any) -> bool:
    return any(one.is_floating_point() for one in tensors_in(result))
