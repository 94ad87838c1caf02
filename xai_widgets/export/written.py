"""What a language model wrote, in words and as a picture: each new token, and what it rests on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xai_widgets.export.colours import look_of
from xai_widgets.export.draw import Pen
from xai_widgets.export.font import legible
from xai_widgets.export.passage import shades, visible
from xai_widgets.export.tones import FAINT, PAPER
from xai_widgets.export.words import short
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.text import Text

WIDTH, SIDE, LEAST = 860, 24, 11
"""Of the picture; of a cell at most, and from which on its token has a name beside it; pixels."""

NAME = 104
"""Room for a token's name."""

LEGEND = "Each new token (row) and what it rests on (column): orange for, blue against, up to {}"

STRONGEST = 3
"""Tokens that are listed for each new one."""


def written_text(
    prompt: str, tokens: Sequence[tuple[int, str, float]], whole: Text | None, rows: NDArray[np.float32]
) -> str:
    """Write what was written, how likely each token was, and what it rests on most."""
    lines = [f"{_shown(prompt)}⟶{_shown(''.join(said for _, said, _ in tokens))}"]
    # Divided anew, the text may have other tokens than were drawn.
    same = whole is not None and len(rows) == len(tokens)
    for number, (_, said, chance) in enumerate(tokens):
        rests = _strongest(whole, rows[number]) if same and whole is not None else ""
        lines.append(f"{_shown(said)!r} {chance:.0%}{rests}")
    return "\n".join(lines)


def _strongest(whole: Text, row: NDArray[np.float32]) -> str:
    order = [i for i in np.argsort(-np.abs(np.nan_to_num(row)), kind="stable")[:STRONGEST] if np.isfinite(row[i])]
    told = (f"{_name(whole, int(i))!r} {'+' if row[i] > 0 else ''}{short(float(row[i]))}" for i in order)
    return f", rests on {', '.join(told)}" if order else ""


@legible
def written_png(whole: Text, first: int, rows: NDArray[np.float32]) -> bytes:
    """Draw the token × token map: a row for each new token, a column for each of the text."""
    side = max(2, min(SIDE, (WIDTH - NAME) // max(1, rows.shape[1])))
    named = side >= LEAST
    left = NAME if named else 0
    image = Image.new("RGB", (left + side * rows.shape[1], left + side * len(rows) + 26), PAPER)
    look = look_of(np.nan_to_num(rows))
    colours = np.array(shades(look, rows.ravel()), np.uint8).reshape(*rows.shape, 3)
    colours[np.isnan(rows)] = PAPER
    cells = Image.fromarray(colours).resize((side * rows.shape[1], side * len(rows)), Image.Resampling.NEAREST)
    image.paste(cells, (left, left))
    if named:
        for i in range(len(rows)):
            at = (left - 6, left + (i + 0.5) * side + 4)
            Pen(image).write(at, _name(whole, first + i), size=12, colour=FAINT, anchor="r", most=NAME - 8)
        for i in range(rows.shape[1]):
            upright = Image.new("RGB", (NAME - 6, side), PAPER)
            Pen(upright).write((0, side / 2 + 4), _name(whole, i), size=12, colour=FAINT, most=NAME - 8)
            image.paste(upright.rotate(90, expand=True), (left + i * side, 0))
    said = phrase(LEGEND, short(look.scale))
    Pen(image).write((left, image.height - 8), said, size=12, colour=FAINT, most=image.width - left)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _name(whole: Text, token: int) -> str:
    start, stop = whole.spans[token]
    return _shown(whole.text[start:stop]).strip() or "␣"


def _shown(text: str) -> str:
    return visible(text.replace("\n", "⏎"))
