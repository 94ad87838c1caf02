"""What was predicted and why, in sentences made of the numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export.bundle import drawable
from xai_widgets.export.picture import png
from xai_widgets.export.words import TOP, clean, columns_of, score, short, title_of
from xai_widgets.export.words import text as described
from xai_widgets.method import REGISTRY
from xai_widgets.reports.markup import Html, bar, figure, joined, listed, paragraph, quoted, table, tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.results import Attribution, Prediction

CLOSE, CLEAR = 0.1, 0.5
"""Differences between the two likeliest classes that are a close call, and a clear one."""

THIRDS = ("upper left", "top", "upper right", "left", "centre", "right", "lower left", "bottom", "lower right")
NAMED = 3
"""Regions, words or columns that a sentence names."""

NARROW, WIDE = 0.1, 0.3
"""Shares of the picture that hold half of a map that is called concentrated, and spread out."""

NOTABLE = 0.15
"""Share of a map's strength from which on a region is named."""


def prediction(found: Prediction) -> list[Html | None]:
    """Say what the model answered, and how sure it seems."""
    top = found.top(TOP)
    (first, chance), *others = top
    if found.task == "value":
        if not others:
            return [paragraph(joined("The model's answer is the number ", tag("strong", short(chance)), "."))]
        return [table("Outputs", ("Output", "Value"), ((clean(name), short(value)) for name, value in top))]
    gives = f", to which it gives {score(chance, found.task)}."
    said = joined("The model's answer is ", tag("strong", clean(first)), gives)
    sure: Any = None
    if others and chance - others[0][1] < CLOSE:
        sure = joined("This is a close call: ", quoted(others[0][0]), f" gets {score(others[0][1], found.task)}.")
    elif others and chance - others[0][1] > CLEAR:
        sure = joined("Far behind comes ", quoted(others[0][0]), f" with {score(others[0][1], found.task)}.")
    caution = "A percentage is what the model claims, not how often it is right."
    rows = [(clean(name), score(p, found.task), bar(p)) for name, p in top]
    return [paragraph(said, sure, caution), table("The likeliest answers", ("Answer", "Probability", ""), rows)]


def explanation(a: Attribution) -> list[Html | None]:
    """Say what moved the score, with a picture."""
    known = REGISTRY.get(a.method)
    asked = f"{title_of(a.method)} asks: {known.sentence}" if known is not None else f"By {title_of(a.method)}."
    subject = joined("the model's answer ", quoted(a.label))
    parts: list[Html | None] = [paragraph(asked)]
    if a.text is not None:
        parts += _pieces(a, a.contributions(), "word", subject)
    elif a.heat is not None:
        parts.append(_regions(a.heat, subject))
    elif a.values.ndim == 1:
        parts += _pieces(a, list(zip(columns_of(a), a.values.tolist(), strict=True)), "column", subject)
    else:
        parts.append(paragraph(f"The values have the shape {a.values.shape}."))
    if drawable(a):
        parts.insert(1, figure(png(a), described(a), _key(a)))
    return parts


def _key(a: Attribution) -> str:
    signed = bool((a.values < 0).any())
    if signed:
        return f"Warm colours speak for {clean(a.label)}, blue ones against it; the stronger, the more."
    return f"The stronger the colour, the more it mattered for {clean(a.label)}. This map has no direction."


def _pieces(a: Attribution, pieces: list[tuple[str, float]], kind: str, subject: Html) -> list[Html | None]:
    found = sorted((one for one in pieces if math.isfinite(one[1]) and one[1] != 0), key=lambda one: -abs(one[1]))
    if not found:
        return [paragraph("No value differs from zero: by this method nothing moved the answer.")]
    signed = bool((a.values < 0).any())
    pro, con = ([one for one in found if (one[1] > 0) == up] for up in (True, False))
    total = sum(abs(value) for _, value in found)
    sentences: list[Any] = []
    if pro:
        verb = "speak" if len(pro[:NAMED]) > 1 else "speaks"
        many = f"the {kind}{'s' * (len(pro) > 1)} "
        begin = joined("Most for ", subject, f" {verb} ") if signed else joined("Most for ", subject, " mattered ")
        sentences.append(joined(begin, many, _named(pro), "."))
    if con:
        verb = "speak" if len(con[:NAMED]) > 1 else "speaks"
        sentences.append(joined(f"Against it {verb} ", _named(con), "."))
    elif not signed:
        sentences.append("This method tells how strong an influence is, not its direction.")
    few = sum(abs(value) for _, value in found[:NAMED]) / total
    if len(found) > NAMED:
        sentences.append(f"The {NAMED} strongest of {len(found)} {kind}s hold {few:.0%} of all influence.")
    most = abs(found[0][1])
    rows = (
        (tag("bdi", clean(name)), _signed(value), bar(abs(value) / most, against=value < 0))
        for name, value in found[: 2 * TOP]
    )
    head = (kind.capitalize(), "Contribution", "")
    return [paragraph(*sentences), table(f"The strongest {kind}s, in units of the score", head, rows)]


def _named(found: list[tuple[str, float]]) -> Html:
    return listed([joined(quoted(name), f" ({_signed(value)})") for name, value in found[:NAMED]])


def _regions(heat: NDArray[Any], subject: Html) -> Html | None:
    """Say in which thirds of the picture a map's strength lies, and how little of it holds half."""
    values = np.nan_to_num(heat.astype(np.float64))
    total = np.abs(values).sum()
    if total == 0:
        return paragraph("No value differs from zero: by this method nothing moved the answer.")
    sentences: list[Any] = []
    for sign, begin in (
        (1, joined("What speaks for ", subject, " lies most ")),
        (-1, Html("What speaks against it lies most ")),
    ):
        part = np.maximum(sign * values, 0)
        if part.sum() > NOTABLE * total:
            sentences.append(joined(begin, _where(part), "."))
    strongest = np.sort(np.abs(values), axis=None)[::-1].cumsum()
    half = (np.searchsorted(strongest, total / 2) + 1) / values.size
    spread = "concentrated: " if half < NARROW else "spread out: " if half > WIDE else "such that "
    return paragraph(*sentences, f"The map is {spread}half of its strength lies in {half:.0%} of the picture.")


def _where(part: NDArray[Any]) -> Html:
    cells = [cell for band in np.array_split(part, 3, axis=0) for cell in np.array_split(band, 3, axis=1)]
    shares = [float(cell.sum() / part.sum()) for cell in cells]
    order = sorted(range(9), key=lambda i: -shares[i])
    named = [i for i in order if shares[i] >= NOTABLE][:NAMED]
    if not named:
        return Html("here and there")
    return listed([f"in the {THIRDS[i]} ({shares[i]:.0%} of it)" for i in named])


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{short(value)}"
