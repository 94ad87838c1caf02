"""Recognising a softmax that is written out: exponentials over their sum, or of what their logarithm is less."""

from __future__ import annotations

import math
import weakref
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from xai_widgets.models.rules.mode import Call, KeptTensor

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
    """

    place: Tensor
    kept: KeptTensor
    axes: frozenset[int]


class Steps:
    """Which tensors made of logits there are: themselves shifted, or their exponentials."""

    def __init__(self) -> None:
        self._found: deque[tuple[weakref.ref[Tensor], int, Logits]] = deque(maxlen=RECENT)

    def note(self, made: Tensor, logits: Logits) -> Tensor:
        """Note of what a tensor is made, and return it."""
        self._found.append((weakref.ref(made), made._version, logits))  # noqa: SLF001  counts what is written into it
        return made

    def of(self, made: Tensor) -> Logits | None:
        """Return of which logits a tensor is made, if of any."""
        known = (one for ref, version, one in reversed(self._found) if ref() is made and version == made._version)  # noqa: SLF001
        return next(known, None)

    def rename(self, old: Tensor, new: Tensor) -> None:
        """Note of one tensor what is noted of another of the same values."""
        logits = self.of(old)
        if logits is not None:
            self.note(new, logits)


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


def softmax_along(x: Tensor, axes: frozenset[int]) -> Tensor:
    """Compute the softmax along one axis or several together."""
    if len(axes) == 1:
        return x.softmax(next(iter(axes)))
    return (x - x.logsumexp(tuple(axes), keepdim=True)).exp()
