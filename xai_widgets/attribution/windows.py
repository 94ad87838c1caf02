"""Sliding windows over the spatial axes of an input, visited so that they cover it evenly at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

IMAGE_NDIM = 3
COARSE = {2: 8, 4: 16}
"""The first pictures have this many windows an axis, where the asked-for ones are so many times as many as these and
those before. The second picture comes among the first asked-for windows otherwise, which are spread evenly."""

DEFAULT_SHARE = 7
MOVING_SHARE = {1: 20, 3: 4}
"""The same along each axis of a sound and of a video, by the number of axes: a box has few neighbours in time."""


@dataclass(frozen=True)
class Windows:
    """Windows of one size at regular steps, clipped at the far border.

    Attributes
    ----------
    axes : tuple of int
        The axes of the input that the windows slide over; they cover the others whole.
    shape : tuple of int
        Sizes of those axes.
    size, stride : tuple of int
        Of the windows, along those axes.
    ndim : int
        Of the input.
    """

    axes: tuple[int, ...]
    shape: tuple[int, ...]
    size: tuple[int, ...]
    stride: tuple[int, ...]
    ndim: int
    _starts: Tensor = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        steps = [max(0, -(-(n - w) // s)) + 1 for n, w, s in zip(self.shape, self.size, self.stride, strict=True)]
        places = torch.cartesian_prod(*map(spread_order, steps)).reshape(-1, len(steps))
        # Along each axis the order is spread evenly; growing squares of it are spread evenly over the plane, the corner
        # and the middle first.
        ranks = torch.cartesian_prod(*map(torch.arange, steps)).reshape(-1, len(steps))
        order = (2 * ranks.max(1).values + (ranks.min(1).values < ranks.max(1).values)).argsort(stable=True)
        # Behind one in each quarter, neighbours come with their mirror images: windows as far from the borders reach
        # as much of a network's maps, so that the patches of a batch are of about one size.
        quarters, rest = order[:4], order[4:]
        far = (2 * places[rest] + 1 - torch.tensor(steps)).abs() // 4
        _, kinds = torch.unique(far, dim=0, return_inverse=True)
        first = torch.full_like(kinds, len(kinds)).scatter_reduce(0, kinds, torch.arange(len(kinds)), "amin")
        order = torch.cat([quarters, rest[first[kinds].argsort(stable=True)]])
        object.__setattr__(self, "_starts", places[order] * torch.tensor(self.stride))

    @classmethod
    def over(
        cls,
        x_shape: Sequence[int],
        size: int | Sequence[int] | None,
        stride: int | Sequence[int] | None,
        moving: tuple[int, ...] = (),
    ) -> Windows:
        """Lay windows over an input of shape (channels, height, width), (features,) or (steps, features).

        Parameters
        ----------
        x_shape : sequence of int
        size, stride : int, one int an axis, or None
            Of all of the input's axes, as Captum has it, or of those that windows slide over by themselves: windows
            that are smaller than another axis slide over that too. By default a seventh of a picture's shorter side at
            half-window steps, a quarter of each of the axes of a video, a twentieth of a sound, and single cells
            otherwise.
        moving : tuple of int
            Axes of a sound or video that the windows slide over.

        Raises
        ------
        ValueError
            For a number of sizes that fits no axes.
        """
        axes = moving or ((1, 2) if len(x_shape) == IMAGE_NDIM else (0,))
        if isinstance(size, Sequence) and len(size) == len(x_shape):
            axes = tuple(a for a, n in enumerate(x_shape) if a in axes or size[a] < n)
        shape = tuple(x_shape[a] for a in axes)
        if axes == moving:
            default = tuple(max(1, round(n / MOVING_SHARE[len(axes)])) for n in shape)
        else:
            default = (max(1, round(min(shape) / DEFAULT_SHARE)) if len(axes) > 1 else 1,) * len(axes)
        sizes = _per_axis("sliding_window_shapes", size, axes, len(x_shape), default)
        sizes = tuple(min(w, n) for w, n in zip(sizes, shape, strict=True))
        halves = tuple(max(1, w // 2) for w in sizes)
        strides = _per_axis("strides", stride, axes, len(x_shape), halves)
        return cls(axes, shape, sizes, strides, len(x_shape))

    def __len__(self) -> int:
        return len(self._starts)

    def masks(self, rows: slice, device: torch.device) -> Tensor:
        """Return the windows `rows` as masks, shape (n, *shape), True inside."""
        starts = self._starts[rows].to(device)
        mask = torch.ones((len(starts), *[1] * len(self.shape)), dtype=torch.bool, device=device)
        for i, (n, w) in enumerate(zip(self.shape, self.size, strict=True)):
            cells = torch.arange(n, device=device)
            inside = (cells >= starts[:, i : i + 1]) & (cells < starts[:, i : i + 1] + w)
            mask = mask & inside.reshape(len(starts), *[n if j == i else 1 for j in range(len(self.shape))])
        return mask

    def boxes(self, rows: slice) -> Tensor:
        """Return the windows `rows` as first and one past the last cells, shape (n, 2, axes)."""
        starts = self._starts[rows]
        return torch.stack([starts, torch.minimum(starts + torch.tensor(self.size), torch.tensor(self.shape))], 1)

    def slices(self, rows: slice) -> list[tuple[slice, ...]]:
        """Return the windows `rows` as indices of an array of `shape`."""
        return [tuple(map(slice, first, stop)) for first, stop in self.boxes(rows).tolist()]

    def coverage(self) -> Tensor:
        """Count the windows that cover each cell, shape `shape`."""
        counts = torch.ones([1] * len(self.shape), dtype=torch.long)
        for i, (n, w) in enumerate(zip(self.shape, self.size, strict=True)):
            starts = torch.tensor(sorted(set(self._starts[:, i].tolist())))
            cells = torch.arange(n)
            inside = (cells >= starts[:, None]) & (cells < starts[:, None] + w)
            counts = counts * inside.sum(0).reshape([n if j == i else 1 for j in range(len(self.shape))])
        return counts

    def spread(self, masks: Tensor) -> Tensor:
        """Give masks (n, *shape) the input's axes, so that they broadcast against a batch of inputs."""
        return masks.reshape(len(masks), *self._full(masks.shape[1:]))

    def place(self, values: Tensor) -> Tensor:
        """Give one map of `shape` the input's axes, 1 where the windows cover an axis whole."""
        return values.reshape(self._full(values.shape))

    def _full(self, shape: Sequence[int]) -> list[int]:
        sizes = dict(zip(self.axes, shape, strict=True))
        return [sizes.get(axis, 1) for axis in range(self.ndim)]


