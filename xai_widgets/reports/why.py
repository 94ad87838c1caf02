"""What was predicted and why, in sentences made of the numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from xai_widgets.export.bundle import drawable
from xai_widgets.export.picture import png
from xai_widgets.export.words import TOP, clean, columns_of, score, short, title_of
from xai_widgets.export.words import text as described
from xai_widgets.language import phrase, told
from xai_widgets.method import REGISTRY
from xai_widgets.reports.language import listed, paragraph, say
from xai_widgets.reports.markup import Html, bar, figure, quoted, table, tag

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.results import Attribution, Prediction

CLOSE, CLEAR = 0.1, 0.5
"""Differences between the two likeliest classes that are a close call, and a clear one."""

THIRDS = (
    *("in the upper left ({} of it)", "in the top ({} of it)", "in the upper right ({} of it)"),
    *("in the left ({} of it)", "in the centre ({} of it)", "in the right ({} of it)"),
    *("in the lower left ({} of it)", "in the bottom ({} of it)", "in the lower right ({} of it)"),
)
NOTHING = "No value differs from zero: by this method nothing moved the answer."
CONCENTRATED = "The map is concentrated: half of its strength lies in {} of the picture."
SPREAD = "The map is spread out: half of its strength lies in {} of the picture."
BETWEEN = "The map is such that half of its strength lies in {} of the picture."
NAMED = 3
"""Regions, words or columns that a sentence names."""

NARROW, WIDE = 0.1, 0.3
"""Shares of the picture that hold half of a map that is called concentrated, and spread out."""

NOTABLE = 0.15
"""Share of a map's strength from which on a region is named."""


class Kind(NamedTuple):
    """What an input is made of, in words."""

    name: str
    one: str
    several: str
    share: str
    strongest: str


WORDS = Kind(
    "Word",
    "the word {}",
    "the words {}",
    "The {} strongest of {} words hold {} of all influence.",
    "The strongest words, in units of the score",
)
COLUMNS = Kind(
    "Column",
    "the column {}",
    "the columns {}",
    "The {} strongest of {} columns hold {} of all influence.",
    "The strongest columns, in units of the score",
)


def prediction(found: Prediction) -> list[Html | None]:
    """Say what the model answered, and how sure it seems."""
    top = found.top(TOP)
    (first, chance), *others = top
    if found.task == "value":
        if not others:
            return [paragraph(say("The model's answer is the number {}.", tag("strong", short(chance))))]
        return [
            table(
                phrase("Outputs"), (say("Output"), say("Value")), ((clean(name), short(value)) for name, value in top)
            )
        ]
    answer = tag("strong", clean(first))
    said = say("The model's answer is {}, to which it gives {}.", answer, score(chance, found.task))
    sure: Any = None
    if others:
        next_, less = quoted(others[0][0]), score(others[0][1], found.task)
        if chance - others[0][1] < CLOSE:
            sure = say("This is a close call: {} gets {}.", next_, less)
        elif chance - others[0][1] > CLEAR:
            sure = say("Far behind comes {} with {}.", next_, less)
    caution = say("A percentage is what the model claims, not how often it is right.")
    rows = [(clean(name), score(p, found.task), bar(p)) for name, p in top]
    heads = (say("Answer"), say("Probability"), "")
    return [paragraph(said, sure, caution), table(phrase("The likeliest answers"), heads, rows)]


def explanation(a: Attribution) -> list[Html | None]:
    """Say what moved the score, with a picture."""
    known, title = REGISTRY.get(a.method), told(title_of(a.method))
    asked = say("By {}.", title) if known is None else say("{} asks: {}", title, told(known.sentence))
    subject = say("the model's answer {}", quoted(a.label))
    parts: list[Html | None] = [paragraph(asked)]
    if a.text is not None:
        parts += _pieces(a, a.contributions(), WORDS, subject)
    elif a.heat is not None:
        parts.append(_regions(a.heat, subject))
    elif a.values.ndim == 1:
        parts += _pieces(a, list(zip(columns_of(a), a.values.tolist(), strict=True)), COLUMNS, subject)
    else:
        parts.append(paragraph(say("The values have the shape {}.", a.values.shape)))
    if drawable(a):
        parts.insert(1, figure(png(a), _alt(a), _key(a)))
    return parts


