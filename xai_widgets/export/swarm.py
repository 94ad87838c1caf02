"""Contributions to many rows: one line of dots a column, coloured by the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.export.axes import SMALL, Axes, ends
from xai_widgets.export.colours import colormaps, ramp
from xai_widgets.export.tones import FAINT, TRACK
from xai_widgets.export.words import clean
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from xai_widgets.export.draw import Pen
    from xai_widgets.populations import Contributions

LEFT, RIGHT, HIGH = 220, 740, 34
MOST, DOTS = 20, 400
SIZE = 3


def swarm(result: Contributions) -> tuple[int, Callable[[Pen, float], None]]:
    """Draw the dots, those of the column that contributes most above."""
    shown = result.order[:MOST]
    local, data = result.local[:DOTS], result.data[:DOTS]

    def body(pen: Pen, top: float) -> None:
        bottom = top + HIGH * len(shown)
        axes = Axes((LEFT, top, RIGHT, bottom), ends([0.0], local[:, shown]), (0, 1))
        axes.rule(pen, y=False)
        zero, _ = axes.at(0, 0)
        pen.draw.line([(zero, top), (zero, bottom)], fill=FAINT)
        for k, i in enumerate(shown):
            middle = top + HIGH * (k + 0.5)
            pen.write((LEFT - 8, middle + 5), clean(result.names[i]), size=13, anchor="r", most=LEFT - 30)
            x = np.array([axes.at(float(one), 0)[0] for one in local[:, i]])
            for a, off, colour in zip(x, _offsets(x), _colours(data[:, i]), strict=True):
                box = [a - SIZE, middle + off - SIZE, a + SIZE, middle + off + SIZE]
                pen.draw.ellipse(box, fill=tuple(colour))
        pen.write((LEFT, bottom + 36), phrase("low value"), size=SMALL, colour=FAINT)
        strip = _colours(np.arange(101.0))
        for k, colour in enumerate(strip):
            pen.draw.line([(LEFT + 64 + k, bottom + 28), (LEFT + 64 + k, bottom + 35)], fill=tuple(colour))
        pen.write((LEFT + 172, bottom + 36), phrase("high; "), size=SMALL, colour=FAINT)
        pen.draw.ellipse([LEFT + 212, bottom + 29, LEFT + 218, bottom + 35], fill=TRACK)
        pen.write((LEFT + 222, bottom + 36), phrase("missing"), size=SMALL, colour=FAINT)

    return HIGH * len(shown) + 44, body


def _offsets(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Push dots that would lie on each other apart, up and down in turn."""
    off, filled = np.zeros(len(x)), dict[int, int]()
    for i in np.argsort(x, kind="stable"):
        place = int(x[i] // (2 * SIZE))
        k = filled.get(place, 0)
        filled[place] = k + 1
        off[i] = (-1) ** k * ((k + 1) // 2) * 2
    most = HIGH / 2 - 4
    return off * min(1.0, most / max(1.0, float(np.abs(off).max())))


def _colours(values: NDArray[np.float64]) -> list[tuple[int, ...]]:
    """Colour values by their rank among those there are."""
    kinds = np.unique(values[np.isfinite(values)])
    steps = ramp(next(name for name, one in colormaps().items() if one["kind"] == "sequential"))
    # The last colours of the ramp are too light for dots on paper.
    place = np.searchsorted(kinds, values) / max(1, len(kinds) - 1) * 0.8
    colours = steps[np.clip(np.nan_to_num(place) * (len(steps) - 1), 0, len(steps) - 1).astype(int)]
    return [tuple(map(int, c)) if np.isfinite(v) else TRACK for c, v in zip(colours, values, strict=True)]
