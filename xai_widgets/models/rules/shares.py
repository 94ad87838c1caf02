"""The rules of relevance: how a layer's output hands what it carries down to its inputs, in proportion to shares.

Each rule is some terms ``f(x, w, b)``, whose sum is the denominator and whose inputs get ``x`` times the gradient:
Montavon et al., Layer-Wise Relevance Propagation: An Overview (2019), section 10.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from xai_widgets.models.rules.layer import Convolving

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.models.rules.layer import Layer, Linear

Term = tuple[Tensor, Tensor, Tensor | None]


@dataclass(frozen=True)
class Options:
    """The rules' numbers, and black and white where the box rule is used."""

    epsilon: float = 1e-6
    gamma: float = 0.25
    low: Tensor | None = None
    high: Tensor | None = None
    alpha: float = 2.0


def stabilized(z: Tensor, epsilon: float) -> Tensor:
    """Move z away from 0, by epsilon."""
    return z + torch.where(z >= 0, epsilon, -epsilon).to(z)


def proportional(function: Callable[..., Tensor], inputs: list[Tensor], came: Tensor, epsilon: float) -> list[Tensor]:
    """Hand what came to inputs of a function that is linear in all of them together, in proportion to their part."""
    with torch.enable_grad():
        leaves = [_real(one.detach()).requires_grad_() for one in inputs]
        z = _real(function(*map(_like, leaves, inputs)))
        gradients = torch.autograd.grad(z, leaves, _real(came) / stabilized(z.detach(), epsilon))
    handed = [leaf.detach() * g for leaf, g in zip(leaves, gradients, strict=True)]
    return list(map(_like, handed, inputs))


def _real(x: Tensor) -> Tensor:
    """Return complex numbers as pairs of real ones, each of which has a share of its own."""
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x


def _like(pairs: Tensor, x: Tensor) -> Tensor:
    """Return what :func:`_real` made of a tensor like `x` as complex numbers again."""
    return torch.view_as_complex(pairs.contiguous()) if x.is_complex() else pairs


def _share(function: Linear, terms: list[Term], came: Tensor, epsilon: float) -> Tensor:
    def total(*xs: Tensor) -> Tensor:
        parts = [function(x, w, b) for x, (_, w, b) in zip(xs, terms, strict=True)]
        return torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]

    handed = proportional(total, [x for x, _, _ in terms], came, epsilon)
    return torch.stack(handed).sum(0)


def _plus(t: Any) -> Any:
    return None if t is None else t.clamp(min=0)


def _minus(t: Any) -> Any:
    return None if t is None else t.clamp(max=0)


def _by_sign(x: Tensor, layer: Layer, above: Callable[[Any], Any], below: Callable[[Any], Any]) -> list[Term]:
    """Make the terms of changed weight and bias for inputs above 0, and of another weight for those below.

    Behind a ReLU there are none below: left out, they save half of the work. Weights that belong to no term are let go.
    """
    w, b = layer.weight, layer.bias
    if not bool((x < 0).any()):
        return [(x, above(w), above(b))]
    return [(_plus(x), above(w), above(b)), (_minus(x), below(w), None)]


