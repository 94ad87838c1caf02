"""The rules of DeepLIFT, one operation each: given a call and the same call for the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_widgets.models.precision import widened
from xai_widgets.models.rules.mode import Call, carry
from xai_widgets.models.rules.operations import (
    CHOICES,
    EXTREMES,
    INTEGRALS,
    LINEAR,
    MATMULS,
    MAX_POOLS,
    PRODUCTS,
    UNPOOLS,
    overlaps,
    tensors_in,
)
from xai_widgets.models.rules.softmaxes import softmax_along

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

TINY = {torch.float64: 1e-10}
"""Below this difference a secant is all rounding, and the slope takes its place."""
TINY_ELSE = 1e-6
MUCH = 1e-4
"""Of a value: a rise by more is no rounding."""
AXES = {tuple, list, torch.Size}


@dataclass(frozen=True)
class Pair:
    """A value with its way back to the input, and the same value for the baseline."""

    x: Tensor
    base: Tensor

    def through(self, linear: Callable[[Tensor], Tensor]) -> Pair:
        """Apply a linear operation, which keeps its gradient."""
        return Pair(linear(self.x), linear(self.base))


def _is_tiny(pair: Pair) -> Tensor:
    """Tell where a value hardly differs from the baseline's, or both are infinite."""
    return ~((pair.x.detach() - pair.base).abs() >= TINY.get(pair.x.dtype, TINY_ELSE))


def each(function: Callable[[Tensor], Tensor], pair: Pair) -> Pair:
    """Apply a function to each value alone: the multiplier is the slope of the secant.

    Of complex numbers, what torch sends back is the conjugate.
    """
    x = pair.x.detach()
    y, below, tiny = function(x), function(pair.base), _is_tiny(pair)
    # First, and only what is needed of it: these are maps of a photo's size.
    limits = _limits(function, pair, y, below, tiny) if bool(tiny.any()) else None
    slope = (y - below) / (x - pair.base).masked_fill_(tiny, 1)
    if limits is not None:
        slope[tiny] = limits
    slope = slope.conj()
    return Pair(carry(lambda: y, lambda came: (came * slope,), pair.x), below)


def _limits(function: Callable[[Tensor], Tensor], pair: Pair, y: Tensor, below: Tensor, tiny: Tensor) -> Tensor:
    """Return the slope at the point itself where the difference is tiny."""
    with torch.enable_grad():
        leaf = pair.x.detach().clone().requires_grad_()
        made = function(leaf)
        found = torch.autograd.grad(made, leaf, made.new_ones(()).expand_as(made))[0][tiny]
    del leaf, made
    # Where there is no slope, as of a root at 0, the difference that it would be multiplied by is none either.
    found = torch.where(found.isfinite(), found, 0).conj()
    rise = y[tiny] - below[tiny]
    # Of tiny numbers, such as a logarithm's, a tiny difference may be much.
    much = rise.abs() > torch.maximum(y[tiny].abs(), below[tiny].abs()).mul_(MUCH)
    return torch.where(much, rise / (pair.x.detach()[tiny] - pair.base[tiny]), found)


