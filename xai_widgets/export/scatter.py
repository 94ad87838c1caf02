"""Words in two dimensions as one static picture, shaded by what the layout keeps."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xai_widgets.export.colours import STEPS, ramp
from xai_widgets.export.draw import FAINT, INK, PAPER, Pen
from xai_widgets.export.look import look
from xai_widgets.export.words import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH, HEIGHT, TOP_EDGE, BELOW, EDGE = 860, 640, 62, 46, 28
SHADES = (0.78, 0.04)
"""The part of the ramp that is seen on white paper: what is kept is dark. js/core/embedding/shade.ts has the same."""


def scatter(
    positions: NDArray[np.float32],
    shares: NDArray[np.float64],
    *,
    lines: Sequence[str],
    names: Sequence[tuple[int, str]],
) -> bytes:
    """Draw points, and return a PNG.

    Parameters
    ----------
    positions : array, shape (n, 2)
    shares : array, shape (n,)
        0..1, which chooses the colour.
    lines : sequence of str
        A title, and what stands below it.
    names : sequence of (int, str)
        Points to be named, the first the most important.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT + TOP_EDGE + BELOW), PAPER)
    pen = Pen(image)
    for i, line in enumerate(lines[:2]):
        pen.write((EDGE, 28 + 22 * i), clean(line), size=18 if i == 0 else 13, bold=i == 0, most=WIDTH - 2 * EDGE)
    low, high = positions.min(0), positions.max(0)
    scale = min((WIDTH - 2 * EDGE) / max(high[0] - low[0], 1e-12), (HEIGHT - 2 * EDGE) / max(high[1] - low[1], 1e-12))
    at = (positions - (low + high) / 2) * (scale, -scale) + (WIDTH / 2, TOP_EDGE + HEIGHT / 2)
    colours = [tuple(colour) for colour in shade(shares).tolist()]
    radius = float(np.clip(90 / np.sqrt(len(at)), 1.2, 4))
    for i in np.argsort(shares, kind="stable").tolist():
        x, y = at[i].tolist()
        pen.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[i])
    taken: list[tuple[float, float, float]] = []
    for i, name in names:
        (x, y), wide = at[i].tolist(), pen.width(clean(name), 13)
        if any(abs(y - b) < 15 and x < right and a < x + wide for a, right, b in taken):  # noqa: PLR2004  a line's height
            continue
        taken.append((x, x + wide, y))
        pen.draw.ellipse((x - 4, y - 4, x + 4, y + 4), outline=INK, width=2)
        pen.write((x + 7, y + 4), clean(name), size=13, bold=len(taken) == 1, most=180)
    _legend(pen, TOP_EDGE + HEIGHT + 8)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def shade(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the colour of each share on white paper."""
    at = SHADES[0] + (SHADES[1] - SHADES[0]) * np.clip(shares, 0, 1)
    found: NDArray[np.uint8] = ramp(look()["sequential"])[np.rint(at * (STEPS - 1)).astype(int)]
    return found


def _legend(pen: Pen, top: float) -> None:
    wide = WIDTH - 2 * EDGE
    for i, colour in enumerate(shade(np.linspace(0, 1, wide)).tolist()):
        pen.draw.line((EDGE + i, top, EDGE + i, top + 8), fill=tuple(colour))
    for share, anchor, text in ((0.0, "l", "0%"), (0.5, "m", "true neighbours that survive"), (1.0, "r", "100%")):
        pen.write((EDGE + share * wide, top + 24), text, size=12, colour=FAINT, anchor=anchor)
