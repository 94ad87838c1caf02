"""Convolutions whose weights are laid out once, as the processor's library wants them.

On the CPU oneDNN lays weights out anew in each call, which for the wide layers at the top of a network takes as long as
a small batch itself, and convolutions of one cell run at half their speed. Laid out once, batches that are small enough
to be stopped early are as efficient as large ones. With a stride of 1 the way back is a convolution too, by the weights
turned round. Those are kept as well where they take little beside the activations; elsewhere they are laid out anew.
Of one cell and with a stride of 1, a convolution is a linear layer of every pixel, which oneDNN runs as fast without.
Where there is a way back, the others are too, so that an explanation takes no more memory than a pass of the model.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from xai_widgets.models.precision import widened
from xai_widgets.models.stopwatch import aside

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVOLUTIONS = (functional.conv1d, functional.conv2d, functional.conv3d)
PICTURES = 4
OVERWHELMING = 8
"""Times as large as what goes in and comes out, weights of several cells are faster to lay out anew for channels apart
than for the channels of a pixel together, by more than it takes to rearrange the rest."""

ACTIVATIONS = {"relu": functional.relu_, "hardtanh": functional.hardtanh_}
"""What can be done while a convolution's output is still at hand, by the name that oneDNN knows it by."""

HELD = 2
"""Tensors of a layer's size that a pass through the model holds: what it puts out, and what BatchNorm makes of that."""


class Convolution:
    """A convolution with fixed weights.

    Parameters
    ----------
    weight : Tensor, shape (outputs, inputs / groups, …)
    bias : Tensor or None, shape (outputs,)
    stride, dilation : int or sequence of int
    groups : int
    like : sequence of int or None
        Shape of inputs to come: the best layout depends on it, by as much as ten times in speed. With None, the weights
        are used as they are until `lay_out` is called.
    scale : Tensor or None, shape (outputs,)
        What the weights of each output are multiplied by. The products are kept laid out alone.
    """

    def __init__(  # noqa: PLR0917
        self,
        weight: Tensor,
        bias: Tensor | None,
        stride: Any,
        dilation: Any,
        groups: int,
        like: Sequence[int] | None,
        scale: Tensor | None = None,
    ) -> None:
        self.weight, self.bias, self.stride, self.dilation, self.groups = weight, bias, stride, dilation, groups
        self.scale = scale
        self.axes = weight.ndim - 2
        self.activation: str | None = None
        """A name of `ACTIVATIONS`, done to what is put out, with `limits`."""
        self.limits: list[float] = []
        self._packed: Tensor | None = None
        self.tried = False
        """Whether it has been tried to lay them out."""
        self._turned: Convolution | None = None
        if like is not None:
            self.lay_out(like)

    @property
    def is_packed(self) -> bool:
        """Tell whether the weights are laid out as the library wants them."""
        return self._packed is not None

    @property
    def may_be_packed(self) -> bool:
        """Tell whether the weights are laid out, or would be if that was asked for."""
        weight = self.weight
        plain = weight.device.type == "cpu" and weight.dtype == torch.float32 and weight.ndim == PICTURES
        return self.is_packed or (not self.tried and plain and bool(torch.backends.mkldnn.enabled))

    def lay_out(self, like: Sequence[int]) -> None:
        """Lay the weights out for inputs of such a shape, once."""
        if self.may_be_packed and not self.tried:
            with aside():
                self._packed = self._pack(like)
        self.tried = True

    def is_small(self, *shapes: Sequence[int], times: int = HELD) -> bool:
        """Tell whether the weights take little beside what goes in and comes out, of these shapes."""
        return self.weight.numel() <= times * sum(map(math.prod, shapes))

    def takes(self, x: Tensor) -> bool:
        """Tell whether a batch is one for the laid-out weights, as those who watch or cast each operation forbid."""
        return (
            x.ndim == PICTURES
            and x.dtype == self.weight.dtype
            and x.device == self.weight.device
            and x.shape[1] == self.weight.shape[1] * self.groups
            and not torch._C._len_torch_dispatch_stack()  # noqa: SLF001
            and not torch.is_autocast_enabled(x.device.type)
        )

    def is_linear(self, x: Tensor, padding: Any) -> bool:
        """Tell whether this is a linear layer of every pixel of a batch, or of a gradient that came to one."""
        one = math.prod(self.weight.shape[2:]) == max(self._each(self.stride)) == self.groups == 1
        inside = not isinstance(padding, str) and not any(self._each(padding))
        return one and inside and _layout_of(x) is torch.channels_last

    def __call__(self, x: Tensor, padding: Any) -> Tensor:
        """Convolve a batch (n, inputs, …)."""
        if self._packed is None and self.activation is None and self.is_linear(x, padding):
            by_pixel = _by_pixel(x, scaled(self.weight, self.scale).flatten(1), self.bias)
            if by_pixel is not None:
                return by_pixel
        if self._packed is None or isinstance(padding, str):
            run, bias = CONVOLUTIONS[self.axes - 1], self.bias if self.scale is None else None
            found = run(self._arranged(x), self.weight, bias, self.stride, padding, self.dilation, self.groups)
            found = found.contiguous(memory_format=_layout_of(x))
            if self.scale is not None:  # of wide weights, there is less to scale in what comes out
                found.mul_(self._by_output(self.scale))
                found = found if self.bias is None else found.add_(self._by_output(self.bias))
            return found if self.activation is None else ACTIVATIONS[self.activation](found, *self.limits)
        sizes = [self._each(one) for one in (padding, self.stride, self.dilation)]
        run = torch.ops.mkldnn._convolution_pointwise  # noqa: SLF001  what torch's own compiler calls
        packed: Tensor = run(
            *(x, self._packed, self.bias, *sizes, self.groups),
            *(self.activation or "none", self.limits, ""),
        )
        return packed

    def back(self, came: Tensor, shape: Sequence[int], padding: Sequence[int]) -> Tensor:
        """Take a gradient back to an input of this shape (n, inputs, …)."""
        strides, dilation, sizes = self._each(self.stride), self._each(self.dilation), self.weight.shape[2:]
        around = [d * (k - 1) - p for d, k, p in zip(dilation, sizes, padding, strict=True)]
        if self.is_packed and min(around) >= 0 and self.is_small(came.shape, shape):
            single = max(*sizes, *(p + 1 for p in padding)) == 1
            if max(strides) == 1:
                return self._turn(came.shape)(came, around)
            if single:
                # Cells between the strides have not been looked at.
                found = came.new_zeros(tuple(shape)).contiguous(memory_format=torch.channels_last)
                found[..., :: strides[0], :: strides[1]] = self._turn(came.shape)(came, 0)
                return found
        elif self.is_linear(came, padding):
            by_pixel = _by_pixel(came, scaled(self.weight, self.scale).flatten(1).t(), None)
            if by_pixel is not None:
                return by_pixel
        if self.scale is not None:
            came = came * self._by_output(self.scale)
        layout, came = _layout_of(came), self._arranged(came)
        # Never read, but for how it is laid out.
        x = torch.empty(tuple(shape), dtype=came.dtype, device=came.device, memory_format=_layout_of(came))
        options = (strides, list(padding), dilation, False, [0] * self.axes, self.groups)
        back: Tensor
        back, _, _ = torch.ops.aten.convolution_backward(came, x, self.weight, None, *options, [True, False, False])
        return back.contiguous(memory_format=layout)

    def _turn(self, like: Sequence[int]) -> Convolution:
        if self._turned is None:
            outputs, inputs, *sizes = self.weight.shape
            weight = scaled(self.weight, self.scale)
            each = weight.detach().reshape(self.groups, outputs // self.groups, inputs, *sizes).transpose(1, 2)
            turned = each.flatten(0, 1).flip(tuple(range(2, 2 + self.axes))).contiguous()
            self._turned = Convolution(turned, None, 1, self.dilation, self.groups, like)
            if self._turned.is_packed:
                self._turned.weight = turned.new_empty(0)  # of which no second copy is needed
        return self._turned

    def _pack(self, like: Sequence[int]) -> Tensor | None:
        stride, dilation = self._each(self.stride), self._each(self.dilation)
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, self.weight.shape[2:], strict=True)]
        size = [*like[:2], *map(max, like[2:], reach)]
        try:
            pack: Any = torch._C._nn.mkldnn_reorder_conv2d_weight  # noqa: SLF001
            # The product is gone before the weights are laid out: there are never three of them.
            given = scaled(self.weight, self.scale).detach().to_mkldnn()
            packed: Tensor = pack(given, [0, 0], stride, dilation, self.groups, size)
        except (AttributeError, RuntimeError):  # built without oneDNN, or of another mind about these names
            return None
        return packed

    def _arranged(self, x: Tensor) -> Tensor:
        """Lay out a batch as is fastest for weights that are not laid out."""
        single = math.prod(self.weight.shape[2:]) == 1
        return x if single or self.is_small(x.shape, x.shape, times=OVERWHELMING) else x.contiguous()

    def _by_output(self, values: Tensor) -> Tensor:
        return values.reshape(-1, *[1] * self.axes)

    def _each(self, sizes: int | Sequence[int]) -> list[int]:
        given = [sizes] if isinstance(sizes, int) else list(sizes)
        return given * self.axes if len(given) == 1 else given


