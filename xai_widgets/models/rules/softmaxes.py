"""Recognising a softmax that is written out: exponentials over their sum, or of what their logarithm is less."""

from __future__ import annotations

import math
import weakref
from collections import deque
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Collection

    from torch import Tensor

    from xai_widgets.models.rules.mode import Call, KeptTensor

Noted = TypeVar("Noted")

RECENT = 4
"""So many steps of one are remembered: each keeps its values, and most exponentials are none of a softmax."""


@dataclass(frozen=True)
class Logits:
    """What a softmax is of.

    Attributes
    ----------
    place : Tensor
        Where they are in the graph.
    kept : KeptTensor
        Their values.
    axes : frozenset of int
        Along which nothing but one and the same number was taken away from them.
    base : KeptTensor or None
        What they are for a baseline, where there is one.
    """

    place: Tensor
    kept: KeptTensor
    axes: frozenset[int]
    base: KeptTensor | None = None


class Steps(Generic[Noted]):
    """Which tensors made of logits there are: themselves shifted, or their exponentials."""

    def __init__(self) -> None:
        self._found: deque[tuple[weakref.ref[Tensor], int, Noted]] = deque(maxlen=RECENT)

    def note(self, made: Tensor, what: Noted) -> Tensor:
        """Note of what a tensor is made, and return it."""
        self._found.append((weakref.ref(made), made._version, what))  # noqa: SLF001  counts what is written into it
        return made

    def of(self, made: Tensor) -> Noted | None:
        """Return of what a tensor is made, if it is known."""
        known = (one for ref, version, one in reversed(self._found) if ref() is made and version == made._version)  # noqa: SLF001
        return next(known, None)

    def rename(self, old: Tensor, new: Tensor) -> None:
        """Note of one tensor what is noted of another of the same values."""
        what = self.of(old)
        if what is not None:
            self.note(new, what)

    def clear(self) -> None:
        """Forget them, with what they hold."""
        self._found.clear()


def shifted(call: Call) -> tuple[Tensor, frozenset[int]] | None:
    """Return what a subtraction takes one and the same number from along some axes, and these; None for another."""
    x, less = (*call.args, None)[:2] if not call.kwargs else (None, None)
    if not isinstance(x, torch.Tensor) or not x.requires_grad or not isinstance(less, torch.Tensor):
        return None
    axes = same_along(less, x)
    return (x, axes) if axes else None


def same_along(number: Tensor, x: Tensor) -> frozenset[int]:
    """Return along which axes of `x` a tensor that broadcasts to it has one number: all that it repeats."""
    if number.ndim > x.ndim or (number.numel() == x.numel() > 1 and 0 not in number.stride()):
        return frozenset()
    before = x.ndim - number.ndim
    repeats = [
        axis < before or number.shape[axis - before] == 1 or number.stride(axis - before) == 0 for axis in range(x.ndim)
    ]
    return frozenset(axis for axis, one in enumerate(repeats) if one and x.shape[axis] > 1)


def is_softmax(made: Tensor, axes: frozenset[int]) -> bool:
    """Tell whether exponentials, each times the same number along some axes, sum to 1 along them."""
    if not axes:
        return False
    total = made.detach().sum(tuple(axes))
    return bool(((total - 1).abs() < math.sqrt(torch.finfo(made.dtype).eps)).all())


def fraction(call: Call, exponentials: Steps[Logits]) -> tuple[Call, Logits] | None:
    """Return exponentials over their sum apart from the graph, and their logits; None for other factors."""
    for x, scale in permutations(call.args, 2) if not call.kwargs else ():
        logits = exponentials.of(x) if isinstance(x, torch.Tensor) else None
        if logits is None or not isinstance(scale, torch.Tensor) or (call.name == "div" and x is not call.args[0]):
            continue
        apart, axes = call.frame([x, scale])([x.detach(), scale.detach()]), same_along(scale, x)
        if axes and axes <= logits.axes and is_softmax(apart(), axes):
            return apart, replace(logits, axes=axes)
    return None


def softmax_along(x: Tensor, axes: Collection[int]) -> Tensor:
    """Compute the softmax along one axis or several together."""
    if len(axes) == 1:
        return x.softmax(next(iter(axes)))
    return (x - x.logsumexp(tuple(axes), keepdim=True)).exp()
