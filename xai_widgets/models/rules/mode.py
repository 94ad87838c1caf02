"""The watch over a forward pass that puts a rule in the place of each operation's gradient."""

from __future__ import annotations

import inspect
import types
import weakref
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.autograd import Function
from torch.overrides import TorchFunctionMode, resolve_name

from xai_widgets.models.errors import ModelError, called_in
from xai_widgets.models.rules.compositions import COMPOSITIONS
from xai_widgets.models.rules.operations import MOVES, opened, operation_of, out_of_place, replaced, tensors_in

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from typing_extensions import Self


class KeptTensor:
    """A tensor as it was when it was kept, whatever is written into it later."""

    __slots__ = ("__weakref__", "tensor")

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


class Carry(Function):
    """Compute anything on the way forward; carry back by `back`, which takes what came and returns one an input."""

    @staticmethod
    def forward(ctx: Any, compute: Callable[[], Tensor], back: Callable[[Tensor], Any], *_inputs: Tensor) -> Tensor:
        """Return what `compute` computes; it must be a new tensor."""
        ctx.back = back
        ctx.cast = _cast(_inputs[0].device.type)
        result = compute()
        # What is written into a part of another tensor later must not be such a part itself: torch refuses it.
        return result.clone() if result._is_view() else result  # noqa: SLF001

    @staticmethod
    def backward(ctx: Any, *came: Tensor) -> Any:
        """Go back by the rule."""
        back, ctx.back = ctx.back, None  # with what it holds: the graph outlives the way back
        with ctx.cast:
            return None, None, *back(came[0])


def _is_wrapped(tensor: Tensor) -> bool:
    # Of whole numbers, as of the places by which masks are made, there is no gradient.
    return (tensor.is_floating_point() or tensor.is_complex()) and (
        tensor.is_nested or is_functorch_wrapped_tensor(tensor)
    )


def _cast(device: str) -> torch.autocast:
    """Return what casts on the way back as the model does on the way forward."""
    return torch.autocast(device, torch.get_autocast_dtype(device), torch.is_autocast_enabled(device))


def carry(compute: Callable[[], Tensor], back: Callable[[Tensor], Any], *inputs: Tensor) -> Tensor:
    """Return ``compute()``, from which what comes back goes to `inputs` as `back` says.

    `back` must not hold the rules, which hold tensors of this very pass: the garbage collector cannot see such a ring.
    """
    result: Tensor = Carry.apply(compute, back, *inputs)  # type: ignore[no-untyped-call]
    return result


HOLE = torch.empty(0)
"""Stands for what is taken out of a call."""


@dataclass(frozen=True)
class Call:
    """One call of an operation, as its handler sees it: in place only for rules whose `writes` is set."""

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def __call__(self) -> Any:
        """Run the operation itself."""
        return self.func(*self.args, **self.kwargs)

    @property
    def tensors(self) -> list[Tensor]:
        """All tensors among the arguments, in their order."""
        return tensors_in([self.args, self.kwargs])

    @cached_property
    def dependents(self) -> list[Tensor]:
        """The tensors that depend on the network's input, before the call: one that is written into may do so after."""
        return [one for one in self.tensors if one.requires_grad]

    def frame(self, tensors: list[Tensor]) -> Callable[..., Call]:
        """Return what makes this call of others in the place of these, and of what some function leaves of the rest."""
        ids, name, func = set(map(id, tensors)), self.name, self.func
        given = replaced([self.args, dict(self.kwargs)], lambda one: HOLE if id(one) in ids else one)

        def fill(others: Iterable[Tensor], some: Callable[[Tensor], Tensor] = lambda one: one) -> Call:
            left = iter(others)
            return Call(name, func, *replaced(given, lambda one: next(left) if one is HOLE else some(one)))

        return fill

    def bind(self, *names: str) -> dict[str, Any]:
        """Return the arguments by name."""
        return {**dict(zip(names, self.args, strict=False)), **self.kwargs}


