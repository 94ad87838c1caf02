"""Values to colours, as the browser does it in js/core/paint.ts: what is strong is seen, zero is the photo."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.wire import SIGNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = 257
"""Colours of a map: for a diverging one entry 128 is zero."""


@functools.cache
def look() -> dict[str, Any]:
    """Return the colour maps and the numbers of the look: one file for both sides, the browser takes it in too."""
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


def colormaps() -> dict[str, dict[str, Any]]:
    """Return every colour map: its kind and anchors."""
    found: dict[str, dict[str, Any]] = look()["ramps"]
    return found


@functools.cache
def ramp(name: str) -> NDArray[np.uint8]:
    """Return the colours of a map, first to last, shape (STEPS, 3)."""
    anchors = np.array([list(bytes.fromhex(one[1:])) for one in colormaps()[name]["anchors"]], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, STEPS)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, i]) for i in range(3)]
    colours = _rounded(np.stack(channels, axis=1)).astype(np.uint8)
    colours.flags.writeable = False
    return colours


@dataclass(frozen=True, eq=False)
class Look:
    """How the values of one map become colours."""

    colormap: str
    scale: float
    """|value| that gets the last colour."""
    clipped: bool
    """Whether larger ones exist."""
    cut: float
    """Values below this size are not drawn."""
    sign: str
    opacity: float

    @property
    def diverging(self) -> bool:
        """Whether the map has two directions, with zero in its middle."""
        return bool(colormaps()[self.colormap]["kind"] == "diverging")

    @property
    def ends(self) -> tuple[float, float]:
        """The values of the first and the last colour."""
        return (-self.scale if self.diverging else 0.0), self.scale

    def shown(self, values: NDArray[Any]) -> NDArray[np.bool_]:
        """Tell which values are drawn at all."""
        mask: NDArray[np.bool_] = (np.abs(values) >= self.cut) & _passes(values, self.sign)
        return mask

    def colours(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Return red, green and blue of each value: zero is neutral, and in the middle of a diverging map."""
        share = np.clip(np.nan_to_num(values, nan=0.0) / self.scale, -1, 1)
        position = 0.5 + 0.5 * share if self.diverging else np.abs(share)
        found: NDArray[np.uint8] = ramp(self.colormap)[_rounded(position * (STEPS - 1))]
        return found

    def rgba(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Return colour and opacity of each value: the weaker, the more of the photo shows; nothing for NaN."""
        strength = np.clip(np.abs(np.nan_to_num(values, nan=0.0)) / self.scale, 0, 1)
        if self.opacity >= 1:
            alpha = np.ones_like(strength)
        else:
            alpha = 1 - (1 - strength) ** (self.opacity / (1 - self.opacity))
        alpha = np.where(self.shown(values), _rounded(alpha * 255), 0).astype(np.uint8)
        return np.concatenate([self.colours(values), alpha[..., None]], axis=-1)


def look_of(
    values: NDArray[Any],
    *,
    colormap: str | None = None,
    opacity: float | None = None,
    sign: str | None = None,
    mass: float | None = None,
    scale: float | None = None,
) -> Look:
    """Decide how a map is drawn. None leaves the choice to the look that the browser has too.

    Parameters
    ----------
    values : ndarray
        NaN and infinities count for nothing.
    colormap : str, optional
        For a map with both signs; by default blue and orange. One without negative values gets a sequential one.
    opacity : float, optional
        0 shows the photo alone, 1 the map alone.
    sign : {"both", "positive", "negative", "absolute"}, optional
        Which values to draw; ``"absolute"`` draws their size.
    mass : float, optional
        Draw only the largest values, that hold this share of the sum of all |values|.
    scale : float, optional
        |value| that gets the last colour; by default nearly the largest, so that a few outliers do not wash out all
        others.

    Raises
    ------
    ValueError
        Saying what was expected and what came.
    """
    opacity = look()["opacity"] if opacity is None else opacity
    sign = "both" if sign is None else sign
    mass = 1.0 if mass is None else mass
    _check(colormap=colormap, opacity=opacity, sign=sign, mass=mass, scale=scale)
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    one_sided = sign == "absolute" or not finite.size or finite.min() >= 0
    if colormap is None or (one_sided and colormaps()[colormap]["kind"] == "diverging"):
        colormap = look()["sequential" if one_sided else "diverging"]
    sizes = np.abs(finite)
    largest = float(sizes.max(initial=0.0))
    scale = (_all_but_outliers(sizes) if scale is None else float(scale)) or largest or 1.0
    return Look(colormap, scale, largest > scale * (1 + 1e-6), threshold(finite, mass, sign), sign, float(opacity))


def _check(*, colormap: str | None, sign: str, scale: float | None, **shares: float) -> None:
    if sign not in SIGNS:
        msg = f"sign must be one of {', '.join(map(repr, SIGNS))}, got {sign!r}."
        raise ValueError(msg)
    for name, value in shares.items():
        if not 0 <= value <= 1:
            msg = f"{name} must lie in 0..1, got {value}."
            raise ValueError(msg)
    if scale is not None and not 0 <= scale < float("inf"):
        msg = f"scale must be a size, got {scale}."
        raise ValueError(msg)
    if colormap is not None and colormap not in colormaps():
        msg = f"colormap must be one of {', '.join(map(repr, colormaps()))}, got {colormap!r}."
        raise ValueError(msg)


def _all_but_outliers(sizes: NDArray[np.float64]) -> float:
    if not sizes.size:
        return 0.0
    at = sizes.size - 1 - int((1 - look()["quantile"]) * sizes.size)
    return float(np.partition(sizes, at)[at])


def _rounded(values: NDArray[np.float64]) -> NDArray[np.int64]:
    # Halves go up, as in JavaScript.
    return np.floor(values + 0.5).astype(np.int64)


def threshold(values: NDArray[Any], mass: float, sign: str = "both") -> float:
    """Return the size from which on the largest values hold `mass` of the sum of all |values| that `sign` lets through.

    Equal values are kept or left together; at 1 all are kept.
    """
    if mass >= 1:
        return 0.0
    sizes = np.sort(np.abs(values[_passes(values, sign)]))[::-1]
    held = np.cumsum(sizes)
    if not sizes.size or held[-1] == 0:
        return 0.0
    if mass <= 0:
        return float("inf")
    return float(sizes[np.searchsorted(held, mass * held[-1])])


def _passes(values: NDArray[Any], sign: str) -> NDArray[np.bool_]:
    if sign == "positive":
        mask: NDArray[np.bool_] = values > 0
    else:
        mask = values < 0 if sign == "negative" else np.isfinite(values)
    return mask
