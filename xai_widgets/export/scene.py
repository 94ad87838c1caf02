"""One drawing for any paper: pixels, or the lines of an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from xai_widgets.export.draw import PAPER, Pen
from xai_widgets.export.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Callable


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