def _layout_of(x: Tensor) -> torch.memory_format:
    pixels = x.ndim == PICTURES and x.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if pixels else torch.contiguous_format


def _by_pixel(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    n, channels, height, width = x.shape
    found = by_onednn(x.permute(0, 2, 3, 1).reshape(-1, channels), weight, bias)
    if found is None:
        return None
    shape = found.view(n, height, width, -1).permute(0, 3, 1, 2)
    # No view, which the next layer could not write into.
    return found.new_empty(0).set_(found.untyped_storage(), 0, shape.shape, shape.stride())


def by_onednn(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor | None:
    """Run a linear layer without history; None where oneDNN does not."""
    plain = x.device.type == "cpu" and x.dtype == weight.dtype == torch.float32
    if not plain or not bool(torch.backends.mkldnn.enabled):
        return None
    try:
        found: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight.detach(), bias, "none", [], "")  # noqa: SLF001
    except (AttributeError, RuntimeError):  # built without it, or of another mind about this name
        return None
    return found


def scaled(weight: Tensor, scale: Tensor | None) -> Tensor:
    """Multiply the weights of each output."""
    return weight if scale is None else weight * scale.reshape(-1, *[1] * (weight.ndim - 1))


def merged(  # noqa: PLR0917
    bias: Tensor | None, weight: Tensor | None, shift: Tensor | None, mean: Tensor, variance: Tensor, eps: float
) -> tuple[Tensor, Tensor]:
    """Return a BatchNorm as what scales the outputs of a layer with such a bias, and what is added, widened."""
    scale = (widened(variance) + eps).rsqrt()
    scale = scale if weight is None else scale * widened(weight)
    added = (-widened(mean) if bias is None else widened(bias) - widened(mean)) * scale
    return scale, added if shift is None else added + widened(shift)
