"""HTML that nothing from outside can break out of: what was not made here is text."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, Any

from xai_widgets.export.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Html(str):
    """Markup that was made here."""

    __slots__ = ()


def tag(name: str, *inside: Any, **attributes: Any) -> Html:
    """Return an element; a text in it is escaped, Html stays as it is, None is left out.

    Attributes are escaped too; of their names an underscore at the end is left out and another is a hyphen.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{said}>{joined(*inside)}" + ("" if name in {"img", "br"} else f"</{name}>"))


def joined(*parts: Any) -> Html:
    """Return several parts in a row."""
    return Html("".join(one if isinstance(one, Html) else escape(str(one)) for one in parts if one is not None))


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Html:
    """Return a table whose first column names its rows."""
    body = [tag("tr", tag("th", row[0], scope="row"), *(tag("td", one) for one in row[1:])) for row in rows]
    names = tag("tr", *(tag("th", one, scope="col") for one in head))
    return tag("div", tag("table", tag("caption", caption), tag("thead", names), tag("tbody", *body)), class_="wide")


def bar(share: float, *, against: bool = False) -> Html:
    """Return a bar of a share of the whole, 0..1, that only decorates the number beside it."""
    width = round(100 * min(1.0, max(0.0, share)), 1)
    rect = tag("rect", width=width, height=8, rx=2, class_="against" if against else "for")
    return tag("svg", rect, viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true", class_="bar")


def figure(png: bytes, alt: str, caption: str) -> Html:
    """Return a picture with what it shows in words."""
    source = f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
    return tag("figure", tag("img", src=source, alt=alt), tag("figcaption", caption))


def quoted(words: str) -> Html:
    """Return words from outside, which may run in another direction."""
    return tag("q", tag("bdi", clean(words)))
