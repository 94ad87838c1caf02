"""Refuse numbers that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check_finite(values: NDArray[Any], what: str) -> None:
    """Raise ValueError when `values` holds NaN or infinity, saying how many and where the first is."""
    bad = ~np.isfinite(values)
    if bad.any():
        first = [int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape)]
        msg = f"{what} holds {int(bad.sum())} NaN or infinite values of {bad.size}, the first at {first}."
        raise ValueError(msg)
