"""What black and white become in the user's `preprocess`.

In NumPy, as all of the geometry: torch would wake its threads for every small step, beside a model that
may be using them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

COLOUR = (64, 128, 191)
"""Red, green and blue of one picture that tells the channels apart."""


@dataclass(frozen=True)
class Levels:
    """Black and white after `preprocess`, and which of its pixels showed them.

    Attributes
    ----------
    black, white : ndarray, float64
        ``[channels, 1, 1]``, or of the picture's shape where they vary over it (a mean image subtracted).
    shows : ndarray of bool, shape (height, width)
        False for padding, in the pictures that the levels were read from.
    """

    black: Array
    white: Array
    shows: NDArray[np.bool_]

    def grey(self, x: Array) -> Array:
        """Undo the normalisation and return the mean of the channels, black 0 and white 1."""
        grey: Array = ((x - self.black) / (self.white - self.black)).mean(0)
        return grey


def find_levels(black: Array, white: Array) -> Levels | None:
    """Read the levels from what a black and a white picture became; None when both became the same."""
    span = np.abs(white - black)
    highest = span.max((1, 2), keepdims=True)
    used = highest > 1e-6  # noqa: PLR2004
    moved = span > 0.5 * highest
    shows: NDArray[np.bool_] = (moved | ~used).all(0)
    if not used.any() or not shows.any():
        return None
    # A constant channel, such as opacity, is called white.
    flat_black = np.where(used, _median(black, moved), white[:, :1, :1] - 1)
    flat_white = np.where(used, _median(white, moved), white[:, :1, :1])
    off = np.maximum(np.abs(black - flat_black), np.abs(white - flat_white)) / np.abs(flat_white - flat_black)
    same = (off[used[:, 0, 0]] < 0.02).all(0)  # noqa: PLR2004
    if same[shows].mean() > 0.9:  # noqa: PLR2004  # what differs is the seam of the padding
        return Levels(flat_black, flat_white, shows & same)
    vary = used & shows
    return Levels(np.where(vary, black, flat_black), np.where(vary, white, flat_white), shows)


def _median(x: Array, where: NDArray[np.bool_]) -> Array:
    """Return the median of each channel's pixels `where` true, 0 when there are none."""
    medians = [float(np.median(one[part])) if part.any() else 0.0 for one, part in zip(x, where, strict=True)]
    return np.array(medians)[:, None, None]


def find_order(levels: Levels, colour: Array) -> tuple[int, int, int]:
    """Tell which channels are red, green and blue from what a picture in `COLOUR` became."""
    if len(colour) != 3:  # noqa: PLR2004
        return (0, 1, 2)
    pixels = (colour - levels.black) / (levels.white - levels.black)
    shares = np.median(pixels[:, levels.shows], axis=1)
    off = np.abs(shares - np.array(COLOUR)[:, None] / 255)
    red, green, blue = (int(place) for place in off.argmin(1))
    exact = off.min(1).max() < 0.02 and {red, green, blue} == {0, 1, 2}  # noqa: PLR2004
    return (red, green, blue) if exact else (0, 1, 2)
