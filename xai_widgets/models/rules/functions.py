"""Custom autograd functions whose own way back fails: what they compute is differentiated in its place.

Reversible blocks save memory in training by a way back of their own, and refuse it in evaluation mode; checkpoints that
re-enter refuse to be asked for single gradients. Their forward is made of plain operations all the same, which torch
differentiates once it is let: what a function computes within ``torch.no_grad()`` is then computed without it.

Only those whose way back raises are treated so. Where an author gives another gradient than the true one, such as a
straight-through estimator's, it stays.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx
from torch.overrides import TorchFunctionMode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

Way = type[Function]


class _Ways(threading.local):
    """How this thread runs some functions, by their classes."""

    def __init__(self) -> None:
        self.known: dict[Way, Callable[..., Any]] = {}


WAYS = _Ways()
_LOCK = threading.Lock()
_REPLACED: dict[Way, tuple[int, Any]] = {}
"""How often a class is replaced by now, and its own `apply`, if it has one."""


class Functions:
    """What is known of a model's custom functions.

    Attributes
    ----------
    failing : set of type
        Those whose own way back raises.
    """

    def __init__(self) -> None:
        self.failing: set[Way] = set()
        self._looked = False
        self._turn = threading.Lock()

    def look(self, run: Callable[[], Tensor]) -> None:
        """Try the way back of the functions by which `run` computes something, once.

        What a function is made of may be functions too, which show when it is run as that.
        """
        with self._turn:
            known: set[Way] = set()
            while not self._looked and (new := _functions_of(run()) - known):
                known |= new
                with _tried(known) as failing:
                    run()
                self.failing = self.failing | failing
            self._looked = True


def _functions_of(scores: Tensor) -> set[Way]:
    """Find the custom functions that a result was computed by."""
    found, seen, todo = set(), set(), [scores.grad_fn]
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        todo += [one for one, _ in node.next_functions]
        if (cls := getattr(node, "_forward_cls", None)) is not None:
            found.add(cls)
    return found


@contextmanager
def differentiated(classes: Collection[Way]) -> Iterator[None]:
    """Run these functions, in this thread, as the operations that they are made of."""
    with _replaced(dict.fromkeys(classes, _run)):
        yield


@contextmanager
def _tried(classes: Collection[Way]) -> Iterator[set[Way]]:
    """Try the way back of each of these functions where it is called, and yield those that fail as they are found."""
    failing: set[Way] = set()

    def run(cls: Way, args: Any, kwargs: Any) -> Any:
        if cls in failing:
            return _run(cls, args, kwargs)
        made = _own(cls, *args, **kwargs)
        try:
            outputs = [one for one in _tensors(made) if one.requires_grad]
            inputs = [one for one in _tensors([*args, *kwargs.values()]) if one.requires_grad]
            torch.autograd.grad(outputs, inputs, [torch.ones_like(one) for one in outputs], allow_unused=True)
        except Exception:  # noqa: BLE001  of any kind, as whoever wrote it refuses
            found = _run(cls, args, kwargs)
            if not any(one.requires_grad for one in _tensors(found)):
                return made  # it is no work of torch's
            failing.add(cls)
            return found
        return made

    with _replaced(dict.fromkeys(classes, run)):
        yield failing


class _Context(FunctionCtx):
    """What a function is given to keep things on for its way back, which nobody will take."""

    saved_tensors: tuple[Tensor, ...] = ()
    needs_input_grad: tuple[bool, ...] = ()


class _Recording(TorchFunctionMode):
    """Let gradients stay enabled: ``torch.no_grad()`` asks torch for less, which a mode is told of as of a function."""

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        return None if func is torch._C._set_grad_enabled else func(*args, **(kwargs or {}))  # noqa: SLF001


def _run(cls: Way, args: Any, kwargs: Any) -> Any:
    """Run a function as the operations that it is made of."""
    context: Any = _Context()
    context.needs_input_grad = tuple(isinstance(one, Tensor) and one.requires_grad for one in args)
    apart = cls.setup_context is not Function.setup_context  # then its forward takes no context
    with _Recording():
        return cls.forward(*args, **kwargs) if apart else cls.forward(context, *args, **kwargs)


def _own(cls: Way, *args: Any, **kwargs: Any) -> Any:
    """Apply a function in its own way."""
    _, own = _REPLACED.get(cls, (0, None))
    apply = super(cls, cls).apply if own is None else own.__get__(None, cls)  # type: ignore[misc]
    return apply(*args, **kwargs)


@contextmanager
def _replaced(ways: dict[Way, Callable[..., Any]]) -> Iterator[None]:
    if not ways:
        yield
        return
    with _LOCK:
        for cls in ways:
            count, own = _REPLACED.get(cls, (0, vars(cls).get("apply")))
            _REPLACED[cls] = count + 1, own
            if not count:
                cls.apply = classmethod(_applied)  # type: ignore[assignment]
    before, WAYS.known = WAYS.known, {**WAYS.known, **ways}
    try:
        yield
    finally:
        WAYS.known = before
        with _LOCK:
            for cls in ways:
                _put_back(cls)


def _put_back(cls: Way) -> None:
    count, own = _REPLACED.pop(cls)
    if count > 1:
        _REPLACED[cls] = count - 1, own
    elif own is None:
        del cls.apply
    else:
        cls.apply = own  # type: ignore[method-assign]


def _applied(cls: Way, *args: Any, **kwargs: Any) -> Any:
    """Stand in for `apply`: other threads, such as one that trains the model, have the class's own."""
    way = WAYS.known.get(cls) if torch.is_grad_enabled() else None
    return _own(cls, *args, **kwargs) if way is None else way(cls, args, kwargs)


def _tensors(values: Any) -> list[Tensor]:
    """List the tensors among what a function takes or returns."""
    every = [values] if isinstance(values, Tensor) else values if isinstance(values, (list, tuple)) else []
    return [one for one in every if isinstance(one, Tensor)]