def along(function: Callable[..., Tensor], pairs: list[Pair], degree: int) -> Tensor:
    r"""Apply a polynomial of several tensors: the multiplier is the mean gradient on the straight way between.

    .. math:: m_i = \int_0^1 \partial_i f(x' + t (x - x')) \, dt

    That is exact, treats all values alike, and of a product is what Shapley's rule gives: to each of two factors the
    mean of the other. A polynomial's gradients are averaged exactly at half as many points as its `degree`.
    """
    y = function(*(one.x.detach() for one in pairs))
    ways = [(one.base, one.x.detach() - one.base) for one in pairs]
    places, weights = np.polynomial.legendre.leggauss(-(-degree // 2))

    def back(came: Tensor) -> list[Tensor]:
        sums = [torch.zeros_like(way) for _, way in ways]
        for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
            with torch.enable_grad():
                leaves = [(base + (1 + place) / 2 * way).requires_grad_() for base, way in ways]
                made = function(*leaves)
            for total, more in zip(sums, torch.autograd.grad(made, leaves, came * (weight / 2)), strict=True):
                total.add_(more)
        return sums

    return carry(lambda: y, back, *(one.x for one in pairs))


def product(function: Callable[[Tensor, Tensor], Tensor], a: Pair, b: Pair) -> Pair:
    """Multiply two values."""
    return Pair(along(function, [a, b], 2), function(a.base, b.base))


def magnitude(pair: Pair) -> Pair:
    """Return the absolute values of complex numbers, by the squares of their parts."""
    parts = pair.through(lambda z: torch.view_as_real(z.resolve_conj()))
    return each(torch.sqrt, each(torch.square, parts).through(partial(torch.sum, dim=-1)))


def elementwise(call: Call, base: Call) -> Any:
    """Secant of any function of one tensor's values."""
    found = [key for key, one in enumerate(call.args) if isinstance(one, Tensor) and one.requires_grad]
    named = [key for key, one in call.kwargs.items() if isinstance(one, Tensor) and one.requires_grad]
    if len(found) + len(named) != 1:
        return NotImplemented
    if named:
        pair = Pair(call.kwargs[named[0]], base.kwargs[named[0]])
        return each(lambda t: call.func(*call.args, **{**call.kwargs, named[0]: t}), pair).x
    i = found[0]
    pair = Pair(call.args[i], base.args[i])
    if pair.x.is_complex() and call.name == "abs":
        return magnitude(pair).x
    return each(lambda t: call.func(*call.args[:i], t, *call.args[i + 1 :], **call.kwargs), pair).x


def polynomial(call: Call, base: Call) -> Any:
    """Multiply tensors, in any way that is linear in each; or one tensor's own values."""
    given, under = (list(tensors_in([one.args, dict(one.kwargs)])) for one in (call, base))
    places = [place for place, one in enumerate(given) if one.requires_grad]
    own = DEGREES.get(call.name)
    if own is None and len(places) == 1:
        return call()
    degree = len(places) if own is None else own(call.bind("input", "dim"))
    if degree is None:
        return NotImplemented

    frame = call.frame(call.dependents)
    return along(lambda *values: frame(values)(), [Pair(given[place], under[place]) for place in places], degree)


def _factors(given: dict[str, Any]) -> int:
    x, dim = given["input"], given.get("dim")
    return int(x.numel() if dim is None or not x.ndim else x.shape[dim])


def _power(given: dict[str, Any]) -> int | None:
    exponent: int = given["n"] if "n" in given else given["dim"]
    return exponent if exponent > 0 else None


DEGREES: dict[str, Callable[[dict[str, Any]], int | None]] = {
    "cov": lambda _: 2,
    "cumprod": _factors,
    "det": lambda given: int(given["input"].shape[-1]),
    "matrix_power": _power,
    "prod": _factors,
}
"""Polynomials of one tensor's values."""


def linear_in_one(call: Call, _base: Call) -> Any:
    """Layers: their weights must not depend on the input."""
    x = call.args[0] if call.args else call.kwargs["input"]
    weights = [one for one in call.dependents if one is not x]
    return NotImplemented if weights else call()


def batch_norm(call: Call, base: Call) -> Any:
    """Scale and shift, unless by the batch's own statistics."""
    given = call.bind("input", "weight", "bias", "running_mean", "running_var", "training")
    return NotImplemented if given["training"] else linear_in_one(call, base)


def is_of_input_alone(rule: Callable[..., Any], call: Call) -> bool:
    """Tell whether a rule needs nothing of the baseline but its shape, as that of a layer whose weights are its own."""
    layer = rule is embedded and isinstance(call.bind("input", "weight")["weight"], nn.Parameter)
    return layer or rule in {linear_in_one, batch_norm}


def divide(call: Call, base: Call) -> Any:
    """Multiply by the reciprocal."""
    a, b, *rest = call.args
    if rest or call.kwargs:
        return NotImplemented
    if not isinstance(b, Tensor) or not b.requires_grad:
        return call()
    inverse = each(torch.reciprocal, Pair(b, base.args[1]))
    if not isinstance(a, Tensor) or not a.requires_grad:
        return inverse.x * a
    return product(torch.mul, Pair(a, base.args[0]), inverse).x


def _powers(pair: Pair, dim: Any) -> tuple[Pair, Pair, Tensor]:
    """Return exp(x - c), x - c and c.

    That is the same for input and baseline, so that it drops out of every difference; in double precision their logits
    may then be 700 apart.
    """
    pair = pair.through(widened)
    top = torch.maximum(pair.x.detach(), pair.base).amax(dim, keepdim=True)
    shifted = pair.through(lambda t: t - top)
    return each(torch.exp, shifted), shifted, top


def _logits(call: Call, base: Call) -> tuple[Pair, Any]:
    """Return what a call takes the exponentials of, and along which axes."""
    given, under = (one.bind("input", "dim") for one in (call, base))
    return Pair(given["input"], under["input"]), given["dim"]


def _as_asked(call: Call, made: Tensor) -> Tensor:
    given = call.bind("input", "dim", "dtype")
    return made.to(given.get("dtype") or given["input"].dtype)


def soft(pair: Pair, axes: Collection[int]) -> Tensor:
    """Exponentials over their sum.

    What is added to all logits changes nothing, and is taken off first, so that it gets nothing: a mean of those
    logits that count. Where input and baseline lie apart as a whole, their exponentials would by factors.
    """
    dims, pair = tuple(axes), pair.through(widened)
    counts = (softmax_along(pair.x.detach(), axes) + softmax_along(pair.base, axes)) / 2
    pair = pair.through(lambda t: t - (counts * t.where(counts > 0, 0)).sum(dims, keepdim=True))
    powers, _, _ = _powers(pair, dims)
    total = powers.through(partial(torch.sum, dim=dims, keepdim=True))
    return product(torch.mul, powers, each(torch.reciprocal, total)).x


def softmax(call: Call, base: Call) -> Any:
    """Softmax by one call."""
    pair, dim = _logits(call, base)
    return _as_asked(call, soft(pair, [dim]))


def log_softmax(call: Call, base: Call) -> Any:
    """Logits less the logarithm of the sum of their exponentials."""
    pair, dim = _logits(call, base)
    powers, shifted, _ = _powers(pair, dim)
    return _as_asked(call, shifted.x - each(torch.log, powers.through(partial(torch.sum, dim=dim, keepdim=True))).x)


def logsumexp(call: Call, base: Call) -> Any:
    """Shift the logits' maximum out and back in."""
    pair, dim = _logits(call, base)
    powers, _, top = _powers(pair, dim)
    sums = each(torch.log, powers.through(partial(torch.sum, dim=dim, keepdim=True))).x
    result = (sums + top).to(pair.x.dtype)
    return result if call.bind("input", "dim", "keepdim").get("keepdim") else result.squeeze(dim)


def _winner(pair: Pair, index: Tensor, under: Tensor, sign: int = 1) -> Tensor:
    """Pick along the last axis, where input and baseline have their maximum (or minimum, for a `sign` of -1).

    A rise of the maximum goes to where the input has it and a fall to where the baseline has it: there the value
    itself has moved at least as far, in the same direction.
    """
    x = pair.x.detach()
    y, below = x.gather(-1, index), pair.base.gather(-1, under)
    chosen = torch.where(sign * (y - below) >= 0, index, under)
    there = Pair(x, pair.base).through(lambda values: values.gather(-1, chosen))
    share = torch.where(_is_tiny(there), 1, (y - below) / (there.x - there.base))
    shape = x.shape
    # By no operation that keeps the values, which may be written into.
    back = lambda came: (came.new_zeros(shape).scatter_add_(-1, chosen, came * share),)  # noqa: E731
    return carry(lambda: y, back, pair.x)


def max_pool(call: Call, base: Call) -> Any:
    """Maximum over windows."""
    axes = int(call.name.removesuffix("_with_indices")[-2])
    kwargs = {key: one for key, one in call.kwargs.items() if key not in {"return_indices", "input"}}
    plain = getattr(nn.functional, call.name.removesuffix("_with_indices"))
    pool = partial(plain, return_indices=True, **kwargs)
    given, under = (one.kwargs.get("input", one.args[0] if one.args else None) for one in (call, base))
    assert given is not None
    assert under is not None
    rest = call.args[1:6]
    (y, index), (_, lower) = (pool(one, *rest) for one in (given.detach(), under))
    flat = Pair(given.flatten(-axes), under.flatten(-axes))
    result = _winner(flat, index.flatten(-axes), lower.flatten(-axes)).reshape(y.shape)
    indices = call.kwargs.get("return_indices", False) or call.name.endswith("_with_indices")
    return (result, index) if indices else result


def extreme(call: Call, base: Call) -> Any:
    """Maximum or minimum over some axes, over all values, or of two tensors."""
    given = call.bind("input", "dim", "keepdim")
    dim: Any = given.get("dim")
    if isinstance(given.get("other", dim), Tensor):
        return _larger(call, base)
    x, under = given["input"], base.bind("input")["input"]
    whole = dim is None or dim == ()
    dims = range(x.ndim) if whole else sorted(one % max(1, x.ndim) for one in (dim if type(dim) in AXES else [dim]))
    ends = list(range(-len(dims), 0))
    pair = Pair(x, under).through(lambda t: t.movedim(list(dims), ends).flatten(-len(dims)))
    sign = 1 if "max" in call.name else -1
    index, lower = ((sign * one).argmax(-1, keepdim=True) for one in (pair.x.detach(), pair.base))

    def shaped(one: Tensor) -> Tensor:
        one = one.squeeze(-1)
        for axis in dims if given.get("keepdim", False) else ():
            one = one.unsqueeze(axis)
        return one

    result = shaped(_winner(pair, index, lower, sign))
    kind = getattr(torch.return_types, call.name, None)
    return result if kind is None or whole else kind((result, shaped(index)))


def _larger(call: Call, base: Call) -> Any:
    both, under = (list(one.bind("input", "other").values())[:2] for one in (call, base))
    kind = torch.result_type(*both)
    (a, b), (under_a, under_b) = ([one.to(kind) for one in pair] for pair in (both, under))
    sign = 1 if "max" in call.name else -1
    rise = each(torch.relu, Pair(sign * (b - a), sign * (under_b - under_a)))
    return a + sign * rise.x


def choose(call: Call, base: Call) -> Any:
    """Take by a condition, or put to places, that are the same for both."""
    masks = [next((t for t in (*c.args, *c.kwargs.values()) if is_choice(t)), None) for c in (call, base)]
    if masks[0] is None or masks[1] is None or not torch.equal(masks[0], masks[1]):
        return NotImplemented
    return NotImplemented if call.name in UNPOOLS and overlaps(call.name, masks[0]) else call()


def is_choice(value: Any) -> bool:
    """Tell whether a value is a tensor of conditions or places."""
    return isinstance(value, Tensor) and not (value.is_floating_point() or value.is_complex())


def scattered(call: Call, base: Call) -> Any:
    """Sum or average what goes to the same place, at places that are the same for both."""
    kind = call.bind("input", "dim", "index", "src", "reduce")["reduce"]
    return choose(call, base) if kind in {"sum", "mean"} else NotImplemented


def logcumsumexp(call: Call, base: Call) -> Any:
    """Exponentials less the maximum's, of which one sum after the other has its logarithm, and the maximum again."""
    pair, dim = _logits(call, base)
    powers, _, top = _powers(pair, dim)
    return (each(torch.log, powers.through(partial(torch.cumsum, dim=dim))).x + top).to(pair.x.dtype)


def embedded(call: Call, base: Call) -> Any:
    """Layer with a bias, whose weights may depend on the input too."""
    given, under = (one.bind("input", "weight", "bias") for one in (call, base))
    if not given["weight"].requires_grad:
        return call()
    pairs = [Pair(given[key], under[key]) for key in ("input", "weight")]
    result = product(nn.functional.linear, *pairs).x
    return result if given.get("bias") is None else result + given["bias"]


TABLE: dict[str, Callable[[Call, Call], Any]] = {
    "batch_norm": batch_norm,
    "div": divide,
    "linear": embedded,
    "logcumsumexp": logcumsumexp,
    "log_softmax": log_softmax,
    "logsumexp": logsumexp,
    "scatter_reduce": scattered,
    "softmax": softmax,
    **dict.fromkeys(
        LINEAR | {"grid_sampler", "grid_sampler_2d", "grid_sampler_3d", "nll_loss", "nll_loss_nd"}, linear_in_one
    ),
    **dict.fromkeys(CHOICES, choose),
    **dict.fromkeys(PRODUCTS | MATMULS | INTEGRALS | DEGREES.keys() | {"mul"}, polynomial),
    **dict.fromkeys(EXTREMES, extreme),
    **dict.fromkeys(MAX_POOLS, max_pool),
}
