"""What is said of vectors of words, as ``docs/protocol.md`` has it, and in words for those who do not see it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from xai_widgets._version import __version__
from xai_widgets.embeddings import METRICS, PROJECTIONS
from xai_widgets.embeddings.projections import missing
from xai_widgets.export.passage import visible

if TYPE_CHECKING:
    from xai_widgets.embeddings import Agreement, Layout, Separation, WordVectors
    from xai_widgets.widgets.embedding_session import Near, Space
    from xai_widgets.wire import Message


def spec(vectors: WordVectors | None, space: Space) -> dict[str, Any]:
    """Tell what never changes once the vectors are there; None while a model still reads for them."""
    rows = [] if vectors is None else space.rows.tolist()
    methods = [
        {"name": one.name, "title": one.title, "sentence": one.sentence, "why_not": missing(one.name)}
        for one in PROJECTIONS.values()
    ]
    return {
        "v": 1,
        "kind": "embedding",
        "version": __version__,
        "words": [] if vectors is None else [vectors.labels[i] for i in rows],
        "contexts": [vectors.contexts[i] for i in rows] if vectors is not None and vectors.contexts else None,
        "total": 0 if vectors is None else len(vectors),
        "features": 0 if vectors is None else vectors.matrix.shape[1],
        "methods": methods,
        "metrics": list(METRICS),
        "k": space.k,
        "pairs": None if space.pairs is None else len(space.pairs),
        "groups": None if space.groups is None else len(space.groups),
    }


def arranged(answer: Message, layout: Layout | float) -> None:
    """Tell a layout, or how far the neighbours are known."""
    if isinstance(layout, float):
        answer.content["sought"] = layout
        return
    told = {"k": layout.k, "done": layout.done, "total": layout.total, "notes": list(layout.notes)}
    answer.content.update(told, recall=layout.recall, chance=layout.chance)
    answer.add("positions", layout.positions, "<u2").add("kept", layout.kept, "|u1")


def near(answer: Message, found: Near) -> None:
    """Tell what lies nearest."""
    entries = [[one.label, one.distance, point] for one, point in zip(found.entries, found.points, strict=True)]
    answer.content.update(label=found.label, point=found.point, entries=entries, links=found.links)


def judged(answer: Message, found: Agreement) -> None:
    """Tell how far vectors and people agree."""
    told = dataclasses.asdict(found)
    told["correlation"] = None if math.isnan(found.correlation) else found.correlation
    answer.content.update(told, unknown=list(found.unknown[:20]), apart=[list(one) for one in found.apart])


def separated(answer: Message, found: Separation) -> None:
    """Tell how far groups of words lie apart."""
    answer.content.update(
        score=None if math.isnan(found.score) else found.score,
        interval=found.interval,
        chance=found.chance,
        n=found.n,
        missing=found.missing,
        together=found.together,
        groups=[list(one) for one in found.groups],
        astray=[list(one) for one in found.astray],
    )


def described(
    layout: Layout | None, found: Near | None, agreed: Agreement | None, apart: Separation | None = None
) -> list[str]:
    """Say what is on show, line by line."""
    lines = []
    if layout is not None:
        whole = "" if layout.done == layout.total else f", {layout.done} of {layout.total} steps"
        lines.append(f"{PROJECTIONS[layout.method].title} of {layout.label}{whole}")
        kept = f"{layout.recall:.1%} of each word's {layout.k} nearest neighbours survive"
        lines.append(f"{kept}, by chance {layout.chance:.1%}")
    if found is not None:
        listed = ", ".join(f"{one.label} {one.distance:.3g}" for one in found.entries)
        lines.append(f"Nearest to {found.label} by {found.metric} distance: {listed}")
    if agreed is not None and not math.isnan(agreed.correlation):
        ends = "" if agreed.interval is None else ", 95% interval {:.2f}..{:.2f}".format(*agreed.interval)
        said = f"Agreement with people: rank correlation {agreed.correlation:.2f}{ends}"
        lines.append(f"{said}, {agreed.n:,} pairs, {agreed.missing:,} left out")
    if apart is not None and apart.interval is not None and apart.chance is not None:
        verdict = "lie together" if apart.together else "lie together no more than by chance"
        said = "silhouette {:.2f}, 95% interval {:.2f}..{:.2f}".format(apart.score, *apart.interval)
        dealt = "by chance {:.2f}..{:.2f}".format(*apart.chance)
        lines.append(f"{apart.n:,} words of {len(apart.groups)} groups {verdict}: {said}, {dealt}")
    return [visible(one) for one in lines]
