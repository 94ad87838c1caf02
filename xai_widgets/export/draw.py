"""Static pictures, in pixels or as lines of an SVG. Fonts are imported at first use: most scripts need none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.export.font import lettered, unwritten
from xai_widgets.export.tones import BAR, CHOSEN, FAINT, INK, PAPER, TRACK, Rgb
from xai_widgets.export.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PIL.ImageDraw import ImageDraw as Drawing

    from xai_widgets.export.colours import Look

HATCH_DARK, HATCH_LIGHT = (96, 96, 96, 255), (216, 216, 216, 190)
ELLIPSIS = "…"
OPENING, CLOSING = (
    "\uff08\u3010\u300a\u300c",
    "\uff0c\u3002\u3001\uff1b\uff1a\uff1f\uff01\uff09\u3011\u300b\u300d",
)
HAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
PIECES = re.compile(rf"\s*[{OPENING}]*(?:[{HAN}]|[^\s{HAN}{OPENING}{CLOSING}]+|[{OPENING}{CLOSING}])[{CLOSING}]*")
"""What a line does not break in: a word, or a sign of writing that has no spaces, with the marks that belong to it."""

LONGEST = 256
"""Longest text that is measured: what is longer does not fit anywhere."""


class Pen:
    """Draws on a picture or on a :class:`Vector`, and writes text fitted to its place."""

    def __init__(self, paper: Image.Image | Vector) -> None:
        from PIL import ImageDraw  # noqa: PLC0415

        self.paper = paper
        # The same letters are measured for both, so that both have the same lines.
        self._measure: Drawing = ImageDraw.Draw(Image.new("1", (1, 1)) if isinstance(paper, Vector) else paper)
        self.draw: Drawing | Vector = paper if isinstance(paper, Vector) else self._measure

    def width(self, text: str, size: int) -> float:
        """Measure a text."""
        letters, font = lettered(text, size)
        wide = float(self._measure.textlength(letters, font=font))
        if missing := unwritten(text):
            # Readers of lines and letters may have the font that is not here.
            wide += missing * (size - float(self._measure.textlength("?", font=font)))
        return wide

    def paste(self, image: Image.Image, at: tuple[float, float]) -> None:
        """Put a picture down, its upper left corner at a whole pixel."""
        self.paper.paste(image, (round(at[0]), round(at[1])))

    def fit(self, text: str, size: int, most: float) -> str:
        """Shorten a text with an ellipsis until it is at most `most` wide."""
        text = text if len(text) <= LONGEST else text[:LONGEST] + ELLIPSIS
        if self.width(text, size) <= most:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + ELLIPSIS, size) <= most:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + ELLIPSIS

    def wrap(self, text: str, size: int, most: float) -> list[str]:
        """Break a text into lines of at most `most`."""
        lines: list[str] = []
        for piece in PIECES.findall(text[: 4 * LONGEST]):
            word = piece.lstrip()
            joined = f"{lines[-1]}{' ' * (word != piece)}{word}" if lines else word
            if lines and self.width(joined, size) <= most:
                lines[-1] = joined
            else:
                lines.append(self.fit(word, size, most))
        return lines

    def cut(self, lines: list[str], count: int, size: int, most: float) -> list[str]:
        """Keep the first `count` lines, of which the last tells by an ellipsis that there are more."""
        if len(lines) <= count:
            return lines
        return [*lines[: count - 1], self.fit(lines[count - 1] + ELLIPSIS, size, most)]

    def write(
        self,
        at: tuple[float, float],
        text: str,
        *,
        size: int = 14,
        colour: Rgb = INK,
        anchor: str = "l",
        most: float | None = None,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write one line; `at` is its end by `anchor` (l, m, r) and its baseline. `halo` covers what lies below."""
        text = text if most is None else self.fit(text, size, most)
        letters, font = lettered(text, size)
        lines = isinstance(self.draw, Vector)
        wide = self.width(text, size) if lines else float(self._measure.textlength(letters, font=font))
        left = at[0] - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor] * wide
        if isinstance(self.draw, Vector):
            self.draw.write((left, at[1]), text, size, colour, wide, bold=bold, halo=halo)
            return
        try:
            if halo:
                self.draw.text((left, at[1]), letters, font=font, fill=PAPER, anchor="ls", stroke_width=2)
            # Pillow's font has no bold face: the outline of a fraction of a pixel is one.
            stroke: dict[str, Any] = {"stroke_width": 0.28, "stroke_fill": colour} if bold else {}
            self.draw.text((left, at[1]), letters, font=font, fill=colour, anchor="ls", **stroke)
        except (TypeError, ValueError):  # the font of one size has no baseline, an old Pillow no such thin outline
            self.draw.text((left, at[1] - size), letters, font=font, fill=colour)


