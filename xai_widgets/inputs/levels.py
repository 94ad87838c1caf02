"""What black and white become in the user's `preprocess`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLOUR = (64, 128, 191)
"""Red, green and blue of one picture that tells the channels apart."""


@dataclass(frozen=True)
class Levels:
    """Black and white after `preprocess`, and which of its pixels showed them.

    Attributes
    ----------
    black, white : Tensor, float64
        ``[channels, 1, 1]``, or of the picture's shape where they vary over it (a mean image subtracted).
    shows : ndarray of bool, shape (height, width)
        False for padding, in the pictures that the levels were read from.
    """

    black: Tensor
    white: Tensor
    shows: NDArray[np.bool_]

    def grey(self, x: Tensor) -> NDArray[np.float64]:
        """Undo the normalisation and return the mean of the channels, black 0 and white 1."""
        grey: NDArray[np.float64] = ((x.double() - self.black) / (self.white - self.black)).mean(0).numpy()
        return grey


def find_levels(black: Tensor, white: Tensor) -> Levels | None:
    """Read the levels from what a black and a white picture became; None when both became the same."""
    black, white = black.double(), white.double()
    span = white - black
    used = span.abs().amax((1, 2)) > 1e-6  # noqa: PLR2004
    if not used.any():
        return None
    low, high = [], []
    shows = torch.ones(span.shape[1:], dtype=torch.bool)
    for channel, counts in enumerate(used.tolist()):
        if not counts:  # a constant channel, such as opacity: call it white
            low.append(white[channel, 0, 0] - 1)
            high.append(white[channel, 0, 0])
            continue
        moved = span[channel].abs() > 0.5 * span[channel].abs().max()
        low.append(black[channel][moved].median())
        high.append(white[channel][moved].median())
        shows &= moved
    if not shows.any():
        return None
    flat_black, flat_white = torch.stack(low)[:, None, None], torch.stack(high)[:, None, None]
    off = torch.maximum((black - flat_black).abs(), (white - flat_white).abs()) / (flat_white - flat_black).abs()
    same = (off[used] < 0.02).all(0)  # noqa: PLR2004
    if same[shows].double().mean() > 0.9:  # noqa: PLR2004  # what differs is the seam of the padding
        return Levels(flat_black, flat_white, (shows & same).numpy())
    used_here = used[:, None, None] & shows
    return Levels(torch.where(used_here, black, flat_black), torch.where(used_here, white, flat_white), shows.numpy())


def find_order(levels: Levels, colour: Tensor) -> tuple[int, int, int]:
    """Tell which channels are red, green and blue from what a picture in `COLOUR` became."""
    if colour.shape[0] != 3:  # noqa: PLR2004
        return (0, 1, 2)
    pixels = (colour.double() - levels.black) / (levels.white - levels.black)
    shares = pixels[:, torch.from_numpy(levels.shows)].median(dim=1).values
    places = [int((shares - value / 255).abs().argmin()) for value in COLOUR]
    exact = all(abs(float(shares[p]) - value / 255) < 0.02 for p, value in zip(places, COLOUR, strict=True))  # noqa: PLR2004
    return (places[0], places[1], places[2]) if exact and sorted(places) == [0, 1, 2] else (0, 1, 2)
