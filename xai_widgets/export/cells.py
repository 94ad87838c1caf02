"""A row with its contributions as a picture: one bar a column, the strongest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.export.draw import Scene
from xai_widgets.export.tones import FAINT, INK
from xai_widgets.export.words import clean, signed
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.export.colours import Look
    from xai_widgets.export.draw import Pen

LINE = 26
MOST = 18
"""Columns that are drawn."""


def cells(names: Sequence[str], values: NDArray[np.float64], look: Look, width: int) -> Scene:
    """Draw bars to the right for the answer, to the left against it."""
    sizes = np.where(np.isfinite(values), np.abs(values), -1.0)
    order = np.argsort(-sizes, kind="stable")
    shown, rest = order[:MOST], order[MOST:]
    high = LINE * (len(shown) + bool(len(rest))) + 4

    def draw(pen: Pen, x: float, y: float) -> None:
        left, right, end = x + round(width * 0.46), x + width - 62, x + width
        middle, most = (left + right) / 2, max(float(sizes.max()), 1e-12)
        for k, i in enumerate(shown):
            line, value = y + LINE * k + LINE / 2, float(values[i])
            pen.write((x, line + 5), clean(names[i]), size=14, most=left - x - 14)
            if sizes[i] >= 0:
                tip = middle + (right - left) / 2 * value / most
                fill = tuple(look.colours(np.array([value]))[0].tolist())
                pen.draw.rectangle([min(middle, tip), line - 7, max(middle, tip), line + 7], fill=fill)
            pen.write((end, line + 5), signed(value), size=13, colour=FAINT, anchor="r")
        pen.draw.line([(middle, y), (middle, y + LINE * len(shown))], fill=INK)
        if len(rest):
            line = y + LINE * len(shown) + LINE / 2 + 5
            pen.write((x, line), phrase("{} more", str(len(rest))), size=13, colour=FAINT)
            pen.write((end, line), signed(float(np.nansum(values[rest]))), size=13, colour=FAINT, anchor="r")

    return Scene(width, high, draw)
