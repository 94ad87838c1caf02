"""Recurrent networks on CUDA: cuDNN goes back through them in training mode only."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def differentiable_pass(module: nn.Module, device: torch.device) -> AbstractContextManager[object]:
    """Return a context in which a pass through a module in evaluation mode can be differentiated.

    cuDNN raises "RNN backward can only be called in training mode". Torch's own kernels do not mind, and compute the
    same; they are chosen forward, so that going back needs no context.
    """
    recurrent = device.type == "cuda" and any(isinstance(one, nn.RNNBase) for one in module.modules())
    if not recurrent or not torch.is_grad_enabled():
        return nullcontext()
    return torch.backends.cudnn.flags(enabled=False)
