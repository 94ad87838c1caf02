"""Axes of a static chart: where numbers lie, and what is written beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export.tones import FAINT, TRACK
from xai_widgets.export.words import clean, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.export.draw import Pen

SMALL = 12


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers from `low` to `high`."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low]
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def ends(*given: Any) -> tuple[float, float]:
    """Return the least and the largest finite number, apart from each other."""
    values = np.concatenate([np.asarray(one, np.float64).ravel() for one in given])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return (low, high) if high > low else (low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2)


@dataclass(frozen=True)
class Axes:
    """A box in a picture, and the numbers at its edges.

    Attributes
    ----------
    box : (left, top, right, bottom)
        In pixels.
    x, y : (low, high)
        What lies at the edges.
    """

    box: tuple[float, float, float, float]
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies, inside the box."""
        left, top, right, bottom = self.box
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        down = (self.y[1] - y) / (self.y[1] - self.y[0])
        return left + min(1.0, max(0.0, across)) * (right - left), top + min(1.0, max(0.0, down)) * (bottom - top)

    def path(self, x: Any, y: Any) -> list[tuple[float, float]]:
        """Return where the points of a line lie."""
        return [self.at(float(a), float(b)) for a, b in zip(x, y, strict=True)]

    def rule(self, pen: Pen, *, x: bool = True, y: bool = True, names: Sequence[Any] = ()) -> None:
        """Draw fine lines with their numbers: below, and at the left; `names` stand below in place of numbers."""
        left, top, right, bottom = self.box
        if y:
            for one in ticks(*self.y):
                _, place = self.at(self.x[0], one)
                pen.draw.line([(left, place), (right, place)], fill=TRACK)
                pen.write((left - 6, place + 4), short(one), size=SMALL, colour=FAINT, anchor="r")
        if x and not names:
            for one in ticks(*self.x, most=max(2, int((right - left) / 90))):
                place, _ = self.at(one, self.y[0])
                pen.draw.line([(place, top), (place, bottom)], fill=TRACK)
                pen.write((place, bottom + 16), short(one), size=SMALL, colour=FAINT, anchor="m")
        each = (right - left) / max(1, len(names))
        for i, name in enumerate(names):
            place, _ = self.at(i, self.y[0])
            pen.write(
                (place, bottom + 16), clean(str(name)), size=SMALL, colour=FAINT, anchor="m", most=max(20, each - 6)
            )
