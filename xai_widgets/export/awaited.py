"""What stands for an explanation of which nothing is there yet: its input, and what the model says of it."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.export.bundle import saved
from xai_widgets.export.colours import look_of
from xai_widgets.export.draw import Scene, measure
from xai_widgets.export.font import legible
from xai_widgets.export.passage import passage
from xai_widgets.export.tones import FAINT
from xai_widgets.export.words import TOP, clean, named, score
from xai_widgets.language import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xai_widgets.export.bundle import Bundle
    from xai_widgets.export.draw import Pen
    from xai_widgets.results import Prediction
    from xai_widgets.text import Text

LATER = "This was still being computed when its cell ended: show it in another cell once it is there, or save it."
WIDTH, GAP, LINE, TALLEST = 640, 24, 19, 420
MOST_ROWS = 30


def awaited(
    live: tuple[Bundle, Bundle] | Bundle,
    photo: NDArray[np.uint8] | None,
    text: Text | None,
    row: tuple[Sequence[str] | None, Sequence[Any] | None],
    prediction: Prediction | None,
) -> tuple[Bundle, Bundle]:
    """Show a photo, a text or a row's columns and cells beside a live view, and what is known of the prediction."""
    columns, cells = row
    lines = [text.text] if text is not None else [clean(one) for one in named(columns, cells)] if columns else []
    given = photo if photo is not None and not lines else "\n".join(lines[:MOST_ROWS])
    words = "\n".join([*lines, *_predicted(prediction), phrase(LATER)])
    drawn = isinstance(given, np.ndarray) or given
    paint = partial(_png, given, prediction) if drawn else None
    return saved(live, "Explanation", words, paint)


def _predicted(prediction: Prediction | None) -> list[str]:
    if prediction is None:
        return []
    likely = (f"{clean(name)} {score(value, prediction.task)}" for name, value in prediction.top(TOP))
    return [f"{phrase('Prediction')}: {', '.join(likely)}"]


@legible
def _png(given: NDArray[np.uint8] | str, prediction: Prediction | None) -> bytes:
    """Draw a photo or letters, and below it what is said of them."""
    shown = _photo(given) if isinstance(given, np.ndarray) else _letters(given)
    pen, wide = measure(), WIDTH - 2 * GAP
    said = [line for one in (*_predicted(prediction), phrase(LATER)) for line in pen.wrap(one, 13, wide)]

    def draw(pen: Pen, x: float, y: float) -> None:
        shown.draw(pen, x + GAP, y + GAP)
        for i, line in enumerate(said):
            pen.write((x + GAP, y + 2 * GAP + shown.height + LINE * i), line, size=13, colour=FAINT)

    image = Scene(WIDTH, 2 * GAP + shown.height + LINE * len(said), draw).image()
    file = io.BytesIO()
    image.quantize(256).save(file, "PNG", optimize=True)
    return file.getvalue()


def _photo(photo: NDArray[np.uint8]) -> Scene:
    high, wide = photo.shape[:2]
    factor = min((WIDTH - 2 * GAP) / wide, TALLEST / high)
    image = Image.fromarray(photo).resize((max(1, round(wide * factor)), max(1, round(high * factor))))
    return Scene(*image.size, lambda pen, x, y: pen.paste(image, (x, y)))


def _letters(text: str) -> Scene:
    # Nothing is known of the words: all stand on paper.
    return passage(text, (), np.zeros(0), look_of(np.zeros(1)), WIDTH - 2 * GAP)
