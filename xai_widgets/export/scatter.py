"""Words in two dimensions as one static picture, shaded by what the layout keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.export.colours import STEPS, look, ramp
from xai_widgets.export.draw import Pen, Scene
from xai_widgets.export.tones import CHOSEN, FAINT, INK, PAPER
from xai_widgets.export.words import clean
from xai_widgets.language import phrase, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Points = NDArray[np.float64]

WIDTH, HEIGHT, TOP_EDGE, BELOW, EDGE = 860, 640, 62, 46, 28
SHADES = (0.78, 0.04)
"""The part of the ramp that is seen on white paper: what is kept is dark. js/core/embedding/shade.ts has the same."""

MOST_NAMES, MOST_TRIED, ROOM = 40, 160, 15
"""Names, points that may have one, and the height of a line."""


def scatter(
    positions: NDArray[np.float32],
    shares: NDArray[np.float64],
    *,
    lines: Sequence[str],
    labels: Sequence[str],
    near: Sequence[int] = (),
) -> Scene:
    """Draw points.

    Parameters
    ----------
    positions : array, shape (n, 2)
    shares : array, shape (n,)
        0..1, which chooses the colour.
    lines : sequence of str
        A title, and what stands below it.
    labels : sequence of str
        Names of the points, the most important first; as many are written as there is room for.
    near : sequence of int
        The point that is selected, and those that belong near it.
    """
    low, high = positions.min(0), positions.max(0)
    scale = min((WIDTH - 2 * EDGE) / max(high[0] - low[0], 1e-12), (HEIGHT - 2 * EDGE) / max(high[1] - low[1], 1e-12))
    places: Points = (positions - (low + high) / 2) * (scale, -scale) + (WIDTH / 2, TOP_EDGE + HEIGHT / 2)

    def draw(pen: Pen, x: float, y: float) -> None:
        at = np.add(places, (x, y))
        for i, line in enumerate(lines[:2]):
            words, size = told(clean(line)), 13 if i else 18
            pen.write((x + EDGE, y + 28 + 22 * i), words, size=size, bold=i == 0, most=WIDTH - 2 * EDGE)
        colours = [tuple(colour) for colour in shade(shares).tolist()]
        radius = float(np.clip(90 / np.sqrt(len(at)), 1.2, 4))
        for i in np.argsort(shares, kind="stable").tolist():
            _dot(pen, at[i], radius, fill=colours[i])
        _links(pen, at, near)
        _names(pen, at, labels, near)
        _legend(pen, x + EDGE, y + TOP_EDGE + HEIGHT + 8)

    return Scene(WIDTH, HEIGHT + TOP_EDGE + BELOW, draw)


def shade(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the colour of each share on white paper."""
    at = SHADES[0] + (SHADES[1] - SHADES[0]) * np.clip(shares, 0, 1)
    found: NDArray[np.uint8] = ramp(look()["sequential"])[np.rint(at * (STEPS - 1)).astype(int)]
    return found


def _dot(pen: Pen, at: Points, radius: float, fill: tuple[int, ...] | None, **outline: Any) -> None:
    x, y = at.tolist()
    pen.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill, **outline)


def _links(pen: Pen, at: Points, near: Sequence[int]) -> None:
    """Draw lines from the selected point: strong ones to those that the layout keeps near it."""
    if not near:
        return
    selected, *others = near
    away = np.hypot(*(at - at[selected]).T)
    reach = np.sort(away)[len(others)]
    for i in others:
        kept = away[i] <= reach
        ends = [tuple(at[selected].tolist()), tuple(at[i].tolist())]
        pen.draw.line(ends, fill=PAPER, width=4)
        pen.draw.line(ends, fill=CHOSEN if kept else FAINT, width=2 if kept else 1)


def _names(pen: Pen, at: Points, labels: Sequence[str], near: Sequence[int]) -> None:
    taken: list[tuple[float, float, float]] = []
    for i in dict.fromkeys([*near, *range(min(len(labels), MOST_TRIED))]):
        asked, name = i in near, clean(labels[i])
        size = 13 if asked else 11
        (x, y), wide = at[i].tolist(), min(180.0, pen.width(name, size))
        left = x + 7 if x + 7 + wide < WIDTH else x - 7 - wide
        # Names that nobody asked for keep their distance.
        aside, line = (2, ROOM) if asked else (24, 2 * ROOM)
        if asked:
            _dot(pen, at[i], 4, None, outline=INK, width=2)
        if len(taken) == MOST_NAMES or any(
            abs(y - other) < line and left - aside < right and start < left + wide + aside
            for start, right, other in taken
        ):
            continue
        taken.append((left, left + wide, y))
        bold, colour = asked and i == near[0], INK if asked else FAINT
        pen.write((left, y + 4), name, size=size, bold=bold, colour=colour, most=180, halo=True)


def _legend(pen: Pen, left: float, top: float) -> None:
    wide = WIDTH - 2 * EDGE
    strip = np.broadcast_to(shade(np.linspace(0, 1, wide)), (8, wide, 3))
    pen.paste(Image.fromarray(np.ascontiguousarray(strip)), (left, top))
    for share, anchor, text in (
        (0.0, "l", "0%"),
        (0.5, "m", phrase("true neighbours that survive")),
        (1.0, "r", "100%"),
    ):
        pen.write((left + share * wide, top + 24), text, size=12, colour=FAINT, anchor=anchor)
