"""Filling what is hidden of a picture from what is seen of it, without a trace of where it was."""

from __future__ import annotations

import torch
from torch import Tensor, nn

DIRECT, DIAGONAL = 1 / 6, 1 / 12
"""Weights of a pixel's neighbours."""

TOLERANCE = 1e-2
"""Of what is left of the equations, as a share: far below the noise that is added."""

MOST_STEPS, COARSEST = 200, 8


def impute(x: Tensor, hidden: Tensor, tolerance: float = TOLERANCE) -> Tensor:
    """Make each hidden pixel the weighted mean of its neighbours, hidden ones too.

    A sparse linear system, solved by conjugate gradients, first of a picture of half the size, which is where those of
    the whole begin. What is done for a picture does not depend on others of its batch.

    Parameters
    ----------
    x : Tensor, shape (n, channels, height, width)
    hidden : Tensor, bool, shape (n, 1, height, width)
        Not everywhere.

    References
    ----------
    Rong, Leemann, Borisov, Kasneci, Kasneci: A consistent and efficient evaluation strategy for attribution methods.
    arXiv:2202.00449 (2022).
    """
    seen = (~hidden).to(x)
    return torch.where(hidden, _solved(x * seen, seen, _start(x * seen, seen), tolerance), x)


def _start(known: Tensor, seen: Tensor) -> Tensor:
    """Guess what is hidden: from the picture of half the size, solved likewise."""
    if min(known.shape[-2:]) < 2 * COARSEST:
        count = seen.sum((-2, -1), keepdim=True).clamp(min=1)
        return (known.sum((-2, -1), keepdim=True) / count).expand_as(known)
    share = nn.functional.avg_pool2d(seen, 2, ceil_mode=True, count_include_pad=False)
    there = (share > 0).to(known)
    half = nn.functional.avg_pool2d(known, 2, ceil_mode=True, count_include_pad=False) / share.clamp(min=1e-6) * there
    solved = _solved(half, there, _start(half, there), TOLERANCE)
    return nn.functional.interpolate(solved, size=known.shape[-2:], mode="bilinear", align_corners=False)


def _solved(known: Tensor, seen: Tensor, start: Tensor, tolerance: float) -> Tensor:
    kernel = known.new_tensor([[DIAGONAL, DIRECT, DIAGONAL], [DIRECT, 0, DIRECT], [DIAGONAL, DIRECT, DIAGONAL]])
    channels = known.shape[1]
    kernels = kernel.expand(channels, 1, 3, 3)
    hole = 1 - seen

    def neighbours(values: Tensor) -> Tensor:
        return nn.functional.conv2d(values, kernels, padding=1, groups=channels)

    weights = neighbours(torch.ones_like(known[:1]))  # less at the border, where there are fewer
    right = hole * neighbours(known)

    def left(values: Tensor) -> Tensor:
        return hole * (weights * values - neighbours(values))

    def dot(a: Tensor, b: Tensor) -> Tensor:
        return (a * b).sum((-2, -1), keepdim=True)

    found = hole * start
    rest = right - left(found)
    way, size = rest, dot(rest, rest)
    enough = tolerance**2 * dot(right, right).clamp(min=torch.finfo(known.dtype).tiny)
    for _ in range(MOST_STEPS):
        going = size > enough
        if not bool(going.any()):
            break
        turned = left(way)
        step = torch.where(going, size / dot(way, turned).clamp(min=1e-30), 0.0)
        found, rest = found + step * way, rest - step * turned
        before, size = size, dot(rest, rest)
        way = rest + torch.where(going, size / before.clamp(min=1e-30), 0.0) * way
    return found + known