def refusal(name: str, advice: Mapping[str, str], func: Any, why: str, where: str) -> ModelError:
    """Return what says that a method has no rule for an operation, and what to do instead."""
    title = func if isinstance(func, str) else resolve_name(func) or operation_of(func)[0]
    hint = advice.get(title.rsplit(".", 1)[-1], "Use a method that needs no rules, such as occlusion.")
    error = ModelError(f"{name} has no rule for {title}{why}, called in {where}. {hint}")
    error.where = where
    return error


class Rules(TorchFunctionMode):
    """Base: hands each operation on what depends on the input to its handler, and refuses what has none.

    Used around one forward pass; the backward pass may come later. Functions of torch that are written in Python are
    opened up, and fused operations are taken apart, until there are operations with rules.
    """

    name: ClassVar[str]
    """Of the method, for messages."""
    strict: ClassVar[bool] = True
    """Whether an operation without rule is refused; otherwise it keeps its gradient."""
    writes: bool = False
    """Whether handlers may run operations in place as they are, but on parts of other tensors: a copy each is saved."""
    alike: Hashable | None = None
    """Equal to that of other inputs' rules which say the same: one pass of all inputs does for each of them then."""
    advice: ClassVar[Mapping[str, str]] = {}
    """What to do instead, by refused operation."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make rules that know what they were made of."""
        made = super().__new__(cls)
        made._made = args, kwargs
        return made

    def __init__(self) -> None:
        super().__init__()
        self._made: tuple[tuple[Any, ...], dict[str, Any]]
        self._known: weakref.WeakValueDictionary[int, Tensor] = weakref.WeakValueDictionary()
        self._kept: dict[int, weakref.WeakSet[KeptTensor]] = {}
        self._open: list[Any] = []
        self._taken_apart: list[Any] = []

    def restart(self) -> None:
        """Forget a pass that has failed."""
        args, kwargs = self._made
        type(self).__init__(self, *args, **kwargs)

    def handler(self, name: str) -> Callable[..., Any] | None:
        """Return what runs the operation of this name by its rule."""
        raise NotImplementedError

    def passes(self, name: str) -> bool:
        """Whether the operation's own gradient is its rule."""
        return name in MOVES

    def prepare(self, run: Callable[[Tensor], Tensor]) -> None:
        """Do what must be done before the pass; `run` passes a batch through the model and returns its scores."""

    def head(self, scores: Tensor) -> Tensor:
        """Return scores whose target's gradient is what the way back starts from."""
        self._check_origins([scores], {})
        return scores

    def learn(self, others: Self) -> None:
        """Take over what a pass by others that are the same has told of the model."""

    def keep(self, tensor: Tensor) -> KeptTensor:
        """Hold a tensor for the way back; it is copied only if something is written into it before."""
        kept = KeptTensor(tensor.detach())
        self._kept.setdefault(tensor.untyped_storage().data_ptr(), weakref.WeakSet()).add(kept)
        return kept

    def handle(self, handler: Callable[..., Any], call: Call) -> Any:
        """Run an operation that has a rule."""
        return handler(call) if torch.is_grad_enabled() and call.dependents else call()

    def record(self, call: Call, result: Any) -> None:
        """Take note of an operation that ran."""

    def renamed(self, old: Tensor, new: Tensor) -> None:
        """Take note that one tensor is from now on what another is, as operations in place need it."""

    def adopts(self, made: Tensor) -> bool:
        """Whether there is a rule for the custom function that made a tensor; it is set up then."""
        return False

    def __torch_function__(self, func, types_, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        kwargs = kwargs or {}
        name, inside = operation_of(func)
        handler = self.handler(name)
        if handler is not None or not self.passes(name):
            args, kwargs = self._taken(func, args, kwargs)
        self._check_origins(args, kwargs)
        written = [*tensors_in([args[:1] if inside else (), kwargs.get("out")])]
        if isinstance(func, types.FunctionType) and func not in self._open:
            result = self._inside(func, args, kwargs)
        elif handler is not None and kwargs.get("out") is None:
            # In place, a copy goes in: autograd may keep it for the way back, and then the original is written into.
            copied = inside and not (self.writes and args[0]._base is None)  # noqa: SLF001
            given = (args[0].clone(), *args[1:]) if copied else args
            call = Call(name, out_of_place(func) if copied else func, given, kwargs)
            if copied:
                self.renamed(args[0], call.args[0])
            else:
                self._protect(written)
            result = self.handle(handler, call)
            self.record(call, result)
            if copied:
                self._protect(written)
                made, result = result, args[0].copy_(result)
                self.renamed(made, result)
        elif self.passes(name):
            self._protect(written)
            call = Call(name, func, args, kwargs)
            _ = call.dependents
            result = func(*args, **kwargs)
            self.record(call, result)
        elif self.strict and name in COMPOSITIONS and kwargs.get("out") is None:
            result = self._apart(func, COMPOSITIONS[name], args, kwargs)
        else:
            self._protect(written)
            result = func(*args, **kwargs)
            self._need_constant(func, result)
        # A tensor gets a history by what is written into a part of it.
        wholes = [one._base for one in written if one._base is not None]  # noqa: SLF001
        for one in tensors_in([result, written, wholes]):
            # What a custom autograd function computes inside does not depend on the input until it leaves it.
            if one.requires_grad:
                self._known[id(one)] = one
        return result

    def _taken(self, func: Any, args: Any, kwargs: Any) -> tuple[Any, Any]:
        """Return arguments as a rule takes them: plain tensors, and weights that are constants."""
        given = list(tensors_in([args, kwargs]))
        if any(map(_is_wrapped, given)):
            self.refuse(func, " of a nested tensor, or within torch.func")
        if any(isinstance(one, nn.Parameter) and one.requires_grad for one in given):
            # Of a network within a function, which is not ours to freeze.
            fixed = lambda t: t.detach() if isinstance(t, nn.Parameter) else t  # noqa: E731
            return replaced(args, fixed), replaced(kwargs, fixed)
        return args, kwargs

    def refuse(self, func: Any, why: str = "") -> NoReturn:
        """Refuse an operation.

        Raises
        ------
        ModelError
            Naming the operation and where it is called.
        """
        raise refusal(self.name, self.advice, self.named(func), why, called_in())

    def named(self, func: Any) -> Any:
        """Return the operation that the model calls, of what it is taken apart into."""
        return self._taken_apart[0] if self._taken_apart else func

    def _apart(self, func: Any, composition: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        try:
            inspect.signature(composition).bind(*args, **kwargs)
        except TypeError:  # one of torch's older ways to call it
            return self.refuse(func, " of this kind")
        self._taken_apart.append(func)
        try:
            with self:
                result = composition(*args, **kwargs)
        finally:
            self._taken_apart.pop()
        return self.refuse(func, " of this kind") if result is NotImplemented else result

    def _inside(self, func: types.FunctionType, args: Any, kwargs: Any) -> Any:
        self._open.append(func)
        try:
            with self:
                return opened(func)(*args, **kwargs)
        finally:
            self._open.pop()

    def _need_constant(self, func: Any, result: Any) -> None:
        if self.strict and any(one.requires_grad for one in tensors_in(result)):
            self.refuse(func)

    def _check_origins(self, args: Any, kwargs: Any) -> None:
        """Refuse what an operation made that was not reported: a custom autograd function, or TorchScript."""
        for one in tensors_in([args, kwargs]):
            if one.requires_grad and one.grad_fn is not None and self._known.get(id(one)) is not one:
                # The input as the method gave it is a leaf; all else has come through here.
                if self.adopts(one):
                    self._known[id(one)] = one
                    continue
                self.refuse(one.grad_fn.name(), " (an operation that torch does not report)")

    def _protect(self, tensors: list[Tensor]) -> None:
        """Copy what is kept of tensors before something is written into them."""
        for tensor in tensors if self._kept else ():
            for kept in self._kept.pop(tensor.untyped_storage().data_ptr(), ()):
                kept.tensor = kept.tensor.clone()
