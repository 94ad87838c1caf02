"""What operations do to patches, by name: which boxes of their output a patch reaches, and what is in them.

A rule takes the arguments of one step, in which a :class:`Patch` stands for each value that is known on a patch and a
tensor (n, …) for each that is known whole, and returns either. It returns None where only whole maps will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from xai_widgets.models.incremental.neighbourhoods import CONVOLUTIONS, convolve, pad, pool
from xai_widgets.models.incremental.patches import Patch, Region, cut
from xai_widgets.models.incremental.trace import NotIncrementalError, leaves, replaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.models.incremental.trace import Step


def cell_by_cell(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Run an operation whose every cell comes from the same cell of each operand."""
    patches, shape = _patches(args, kwargs), step.shapes[0]
    if any(len(one.shape) != len(shape) for one in patches) or patches[0].bounds != _sizes(shape, patches[0].dims):
        return None
    region = _common(patches)
    if region is None:
        return None
    dims = patches[0].dims

    def constant(tensor: Tensor) -> Tensor:
        # Aligned from the right, as broadcasting does.
        sizes = [tensor.shape[d - len(shape)] if d - len(shape) >= -tensor.ndim else 1 for d in dims]
        if all(size == 1 for size in sizes):
            return tensor
        return cut(tensor.expand(1, *shape[1:]), dims, region)

    args, kwargs = (replaced(Tensor, constant, given) for given in (args, kwargs))
    args, kwargs = (replaced(Patch, lambda one: one.at(region), given) for given in (args, kwargs))
    return Patch(step.func(*args, **kwargs), dims, region, None, shape)


