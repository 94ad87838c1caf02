"""Patches of maps: where they lie, how to cut them out of a clean map and how to put them back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

NEARLY_ALL = 0.75
"""Share of a map from which on computing all of it is simpler than, and about as fast as, computing the patch."""


@dataclass(frozen=True)
class Region:
    """One box for each input of a batch; all are of one size, so that what is in them can be stacked.

    Attributes
    ----------
    starts : int array, shape (n, axes)
    size : tuple of int
        Along those axes.
    """

    starts: NDArray[np.int64]
    size: tuple[int, ...]

    @property
    def stops(self) -> NDArray[np.int64]:
        """One past the last cells, shape (n, axes)."""
        stops: NDArray[np.int64] = self.starts + np.array(self.size)
        return stops

    @classmethod
    def around(cls, starts: NDArray[np.int64], stops: NDArray[np.int64], shape: Sequence[int]) -> Region:
        """Find boxes of one size that hold boxes of several, and lie on a map of this shape.

        Where the larger box would pass over a border, it is shifted back.
        """
        bounds = np.array(shape)
        starts, stops = np.maximum(starts, 0), np.minimum(stops, bounds)
        size = np.maximum((stops - starts).max(0), 1)
        return cls(np.minimum(starts, bounds - size), tuple(size.tolist()))

    def same(self, other: Region) -> bool:
        """Tell whether the boxes are the same."""
        return self.size == other.size and bool((self.starts == other.starts).all())

    def nearly_fills(self, shape: Sequence[int]) -> bool:
        """Tell whether the boxes are nearly as large as a map of this shape."""
        return math.prod(self.size) >= NEARLY_ALL * math.prod(shape)


@dataclass(frozen=True)
class Patch:
    """What is in the boxes of a batch.

    Attributes
    ----------
    tensor : Tensor, shape (n, …)
        As the map, but with the region's size along `dims`.
    dims : tuple of int
        The map's dimensions that the region lies on, in rising order.
    region : Region
    clean : Tensor or None, shape (1, …)
        The clean map, where somebody needs it.
    shape : tuple of int
        Of the clean map.
    """

    tensor: Tensor
    dims: tuple[int, ...]
    region: Region
    clean: Tensor | None
    shape: tuple[int, ...]

    @property
    def bounds(self) -> tuple[int, ...]:
        """Sizes of the map along `dims`."""
        return tuple(self.shape[d] for d in self.dims)

    def at(self, region: Region, outside: float = 0.0) -> Tensor:
        """Return what the maps hold in other boxes, which may pass over the border into what is `outside`."""
        if region.same(self.region):
            return self.tensor
        assert self.clean is not None
        found = cut(self.clean, self.dims, region, outside)
        # Both in coordinates of the map; the part of the patch that lies in the new boxes goes over the clean one.
        low = np.maximum(self.region.starts, region.starts)
        high = np.minimum(self.region.stops, region.stops)
        into, out_of = low - region.starts, low - self.region.starts
        sizes = high - low
        places = np.concatenate([into, out_of, sizes], 1)
        axes = len(self.dims)
        alike = bool((places == places[0]).all())
        for i, place in enumerate(places[:1].tolist() if alike else places.tolist()):
            if min(place[-axes:]) > 0:
                rows = slice(None) if alike else slice(i, i + 1)
                part = _narrow(self.tensor, rows, self.dims, place[axes : 2 * axes], place[-axes:])
                _narrow(found, rows, self.dims, place[:axes], place[-axes:]).copy_(part)
        return found

    def whole(self) -> Tensor:
        """Return the whole maps, shape (n, …)."""
        n = len(self.tensor)
        return self.at(Region(np.zeros((n, len(self.dims)), np.int64), self.bounds))


def cut(clean: Tensor, dims: Sequence[int], region: Region, outside: float = 0.0) -> Tensor:
    """Copy boxes out of one map (1, …), shape (n, …); what lies over its border is `outside`."""
    bounds = np.array([clean.shape[d] for d in dims])
    shape = list(clean.shape)
    shape[0] = len(region.starts)
    for d, size in zip(dims, region.size, strict=True):
        shape[d] = size
    found = _empty(clean, shape)
    low, high = np.maximum(region.starts, 0), np.minimum(region.stops, bounds)
    if (high - low < region.size).any():
        found.fill_(outside)
    elif region.size == tuple(bounds):
        return found.copy_(clean.expand(shape[0], *clean.shape[1:]))
    places = np.concatenate([low - region.starts, low, high - low], 1).tolist()
    axes = len(dims)
    for i, place in enumerate(places):
        if min(place[-axes:]) > 0:
            part = _narrow(clean, slice(None), dims, place[axes : 2 * axes], place[-axes:])
            _narrow(found, slice(i, i + 1), dims, place[:axes], place[-axes:]).copy_(part)
    return found


def _empty(clean: Tensor, shape: Sequence[int]) -> Tensor:
    """Make room of a shape, laid out in memory as the clean map is."""
    order = sorted(range(1, clean.ndim), key=lambda d: (-clean.stride()[d], d))
    strides = [0] * clean.ndim
    step = 1
    for d in reversed(order):
        strides[d], step = step, step * max(1, shape[d])
    strides[0] = step
    return clean.new_empty_strided(tuple(shape), tuple(strides))


def _narrow(tensor: Tensor, rows: slice, dims: Sequence[int], starts: Sequence[int], sizes: Sequence[int]) -> Tensor:
    index = [rows] + [slice(None)] * (tensor.ndim - 1)
    for d, start, size in zip(dims, starts, sizes, strict=True):
        index[d] = slice(start, start + size)
    return tensor[tuple(index)]
