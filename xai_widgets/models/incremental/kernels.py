"""Convolutions whose weights are laid out once, as the processor's library wants them.

On the CPU oneDNN lays weights out anew in each call, which for the wide layers at the top of a network takes as long as
a small batch itself. Laid out once, batches that are small enough to be stopped early are as efficient as large ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVOLUTIONS = (functional.conv1d, functional.conv2d, functional.conv3d)
PICTURES = 4

ACTIVATIONS = {"relu": functional.relu_, "hardtanh": functional.hardtanh_}
"""What can be done while a convolution's output is still at hand, by the name that oneDNN knows it by."""


class Convolution:
    """A convolution with fixed weights.

    Parameters
    ----------
    weight : Tensor, shape (outputs, inputs / groups, …)
    bias : Tensor or None, shape (outputs,)
    stride, dilation : int or sequence of int
    groups : int
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, stride: Any, dilation: Any, groups: int) -> None:
        self.weight, self.bias, self.stride, self.dilation, self.groups = weight, bias, stride, dilation, groups
        self.axes = weight.ndim - 2
        self.activation: str | None = None
        """A name of `ACTIVATIONS`, done to what is put out, with `limits`."""
        self.limits: list[float] = []
        self._packed = self._pack()

    def __call__(self, x: Tensor, padding: Any) -> Tensor:
        """Convolve a batch (n, inputs, …)."""
        if self._packed is None or isinstance(padding, str):
            run = CONVOLUTIONS[self.axes - 1]
            found = run(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)
            return found if self.activation is None else ACTIVATIONS[self.activation](found, *self.limits)
        sizes = [self._each(one) for one in (padding, self.stride, self.dilation)]
        run = torch.ops.mkldnn._convolution_pointwise  # noqa: SLF001  what torch's own compiler calls
        packed: Tensor = run(
            *(x, self._packed, self.bias, *sizes, self.groups),
            *(self.activation or "none", self.limits, ""),
        )
        return packed

    def _pack(self) -> Tensor | None:
        fits = self.weight.device.type == "cpu" and self.weight.dtype == torch.float32 and self.weight.ndim == PICTURES
        if not fits or not bool(torch.backends.mkldnn.enabled):
            return None
        stride, dilation = self._each(self.stride), self._each(self.dilation)
        try:
            pack = torch._C._nn.mkldnn_reorder_conv2d_weight  # noqa: SLF001
            packed: Tensor = pack(self.weight.to_mkldnn(), [0, 0], stride, dilation, self.groups)
        except (AttributeError, RuntimeError):  # built without oneDNN, or of another mind about these names
            return None
        return packed

    def _each(self, sizes: int | Sequence[int]) -> list[int]:
        given = [sizes] if isinstance(sizes, int) else list(sizes)
        return given * self.axes if len(given) == 1 else given
