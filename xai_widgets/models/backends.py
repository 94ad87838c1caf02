"""With which of torch's libraries a pass computes.

On the CPU, torch leaves matrices of float32 to BLAS, mostly MKL, which uses the widest instructions of its own maker's
processors alone: on others, oneDNN takes half the time.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache, partial
from timeit import repeat
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from xai_widgets.models.explanation import is_watched
from xai_widgets.models.kernels import by_onednn
from xai_widgets.models.rules.operations import opened
from xai_widgets.models.stopwatch import aside
from xai_widgets.models.walk import tensors_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

MATRIX, PLAIN = 2, {Tensor, nn.Parameter}
WIDE, MUCH = 2**18, 2**21
"""Weights, or products of one layer, from which on it counts. Of fewer, oneDNN is no faster."""

CLEARLY = 1.15
"""Times as fast as BLAS that oneDNN must be."""


@cache
def is_faster() -> bool:
    """Tell whether oneDNN multiplies faster than BLAS here, which takes some milliseconds to find out, once."""
    with aside(), torch.no_grad():
        x, weight = (torch.ones(n, 1024, dtype=torch.float32, device="cpu") for n in (32, 1024))
        took = [min(repeat(partial(run, x, weight, None), number=1)) for run in (by_onednn, functional.linear)]
    return CLEARLY * took[0] < took[1]


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Run a linear layer, such that gradients with respect to what goes in, and nothing else, can be taken."""
    if not _fits(x, weight, bias):
        return functional.linear(x, weight, bias)
    if x.requires_grad and torch.is_grad_enabled():
        # Rows, since of more axes oneDNN puts out a view, which the next layer could not write into.
        rows: Tensor = _Linear.apply(x.reshape(-1, x.shape[-1]), weight, bias)  # type: ignore[no-untyped-call]
        return rows.view(*x.shape[:-1], len(weight))
    return _run(x, weight, bias)


def _run(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    found = by_onednn(x, weight, bias)
    return functional.linear(x, weight, bias) if found is None else found


class _Linear(Function):
    """A linear layer with fixed weights; its way back is one too."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        ctx.weight = weight
        return _run(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, came: Tensor) -> tuple[Tensor, None, None]:
        return linear(came, ctx.weight.t()), None, None


def _fits(x: Tensor, weight: Tensor, bias: Tensor | None) -> bool:
    fixed = [weight] if bias is None else [weight, bias]
    return (
        all(type(one) in PLAIN and one.dtype == torch.float32 for one in (x, *fixed))
        and weight.ndim == MATRIX
        and (weight.numel() >= WIDE or x.numel() * len(weight) >= MUCH)
        and (bias is None or bias.ndim == 1)
        and not (torch.is_grad_enabled() and any(one.requires_grad for one in fixed))
        and not torch.is_autocast_enabled(x.device.type)
        and not torch._C._are_functorch_transforms_active()  # noqa: SLF001
        and is_faster()
    )


class Multiplied(TorchFunctionMode):
    """Multiply by wide weights as is fastest, however the model writes it."""

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        kwargs = kwargs or {}
        if func is functional.linear and kwargs.keys() <= {"bias"}:
            return linear(*args, **kwargs)
        if func is torch.addmm and not kwargs and _fits(args[1], args[2].t(), args[0]):
            return linear(args[1], args[2].t(), args[0])
        if func is functional.multi_head_attention_forward:
            with self:
                return opened(func)(*args, **kwargs)
        return func(*args, **kwargs)


def multiplied(module: nn.Module, rows: int = 1) -> Multiplied | nullcontext[None]:
    """Return a context for passes of so many rows, where most weights are such and nobody watches the operations."""
    every = dict.fromkeys(tensors_of(module, buffers=False))
    weights = [one for one in every if type(one) in PLAIN]  # others multiply in ways of their own
    big = [one.numel() for one in weights if one.ndim == MATRIX and one.is_cpu]
    wide = sum(one for one in big if one >= WIDE or one * rows >= MUCH)
    return Multiplied() if 2 * wide > sum(map(Tensor.numel, weights)) and not is_watched() else nullcontext()


def differentiable_pass(module: nn.Module, device: torch.device) -> AbstractContextManager[object]:
    """Return a context in which a pass through a module in evaluation mode can be differentiated.

    cuDNN raises "RNN backward can only be called in training mode". Torch's own kernels do not mind, and compute the
    same; they are chosen forward, so that going back needs no context.
    """
    recurrent = device.type == "cuda" and any(isinstance(one, nn.RNNBase) for one in module.modules())
    if not recurrent or not torch.is_grad_enabled():
        return nullcontext()
    return torch.backends.cudnn.flags(enabled=False)
