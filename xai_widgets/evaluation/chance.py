"""Whether a number is further from random ones than chance takes it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Z99 = 2.326
"""99 of 100 draws of a standard normal variable lie below."""

ROUNDING = 1e-6


def bar(random: NDArray[np.float64], *, higher: bool) -> float:
    """Return what one more random draw exceeds (or falls below) in 1 of 100 cases.

    By Student's t; its quantile by the expansion of Cornish and Fisher.
    """
    n = len(random)
    v, z = n - 1, Z99
    t = z + (z**3 + z) / (4 * v) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
    width = t * float(random.std(ddof=1)) * math.sqrt(1 + 1 / n) + ROUNDING
    return float(random.mean()) + (width if higher else -width)


def beats(value: float, random: NDArray[np.float64], *, higher: bool) -> bool:
    """Tell whether a value is better than such draws, with a chance of 1 in 100 to be wrong."""
    limit = bar(random, higher=higher)
    return value > limit if higher else value < limit