def coarse_to_fine(fine: Windows) -> list[Windows]:
    """Return the levels to visit: a few large windows first where the asked-for ones are many.

    Before the quarters of a picture come its halves, whose picture is there after half as many passes.
    """
    levels: list[Windows] = []
    for count, many in COARSE.items():
        size = tuple(max(w, -(-n // count)) for n, w in zip(fine.shape, fine.size, strict=True))
        level = Windows(fine.axes, fine.shape, size, size, fine.ndim)
        if level not in levels and len(fine) >= many * sum(map(len, [*levels, level])):
            levels.append(level)
    longer = max(range(len(fine.shape)), key=fine.shape.__getitem__)
    size = tuple(-(-n // 2) if axis == longer else n for axis, n in enumerate(fine.shape))
    halves = Windows(fine.axes, fine.shape, size, size, fine.ndim)
    if levels and len(halves) < len(levels[0]) and len(fine) >= COARSE[2] * sum(map(len, [halves, *levels])):
        levels.insert(0, halves)
    return [*levels, fine]


def spread_order(n: int) -> Tensor:
    """Order 0..n-1 so that any beginning of it is spread evenly (bits reversed)."""
    bits = max(1, (n - 1).bit_length())
    reversed_bits = (int(f"{i:0{bits}b}"[::-1], 2) for i in range(2**bits))
    return torch.tensor([i for i in reversed_bits if i < n])


def _per_axis(
    what: str, given: int | Sequence[int] | None, axes: tuple[int, ...], ndim: int, default: tuple[int, ...]
) -> tuple[int, ...]:
    if given is None:
        return default
    if isinstance(given, int):
        return (given,) * len(axes)
    if len(given) == ndim:
        return tuple(given[a] for a in axes)
    if len(given) == len(axes):
        return tuple(given)
    counts = " or ".join(map(str, sorted({len(axes), ndim})))
    msg = f"{what} must be one number, or {counts} of them for an input with {ndim} axes, got {tuple(given)}."
    raise ValueError(msg)
