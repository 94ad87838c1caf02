"""An evaluation as a picture: the verdict, one line a measure, and the curves behind them."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING

from xai_widgets.evaluations import MARKS, shown
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.axes import SMALL, Axes, ends
from xai_widgets.export.draw import Scene
from xai_widgets.export.font import legible
from xai_widgets.export.tones import BAR, CHOSEN, FAINT, INK
from xai_widgets.export.words import clean, title_of
from xai_widgets.language import phrase, told

if TYPE_CHECKING:
    from pathlib import Path

    from xai_widgets.evaluations import Evaluation, Measure
    from xai_widgets.export.draw import Pen

WIDTH, EDGE, LINE, HEAD = 760, 20, 24, 78
TILE, TALL = 370, 290
STROKES = {"this map": (CHOSEN, 3), "rank correlation": (CHOSEN, 3), "random order": (BAR, 2)}
"""Of the curves; others are thin: told apart by their width too."""


def heading(found: Evaluation) -> str:
    """Say of what it is."""
    return told(f"Can {title_of(found.method)} of {clean(found.label)} be believed?")


def text(found: Evaluation) -> str:
    """Describe what was measured in words, for those who do not see the picture."""
    lines = [phrase("{} of {}: {}.", told(title_of(found.method)), clean(found.label), told(clean(found.verdict)))]
    for one in found.measures:
        said = told(one.title), told(shown(one)), told(MARKS[one.passed])
        lines.append(phrase("{}: {}, {}. {}", *said, told(one.sentence)))
    return "\n".join([*lines, *map(told, found.notes)])


def curved(found: Evaluation) -> list[Measure]:
    """Return the measures that have curves."""
    return [one for one in found.measures if one.curves and not math.isnan(one.value)]


def scene(found: Evaluation) -> Scene:
    """Draw what was measured."""
    drawn = curved(found)
    below = HEAD + LINE * len(found.measures)
    high = below + math.ceil(len(drawn) / 2) * TALL + EDGE

    def draw(pen: Pen, x: float, y: float) -> None:
        room = WIDTH - 2 * EDGE
        pen.write((x + EDGE, y + 28), heading(found), size=17, most=room, bold=True)
        pen.write((x + EDGE, y + 52), told(clean(found.verdict)), size=14, most=room)
        for k, one in enumerate(found.measures):
            line = y + HEAD + LINE * k + 12
            pen.write((x + EDGE, line), told(one.title), size=13, most=260)
            pen.write((x + 430, line), told(shown(one)), size=13, anchor="r", most=130)
            pen.write((x + 460, line), told(MARKS[one.passed]), size=13, colour=FAINT, bold=one.passed is False)
        for k, one in enumerate(drawn):
            _curves(pen, one, (x + k % 2 * TILE, y + below + k // 2 * TALL))

    return Scene(WIDTH, high, draw)


def _curves(pen: Pen, one: Measure, at: tuple[float, float]) -> None:
    left, top = at
    pen.write((left + EDGE, top + 24), told(one.title), size=14, most=TILE - EDGE, bold=True)
    wide = TILE - EDGE - 12
    for k, line in enumerate(pen.cut(pen.wrap(told(one.sentence), SMALL, wide), 2, SMALL, wide)):
        pen.write((left + EDGE, top + 42 + 15 * k), line, size=SMALL, colour=FAINT)
    box = (left + EDGE + 44, top + 72, left + TILE - 12, top + TALL - 52)
    # Up to 1 and down to 0 at least, as the view draws it: else a small fall would look like a large one.
    axes = Axes(box, ends(*(curve.x for curve in one.curves)), ends([0, 1], *(curve.y for curve in one.curves)))
    axes.rule(pen)
    x = box[0]
    for curve in reversed(one.curves):  # the first lies on the others
        colour, width = STROKES.get(curve.name, (INK, 1))
        pen.draw.line(axes.path(curve.x, curve.y), fill=colour, width=width)
    for curve in one.curves:
        colour, width = STROKES.get(curve.name, (INK, 1))
        pen.draw.line([(x, top + TALL - 20), (x + 16, top + TALL - 20)], fill=colour, width=width)
        name = told(curve.name)
        pen.write((x + 21, top + TALL - 16), name, size=SMALL)
        x += 34 + pen.width(name, SMALL)


@legible
def png(found: Evaluation) -> bytes:
    """Draw it as a PNG."""
    file = io.BytesIO()
    scene(found).image().quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def write_png(found: Evaluation, path: Path) -> None:
    """Write the picture."""
    write_atomically(path, png(found))


def write_svg(found: Evaluation, path: Path) -> None:
    """Write the picture in lines and letters."""
    write_atomically(path, scene(found).svg(heading(found), text(found)))
