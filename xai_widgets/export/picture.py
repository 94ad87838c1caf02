"""A result as one static picture, for scripts and for notebooks that are not alive."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.export.cells import cells
from xai_widgets.export.colours import Look, look_of, washed
from xai_widgets.export.draw import Scene, legend, measure, overlay, reduced
from xai_widgets.export.font import legible
from xai_widgets.export.passage import passage, strip, sums
from xai_widgets.export.smoothing import automatic, smoothed
from xai_widgets.export.tones import BAR, CHOSEN, FAINT, TRACK, painted
from xai_widgets.export.words import TOP, clean, columns_of, doubt, question, score, short, title_of
from xai_widgets.export.words import text as described
from xai_widgets.language import phrase, read_by, told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.export.draw import Pen
    from xai_widgets.results import Attribution

NARROWEST, WIDEST = 400, 900
GAP = 24
TOP_EDGE = 62
TALLEST = 1.2
"""Of the photo, by its width."""

SMOOTHEST = 32

MOST_LINES = 12
"""Of the notes on the computation."""


@legible
def picture(attribution: Attribution, *, width: int = 860, **display: Any) -> Image.Image:
    """Draw photo and heat map, or what words or columns contribute, with everything needed to read them.

    Parameters
    ----------
    attribution : Attribution
    width : int
        Of the picture in pixels, 400..900.
    **display
        What is left out or None is chosen as the live view chooses it.

        colormap : str
            ``"blue_orange"`` or ``"purple_orange"``; a map without negative values gets a sequential one by itself.
        opacity : float
            0 shows the photo alone, 1 the map alone.
        sign : {"both", "positive", "negative", "absolute"}
            Which values to draw.
        mass : float
            Draw only the largest values, that hold this share of the sum of all |values|.
        scale : float
            |value| that gets the last colour.
        smooth : float
            Standard deviation, in cells of the map, of the mean under which the map is read; 0 draws each as it is.
        granularity, pattern : str
            For a text: what is summed, as of ``Attribution.contributions``; ``"pattern"`` for the regular expression.

    Raises
    ------
    ValueError
        For values that are neither a map nor those of a text or row, and for options out of range.
    """
    return _page(attribution, width=width, **display).scene.image()


@legible
def png(attribution: Attribution, **options: Any) -> bytes:
    """Draw the picture, with the options of :func:`picture`, and return it as a PNG of 256 colours."""
    page = _page(attribution, **options)
    image = page.scene.image()
    file = io.BytesIO()
    reduced(image, page.strip.resize((image.width, 80)), dither=attribution.text is None).save(
        file, "PNG", compress_level=9
    )
    return file.getvalue()


def svg(attribution: Attribution, **options: Any) -> bytes:
    """Draw the picture of a text or a row, with the options of :func:`picture`, in lines and letters.

    Raises
    ------
    ValueError
        For maps, whose lines are pixels.
    """
    if not attribution.in_lines:
        msg = "only a text or a row has lines to be saved as .svg: save this map as .png."
        raise ValueError(msg)
    return _drawing(attribution, **options)


def drawing_for(attribution: Attribution, *, language: str, dark: bool, **options: Any) -> bytes:
    """Draw the same of any result for one reader, as an SVG: letters as letters, what has no lines as pixels in it."""
    with read_by(language), painted(dark=dark):
        return _drawing(attribution, **options)


def _drawing(attribution: Attribution, **options: Any) -> bytes:
    return _page(attribution, **options).scene.svg(question(attribution), described(attribution))


def _page(attribution: Attribution, *, width: int = 860, **display: Any) -> _Page:
    if not NARROWEST <= width <= WIDEST:
        msg = f"width must lie in {NARROWEST}..{WIDEST}, got {width}."
        raise ValueError(msg)
    room = round((width - 3 * GAP) * 0.64)
    doubts, said = map(told, doubt(attribution)), [told(clean(one)) for one in attribution.notes]
    notes = [*doubts, *said]
    if attribution.text is not None:
        scene, look = _read(attribution, room, **display)
        return _Page(attribution, look, scene, width, notes=notes, strip=strip(look, (room, 10)))
    if attribution.in_lines:
        scene, look = _bars(attribution, room, **display)
        return _Page(attribution, look, scene, width, notes=notes, strip=strip(look, (room, 10)))
    if attribution.heat is None:
        shape = attribution.values.shape
        msg = f"only values of one to three axes, or of a text, can be drawn, got shape {shape}."
        raise ValueError(msg)
    smooth = display.pop("smooth", None)
    if smooth is not None and not 0 <= smooth <= SMOOTHEST:
        msg = f"smooth must lie in 0..{SMOOTHEST}, got {smooth}."
        raise ValueError(msg)
    sigma = automatic(attribution.heat) if smooth is None else smooth
    heat = smoothed(attribution.heat, sigma)
    look = look_of(heat, **display)
    scene = _overlaid(attribution, heat, look, room)
    if sigma:
        notes.insert(len(notes) - len(said), phrase("shown smoothed over {} px", f"{sigma:g}"))
    bar = legend(look, (max(scene.width, _least(width)), 10))
    return _Page(attribution, look, scene, width, notes=notes, strip=bar)


def _least(width: int) -> int:
    """Return how wide the left column is at least."""
    return round((width - 3 * GAP) * 0.5)


def _bars(attribution: Attribution, width: int, **display: Any) -> tuple[Scene, Look]:
    """Draw a row with what its columns contribute."""
    values = attribution.values.astype(np.float64)
    display.pop("smooth", None)
    look = look_of(values, **display)
    return cells(columns_of(attribution), values, look, width), look


def _read(
    attribution: Attribution, width: int, *, granularity: str | None = None, pattern: str | None = None, **display: Any
) -> tuple[Scene, Look]:
    """Draw the text with what its words contribute."""
    assert attribution.text is not None
    chosen = (pattern or "words") if granularity == "pattern" else granularity or "words"
    pieces, values = sums(attribution.text, attribution.values, chosen)
    display.pop("smooth", None)
    look = look_of(values, **display)
    return passage(attribution.text.text, pieces, values, look, width), look


def _overlaid(attribution: Attribution, heat: NDArray[np.float64], look: Look, width: int) -> Scene:
    """Draw the photo with the map on it, at most `width` wide."""
    photo = attribution.photo
    if photo is None:
        size, region = (heat.shape[1], heat.shape[0]), (0.0, 0.0, float(heat.shape[1]), float(heat.shape[0]))
    else:
        size = (photo.shape[1], photo.shape[0])
        region = attribution.region or (0.0, 0.0, float(size[0]), float(size[1]))
    factor = min(width / size[0], TALLEST * width / size[1])
    shown = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
    if photo is None:
        image = Image.new("RGB", shown, (243, 243, 243))
    else:
        image = Image.fromarray(photo).resize(shown, Image.Resampling.LANCZOS)
    x, y = shown[0] / size[0], shown[1] / size[1]
    box = (region[0] * x, region[1] * y, region[2] * x, region[3] * y)
    _wash(image, box)
    overlay(image, heat, look, box)
    return Scene(*shown, lambda pen, x, y: pen.paste(image, (x, y)))


def _wash(scene: Image.Image, box: tuple[float, float, float, float]) -> None:
    """Wash the part of the photo out that the map will lie on."""
    left, top = max(0, round(box[0])), max(0, round(box[1]))
    right, bottom = min(scene.width, round(box[2])), min(scene.height, round(box[3]))
    if left < right and top < bottom:
        part = np.asarray(scene.crop((left, top, right, bottom)))
        scene.paste(Image.fromarray(washed(part)), (left, top))


class _Page:
    """One picture: the title, what is shown and its colours on the left, the numbers on the right."""

    def __init__(
        self, attribution: Attribution, look: Look, shown: Scene, width: int, *, notes: list[str], strip: Image.Image
    ) -> None:
        self.attribution, self.look, self.shown, self.width, self.strip = attribution, look, shown, width, strip
        self.left = max(shown.width, _least(width))
        self.side = width - self.left - 3 * GAP
        self.bars_end = TOP_EDGE + 30 + 34 * len(attribution.prediction.top(TOP))
        pen = measure()
        lines = [line for part in notes for line in pen.wrap(part, 13, self.side)]
        self.caption = pen.cut(lines, MOST_LINES, 13, self.side)
        left = TOP_EDGE + shown.height + 46
        right = self.bars_end + (36 + 19 * len(self.caption) if self.caption else 0)
        self.scene = Scene(width, max(left, right) + 14, self._draw)

    def _draw(self, pen: Pen, x: float, y: float) -> None:
        self._title(pen, x + GAP, y + 40)
        self.shown.draw(pen, x + GAP + (self.left - self.shown.width) // 2, y + TOP_EDGE)
        self._legend(pen, x + GAP, y + TOP_EDGE + self.shown.height + 14)
        x += self.left + 2 * GAP
        self._bars(pen, x, y + TOP_EDGE)
        if self.caption:
            pen.write((x, y + self.bars_end + 24), phrase("Computation"), size=13, colour=FAINT)
        for i, line in enumerate(self.caption):
            pen.write((x, y + self.bars_end + 46 + 19 * i), line, size=13)

    def _title(self, pen: Pen, x: float, y: float) -> None:
        method = " · " + told(title_of(self.attribution.method))
        room = self.width - 2 * GAP
        asked = question(self.attribution)
        # The method is never cut off by a long label.
        asked = pen.fit(asked, 20, max(room / 2, room - pen.width(method, 20) - 4))
        pen.write((x, y), asked, size=20, bold=True)
        wide = pen.width(asked, 20) + 2
        pen.write((x + wide, y), method, size=20, colour=FAINT, most=room - wide)

    def _legend(self, pen: Pen, x: float, y: float) -> None:
        look, end = self.look, self.left
        pen.paste(self.strip, (x, y))
        more, less = ("≥ ", "≤ ") if look.clipped else ("", "")
        low, high = look.ends
        first = f"{less}{short(low)}" if look.diverging else "0"
        middle = f"{phrase('against')}   0   {phrase('for')}" if look.diverging else phrase("strength")
        last = f"{more}{'+' if look.diverging else ''}{short(high)}"
        pen.write((x, y + 27), first, size=13)
        # On both sides of the middle there is as much room as the longer end leaves.
        if pen.width(middle, 13) + 2 * max(pen.width(first, 13), pen.width(last, 13)) < end - GAP:
            pen.write((x + end / 2, y + 27), middle, size=13, colour=FAINT, anchor="m")
        pen.write((x + end, y + 27), last, size=13, anchor="r")

    def _bars(self, pen: Pen, x: float, y: float) -> None:
        prediction = self.attribution.prediction
        top = [(clean(name), value) for name, value in prediction.top(TOP)]
        target = self.attribution.target
        chosen = target if isinstance(target, tuple) else (target,)
        bold = {
            clean(prediction.label(i)) for i in chosen if isinstance(i, int) and 0 <= i < len(prediction.probabilities)
        }
        full = max((abs(v) for _, v in top), default=1.0) if prediction.task == "value" else 1.0
        pen.write((x, y + 12), phrase("Prediction"), size=13, colour=FAINT)
        for i, (name, value) in enumerate(top):
            line = y + 36 + 34 * i
            words = score(value, prediction.task)
            pen.write((x, line), name, bold=name in bold, most=self.side - pen.width(words, 14) - 12)
            pen.write((x + self.side, line), words, anchor="r")
            pen.draw.rectangle((x, line + 8, x + self.side - 1, line + 12), fill=TRACK)
            share = abs(value) / full if full > 0 and value == value else 0.0  # noqa: PLR0124  NaN has no bar
            if long := round(min(1.0, share) * (self.side - 1)):
                pen.draw.rectangle((x, line + 8, x + long, line + 12), fill=CHOSEN if name in bold else BAR)
