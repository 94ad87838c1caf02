"""How far to trust an explanation, in words: what is known of its error, and what was measured of it."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

from xai_widgets.evaluations import MARKS, NO_BETTER, shown
from xai_widgets.export.measured import curved, heading
from xai_widgets.export.measured import png as measured_png
from xai_widgets.export.words import clean, short, title_of
from xai_widgets.reports.markup import Html, figure, joined, paragraph, table, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.results import Attribution

ALIKE, RELATED = 0.7, 0.3
"""Rank correlations from which on two maps agree, and agree in part."""

LIMITS = (
    "An explanation says what moved this model's answer. It does not say that the answer is right, nor what causes "
    "what in the world."
)


def certainty(a: Attribution) -> Html | None:
    """Say how exact the values of one explanation are, for what the method computes."""
    said: list[Any] = [joined(tag("strong", title_of(a.method)), ": ")]
    if a.fraction < 1:
        said.append(f"only {a.fraction:.0%} of the work was done.")
    if a.error is None:
        said.append("what the method computes was computed exactly." if a.fraction >= 1 else None)
    elif math.isfinite(a.error):
        said.append(f"the values are off by about {a.error:.1%} at most, in 95 of 100 cases.")
    else:
        said.append("the error has no bound yet: the map may be nothing but chance.")
    if a.gap is not None:
        total = float(a.values.sum(dtype="f8"))
        said.append(f"The values sum to {short(total)}, which misses what they should sum to by {short(abs(a.gap))}.")
    return paragraph(*said, *map(clean, a.notes))


def agreements(found: Sequence[Attribution]) -> list[Html | None]:
    """Say how far several explanations of one question agree."""
    lines = []
    for a, b in combinations(found, 2):
        maps = a.heat is not None and b.heat is not None
        if a.target != b.target or not (maps or a.values.shape == b.values.shape) or math.isnan(r := a.agreement(b)):
            continue
        how = "agree" if r >= ALIKE else "agree in part" if r >= RELATED else "do not agree"
        how = how if r > -RELATED else "contradict each other"
        lines.append(f"{title_of(a.method)} and {title_of(b.method)} {how}: their rank correlation is {short(r)}.")
    return [paragraph(*lines)]


def measured(found: Evaluation) -> list[Html | None]:
    """Tell what was measured of one explanation."""
    verdict = f"{title_of(found.method)} of {clean(found.label)}: {clean(found.verdict)}."
    warning = None if found.believable else tag("strong", f"Do not rely on this map: it is {NO_BETTER}.")
    rows = [
        (one.title, shown(one), MARKS[one.passed], joined(one.sentence, tag("small", " ", one.definition)))
        for one in found.measures
    ]
    return [
        paragraph(tag("strong", verdict), warning),
        table("What was measured", ("Measure", "Value", "Check", "What it says"), rows),
        figure(measured_png(found), heading(found), "The curves behind these numbers.") if curved(found) else None,
        paragraph(*map(clean, found.notes)),
    ]


def none_measured() -> Html | None:
    """Say that nobody looked."""
    return paragraph(
        "Whether this explanation is better than chance was not measured:", tag("code", "xai.evaluate"), "does so."
    )
