"""Linear layers as rules of relevance see them: an input, and a weight and bias that a rule may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional

from xai_widgets.models.kernels import Convolution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.models.convolving import Kernels
    from xai_widgets.models.rules.mode import KeptTensor

Linear = Callable[[Tensor, Tensor, Tensor | None], Tensor]
Change = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Layer:
    """A linear layer as it was called.

    Attributes
    ----------
    function : callable
        From input, weight and bias to the output; linear in each.
    x : KeptTensor
        The input.
    given, given_bias : Tensor
        Weight and bias.
    source : Tensor
        The input again, with its way back.
    scale, shift : Tensor, shape (outputs,)
        Of a BatchNorm behind it.
    sources : tuple of Tensor
        What weight and bias are made of.
    kernels : Kernels or None
        Where convolutions by such weights are kept.
    turned : int
        Groups of a weight whose outputs lie along its second axis, as a transposed convolution's do; else 0.
    """

    function: Linear
    x: KeptTensor
    given: Tensor
    given_bias: Tensor | None
    kind: str
    source: Tensor
    scale: Tensor | None = None
    shift: Tensor | None = None
    sources: tuple[Tensor | None, ...] = ()
    kernels: Kernels | None = None
    turned: int = 0

    @property
    def weight(self) -> Tensor:
        """What inputs are multiplied by."""
        if self.scale is None:
            return self.given
        given, ones = self.given.detach(), [1] * (self.given.ndim - 2)
        if not self.turned:
            return given * self.scale.reshape(-1, 1, *ones)
        grouped = given.reshape(self.turned, -1, *given.shape[1:]) * self.scale.reshape(self.turned, 1, -1, *ones)
        return grouped.flatten(0, 1)

    @property
    def bias(self) -> Tensor | None:
        """What is added."""
        if self.scale is None or self.shift is None:
            return self.given_bias
        return self.shift if self.given_bias is None else self.shift + self.given_bias * self.scale

    @property
    def _plain(self) -> bool:
        return self.function is functional.linear or isinstance(self.function, Convolving) or self.turned > 0

    def scaled(self, scale: Tensor, shift: Tensor, *sources: Tensor | None) -> Layer | None:
        """Return the layer with each output channel scaled and shifted; None where channels are elsewhere."""
        if not self._plain:
            return None
        if self.scale is not None and self.shift is not None:
            scale, shift = self.scale * scale, self.shift * scale + shift
        return replace(self, scale=scale, shift=shift, sources=(*self.sources, *sources))

    def plus(self, constant: Tensor, made: Tensor) -> Layer | None:
        """Return the layer with something added to what it has `made`; None where that is no bias."""
        bias = self._by_channel(constant, made)
        if bias is None:
            return None
        if self.scale is not None and self.shift is not None:
            return self.scaled(torch.ones_like(self.scale), bias, bias)
        whole = bias if self.given_bias is None else self.given_bias + bias
        return replace(self, given_bias=whole, sources=(*self.sources, bias))

    def times(self, constant: Tensor, made: Tensor) -> Layer | None:
        """Return the layer with what it has `made` multiplied; None where that is no scale of channels."""
        scale = self._by_channel(constant, made)
        return None if scale is None else self.scaled(scale, torch.zeros_like(scale), scale)

    def _by_channel(self, constant: Tensor, made: Tensor) -> Tensor | None:
        """Return a constant as one number for each output channel; None where it is another at other places."""
        axis = made.ndim - (self.given.ndim - 1 if self._plain else 1)
        shape = [1] * made.ndim
        shape[axis] = made.shape[axis]
        if constant.ndim > made.ndim or constant.is_complex():
            return None
        constant = constant.detach().reshape([1] * (made.ndim - constant.ndim) + list(constant.shape))
        if any(one not in {1, wanted} for one, wanted in zip(constant.shape, shape, strict=True)):
            return None
        return constant.to(made).expand(shape).flatten()

    def way(self, x: Tensor, size: Change = torch.Tensor.detach) -> tuple[Tensor, Change]:
        """Return what the layer, or one with weights of the same `size`, makes of `x`, and its way back, once.

        What a BatchNorm scales is scaled in the result: wide weights are not copied for that.
        """
        bias, scale = (None if t is None else size(t.detach()) for t in (self.bias, self.scale))
        with torch.enable_grad():
            leaf = x.detach().requires_grad_()
            made = self.function(leaf, size(self.given.detach()), bias if scale is None else None)
        if scale is None or bias is None:
            return made.detach(), lambda came: torch.autograd.grad(made, leaf, came)[0]
        scale, shift = (t.reshape(-1, *[1] * (self.given.ndim - 2)) for t in (scale, bias))
        return made.detach().mul_(scale).add_(shift), lambda came: torch.autograd.grad(made, leaf, came * scale)[0]

    def laid_out(self, purpose: str, change: Callable[[Any], Any] = lambda t: t) -> Convolution | None:
        """Return the convolution by changed weights and bias, as one that is fast; None where there is none."""
        if self.kernels is None or not isinstance(self.function, Convolving):
            return None
        lay_out, purpose = self.function.lay_out, f"{purpose} {self.scale is None}"
        x = self.x.tensor
        make = lambda like: lay_out(change(self.weight), change(self.bias), like)  # noqa: E731
        kernel = self.kernels.of(purpose, self.sources, x.shape, make)
        return kernel if kernel.may_be_packed and kernel.takes(x) else None


def biased(product: Callable[[Tensor, Tensor], Tensor]) -> Linear:
    """Return a product with weights as a layer, whose bias is one number for each value along the last axis."""
    return lambda x, w, b: product(x, w) if b is None else product(x, w) + b


class Convolving:
    """A convolution whose stride, padding, dilation and groups, the `rest`, are fixed."""

    def __init__(self, func: Any, rest: list[Any]) -> None:
        # Lists, since the operations of exported graphs take nothing else.
        self._func, self._rest = func, [[one] if isinstance(one, int) else one for one in rest[:3]] + rest[3:]
        self.groups, stride, padding, dilation = rest[3], *rest[:3]
        self.padding = [padding] * 2 if isinstance(padding, int) else list(padding)
        self._geometry = stride, dilation, self.groups

    def __call__(self, x: Tensor, w: Tensor, b: Tensor | None) -> Tensor:
        """Convolve."""
        result: Tensor = self._func(x, w, b, *self._rest)
        return result

    def lay_out(self, w: Tensor, b: Tensor | None, like: Sequence[int] | None) -> Convolution:
        """Prepare to convolve inputs of such a shape by these weights often, or by them as they are."""
        return Convolution(w.detach(), None if b is None else b.detach(), *self._geometry, like)
