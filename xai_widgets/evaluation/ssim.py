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
    """Return the structural similarity of two maps; see `Look`."""
    return Look(one).similarity(other)


class Look:
    """A map (height, width) as it is compared with others, scaled so that its largest size is 1.

    Windows of 7 x 7 cells, or as many as fit, and the covariance of a sample, as in scikit-image.

    References
    ----------
    Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity. IEEE
    Transactions on Image Processing 13 (2004).
    """

    def __init__(self, map_: NDArray[np.float64]) -> None:
        self._side: int = min(WINDOW, *map_.shape)
        self._map = _scaled(map_)
        self._mean, square = self._means(self._map, self._map * self._map)
        self._spread = self._sample(square - self._mean * self._mean)

    def similarity(self, other: NDArray[np.float64]) -> float:
        """Return the structural similarity with another map.

        Returns
        -------
        float
            1 for the same picture, about 0 for two that have nothing in common.
        """
        map_ = _scaled(other)
        mean, square, product = self._means(map_, map_ * map_, map_ * self._map)
        middle, size = self._mean * mean, self._mean * self._mean + mean * mean
        both, spread = self._sample(product - middle), self._spread + self._sample(square - mean * mean)
        # The constants are for a range of 2, from -1 to 1.
        found = (2 * middle + C1 * 4) * (2 * both + C2 * 4) / ((size + C1 * 4) * (spread + C2 * 4))
        return float(found.mean())

    def _means(self, *maps: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(torch.stack(maps), self._side, stride=1)

    def _sample(self, spread: Tensor) -> Tensor:
        cells = self._side * self._side
        return spread * (cells / max(1, cells - 1))


def _scaled(map_: NDArray[np.float64]) -> Tensor:
    values = torch.from_numpy(map_)
    return values / values.abs().max().clamp(min=torch.finfo(values.dtype).tiny)
