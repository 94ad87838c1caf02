"""A row with its contributions as a picture: one bar a column, the strongest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xai_widgets.export.draw import FAINT, INK, PAPER, Pen
from xai_widgets.export.words import clean, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.export.colours import Look

LINE = 26
MOST = 18
"""Columns that are drawn."""


def cells(names: Sequence[str], values: NDArray[np.float64], look: Look, width: int) -> Image.Image:
    """Draw bars to the right for the answer, to the left against it."""
    sizes = np.where(np.isfinite(values), np.abs(values), -1.0)
    order = np.argsort(-sizes, kind="stable")
    shown, rest = order[:MOST], order[MOST:]
    image = Image.new("RGB", (width, LINE * (len(shown) + bool(len(rest))) + 4), PAPER)
    pen = Pen(image)
    left, right = round(width * 0.46), width - 62
    middle, most = (left + right) / 2, max(float(sizes.max()), 1e-12)
    for k, i in enumerate(shown):
        y, value = LINE * k + LINE / 2, float(values[i])
        pen.write((0, y + 5), clean(names[i]), size=14, most=left - 14)
        if sizes[i] >= 0:
            end = middle + (right - left) / 2 * value / most
            fill = tuple(look.colours(np.array([value]))[0].tolist())
            pen.draw.rectangle([min(middle, end), y - 7, max(middle, end), y + 7], fill=fill)
        sign = "+" if value > 0 else ""
        pen.write((width, y + 5), f"{sign}{short(value)}", size=13, colour=FAINT, anchor="r")
    pen.draw.line([(middle, 0), (middle, LINE * len(shown))], fill=INK)
    if len(rest):
        total = float(np.nansum(values[rest]))
        y = LINE * len(shown) + LINE / 2 + 5
        pen.write((0, y), f"{len(rest)} more", size=13, colour=FAINT)
        pen.write((width, y), f"{'+' if total > 0 else ''}{short(total)}", size=13, colour=FAINT, anchor="r")
    return image
