"""Operations that look at neighbours: convolutions, pooling, padding."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from xai_widgets.models.incremental.patches import Patch, Region, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.models.incremental.trace import Step


CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")


class Stencil:
    """Which cells of its input each cell of an output looks at.

    Parameters
    ----------
    axes : int
    kernel, stride, padding, dilation : int or sequence of int
        One number, or one an axis. The padding is that in front.
    """

    def __init__(self, axes: int, kernel: Any, stride: Any, padding: Any, dilation: Any) -> None:
        self.kernel, self.stride, self.padding, self.dilation = (
            np.broadcast_to(np.asarray(one, np.int64), axes) for one in (kernel, stride, padding, dilation)
        )
        self.reach = self.dilation * (self.kernel - 1) + 1

    @property
    def is_pointwise(self) -> bool:
        """Tell whether each cell looks at its own alone."""
        return bool((self.kernel == 1).all() and (self.stride == 1).all() and (self.padding == 0).all())

    def reached(self, region: Region, shape: Sequence[int]) -> Region:
        """Find the cells of an output of this shape that look into boxes of the input."""
        first = -(-(region.starts + self.padding - self.reach + 1) // self.stride)
        last = (region.stops - 1 + self.padding) // self.stride
        return Region.around(first, last + 1, shape)

    def looked_at(self, region: Region) -> Region:
        """Find the cells of the input, and around it, that boxes of the output look at."""
        size = (np.array(region.size) - 1) * self.stride + self.reach
        return Region(region.starts * self.stride - self.padding, tuple(size.tolist()))


def padding_of(args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Find the padding among a convolution's arguments."""
    return filled(args, kwargs, CONVOLVE)[4]


def convolve(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Convolve, with any stride, padding, dilation and groups."""
    patch, weight, _, stride, padding, dilation, _ = filled(args, kwargs, CONVOLVE)
    axes, kernel = weight.ndim - 2, step.kernel
    if kernel is None or not isinstance(patch, Patch) or patch.dims != tuple(range(2, 2 + axes)):
        return None
    sizes = np.array(weight.shape[2:])
    before = padding
    if isinstance(padding, str):
        # The larger half of an odd padding lies behind.
        before = (np.asarray(dilation) * (sizes - 1)) // 2 if padding == "same" else 0
    stencil = Stencil(axes, sizes, stride, before, dilation)
    region, shape = patch.region, step.shapes[0]
    if not stencil.is_pointwise:
        region = stencil.reached(region, shape[2:])
        if region.nearly_fills(shape[2:]):
            return kernel(patch.whole(), padding)
    return Patch(kernel(patch.at(stencil.looked_at(region)), 0), patch.dims, region, None, shape)


def pool(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Take the largest value or the mean of each neighbourhood."""
    largest = step.name.startswith("max")
    if largest:
        patch, kernel, stride, padding, dilation, ceil = filled(args, kwargs, MAX_POOL)
        counts_padding = divisor = None
    else:
        patch, kernel, stride, padding, ceil, counts_padding, divisor = filled(args, kwargs, AVG_POOL)
        dilation = 1
    axes = int(step.name[-2])
    if patch.dims != tuple(range(len(patch.shape) - axes, len(patch.shape))):
        return None
    stride = kernel if isinstance(stride, (list, tuple)) and not stride else stride
    stencil = Stencil(axes, kernel, stride, padding, dilation)
    shape = step.shapes[0]
    bounds = tuple(shape[d] for d in patch.dims)
    region = stencil.reached(patch.region, bounds)
    if region.nearly_fills(bounds):
        return None
    if not largest and (ceil or (np.any(stencil.padding) and not counts_padding)):
        # Means at the border divide by fewer cells there.
        whole = step.func(patch.whole(), *args[1:], **kwargs)
        return Patch(_cut_each(whole, patch.dims, region), patch.dims, region, None, shape)
    seen = patch.at(stencil.looked_at(region), outside=-math.inf if largest else 0.0)
    more = {"dilation": dilation} if largest else {} if divisor is None else {"divisor_override": divisor}
    run: Any = getattr(functional, step.name)
    return Patch(run(seen, kernel, stride, **more), patch.dims, region, None, shape)


def pad(step: Step, args: Sequence[Any], kwargs: dict[str, Any]) -> Patch | None:
    """Pad by a constant, or by what lies within."""
    patch, sizes, mode, _ = filled(args, kwargs, PAD)
    ndim, shape = len(patch.shape), step.shapes[0]
    before = np.array([0] * ndim)
    for i in range(len(sizes) // 2):
        before[ndim - 1 - i] = sizes[2 * i]
    dims = list(patch.dims)
    if min(sizes) < 0 or any(shape[d] != patch.shape[d] for d in range(ndim) if d not in dims):
        return None
    if mode == "constant":
        region = Region(patch.region.starts + before[dims], patch.region.size)
        return Patch(patch.tensor, patch.dims, region, None, shape)
    starts, stops = np.empty_like(patch.region.starts), np.empty_like(patch.region.starts)
    for k, d in enumerate(dims):
        after = shape[d] - patch.shape[d] - int(before[d])
        cells = torch.arange(patch.shape[d], dtype=torch.float64)[None, None]
        source = functional.pad(cells, (int(before[d]), after), mode)[0, 0].numpy()
        low, high = patch.region.starts[:, k, None], patch.region.stops[:, k, None]
        touched = (source >= low) & (source < high)
        starts[:, k], stops[:, k] = touched.argmax(1), shape[d] - touched[:, ::-1].argmax(1)
    bounds = tuple(shape[d] for d in dims)
    region = Region.around(starts, stops, bounds)
    if region.nearly_fills(bounds):
        return None
    whole = step.func(patch.whole(), *args[1:], **kwargs)
    return Patch(_cut_each(whole, patch.dims, region), patch.dims, region, None, shape)


def _cut_each(whole: Tensor, dims: Sequence[int], region: Region) -> Tensor:
    """Cut its own box out of each map of a batch."""
    rows = [cut(whole[i : i + 1], dims, Region(region.starts[i : i + 1], region.size)) for i in range(len(whole))]
    return torch.cat(rows)


CONVOLVE = (("input",), ("weight",), ("bias", None), ("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1))
MAX_POOL = (("self",), ("kernel_size",), ("stride", ()), ("padding", 0), ("dilation", 1), ("ceil_mode", False))
AVG_POOL = (
    *(("self",), ("kernel_size",), ("stride", ()), ("padding", 0), ("ceil_mode", False), ("count_include_pad", True)),
    ("divisor_override", None),
)
PAD = (("self",), ("pad",), ("mode", "constant"), ("value", None))


def filled(args: Sequence[Any], kwargs: dict[str, Any], signature: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Return every argument of an operation in order, defaults where none was given."""
    given = dict(zip((one[0] for one in signature), args, strict=False)) | kwargs
    return [given.get(name, *default) for name, *default in signature]