def _alt(a: Attribution) -> str:
    return "\n".join("; ".join(map(told, line.split("; "))) for line in described(a).split("\n"))


def _key(a: Attribution) -> Html:
    signed = bool((a.values < 0).any())
    if signed:
        return say("Warm colours speak for {}, blue ones against it; the stronger, the more.", clean(a.label))
    return say("The stronger the colour, the more it mattered for {}. This map has no direction.", clean(a.label))


def _pieces(a: Attribution, pieces: list[tuple[str, float]], kind: Kind, subject: Html) -> list[Html | None]:
    found = sorted((one for one in pieces if math.isfinite(one[1]) and one[1] != 0), key=lambda one: -abs(one[1]))
    if not found:
        return [paragraph(say(NOTHING))]
    signed = bool((a.values < 0).any())
    pro, con = ([one for one in found if (one[1] > 0) == up] for up in (True, False))
    total = sum(abs(value) for _, value in found)
    sentences: list[Any] = []
    if pro:
        many = say(kind.one if len(pro) == 1 else kind.several, _named(pro))
        if signed:
            one = len(pro) == 1
            sentences.append(say("Most for {} speaks {}." if one else "Most for {} speak {}.", subject, many))
        else:
            sentences.append(say("Most for {} mattered {}.", subject, many))
    if con:
        sentences.append(say("Against it speaks {}." if len(con) == 1 else "Against it speak {}.", _named(con)))
    elif not signed:
        sentences.append(say("This method tells how strong an influence is, not its direction."))
    few = sum(abs(value) for _, value in found[:NAMED]) / total
    if len(found) > NAMED:
        sentences.append(say(kind.share, NAMED, len(found), f"{few:.0%}"))
    most = abs(found[0][1])
    rows = (
        (tag("bdi", clean(name)), _signed(value), bar(abs(value) / most, against=value < 0))
        for name, value in found[: 2 * TOP]
    )
    heads = (say(kind.name), say("Contribution"), "")
    return [paragraph(*sentences), table(phrase(kind.strongest), heads, rows)]


def _named(found: list[tuple[str, float]]) -> Html:
    return listed([say("{} ({})", quoted(name), _signed(value)) for name, value in found[:NAMED]])


def _regions(heat: NDArray[Any], subject: Html) -> Html | None:
    """Say in which thirds of the picture a map's strength lies, and how little of it holds half."""
    values = np.nan_to_num(heat.astype(np.float64))
    total = np.abs(values).sum()
    if total == 0:
        return paragraph(say(NOTHING))
    sentences: list[Any] = []
    for sign in (1, -1):
        part = np.maximum(sign * values, 0)
        if part.sum() <= NOTABLE * total:
            continue
        where = _where(part)
        pro = say("What speaks for {} lies most {}.", subject, where)
        sentences.append(pro if sign > 0 else say("What speaks against it lies most {}.", where))
    strongest = np.sort(np.abs(values), axis=None)[::-1].cumsum()
    half = (np.searchsorted(strongest, total / 2) + 1) / values.size
    spread = CONCENTRATED if half < NARROW else SPREAD if half > WIDE else BETWEEN
    return paragraph(*sentences, say(spread, f"{half:.0%}"))


def _where(part: NDArray[Any]) -> Html:
    cells = [cell for band in np.array_split(part, 3, axis=0) for cell in np.array_split(band, 3, axis=1)]
    shares = [float(cell.sum() / part.sum()) for cell in cells]
    order = sorted(range(9), key=lambda i: -shares[i])
    named = [i for i in order if shares[i] >= NOTABLE][:NAMED]
    if not named:
        return say("here and there")
    return listed([say(THIRDS[i], f"{shares[i]:.0%}") for i in named])


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{short(value)}"