def epsilon(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Shares x w; the bias takes its own."""
    return _share(layer.function, [(layer.x.tensor, layer.weight, layer.bias)], came, options.epsilon)


def zplus(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Shares that speak for the output alone, by inputs of either sign."""
    x = layer.x.tensor
    kernel = layer.laid_out("zplus", _plus)
    if kernel is not None and float(x.min()) >= 0:
        padding = layer.function.padding  # type: ignore[attr-defined]
        return kernel.back(came / stabilized(kernel(x, padding), options.epsilon), x.shape, padding).mul_(x)
    return _share(layer.function, _by_sign(x, layer, _plus, _minus), came, options.epsilon)


def alpha_beta(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Alpha times what speaks for the output, less one time fewer what speaks against it."""
    speaks_for = zplus(layer, came, options)
    if options.alpha == 1:
        return speaks_for
    against = _share(layer.function, _by_sign(layer.x.tensor, layer, _minus, _plus), came, options.epsilon)
    return speaks_for.mul(options.alpha).sub_(against, alpha=options.alpha - 1)


def alpha2_beta1(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Twice what speaks for the output, less once what speaks against it."""
    return alpha_beta(layer, came, replace(options, alpha=2.0))


def gamma(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Shares of the output's own sign, favoured by 1 + gamma.

    Of ``z = x w + b`` and ``a = |x| |w| + |b|``, those are ``(a ± z) / 2``: no sign needs weights of its own.
    """
    x, half, room = layer.x.tensor, options.gamma / 2, None
    z, back = layer.way(x)
    if half:
        size = x.abs() if bool((x < 0).any()) else x
        room, back_by_size = layer.way(size, torch.abs)
        sign = z.sign()
        z.mul_(1 + half).addcmul_(sign, room, value=half)
        del sign
    # Of the first layer, each of these may be the largest tensor of a pass.
    share = torch.div(came, stabilized(z, options.epsilon), out=room).masked_fill_(z == 0, 0)
    handed = (back(share) * x).mul_(1 + half)
    return handed.addcmul_(back_by_size(share.mul_(z.sign_())), size, value=half) if half else handed


def flat(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Equal shares."""
    x, w = layer.x.tensor, layer.given
    if isinstance(layer.function, Convolving) and layer.function.groups == 1:
        # All inputs of a place get the same, whichever output it comes from: one channel stands for all.
        inputs = x.shape[1]
        one, weight = torch.ones_like(x[:, :1]), w.new_full((1, 1, *w.shape[2:]), inputs)
        handed = _share(layer.function, [(one, weight, None)], came.sum(1, keepdim=True), options.epsilon)
        return (handed / inputs).expand_as(x)
    return _share(layer.function, [(torch.ones_like(x), torch.ones_like(w), None)], came, options.epsilon)


def w_square(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Shares w²."""
    return _share(
        layer.function, [(torch.ones_like(layer.x.tensor), layer.weight.square(), None)], came, options.epsilon
    )


def z_box(layer: Layer, came: Tensor, options: Options) -> Tensor:
    """Shares x w - low w⁺ - high w⁻, for inputs between low and high."""
    x, w = layer.x.tensor, layer.weight
    assert options.low is not None
    assert options.high is not None
    low, high = (one.expand_as(x) for one in (options.low, options.high))
    terms: list[Term] = [(x, w, None), (low, -_plus(w), None), (high, -_minus(w), None)]
    return _share(layer.function, terms, came, options.epsilon)


RULES: dict[str, Callable[[Layer, Tensor, Options], Tensor]] = {
    one.__name__: one for one in (epsilon, gamma, zplus, alpha_beta, alpha2_beta1, flat, w_square, z_box)
}

Rule = Literal["epsilon", "gamma", "zplus", "alpha_beta", "alpha2_beta1", "flat", "w_square", "z_box"]
ANYWHERE: tuple[Rule, ...] = ("epsilon", "gamma", "zplus", "alpha_beta", "flat", "w_square")
"""What may be chosen for layers of any depth: the box rule is for values with known ends, so for inputs alone."""


@dataclass(frozen=True)
class Composite:
    """Rules of kinds of layers; without one of its own, the first has that of its kind."""

    dense: Rule
    convolution: Rule
    first: Rule | None = None


COMPOSITES: dict[str, Composite] = {
    **{one: Composite(one, one) for one in ANYWHERE},
    "z_box": Composite("zplus", "zplus", "z_box"),
    "epsilon_plus": Composite("epsilon", "zplus"),
    "epsilon_plus_flat": Composite("epsilon", "zplus", "flat"),
    "epsilon_gamma_box": Composite("epsilon", "gamma", "z_box"),
    "epsilon_alpha2_beta1": Composite("epsilon", "alpha2_beta1"),
    "epsilon_alpha2_beta1_flat": Composite("epsilon", "alpha2_beta1", "flat"),
    "alpha2_beta1": Composite("alpha2_beta1", "alpha2_beta1"),
    "alpha1_beta0": Composite("zplus", "zplus"),
    "deep_taylor": Composite("zplus", "zplus", "w_square"),
}
"""Which rule goes to which layer: one rule everywhere, or several by the names under which papers compare them."""
