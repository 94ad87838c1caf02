"""A result in words and numbers, as people read them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.language import phrase, told
from xai_widgets.method import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.results import Attribution

TOP = 5
"""Classes, and strongest cells, that are listed."""

MOST_WORDS = 200
"""Of a text, that are listed with their values."""

NEIGHBOURS = 14
"""A cell nearer than a map's size divided by this to a stronger one is not listed."""


def title_of(method: str) -> str:
    """Return a method's title; its name where no method of that name is known here."""
    return REGISTRY[method].title if method in REGISTRY else clean(method)


def question(attribution: Attribution) -> str:
    """Return what the result answers."""
    return phrase("Why {}?", clean(attribution.label))


def clean(text: str) -> str:
    """Return a text in one line, without what does not print."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable()) or "(no name)"


def short(value: float) -> str:
    """Return a number with three digits and a real minus."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def signed(value: float) -> str:
    """Return a number with its sign, also where it is a plus."""
    return f"{'+' if value > 0 else ''}{short(value)}"


def score(value: float, task: str) -> str:
    """Return a probability in percent, or a plain output."""
    if task == "value" or not math.isfinite(value):
        return short(value)
    return "<0.1%" if 0 < value < 0.0005 else f"{value:.1%}"  # noqa: PLR2004


def doubt(attribution: Attribution) -> list[str]:
    """Return how far to trust the values, and what they took."""
    a, parts = attribution, []
    if a.fraction < 1:
        parts.append(f"partial: {a.fraction:.0%} of the work done")
    if a.doubt is not None:
        parts.append(a.doubt)
    if a.gap is not None:
        parts.append(f"completeness gap {short(a.gap)}")
    passes = [_count(n, name) for n, name in ((a.forwards, "forward"), (a.backwards, "backward")) if n]
    if passes:
        parts.append(f"{' + '.join(passes)} {'pass' if a.forwards + a.backwards == 1 else 'passes'}")
    if a.seconds > 0:
        parts.append(f"{a.seconds:.1f} s" if a.seconds < 100 else f"{a.seconds / 60:.0f} min")  # noqa: PLR2004
    return parts


def text(attribution: Attribution) -> str:
    """Describe a result in words, for those who do not see the picture."""
    a = attribution
    task = a.prediction.task
    top = ", ".join(f"{clean(name)} {score(p, task)}" for name, p in a.prediction.top(TOP))
    size = " × ".join(map(str, a.values.shape)) or "one value"
    lines = [question(a), f"{title_of(a.method)}, values {size}"]
    lines += ["; ".join(map(told, doubt(a)))] if doubt(a) else []
    lines += [f"Prediction: {top}", *_strongest(a), *map(clean, a.notes)]
    return "\n".join(map(told, lines))


def every_word(attribution: Attribution) -> list[str]:
    """List the words of a text in its order, with their values; nothing for what is no text."""
    if attribution.text is None:
        return []
    words = attribution.contributions()
    more = [phrase("… and {} more", str(len(words) - MOST_WORDS))] if len(words) > MOST_WORDS else []
    listed = [f"{clean(word)} {signed(value)}" for word, value in words[:MOST_WORDS]]
    return [phrase("Words: {}", "; ".join([*listed, *more]))]


def columns_of(attribution: Attribution) -> Sequence[str]:
    """Name the columns of a row with what it holds in each, where that is known: ``age = 38``."""
    return named(attribution.features, attribution.cells)


def named(names: Sequence[str], cells: Sequence[Any] | None) -> Sequence[str]:
    """Name columns with what they hold, where that is known."""
    return names if cells is None else [f"{name} = {cell(one)}" for name, one in zip(names, cells, strict=True)]


def cell(value: Any) -> str:
    """Return what a row holds in one column."""
    if value is None:
        return phrase("missing")
    return f"{value:.6g}".replace("-", "−") if isinstance(value, float) else str(value)


def _strongest(attribution: Attribution) -> list[str]:
    if attribution.text is not None and np.any(np.isfinite(attribution.values) & (attribution.values != 0)):
        words = sorted(attribution.contributions(), key=lambda one: -abs(one[1]) if math.isfinite(one[1]) else 0.0)
        return [f"Strongest words: {'; '.join(f'{clean(word)} {signed(value)}' for word, value in words[:TOP])}"]
    heat = attribution.heat
    values = np.asarray(attribution.values, dtype=np.float64) if heat is None else heat
    sizes = np.where(np.isfinite(values), np.abs(values), -1.0)
    if not (sizes > 0).any():
        return ["All values are zero." if (sizes == 0).any() else "No value is a number."]
    listed: list[str] = []
    while len(listed) < TOP and sizes.max() > 0:
        at = tuple(map(int, np.unravel_index(int(sizes.argmax()), sizes.shape)))
        value = float(values[at])
        where = ", ".join(map(str, at)) if heat is None else f"x {at[1]}, y {at[0]}"
        if values.ndim == 1 and attribution.names is not None:
            listed.append(f"{clean(columns_of(attribution)[at[0]])} {signed(value)}")
        else:
            listed.append(told(f"{signed(value)}{f' at {where}' if at else ''}"))
        # The neighbours of a strong cell of a map say the same again.
        near = [max(sizes.shape) // NEIGHBOURS if heat is not None else 0] * len(at)
        sizes[tuple(slice(max(0, i - n), i + n + 1) for i, n in zip(at, near, strict=True))] = -1.0
    return [f"Strongest: {'; '.join(listed)}"]


def _count(number: int, name: str) -> str:
    return f"{number:,} {name}".replace(",", " ")
