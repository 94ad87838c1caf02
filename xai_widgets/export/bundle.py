"""What a notebook keeps of a widget: a picture and words beside the live view."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.fitting import room
from xai_widgets.export.picture import png
from xai_widgets.export.words import every_word, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from xai_widgets.results import Attribution

logger = logging.getLogger(__name__)

SAVED_VIEW = "application/vnd.xai-widgets+json"
"""By this the JupyterLab extension knows a saved view (js/lab/picture.ts). The PNG stands beside it, once."""

Bundle = dict[str, Any]


LIVE_ALONE = {"curtain", "layout", "marks", "order", "special"}
"""What of a display no still picture of one map has."""

WIDTHS = (860, 640, 400)
"""Of the picture in a notebook, in pixels: the first that there is room for."""

OF_TEXTS = {"granularity", "pattern"}


def mimebundle(
    live: tuple[Bundle, Bundle] | Bundle,
    attribution: Attribution | None,
    display: Mapping[str, Any] | None = None,
    error: str = "",
    *,
    page: Bundle | None = None,
) -> tuple[Bundle, Bundle]:
    """Add the static twins to what a live widget shows.

    Parameters
    ----------
    live : (data, metadata) or data
        As the widget's own ``_repr_mimebundle_`` returned it.
    attribution : Attribution or None
        What is on show; None when there is nothing yet.
    display : dict, optional
        How it is shown, as in ``docs/protocol.md``; what is missing or None is chosen as the live view chooses it.
    error : str
        Why there is nothing to show, if so.
    page : dict, optional
        As of :func:`~xai_widgets.export.fitting.memory`.

    Returns
    -------
    data, metadata : dict
        The PNG is base64 text, as it stands in a notebook: ipykernel would encode bytes, others may not.
    """
    words, lines, paint = error, "", None
    if attribution is not None:
        words = text(attribution)
        lines = "\n".join([words, *every_word(attribution)])
        if drawable(attribution):
            paint = partial(_small_enough, attribution, display or {}, room() - (len(json.dumps(page)) if page else 0))
    return saved(live, "Explanation", words, paint, lines, page=page)


def _small_enough(attribution: Attribution, display: Mapping[str, Any], most: int) -> bytes:
    """Draw a picture that a notebook has room for, as large as that goes."""
    # Where most of the room is taken no photo fits as wide as it could be: to see that would take as long again.
    for width in WIDTHS if most >= room() / 2 else WIDTHS[1:]:
        picture = as_shown(png, attribution, display, width=width)
        # Notebooks keep pictures as base64.
        if len(picture) * 4 / 3 <= most:
            break
    takes = len(picture) * 4 / 3
    # Beside the data of a live view it is smaller as a rule.
    if takes > most or (width < WIDTHS[0] and most == room()):
        msg = "A notebook's picture is drawn %d pixels wide and takes %.0f kB; it may take %d: set XAI_WIDGETS_VIEW_KB."
        logger.warning(msg, width, takes / 1000, most // 1000)
    return picture


def painted(paint: Callable[[], bytes]) -> str | None:
    """Return the picture that `paint` makes as base64: one that cannot be painted must not take the rest with it."""
    try:
        return base64.b64encode(paint()).decode("ascii")
    except Exception:
        logger.exception("the static picture could not be painted")
        return None


def drawable(attribution: Attribution) -> bool:
    """Tell whether there is a picture of a result."""
    return attribution.heat is not None or attribution.in_lines


def as_shown(
    paint: Callable[..., bytes], attribution: Attribution, display: Mapping[str, Any], **options: Any
) -> bytes:
    """Draw a result as a live view shows it, as far as a still picture can."""
    absent = LIVE_ALONE if attribution.text is not None else LIVE_ALONE | OF_TEXTS
    return paint(attribution, **options, **{name: value for name, value in display.items() if name not in absent})


@dataclass(frozen=True)
class Recorded:
    """A result as plain data, and what those see of it who have nothing but a browser.

    Attributes
    ----------
    fields : dict
    title, words : str
    paint : callable, optional
        Draws it; None for what has no picture.
    more : dict
        What else a view should know.
    """

    fields: dict[str, Any]
    title: str
    words: str
    paint: Callable[[], bytes] | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def seen(self, png: str | None = None) -> dict[str, Any]:
        """Return all as one object; `load` does not look at its view."""
        view = {"v": 1, "title": self.title, "text": self.words, "png": png, **self.more}
        return {**self.fields, "view": view, "version": self.fields.get("provenance", {}).get("xai_widgets", "")}


def json_writer(recorded: Callable[[Any], Recorded]) -> Callable[[Any, Path], None]:
    """Return what writes a result as one JSON object, by what makes plain data of it."""

    def write(result: Any, path: Path) -> None:
        found = recorded(result)
        write_atomically(path, dumped(found.seen(None if found.paint is None else painted(found.paint))))

    return write


def dumped(record: dict[str, Any]) -> bytes:
    """Return plain data as JSON, of letters that every program reads alike."""
    return json.dumps(record, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def saved(
    live: tuple[Bundle, Bundle] | Bundle,
    title: str,
    words: str,
    paint: Callable[[], bytes] | None,
    lines: str = "",
    *,
    page: Bundle | None = None,
) -> tuple[Bundle, Bundle]:
    """Put a title, words and the picture that `paint` makes beside a live view.

    `lines` say more than `words`; `page` is as of :func:`~xai_widgets.export.fitting.memory`.
    """
    data, metadata = live if isinstance(live, tuple) else (live, {})
    data, metadata = dict(data), dict(metadata)
    if lines or words:
        data["text/plain"] = lines or words
    if paint is not None and (picture := painted(paint)) is not None:
        data["image/png"] = picture
    data[SAVED_VIEW] = {"v": 1, "title": title, "text": words, **(page or {})}
    return data, metadata
