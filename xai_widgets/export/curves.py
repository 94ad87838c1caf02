"""How an answer goes with the values of columns: curves and maps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xai_widgets.export.axes import SMALL, Axes, ends
from xai_widgets.export.colours import look_of
from xai_widgets.export.draw import legend
from xai_widgets.export.tones import CHOSEN, FAINT, TRACK
from xai_widgets.export.words import clean, short
from xai_widgets.populations import Curve, Surface

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.export.draw import Pen
    from xai_widgets.populations import Effects

TILE, TALL, EDGE = 360, 250, 20
ACROSS = 2
MOST_TILES, MOST_LINES = 12, 100
SHADE, THIN = (197, 214, 243), (214, 218, 223)


def effects(result: Effects) -> tuple[int, Callable[[Pen, float], None]]:
    """Draw one tile a curve or map, two in a line."""
    tiles = result.effects[:MOST_TILES]
    high = math.ceil(len(tiles) / ACROSS) * TALL

    def body(pen: Pen, top: float) -> None:
        curves = [one for one in tiles if isinstance(one, Curve)]
        # One scale for all, or a flat curve would look like a steep one.
        spans = [span for one in curves for span in (one.mean, one.lines[:MOST_LINES])]
        y = ends(*spans) if spans else (0.0, 1.0)
        for k, one in enumerate(tiles):
            left, above = EDGE + k % ACROSS * TILE, top + k // ACROSS * TALL
            if isinstance(one, Curve):
                _curve(pen, one, (left, above), y)
            else:
                _surface(pen, one, (left, above))

    return high, body


def _curve(pen: Pen, one: Curve, at: tuple[float, float], y: tuple[float, float]) -> None:
    left, top = at
    names = [] if all(isinstance(value, (int, float)) for value in one.grid) else list(one.grid)
    numbers = np.arange(len(one.grid)) if names else one.places
    x = ends(numbers, [] if names else one.deciles[1:-1])
    axes = Axes((left + 52, top + 26, left + TILE - 24, top + TALL - 40), x, y)
    pen.write((left + 52, top + 16), clean(one.name), size=14, most=TILE - 80, bold=True)
    axes.rule(pen, names=names if len(names) <= MOST_TILES else [])
    for line in one.lines[:MOST_LINES]:
        pen.draw.line(axes.path(numbers, line), fill=THIN)
    finite = np.where(np.isfinite(one.interval), one.interval, 0)
    band = [*axes.path(numbers, one.mean + finite), *axes.path(numbers, one.mean - finite)[::-1]]
    if len(numbers) > 1:
        pen.draw.polygon(band, fill=SHADE)
        pen.draw.line(axes.path(numbers, one.mean), fill=CHOSEN, width=3)
    for point in axes.path(numbers, one.mean) if names or len(numbers) == 1 else []:
        pen.draw.ellipse([point[0] - 3, point[1] - 3, point[0] + 3, point[1] + 3], fill=CHOSEN)
    # Where the data lie.
    for decile in [] if names else one.deciles[1:-1]:
        place, bottom = axes.at(float(decile), y[0])
        pen.draw.line([(place, bottom), (place, bottom - 6)], fill=FAINT)


def _surface(pen: Pen, one: Surface, at: tuple[float, float]) -> None:
    left, top = at
    low, high = ends(one.mean)
    look = look_of(one.mean - low, opacity=1.0, scale=high - low)
    box = (round(left + 62), round(top + 26), round(left + TILE - 24), round(top + TALL - 58))
    pen.write((left + 62, top + 16), " × ".join(map(clean, one.names)), size=14, most=TILE - 80, bold=True)
    heat = np.ascontiguousarray((one.mean - low).T[::-1])
    colours = Image.fromarray(look.colours(heat))
    colours = colours.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.NEAREST)
    pen.paste(colours, box[:2])
    pen.draw.rectangle(box, outline=TRACK)
    (left_most, right_most), (lowest, highest) = ((_told(grid[0]), _told(grid[-1])) for grid in one.grids)
    for x, y, words, anchor in (
        (box[0] - 6, box[3], lowest, "r"),
        (box[0] - 6, box[1] + 10, highest, "r"),
        (box[0], box[3] + 16, left_most, "l"),
        (box[2], box[3] + 16, right_most, "r"),
    ):
        pen.write((x, y), words, size=SMALL, colour=FAINT, anchor=anchor, most=56 if x < box[0] else 120)
    strip = legend(look, (140, 8))
    pen.paste(strip, (box[0] + 60, box[3] + 26))
    pen.write((box[0] + 54, box[3] + 34), short(low), size=SMALL, colour=FAINT, anchor="r")
    pen.write((box[0] + 206, box[3] + 34), short(high), size=SMALL, colour=FAINT)


def _told(value: object) -> str:
    return short(value) if isinstance(value, float) else clean(str(value))
