"""A decision tree, one line a node, as an outline is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_widgets.export.axes import SMALL
from xai_widgets.export.tones import CHOSEN, FAINT, INK, TRACK
from xai_widgets.export.words import clean
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.export.draw import Pen
    from xai_widgets.populations import SurrogateTree

LEFT, RIGHT, LINE, INDENT = 20, 740, 25, 26
ANSWER, SHARE = 440, 590
MOST = 63


def tree(result: SurrogateTree) -> tuple[int, Callable[[Pen, float], None]]:
    """Draw conditions, and at the leaves what the tree says and of how many rows."""
    nodes = result.nodes[:MOST]
    total = max(1, nodes[0].rows)

    def body(pen: Pen, top: float) -> None:
        above: list[float] = []
        for k, one in enumerate(nodes):
            base = top + LINE * k + 17
            left = LEFT + INDENT * max(0, one.depth - 1) + (10 if one.depth else 0)
            del above[one.depth :]
            if one.depth > 1:
                x = left - INDENT + 4
                pen.draw.line([(x, above[-1] + 5), (x, base - 5), (left - 4, base - 5)], fill=TRACK, width=2)
            above.append(base)
            # Pillow's own font has no such signs.
            words = clean(one.condition).replace("≤", "<=").replace("≠", "!=") if one.depth else phrase("all rows")
            colour = INK if one.leaf else FAINT
            pen.write((left, base), words, size=13, colour=colour, most=ANSWER - 10 - left)
            if not one.leaf:
                continue
            pen.write((ANSWER, base), clean(one.answer), size=13, most=SHARE - ANSWER - 10, bold=True)
            wide = (RIGHT - 60 - SHARE) * one.rows / total
            pen.draw.rectangle([SHARE, base - 10, RIGHT - 60, base], fill=TRACK)
            pen.draw.rectangle([SHARE, base - 10, SHARE + wide, base], fill=CHOSEN)
            pen.write((RIGHT, base), f"{one.rows / total:.1%}", size=SMALL, colour=FAINT, anchor="r")
        if len(result.nodes) > MOST:
            more = phrase("… and {} more", str(len(result.nodes) - MOST))
            pen.write((LEFT, top + LINE * len(nodes) + 16), more, size=SMALL)

    return LINE * len(nodes) + 10 + 20 * (len(result.nodes) > MOST), body
