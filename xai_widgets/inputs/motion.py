"""Sounds and videos among inputs: which of their axes are time and space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

WAVE = 4096
"""Values along an axis beyond which it is time: rows of tables, texts and the vectors of words are mostly shorter."""

THIN = 16
"""A sound has at least so many times as many values as channels."""

CHANNELS = (1, 3, 4)
"""So many may a picture have."""

MATRIX, VIDEO = 2, 4
COLOURS = 3


def moving(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the axis of time of a sound, those of time, height and width of a video, and none of all else.

    A sound is [samples] or [channels, samples], a video [frames, channels, height, width], or with its channels first.
    """
    if len(shape) == VIDEO:
        coloured = [axis for axis in (1, 0) if shape[axis] in CHANNELS]
        colours = min(coloured, key=lambda axis: shape[axis] != COLOURS, default=None)
        return () if colours is None else (1 - colours, 2, 3)
    sound = 0 < len(shape) <= MATRIX and shape[-1] > WAVE and shape[-1] >= THIN * max(shape[:-1], default=1)
    return (len(shape) - 1,) if sound else ()


def boxes(shape: Sequence[int], axes: Sequence[int], most: int) -> Tensor:
    """Cut axes of an input into at most so many boxes, each into about as many parts.

    Returns
    -------
    Tensor, int64
        The number of each value's box, broadcastable to `shape`.
    """
    parts = dict.fromkeys(axes, 1)
    while True:
        longer = [axis for axis in axes if parts[axis] < shape[axis]]
        axis = min(longer, key=parts.__getitem__, default=None)
        count = 1
        for one in axes:
            count *= parts[one] + (one == axis)
        if axis is None or count > most:
            break
        parts[axis] += 1
    index = torch.zeros([1] * len(shape), dtype=torch.long)
    for axis, cuts in parts.items():
        part = torch.arange(shape[axis]) * cuts // shape[axis]
        index = index * cuts + part.reshape([-1 if one == axis else 1 for one in range(len(shape))])
    return index
