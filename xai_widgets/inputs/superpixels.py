"""Cut a picture into patches that follow its edges."""

from __future__ import annotations

import math

import torch
from torch import Tensor

COMPACTNESS = 12.0
"""Difference of colour, in CIE L*a*b*, that weighs as much as the side of a patch: larger is more square."""

ROUNDS = 8
LAB_CUT = (6 / 29) ** 3
SRGB_CUT = 0.04045
COLOURS = 3


def superpixels(pixels: Tensor, count: int) -> Tensor:
    """Group pixels of like colour that lie together: k-means over colour and place, seeded on a grid (SLIC).

    Parameters
    ----------
    pixels : Tensor, shape (channels, height, width)
        In 0..1; three channels are red, green and blue, any other number is read as grey.
    count : int
        How many patches at most.

    Returns
    -------
    Tensor, int64, shape (height, width)
        Numbers from 0 without gaps, on the CPU. The same picture gives the same numbers.

    References
    ----------
    Achanta et al.: SLIC Superpixels Compared to State-of-the-Art Superpixel Methods. TPAMI 34 (2012).
    """
    colour = pixels.detach().cpu().double().clamp(0, 1)
    colour = colour[:3] if colour.shape[0] > COLOURS else colour
    colour = _lab(colour if colour.shape[0] == COLOURS else colour.mean(0, keepdim=True).expand(3, -1, -1))
    height, width = pixels.shape[-2:]
    rows, columns = _seeds(height, width, count)
    side = math.sqrt(height * width / (rows * columns))
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    place = torch.stack([y, x]).double() * (COMPACTNESS / side)
    points = torch.cat([colour, place]).flatten(1).T  # one row a pixel
    label = grid_cells(height, width, count).flatten()
    home = label // columns, label % columns
    steps = torch.cartesian_prod(torch.arange(-1, 2), torch.arange(-1, 2))
    # A pixel may join the patches seeded in its own cell of the grid and in the eight around it.
    near_row, near_column = home[0] + steps[:, :1], home[1] + steps[:, 1:]
    outside = (near_row < 0) | (near_row >= rows) | (near_column < 0) | (near_column >= columns)
    near = (near_row * columns + near_column).masked_fill(outside, 0)
    centres = points.new_zeros(rows * columns, points.shape[1])
    for _ in range(ROUNDS):
        sizes = torch.bincount(label, minlength=len(centres))
        sums = torch.zeros_like(centres).index_add_(0, label, points)
        centres = torch.where(sizes[:, None] > 0, sums / sizes.clamp(min=1)[:, None], centres)
        away = torch.stack([(points - centres[one]).square().sum(1) for one in near])
        label = near.gather(0, away.masked_fill(outside, math.inf).argmin(0, keepdim=True))[0]
    gapless: Tensor = torch.unique(label, return_inverse=True)[1]
    return gapless.reshape(height, width)


def grid_cells(height: int, width: int, count: int) -> Tensor:
    """Divide a picture into nearly square cells, `count` at most; numbered as `superpixels` are."""
    rows, columns = _seeds(height, width, count)
    y, x = torch.arange(height) * rows // height, torch.arange(width) * columns // width
    return y[:, None] * columns + x


def _seeds(height: int, width: int, count: int) -> tuple[int, int]:
    """Rows and columns of a grid of nearly square cells, `count` at most."""
    count = min(count, height * width)
    rows = min(height, max(1, round(math.sqrt(count * height / width))), count)
    return rows, min(width, max(1, count // rows))


def _lab(rgb: Tensor) -> Tensor:
    """Convert sRGB to CIE L*a*b* (D65), where equal distances look about equally different."""
    light = torch.where(rgb <= SRGB_CUT, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = torch.einsum("kc,chw->khw", light.new_tensor(to_xyz), light) / light.new_tensor([0.9505, 1.0, 1.089]).reshape(
        3, 1, 1
    )
    f = torch.where(xyz > LAB_CUT, xyz.clamp(min=LAB_CUT) ** (1 / 3), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return torch.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
