"""How alike two maps look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 7
C1, C2 = 0.01**2, 0.03**2


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the structural similarity of two maps (height, width), each scaled so that its largest size is 1.

    Windows of 7 x 7 cells, or as many as fit, and the covariance of a sample, as in scikit-image.

    Returns
    -------
    float
        1 for the same picture, about 0 for two that have nothing in common.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity. IEEE
    Transactions on Image Processing 13 (2004).
    """
    side: int = min(WINDOW, *one.shape)
    cells = side * side
    a, b = (_scaled(torch.from_numpy(map_)) for map_ in (one, other))

    maps = torch.stack([a, b, a * b, a * a, b * b])
    mean_a, mean_b, *products = nn.functional.avg_pool2d(maps, side, stride=1)
    spread = cells / max(1, cells - 1)
    both, own, others = (
        spread * (product - mean)
        for product, mean in zip(products, (mean_a * mean_b, mean_a**2, mean_b**2), strict=True)
    )
    top = (2 * mean_a * mean_b + C1 * 4) * (2 * both + C2 * 4)
    bottom = (mean_a**2 + mean_b**2 + C1 * 4) * (own + others + C2 * 4)
    return float((top / bottom).mean())  # constants are for a range of 2, from -1 to 1


def _scaled(map_: Tensor) -> Tensor:
    return map_ / map_.abs().max().clamp(min=torch.finfo(map_.dtype).tiny)
