"""How far to trust an explanation, in words: what is known of its error, and what was measured of it."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.evaluations import MARKS, NO_BETTER, shown
from xai_widgets.export.measured import curved, heading
from xai_widgets.export.measured import png as measured_png
from xai_widgets.export.words import clean, short, title_of
from xai_widgets.language import phrase, told
from xai_widgets.reports.language import paragraph, say
from xai_widgets.reports.markup import Html, figure, joined, table, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.results import Attribution

ALIKE, RELATED = 0.7, 0.3
"""Rank correlations from which on two maps agree, and agree in part."""

DEGREES = (
    (np.nextafter(ALIKE, 0), "{} and {} agree: their rank correlation is {}."),
    (np.nextafter(RELATED, 0), "{} and {} agree in part: their rank correlation is {}."),
    (-RELATED, "{} and {} do not agree: their rank correlation is {}."),
    (-math.inf, "{} and {} contradict each other: their rank correlation is {}."),
)
"""What is said of two maps whose rank correlation is above so much."""

LIMITS = (
    "An explanation says what moved this model's answer. It does not say that the answer is right, nor what causes "
    "what in the world."
)


def certainty(a: Attribution) -> Html | None:
    """Say how exact the values of one explanation are, for what the method computes."""
    said: list[Any] = [say("{}:", tag("strong", told(title_of(a.method))))]
    if a.fraction < 1:
        said.append(say("only {} of the work was done.", f"{a.fraction:.0%}"))
    if a.error is None:
        said.append(say("what the method computes was computed exactly.") if a.fraction >= 1 else None)
    elif math.isfinite(a.error):
        said.append(say("the values are off by about {} at most, in 95 of 100 cases.", f"{a.error:.1%}"))
    else:
        said.append(say("the error has no bound yet: the map may be nothing but chance."))
    if a.gap is not None:
        total = float(a.values.sum(dtype="f8"))
        missed = short(abs(a.gap))
        said.append(say("The values sum to {}, which misses what they should sum to by {}.", short(total), missed))
    return paragraph(*said, *(told(clean(one)) for one in a.notes))


def agreements(found: Sequence[Attribution]) -> list[Html | None]:
    """Say how far several explanations of one question agree."""
    lines = []
    for a, b in combinations(found, 2):
        maps = a.heat is not None and b.heat is not None
        if a.target != b.target or not (maps or a.values.shape == b.values.shape) or math.isnan(r := a.agreement(b)):
            continue
        how = next(words for least, words in DEGREES if r > least)
        lines.append(say(how, told(title_of(a.method)), told(title_of(b.method)), short(r)))
    return [paragraph(*lines)]


def measured(found: Evaluation) -> list[Html | None]:
    """Tell what was measured of one explanation."""
    verdict = say("{} of {}: {}.", told(title_of(found.method)), clean(found.label), told(clean(found.verdict)))
    warning = None if found.believable else say("Do not rely on this map: it is {}.", told(NO_BETTER))
    rows = [
        (
            told(one.title),
            told(shown(one)),
            told(MARKS[one.passed]),
            joined(told(one.sentence), tag("small", " ", told(one.definition))),
        )
        for one in found.measures
    ]
    curves = curved(found) and figure(measured_png(found), heading(found), say("The curves behind these numbers."))
    heads = (say("Measure"), say("Value"), say("Check"), say("What it says"))
    return [
        paragraph(tag("strong", verdict), warning and tag("strong", warning)),
        table(phrase("What was measured"), heads, rows),
        curves or None,
        paragraph(*(told(clean(one)) for one in found.notes)),
    ]


def none_measured() -> Html | None:
    """Say that nobody looked."""
    how = tag("code", "xai.evaluate")
    return paragraph(say("Whether this explanation is better than chance was not measured: {} does so.", how))
