"""A map of words as a file: a picture in pixels or lines, or a table of where each word lies."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from xai_widgets.export import scatter
from xai_widgets.export.font import legible
from xai_widgets.export.tables import csv_of
from xai_widgets.language import told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xai_widgets.embeddings import Layout, WordVectors
    from xai_widgets.export.draw import Scene
    from xai_widgets.widgets.embedding_session import Near

TITLE = "Word vectors"


def scene_of(vectors: WordVectors, layout: Layout, near: Near | None, lines: Sequence[str]) -> Scene:
    """Draw a layout, and the word that is selected in it."""
    selected = [] if near is None or near.point is None else [near.point, *near.links]
    labels = [vectors.labels[i] for i in layout.rows]
    return scatter(layout.positions, layout.preserved, lines=lines, labels=labels, near=selected)


@legible
def png(vectors: WordVectors, layout: Layout, near: Near | None, lines: Sequence[str]) -> bytes:
    """Draw it in pixels."""
    file = io.BytesIO()
    scene_of(vectors, layout, near, lines).image().save(file, "PNG", optimize=True)
    return file.getvalue()


def svg(vectors: WordVectors, layout: Layout, near: Near | None, lines: Sequence[str]) -> bytes:
    """Draw it in lines and letters."""
    return scene_of(vectors, layout, near, lines).svg(told(TITLE), "\n".join(map(told, lines)))


def csv(vectors: WordVectors, layout: Layout, *_: Any) -> bytes:
    """Write one line a word: where it lies, and the share of its nearest neighbours that lie near it there too."""
    contexts = ["context"] if vectors.contexts else []
    lines = (
        [vectors.labels[i], *(vectors.contexts[i] for _ in contexts), *at, share]
        for i, at, share in zip(layout.rows, layout.positions.tolist(), layout.preserved.tolist(), strict=True)
    )
    return csv_of(["word", *contexts, "x", "y", "preserved"], lines)


FILES: dict[str, Callable[[WordVectors, Layout, Near | None, Sequence[str]], bytes]] = {
    ".png": png,
    ".svg": svg,
    ".csv": csv,
}
"""By suffix."""
