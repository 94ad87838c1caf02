"""A text with its contributions as a picture: running words, each on the colour of its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.export.clusters import direction
from xai_widgets.export.colours import STEPS, ramp
from xai_widgets.export.draw import Scene, measure
from xai_widgets.export.tones import FAINT, INK, PAPER, Rgb, toned
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from xai_widgets.export.colours import Look
    from xai_widgets.export.draw import Pen
    from xai_widgets.text import Text

SIZE, LINE, TOP = 16, 28, 19
"""Of the letters, from line to line, and from a line's top to its baseline; pixels."""

MOST_LINES = 60
READABLE = 4.5
"""The contrast that WCAG asks of text."""

DIM = 0.18
"""Paper is dark below that luminance."""

BRIGHT = 0.5
"""On dark paper the strongest colour of a diverging ramp lies so far along it, where it is brightest."""

LONGEST_RUN = 60
"""Letters without a space that stay together; a longer row of them is broken."""


@dataclass(frozen=True)
class Run:
    """Letters of one line in one colour."""

    text: str
    piece: int | None
    width: float

    @property
    def direction(self) -> str:
        """``"R"``, ``"L"``, or nothing for marks and spaces."""
        return direction(self.text)


def sums(text: Text, values: NDArray[Any], granularity: str = "words") -> tuple[list[tuple[int, int]], NDArray[Any]]:
    """Return the pieces of a text, and the sum of the tokens' values in each."""
    pieces = [span for span in text.pieces(granularity) if span[0] < span[1]]
    found = np.zeros(len(pieces))
    for place, value in zip(text.places(pieces), values, strict=True):
        if place is not None:
            found[place] += value
    return pieces, found


def passage(text: str, pieces: Sequence[tuple[int, int]], values: NDArray[Any], look: Look, width: int) -> Scene:
    """Draw a text, at most so wide.

    Parameters
    ----------
    text : str
    pieces : sequence of (int, int)
        In the order of the text, not over each other.
    values : ndarray, shape (pieces,)
    look : Look
    width : int
    """
    lines = list(_lines(_runs(text, pieces, measure()), width))
    lines, more = lines[:MOST_LINES], lines[MOST_LINES:]
    seen = look.shown(values)
    papers = [paper if shown else toned(PAPER) for paper, shown in zip(shades(look, values), seen, strict=True)]

    def draw(pen: Pen, x: float, y: float) -> None:
        for row, line in enumerate(lines):
            _draw(pen, line, (x, y + row * LINE), width, papers)
        if more:
            left = len({run.piece for line in more for run in line} - {None})
            pen.write((x, y + len(lines) * LINE + TOP), phrase("… and {} more", str(left)), size=13, colour=FAINT)

    return Scene(width, max(1, len(lines) + bool(more)) * LINE, draw)


def shades(look: Look, values: NDArray[Any]) -> list[Rgb]:
    """Return the colour behind a word of each value, on the paper below it, as js/core/text/shade.ts has it."""
    share = np.clip(np.nan_to_num(np.asarray(values, float)) / look.scale, -1, 1)
    strength, dark = np.abs(share), _luminance(toned(PAPER)) < DIM
    # The sequential ramp goes from dark to bright: on white paper its dark end is the strong one.
    position = np.abs(strength - (not dark))
    if look.diverging:
        position = 0.5 + (np.sign(share) * BRIGHT if dark else share) / 2
    colours = ramp(look.colormap)[np.floor(position * (STEPS - 1) + 0.5).astype(int)].astype(float)
    alpha = np.ones_like(strength) if look.opacity >= 1 else 1 - (1 - strength) ** (look.opacity / (1 - look.opacity))
    paper = np.array(toned(PAPER))
    made = np.rint(paper + alpha[:, None] * (colours - paper)).astype(int)
    return [(int(r), int(g), int(b)) for r, g, b in made]


def strip(look: Look, size: tuple[int, int]) -> Image.Image:
    """Draw the colours from the first value to the last, as they stand behind words."""
    row = np.array(shades(look, np.linspace(*look.ends, size[0])), np.uint8)
    return Image.fromarray(np.ascontiguousarray(np.broadcast_to(row, (size[1], *row.shape))))


