"""Paper that keeps lines as lines: as much of Pillow's ``ImageDraw`` as the static pictures need, written as SVG."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING, Any

from xai_widgets.export.tones import PAPER, Rgb, toned

if TYPE_CHECKING:
    from PIL.Image import Image

FONT = "system-ui,-apple-system,'Segoe UI',sans-serif"


class Vector:
    """Drawn upon by a :class:`~xai_widgets.export.draw.Pen` as a picture is."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def line(self, points: Any, fill: Rgb, width: float = 1) -> None:
        """Draw a line through points."""
        self._put("polyline", points=_path(points), fill="none", stroke=_colour(fill), stroke_width=width)

    def polygon(self, points: Any, fill: Rgb) -> None:
        """Fill what lies between points."""
        self._put("polygon", points=_path(points), fill=_colour(fill))

    def rectangle(self, box: Any, fill: Rgb | None = None, outline: Rgb | None = None) -> None:
        """Draw a box from its left upper to its right lower corner."""
        left, top, right, bottom = map(float, box)
        size: dict[str, Any] = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        self._put("rect", **size, fill=_colour(fill), stroke=outline and _colour(outline))

    def ellipse(self, box: Any, fill: Rgb | None = None, outline: Rgb | None = None, width: float = 1) -> None:
        """Draw an ellipse that fills a box."""
        left, top, right, bottom = map(float, box)
        place: dict[str, Any] = {"cx": (left + right) / 2, "cy": (top + bottom) / 2}
        place |= {"rx": (right - left) / 2, "ry": (bottom - top) / 2}
        drawn: dict[str, Any] = {"stroke": _colour(outline), "stroke_width": width} if outline else {}
        self._put("ellipse", **place, fill=_colour(fill), **drawn)

    def write(
        self, at: tuple[float, float], text: str, size: int, colour: Rgb, wide: float, *, bold: bool, halo: bool
    ) -> None:
        """Write one line, fitted into `wide` pixels: nobody knows which fonts its reader has."""
        said = "".join(one for one in text if one.isprintable() or one in "\u200d\ufe0f")
        if said.strip():
            fit: dict[str, Any] = {"textLength": wide, "lengthAdjust": "spacingAndGlyphs"}
            fit |= {"stroke": _colour(PAPER), "stroke_width": 4, "paint_order": "stroke"} if halo else {}
            weight = "600" if bold else None
            self._put("text", said, x=at[0], y=at[1], font_size=size, fill=_colour(colour), font_weight=weight, **fit)

    def paste(self, image: Image, at: tuple[int, int]) -> None:
        """Put a picture down."""
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        source = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
        self._put("image", x=at[0], y=at[1], width=image.width, height=image.height, href=source)

    def document(self, size: tuple[int, int], title: str, text: str) -> bytes:
        """Return all that was drawn as a file."""
        width, height = size
        said = f"<title>{_known(title)}</title><desc>{_known(text)}</desc>"
        paper = f'<rect width="{width}" height="{height}" fill="{_colour(PAPER)}"/>'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}"'
        box = f'viewBox="0 0 {width} {height}" font-family="{FONT}" style="white-space:pre"'
        return "\n".join([f"{head} {box}>{said}{paper}", *self.parts, "</svg>\n"]).encode()

    def _put(self, name: str, inside: str = "", **given: Any) -> None:
        said = "".join(f' {key.replace("_", "-")}="{_number(one)}"' for key, one in given.items() if one is not None)
        self.parts.append(f"<{name}{said}>{escape(inside)}</{name}>" if inside else f"<{name}{said}/>")


def _known(text: str) -> str:
    """Return a text as XML, which has no place for most characters that do nothing but act."""
    return escape("".join(one for one in text if one.isprintable() or one in "\n\t"))


def _number(value: Any) -> str:
    return value if isinstance(value, str) else f"{float(value):.2f}".rstrip("0").rstrip(".")


def _colour(rgb: Rgb | None) -> str:
    if rgb is None:
        return "none"
    red, green, blue = toned(rgb)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _path(points: Any) -> str:
    """Write points, which come in pairs or one number after the other."""
    flat = [number for one in points for number in (one if isinstance(one, (tuple, list)) else (one,))]
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in zip(flat[::2], flat[1::2], strict=True))