def cat(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Put maps one behind the other, along a dimension that patches do not lie on."""
    patches = _patches(args, kwargs)
    region = _common(patches)
    dim = (args[1] if len(args) > 1 else kwargs.get("dim", 0)) % len(step.shapes[0])
    dims = patches[0].dims
    if region is None or dim in {0, *dims}:
        return None
    tensors = [one.at(region) if isinstance(one, Patch) else cut(one, dims, region) for one in args[0]]
    return Patch(step.func(tensors, dim), dims, region, None, step.shapes[0])


def split(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Patch] | None:
    """Take maps apart, along a dimension that patches do not lie on."""
    patch = args[0]
    dim = (args[2] if len(args) > 2 else kwargs.get("dim", 0)) % len(patch.shape)  # noqa: PLR2004
    if dim in {0, *patch.dims}:
        return None
    tensors = step.func(patch.tensor, *args[1:], **kwargs)
    return [Patch(t, patch.dims, patch.region, None, s) for t, s in zip(tensors, step.shapes, strict=True)]


def beside(*places: int) -> Any:
    """Make the rule of operations along dimensions that patches do not lie on, named by arguments at these places."""

    def rule(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
        patch = args[0]
        if len(_patches(args, kwargs)) != 1 or not isinstance(patch, Patch):
            return None
        along = [args[place] for place in places if place < len(args)]
        dims = {d % len(patch.shape) for d in along}
        if dims.intersection((0, *patch.dims)) or len(step.shapes[0]) != len(patch.shape):
            return None
        return _applied(step, patch, args, kwargs)

    return rule


def last_dims(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Run linear layers and layer norms, which work along the last dimensions."""
    patch = args[0]
    if not isinstance(patch, Patch):
        return None
    count = len(args[1]) if step.name == "layer_norm" else 1
    if max(patch.dims) >= len(patch.shape) - count:
        return None
    return _applied(step, patch, args, kwargs)


def batch_norm(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Scale and shift each channel by fixed numbers."""
    if args[5]:
        msg = "The model normalises by the statistics of its batch, so its rows depend on one another."
        raise NotIncrementalError(msg)
    patch = args[0]
    return _applied(step, patch, args, kwargs) if isinstance(patch, Patch) and 1 not in patch.dims else None


def prelu(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Scale what is negative by a weight for each channel."""
    patch = args[0]
    return _applied(step, patch, args, kwargs) if isinstance(patch, Patch) and 1 not in patch.dims else None


def view(step: Step, args: Sequence[Any], _kwargs: dict[str, Any]) -> Patch | None:
    """View maps with dimensions split or joined, other than those that the patch lies on."""
    patch, shape = args[0], step.shapes[0]
    block = list(range(patch.dims[0], patch.dims[-1] + 1))
    if tuple(block) != patch.dims or shape[0] != 1:
        return None
    before = int(np.prod(patch.shape[1 : patch.dims[0]]))
    for first in range(1, len(shape) - len(block) + 1):
        fits = shape[first : first + len(block)] == patch.bounds and int(np.prod(shape[1:first])) == before
        if fits:
            dims = tuple(range(first, first + len(block)))
            sizes = (len(patch.tensor), *shape[1:first], *patch.region.size, *shape[first + len(block) :])
            return Patch(patch.tensor.reshape(sizes), dims, patch.region, None, shape)
    return None


def permute(step: Step, args: Sequence[Any], _kwargs: dict[str, Any]) -> Patch | None:
    """Put dimensions in another order."""
    patch = args[0]
    ndim = len(patch.shape)
    order = list(range(ndim))
    if step.name == "permute":
        order = [d % ndim for d in args[1]]
    else:
        a, b = args[1] % ndim, args[2] % ndim
        order[a], order[b] = order[b], order[a]
    if order[0] != 0:
        return None
    dims = [order.index(d) for d in patch.dims]
    columns = np.argsort(dims)
    size = tuple(patch.region.size[c] for c in columns)
    region = Region(patch.region.starts[:, columns], size)
    return Patch(patch.tensor.permute(order), tuple(sorted(dims)), region, None, step.shapes[0])


def _patches(args: Sequence[Any], kwargs: dict[str, Any]) -> list[Patch]:
    return [one for one in leaves(args, kwargs) if isinstance(one, Patch)]


def _sizes(shape: Sequence[int], dims: Sequence[int]) -> tuple[int, ...]:
    return tuple(shape[d] for d in dims)


def _common(patches: Sequence[Patch]) -> Region | None:
    """Find boxes that hold those of several patches; None where they lie on different maps, or nearly fill one."""
    first = patches[0]
    if any(one.dims != first.dims or one.bounds != first.bounds for one in patches):
        return None
    if all(one.region.same(first.region) for one in patches):
        return first.region
    low = np.minimum.reduce([one.region.starts for one in patches])
    high = np.maximum.reduce([one.region.stops for one in patches])
    region = Region.around(low, high, first.bounds)
    return None if region.nearly_fills(first.bounds) else region


def _applied(step: Step, patch: Patch, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    if len(step.shapes) > 1:
        return None
    tensor = step.func(patch.tensor, *args[1:], **kwargs)
    return Patch(tensor, patch.dims, patch.region, None, step.shapes[0])


CELLS = (
    *("relu", "silu", "gelu", "hardswish", "hardsigmoid", "sigmoid", "tanh", "hardtanh", "relu6", "leaky_relu", "elu"),
    *("celu", "selu", "mish", "softplus", "softsign", "log_sigmoid", "hardshrink", "softshrink", "tanhshrink"),
    *("threshold", "clamp", "clamp_min", "clamp_max", "exp", "log", "log1p", "expm1", "sqrt", "rsqrt", "square", "pow"),
    *("abs", "neg", "sin", "cos", "erf", "reciprocal", "sign", "clone", "contiguous", "detach", "alias", "_to_copy"),
    *("add", "sub", "rsub", "mul", "div", "maximum", "minimum", "addcmul", "lerp", "where"),
    *("eq", "ne", "lt", "le", "gt", "ge"),
)
"""Operations that work cell by cell; those in front also in place."""

UNARY = frozenset(CELLS[: CELLS.index("add")])

RULES: dict[str, Any] = {
    **dict.fromkeys(CELLS, cell_by_cell),
    **dict.fromkeys(CONVOLUTIONS, convolve),
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d"), pool),
    **dict.fromkeys(("view", "reshape", "_unsafe_view"), view),
    **dict.fromkeys(("permute", "transpose"), permute),
    **dict.fromkeys(("softmax", "slice", "narrow"), beside(1)),
    **dict.fromkeys(("split", "split_with_sizes", "chunk"), split),
    "cat": cat,
    "pad": pad,
    "linear": last_dims,
    "layer_norm": last_dims,
    "batch_norm": batch_norm,
    "prelu": prelu,
}


def needs_clean(step: Step) -> bool:
    """Tell whether a step may look at what lies around the patches of its operands."""
    return step.name not in UNARY and step.name not in {"batch_norm", "prelu"}
