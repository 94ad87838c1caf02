"""Where the model's pixels lie on the user's photo, found by showing `preprocess` pictures of our own.

Any `preprocess` that scales, crops, pads or mirrors is understood, whatever library it is written with:
a black and a white picture tell how it changes pixel values, then a picture whose pixels say how far to the right
they are, and one for how far down, tell where each of the model's pixels came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.inputs.levels import COLOUR, Levels, find_levels, find_order
from xai_widgets.inputs.likeness import looks_like
from xai_widgets.inputs.lines import fit_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.inputs.base import Region
    from xai_widgets.inputs.preprocess import Feed

    Call = Callable[[Image.Image], NDArray[np.float64]]

_CALLS = 8
"""On a tiny picture, to see whether `preprocess` draws random numbers."""

_SMALL, _TINY = 512, 64
"""Long sides of the pictures that need not be as large as the photo."""

_LARGE, _SMALLER = 3000, (1000, 1400)
"""The long side of a photo too large for many test pictures of its size, and of those that stand in for it."""

_SAME = 1e-3
"""By so much of a side may places differ that are taken for one: a pixel of the display copy."""


@dataclass(frozen=True)
class Geometry:
    """What the probes found.

    Attributes
    ----------
    levels : Levels or None
        None when pixel values are not followed.
    order : tuple of int
        Which channels are red, green and blue.
    region : Region or None
        Of the model's pixels on the photo, in the photo's own pixels.
    mirrored : (bool, bool)
        Whether left and right, up and down change places.
    why : str
        Why there is no region.
    """

    levels: Levels | None = None
    order: tuple[int, int, int] = (0, 1, 2)
    region: Region | None = None
    mirrored: tuple[bool, bool] = (False, False)
    why: str = ""


class _RefusedError(Exception):
    """The user's `preprocess` raised on a picture of ours."""


def probe(feed: Feed, photo: Image.Image, shown: NDArray[np.uint8], x: Tensor) -> Geometry:
    """Find the geometry of `feed`, which made `x` of `photo`; `shown` is the photo's display copy."""

    def call(picture: Image.Image) -> NDArray[np.float64]:
        try:
            return feed(picture).numpy().astype(np.float64)
        except Exception as error:  # it is the user's code, on pictures it was not written for
            raise _RefusedError(type(error).__name__) from error

    try:
        return _probe(call, photo, shown, x.numpy().astype(np.float64))
    except _RefusedError as error:
        return Geometry(why=f"it raised {error} on a test picture")


def _probe(call: Call, photo: Image.Image, shown: NDArray[np.uint8], x: NDArray[np.float64]) -> Geometry:
    levels, order = _levels(call, photo, x)
    if levels is None:
        return Geometry(why="what it returns does not follow the brightness of the photo")
    if _is_random(call, photo):
        return Geometry(levels, order, why="it draws random numbers, so two calls differ")
    found = _trace_smaller(call, levels, photo, x.shape) or _trace(call, levels, photo.size, photo.mode)
    if found is None:
        return Geometry(levels, order, why="it does more than scale, crop, pad or mirror")
    (width, height), (across, along) = photo.size, found.ends
    region = (min(across) * width, min(along) * height, max(across) * width, max(along) * height)
    mirrored = (across[0] > across[1], along[0] > along[1])
    if not looks_like(np.where(found.seen, levels.grey(x), np.nan), shown, photo.size, region, mirrored):
        return Geometry(levels, order, why="it treats this photo otherwise than a test picture of its size")
    return Geometry(levels, order, region, mirrored)


@dataclass(frozen=True)
class _Traced:
    """Where the model's picture begins and ends, across and along, as shares of the photo's sides.

    `seen` tells which of the model's pixels are the photo's, and no padding.
    """

    ends: tuple[tuple[float, float], tuple[float, float]]
    seen: NDArray[np.bool_]


def _trace(call: Call, levels: Levels, size: tuple[int, int], mode: str) -> _Traced | None:
    """Show `call` the ramps of a size; None where it does more than scale, crop, pad or mirror them."""
    right, left, down = (levels.grey(call(one)) for one in _ramps(size, mode))
    # Padding is the same in a ramp and its negative; a pixel of the photo is not, and the two add up to white.
    seen = (np.abs(right + left - 1) < 0.02) & (np.abs(right - left) > 1e-3)  # noqa: PLR2004
    places = _places(right, down)
    width, height = size
    across = _side(np.where(seen, places[0] * width, np.nan), width)
    along = _side(np.where(seen, places[1] * height, np.nan).T, height)
    if across is None or along is None:
        return None
    return _Traced(((across[0] / width, across[1] / width), (along[0] / height, along[1] / height)), seen)


def _trace_smaller(call: Call, levels: Levels, photo: Image.Image, shape: tuple[int, ...]) -> _Traced | None:
    """Trace a large photo on two smaller pictures of its proportions, which takes a fraction of the time.

    Where the model's picture has the same place in both, in shares of their sides, it has it in the photo too. None
    where it has not, as after a crop of so many pixels, and where the photo is small itself.
    """
    sizes = [_like(photo.size, low) for low in _SMALLER]
    if max(photo.size) < _LARGE or None in sizes:
        return None

    def of_that_shape(picture: Image.Image) -> NDArray[np.float64]:
        out = call(picture)
        if out.shape != shape:
            raise _RefusedError
        return out

    try:
        first, second = (_trace(of_that_shape, levels, size, photo.mode) for size in sizes if size)
    except _RefusedError:
        return None
    if first is None or second is None or not np.allclose(first.ends, second.ends, rtol=0, atol=_SAME):
        return None
    return second


