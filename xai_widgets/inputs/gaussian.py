"""Gaussian blur on any device, as two small matrix products."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_REACH = 4
"""Standard deviations after which the kernel is cut: what is left out is below one part in ten thousand."""


def blur(pixels: Tensor, sigma: float) -> Tensor:
    """Blur the last two axes; beyond the border the edge pixels go on.

    Two products with a banded matrix, since a convolution with the 129 taps of ``sigma=16`` takes ten times
    as long on a CPU, and padding by reflection is not possible for pictures smaller than the kernel.
    """
    if sigma <= 0:
        return pixels
    height, width = pixels.shape[-2:]
    return _matrix(height, sigma, pixels) @ pixels @ _matrix(width, sigma, pixels).T


def _matrix(n: int, sigma: float, like: Tensor) -> Tensor:
    # Beyond n pixels everything is edge, so a longer reach would only repeat it.
    reach = min(math.ceil(_REACH * sigma), max(n, 1) * 4)
    offsets = torch.arange(-reach, reach + 1)
    weights = torch.exp(-0.5 * (offsets.double() / sigma) ** 2)
    weights /= weights.sum()
    columns = (torch.arange(n)[:, None] + offsets).clamp(0, n - 1)
    matrix = torch.zeros(n, n, dtype=torch.float64).scatter_add_(1, columns, weights.expand(n, -1))
    return matrix.to(device=like.device, dtype=like.dtype)