def ink_on(paper: Rgb) -> Rgb:
    """Return what can be read on a colour."""
    options: tuple[Rgb, ...] = (toned(INK), (0, 0, 0), (255, 255, 255))
    readable = (one for one in options if contrast(one, paper) >= READABLE)
    return next(readable, max(options, key=lambda one: contrast(one, paper)))


def contrast(a: Rgb, b: Rgb) -> float:
    """Return the contrast of two colours, 1..21, as WCAG defines it."""
    first, second = sorted((_luminance(a), _luminance(b)))
    return (second + 0.05) / (first + 0.05)


def _luminance(colour: Rgb) -> float:
    linear = [c / 3294.6 if c <= 10.31475 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _runs(text: str, pieces: Sequence[tuple[int, int]], pen: Pen) -> Iterator[Run]:
    """Divide a text where a line may end, or the colour changes; a line break in it is a run of its own."""
    place = 0
    for piece, (start, stop) in [*enumerate(pieces), (None, (len(text), len(text)))]:
        for owner, part in ((None, text[place:start]), (piece, text[start:stop])):
            for letters in _parts(part):
                shown = "\n" if letters == "\n" else visible(letters)
                yield Run(shown, owner, 0.0 if letters == "\n" else pen.width(shown, SIZE))
        place = max(place, stop)


def _parts(text: str) -> Iterator[str]:
    start = 0
    for at, character in enumerate(text):
        if character.isspace() or at - start >= LONGEST_RUN:
            if at > start:
                yield text[start:at]
            start = at
        if character.isspace():
            yield "\n" if character == "\n" else " "
            start = at + 1
    if start < len(text):
        yield text[start:]


def visible(text: str) -> str:
    """Return a text in which what acts without being seen, such as a change of direction, is named."""
    return "".join(one if one.isprintable() or one in "\u200d\ufe0f" else f"[U+{ord(one):04X}]" for one in text)


def _lines(runs: Iterator[Run], width: int) -> Iterator[list[Run]]:
    line: list[Run] = []
    full = 0.0
    for run in runs:
        if run.text == "\n" or (full + run.width > width and line and run.text != " "):
            yield line
            line, full = [], 0.0
        if run.text == "\n" or (run.text == " " and not line):
            continue
        line.append(run)
        full += run.width
    if line:
        yield line


def _draw(pen: Pen, line: list[Run], at: tuple[float, float], width: int, papers: Sequence[Rgb]) -> None:
    (x, top), (ordered, from_the_right) = at, visual(line)
    x += max(0.0, width - sum(run.width for run in line)) if from_the_right else 0.0
    for run in ordered:
        paper = toned(PAPER) if run.piece is None else papers[run.piece]
        if run.piece is not None:
            pen.draw.rectangle((round(x), top + 2, round(x + run.width) - 1, top + LINE - 4), fill=paper)
        if run.text.strip():
            pen.write((x, top + TOP), run.text, size=SIZE, colour=ink_on(paper))
        x += run.width


def visual(line: list[Run]) -> tuple[list[Run], bool]:
    """Put the runs of a line in the order in which they stand, from the left, and say whether it begins at the right.

    A plain form of Unicode's bidirectional algorithm: the letters of a run are put in order when they are drawn.
    """
    directions = [run.direction for run in line]
    base = next((one for one in directions if one), "L")
    for i, one in enumerate(directions):
        if not one:
            before = next((d for d in reversed(directions[:i]) if d), base)
            after = next((d for d in directions[i + 1 :] if d), base)
            directions[i] = before if before == after else base
    ordered: list[Run] = []
    against: list[Run] = []
    # Runs against the line's direction keep their own among themselves.
    for run, way in zip(line, directions, strict=True):
        if way != base:
            against.insert(0, run)
        else:
            ordered += [*against, run]
            against = []
    ordered += against
    return (ordered[::-1], True) if base == "R" else (ordered, False)