def _like(size: tuple[int, int], low: int) -> tuple[int, int] | None:
    """Find a smaller size of the same proportions, with a long side from `low` on; None for a strip."""
    tries = [_shrunk(size, long_side) for long_side in range(low, low + low // 4)]
    off, best = min((abs(width / height * size[1] / size[0] - 1), (width, height)) for width, height in tries)
    return best if off < _SAME else None


def _levels(call: Call, photo: Image.Image, x: NDArray[np.float64]) -> tuple[Levels | None, tuple[int, int, int]]:
    """Find how pixel values change, from small pictures if `call` makes the same shape of them: they are quick."""
    for size in (_shrunk(photo.size, _SMALL), photo.size):
        colours: list[Any] = ["black", "white", *([COLOUR] if photo.mode == "RGB" else [])]
        try:
            made = [call(Image.new(photo.mode, size, colour)) for colour in colours]
        except _RefusedError:
            if size == photo.size:
                raise
            continue
        if all(one.shape == x.shape for one in made):
            levels = find_levels(made[0], made[1])
            if levels is not None:  # else perhaps a crop that lies outside so small a picture
                return levels, find_order(levels, made[2]) if len(made) > 2 else (0, 1, 2)  # noqa: PLR2004
    return None, (0, 1, 2)


def _shrunk(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


_GOLDEN = (5**0.5 - 1) / 2
"""Its multiples, less their whole part, spread evenly; no grid of pixels keeps step with it."""

_STEEP, _TILT = 245, 16 * _GOLDEN
"""Grey levels that a ramp climbs along its own side of the photo and along the other."""


def _ramps(size: tuple[int, int], mode: str) -> Iterator[Image.Image]:
    """Make pictures whose pixels say how far right they lie, its negative, and one that says how far down.

    8 bits tell 256 places apart and photos are thousands of pixels wide. What they lose comes back in the mean over
    the other side, if their rounding differs along it: the ramp is dithered for a `preprocess` that leaves
    its pixels alone, and tilted for one that averages the dither away and rounds again.
    """
    width, height = size
    yield _picture(_ramp(width, height), mode)
    yield _picture(255 - _ramp(width, height), mode)
    yield _picture(np.ascontiguousarray(_ramp(height, width).T), mode)


def _picture(grey: NDArray[np.uint8], mode: str) -> Image.Image:
    picture = Image.fromarray(grey)
    return picture if mode == "L" else picture.convert(mode)


def _ramp(length: int, other: int) -> NDArray[np.uint8]:
    # Whole numbers of 1/256 of a level: a photo has many pixels, and these add quickly.
    steep = (np.arange(length) + 0.5) / length * _STEEP
    dither = np.arange(1, other + 1) * _GOLDEN % 1
    tilt = (np.arange(other) + 0.5) / other * _TILT + dither
    total = (tilt * 256).astype(np.uint16)[:, None] + (steep * 256).astype(np.uint16)
    total >>= 8
    ramp: NDArray[np.uint8] = total.astype(np.uint8)
    return ramp


def _places(right: NDArray[np.float64], down: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Solve the two ramps for how far right and down each pixel came from, 0..1."""
    scale = 255 / (_STEEP**2 - _TILT**2)
    return (_STEEP * right - _TILT * down) * scale, (_STEEP * down - _TILT * right) * scale


def _is_random(call: Call, photo: Image.Image) -> bool:
    """See whether calls on one tiny picture differ: several, since a mirror thrown by a coin may fall alike twice."""
    try:
        first, *rest = (call(next(_ramps(_shrunk(photo.size, _TINY), photo.mode))) for _ in range(_CALLS))
    except _RefusedError:  # it refuses tiny pictures; a random crop then fails to fit a line
        return False
    return any(one.shape != first.shape or not np.allclose(one, first, atol=1e-4) for one in rest)


def _side(places: NDArray[np.float64], length: int) -> tuple[float, float] | None:
    """Read where the model's pixels begin and end along one side of the photo, from the places of its columns."""
    known = np.isfinite(places)
    counts = known.sum(0)
    profile = np.where(known, places, 0).sum(0) / np.where(counts > 0, counts, np.nan)
    change = np.where(known, places - profile, 0).sum(1) / np.maximum(known.sum(1), 1)
    # Nothing may change along the other side: else the picture was turned or warped.
    if np.quantile(np.abs(change), 0.9) > 1.5 + 1.5 * length / 255:
        return None
    ends = fit_line(profile, length)
    if ends is None:
        return None
    # To the frame, where it is meant: what is left is rounding.
    near = max(0.5, length / 2048, 0.05 * abs(ends[1] - ends[0]) / len(profile))
    low, high = (next((frame for frame in (0.0, float(length)) if abs(end - frame) < near), end) for end in ends)
    return low, high
