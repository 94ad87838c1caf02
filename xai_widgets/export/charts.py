"""What a model does with a population, as static pictures and in words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.axes import SMALL, Axes, ends
from xai_widgets.export.curves import effects
from xai_widgets.export.draw import Scene, measure
from xai_widgets.export.font import legible
from xai_widgets.export.swarm import swarm
from xai_widgets.export.tones import CHOSEN, FAINT, INK, TRACK
from xai_widgets.export.trees import tree
from xai_widgets.export.words import clean, short
from xai_widgets.language import phrase, told
from xai_widgets.populations import Contributions, Effects, Importances, SurrogateTree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PIL import Image

    from xai_widgets.export.draw import Pen
    from xai_widgets.populations import PopulationResult

WIDTH, GAP, LINE, HEAD = 760, 20, 24, 64
MOST = 30
"""Columns that are drawn or told."""


@legible
def chart(result: PopulationResult) -> Image.Image:
    """Draw a result with its heading and notes."""
    return _scene(result).image()


def title_of(result: PopulationResult) -> str:
    """Return what was asked of which answer."""
    name = result.method.replace("_", " ").capitalize() or type(result).__name__
    return f"{told(name)}: {clean(result.label)}"


def _scene(result: PopulationResult) -> Scene:
    height, body = _body(result)
    pen = measure()
    notes = [line for note in sentences(result) for line in pen.wrap(told(clean(note)), SMALL, WIDTH - 2 * GAP)]

    def draw(pen: Pen, x: float, y: float) -> None:
        assert x == y == 0, "a chart is a picture of its own"
        pen.write((GAP, 28), title_of(result), size=17, most=WIDTH - 2 * GAP, bold=True)
        pen.write((GAP, 48), told(clean(result.unit)), size=SMALL, colour=FAINT, most=WIDTH - 2 * GAP)  # type: ignore[attr-defined]
        body(pen, HEAD)
        for i, note in enumerate(notes):
            pen.write((GAP, HEAD + height + 18 * (i + 1)), note, size=SMALL, colour=FAINT)

    return Scene(WIDTH, HEAD + height + GAP + 18 * len(notes), draw)


def _body(result: PopulationResult) -> tuple[int, Callable[[Pen, float], None]]:
    if isinstance(result, Effects):
        return effects(result)
    if isinstance(result, SurrogateTree):
        return tree(result)
    assert isinstance(result, Importances)
    return swarm(result) if isinstance(result, Contributions) else bars(result)


@legible
def png(result: PopulationResult) -> bytes:
    """Draw it as a PNG."""
    file = io.BytesIO()
    chart(result).quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


def write_png(result: PopulationResult, path: Path) -> None:
    """Write the picture."""
    write_atomically(path, png(result))


def write_svg(result: PopulationResult, path: Path) -> None:
    """Write the picture in lines and letters."""
    write_atomically(path, _scene(result).svg(title_of(result), text(result)))


def text(result: PopulationResult) -> str:
    """Describe a result in words and numbers."""
    name = told(result.method.replace("_", " ").capitalize())
    lines = [phrase("{} of {}", name, clean(result.label)), *map(told, sentences(result))]
    if isinstance(result, SurrogateTree):
        return "\n".join([*lines, *map(_branch, result.rules().splitlines())])
    records = result.records()
    lines += ["; ".join(f"{name} {_plain(value)}" for name, value in row.items()) for row in records[:MOST]]
    return "\n".join([*lines, *([phrase("… and {} more", str(len(records) - MOST))] if len(records) > MOST else [])])


def _branch(line: str) -> str:
    """Return one line of a tree as deep as it stands there."""
    said = line.lstrip(" ")
    return " " * (len(line) - len(said)) + told(said)


def sentences(result: PopulationResult) -> list[str]:
    """Return how far the result has come, and its notes."""
    partial = [f"partial: {result.fraction:.0%} of the work done"] if result.fraction < 1 else []
    spent = f"{result.rows} rows, {result.forwards} passed through the model, {result.seconds:.1f} s"
    return ["; ".join([*partial, spent]), *result.notes]


def bars(result: Importances) -> tuple[int, Callable[[Pen, float], None]]:
    """Draw one bar a column, the longest first, with its interval."""
    shown = result.order[:MOST]
    values = result.values
    half = values * 0 if result.interval is None else result.interval

    def body(pen: Pen, top: float) -> None:
        low, high = ends([0.0], *([values[i] - half[i], values[i] + half[i]] for i in shown))
        axes = Axes(
            (GAP + 200, top, WIDTH - GAP - 70, top + LINE * len(shown)), (min(low, 0.0), max(high, 0.0)), (0, 1)
        )
        axes.rule(pen, y=False)
        zero, _ = axes.at(0, 0)
        for k, i in enumerate(shown):
            middle = top + LINE * (k + 0.5)
            end, _ = axes.at(float(values[i]), 0)
            pen.draw.rectangle([min(zero, end), middle - 7, max(zero, end), middle + 7], fill=CHOSEN)
            if half[i]:
                a, b = (axes.at(float(values[i] + sign * half[i]), 0)[0] for sign in (-1, 1))
                pen.draw.line([(a, middle), (b, middle)], fill=INK, width=2)
                for x in (a, b):
                    pen.draw.line([(x, middle - 4), (x, middle + 4)], fill=INK, width=2)
            pen.write((GAP + 192, middle + 5), clean(result.names[i]), size=13, anchor="r", most=190)
            pen.write((WIDTH - GAP, middle + 5), short(float(values[i])), size=13, anchor="r", colour=FAINT)
        pen.draw.line([(zero, top), (zero, top + LINE * len(shown))], fill=TRACK)

    return LINE * len(shown) + 24, body


def _plain(value: Any) -> str:
    return short(value) if isinstance(value, float) else clean(str(value))
