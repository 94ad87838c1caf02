"""Using convolutions that are laid out: with a way back for gradients, and again in later passes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xai_widgets.models.kernels import Convolution


SMALL = 4
"""Times as large as its input, weights are laid out at once for one pass: larger ones take more than it holds."""


class Kernels:
    """Convolutions whose weights were made of others, laid out and kept for the next pass.

    Kept is one a purpose and weight, from the second pass on: together they are larger than the model, and who asks but
    once has no use for them. Nor for the wide ones, which for one pass would lie beside the weights they are made of.
    That what it was made of is still the same is seen by sums, since weights may be written into unnoticed.
    """

    def __init__(self) -> None:
        self._asked: set[tuple[str, int]] = set()
        self._found: dict[tuple[str, int], tuple[list[float], Tensor, Convolution]] = {}

    def of(
        self,
        purpose: str,
        sources: Sequence[Tensor | None],
        like: Sequence[int],
        make: Callable[[Sequence[int] | None], Convolution],
    ) -> Convolution:
        """Return what `make` makes of the sources, the first of which is the weight, for inputs of a shape."""
        weight = sources[0]
        assert weight is not None
        sums = [0.0 if one is None else float(one.detach().sum()) for one in sources]
        key = purpose, weight.data_ptr()
        if key not in self._asked:
            if isinstance(weight, nn.Parameter):  # what parametrisations make anew in each pass never comes again
                self._asked.add(key)
            return make(like if weight.numel() <= SMALL * math.prod(like) else None)
        if key not in self._found or self._found[key][0] != sums:
            # The weight is kept, so that no other one comes to lie in its place.
            self._found[key] = sums, weight, make(like)
        return self._found[key][2]


class _Through(Function):
    """A convolution with fixed weights, and its way back to the input."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Convolution, padding: Sequence[int]) -> Tensor:
        ctx.kernel, ctx.shape, ctx.padding = kernel, x.shape, padding
        return kernel(x, padding)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, came: Tensor) -> tuple[Tensor, None, None]:
        return ctx.kernel.back(came, ctx.shape, ctx.padding), None, None


def convolved(x: Tensor, kernel: Convolution, padding: Sequence[int]) -> Tensor:
    """Convolve a batch by laid-out weights, such that gradients with respect to it, and nothing else, can be taken."""
    if not (x.requires_grad and torch.is_grad_enabled()):
        return kernel(x, padding)
    found: Tensor = _Through.apply(x, kernel, padding)  # type: ignore[no-untyped-call]
    return found
