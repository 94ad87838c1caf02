"""How maps look, in one file for both sides: the browser takes in the same ``look.json``."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@functools.cache
def look() -> dict[str, Any]:
    """Return the colour maps and the numbers of the look."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("look.json").read_text("utf-8"))
    return found


def washed(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a photo with less colour and less depth, which leaves both to the map that is drawn on it."""
    wash = look()["wash"]
    pixels = photo.astype(np.float64)
    grey = pixels @ np.array([0.3, 0.59, 0.11])  # as browsers take the colour out
    pixels += wash["grey"] * (grey[..., None] - pixels)
    pixels += wash["cover"] * (wash["paper"] - pixels)
    return np.rint(pixels).astype(np.uint8)