def overlay(photo: Image.Image, heat: NDArray[np.float64], look: Look, box: tuple[float, float, float, float]) -> None:
    """Draw a map over a part of a picture, as smooth as the picture needs; hatched where it has no values.

    Parameters
    ----------
    photo : PIL image
        Drawn upon.
    heat : ndarray, shape (height, width)
    look : Look
    box : (x0, y0, x1, y1)
        Where the map lies, in the picture's pixels; it may reach beyond.
    """
    # Only the part on the picture is drawn, and resampled from the matching part of the map.
    x0, y0, x1, y1 = box
    left, top = max(0, round(x0)), max(0, round(y0))
    right, bottom = min(photo.width, max(left + 1, round(x1))), min(photo.height, max(top + 1, round(y1)))
    height, width = heat.shape
    if right <= left or bottom <= top or x1 <= x0 or y1 <= y0:
        return
    across, down = width / (x1 - x0), height / (y1 - y0)
    part = (
        min(max((left - x0) * across, 0), width - 1e-3),
        min(max((top - y0) * down, 0), height - 1e-3),
        min(max((right - x0) * across, 1e-3), width),
        min(max((bottom - y0) * down, 1e-3), height),
    )
    size = (right - left, bottom - top)
    colours = Image.fromarray(look.rgba(heat)).resize(size, Image.Resampling.BILINEAR, box=part)
    missing = np.isnan(heat)
    if missing.any():
        where = Image.fromarray(missing.astype(np.uint8) * 255).resize(size, Image.Resampling.NEAREST, box=part)
        colours.paste(_hatch(size), (0, 0), where)
    photo.paste(colours, (left, top), colours)
    if size != photo.size:
        _frame(photo, (left, top, right - 1, bottom - 1))


def _frame(photo: Image.Image, box: tuple[int, int, int, int]) -> None:
    """Show where the model's view ends."""
    from PIL import ImageDraw  # noqa: PLC0415

    line = Image.new("L", photo.size)
    ImageDraw.Draw(line).rectangle(box, outline=130)
    photo.paste((255, 255, 255), (0, 0), line)


def _hatch(size: tuple[int, int]) -> Image.Image:
    y, x = np.indices((size[1], size[0]))
    lines = (((x + y) % 6) < 2)[..., None]  # noqa: PLR2004
    return Image.fromarray(np.where(lines, HATCH_DARK, HATCH_LIGHT).astype(np.uint8))


def legend(look: Look, size: tuple[int, int]) -> Image.Image:
    """Draw the colours of a map from its first to its last value, as they appear over grey."""
    values = np.linspace(*look.ends, size[0])[None, :].repeat(size[1], axis=0)
    image = Image.new("RGB", size, (190, 192, 195))
    colours = Image.fromarray(look.rgba(values))
    image.paste(colours, (0, 0), colours)
    return image


def reduced(image: Image.Image, important: Image.Image, *, dither: bool = True) -> Image.Image:
    """Return `image` in 256 colours: those of text and bars exactly, the others as both pictures need them."""
    fixed = [PAPER, INK, FAINT, TRACK, BAR, CHOSEN]
    both = Image.new("RGB", (max(image.width, important.width), image.height + important.height), PAPER)
    both.paste(image, (0, 0))
    both.paste(important, (0, image.height))
    # Half the pixels tell as much. Few lines of rare colours would be lost in the photo's without their second picture.
    both = both.resize((both.width // 2, both.height // 2), Image.Resampling.NEAREST)
    found = both.quantize(256 - len(fixed), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(([c for colour in fixed for c in colour] + found)[: 3 * 256])
    # Flat colours, as behind words, are to stay flat.
    made = image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE)
    # Pillow finds near colours only, which would tint the paper.
    codes, exact = np.array(made), np.asarray(image)
    for code, colour in enumerate(fixed):
        codes[(exact == colour).all(axis=-1)] = code
    made.paste(Image.fromarray(codes), (0, 0))
    return made


@dataclass(frozen=True)
class Scene:
    """A part of a picture, or the whole of it.

    Attributes
    ----------
    width, height : int
        In pixels.
    draw : callable
        Draws it with a pen, its upper left corner at the given place (x, y).
    """

    width: int
    height: int
    draw: Callable[[Pen, float, float], None]

    def image(self) -> Image.Image:
        """Draw it in pixels."""
        image = Image.new("RGB", (self.width, self.height), PAPER)
        self.draw(Pen(image), 0, 0)
        return image

    def svg(self, title: str, text: str) -> bytes:
        """Draw it in lines and letters; `title` and `text` are for those who do not see it."""
        paper = Vector()
        self.draw(Pen(paper), 0, 0)
        return paper.document((self.width, self.height), title, text)


def measure() -> Pen:
    """Return a pen that measures letters before there is any paper."""
    return Pen(Image.new("RGB", (1, 1)))
