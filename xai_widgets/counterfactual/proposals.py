"""Single edits worth trying: what may be deleted, what may stand in its place, what may be put in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import normalize

from xai_widgets.counterfactual.edits import deletion, gaps, insertion, is_word, replacement
from xai_widgets.inputs import whole_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.changes import Edit
    from xai_widgets.counterfactual.problem import TextProblem
    from xai_widgets.counterfactual.slopes import Slopes
    from xai_widgets.text import Span

INSERTIONS = ("not", "never", "no", "hardly", "very", "but", "really")
"""English words that turn or strengthen what is said, where nobody gives others."""

GAPS = 16
"""Where there is a gradient, usual words are put in beside so many words, those that weigh most."""

OVERSIZE = 4
"""Of a masked model's first guesses, this many times those asked for are looked at: not all are words."""


def neighbours(
    problem: TextProblem,
    spans: list[Span],
    slopes: Slopes,
    *,
    count: int,
    near: int,
    both: bool = False,
) -> list[Edit]:
    """Propose for each span the words whose vectors promise most, to first order, among its nearest neighbours.

    Those that promise most of all come first.

    Parameters
    ----------
    count : int
        How many for each span.
    near : int
        Among how many neighbours, by cosine; 0 for the whole vocabulary.
    both : bool
        Whether those that move the score the wrong way promise as much.
    """
    table = problem.subject.vectors
    if table is None:
        return []
    words = whole_words(problem.subject.tokenizer)
    known = torch.tensor([i for i, word in enumerate(words[: len(table)]) if word is not None], device=table.device)
    if not len(known):
        return []
    vectors = table[known]
    directions = normalize(vectors, dim=1) if near else vectors
    edits: dict[Edit, float] = {}
    for k, span in enumerate(spans):
        tokens = [i for i, place in enumerate(slopes.places) if place == k]
        if not tokens or not is_word(problem.text[slice(*span)]):
            continue
        # All that a word of several tokens says goes, and where among them the new one would stand is not known.
        gradient = slopes.gradient[tokens]
        gains = vectors @ gradient.mean(0) - (slopes.vectors[tokens] * gradient).sum()
        gains = gains.abs() if both else gains
        if near:
            alike = directions @ normalize(slopes.vectors[tokens].mean(0), dim=0)
            far = torch.ones_like(alike, dtype=torch.bool)
            far[alike.topk(min(near + 1, len(known))).indices] = False
            gains = gains.masked_fill(far, -torch.inf)
        best = gains.topk(min(count + 1, len(known)))
        ranked = zip(best.indices, best.values.tolist(), strict=True)
        old = problem.text[slice(*span)].casefold()
        spelt = ((str(words[int(known[i])]), gain) for i, gain in ranked if gain > -math.inf)
        fitting = [(word, gain) for word, gain in spelt if word.casefold() != old][:count]
        edits.update((replacement(problem.text, span, word), gain) for word, gain in fitting)
    return sorted(edits, key=lambda edit: -edits[edit])


def _heaviest(spans: list[Span], weights: list[float], count: int) -> list[Span]:
    chosen = sorted(range(len(spans)), key=lambda i: -weights[i])[:count]
    return [spans[i] for i in sorted(chosen)]


def _replacements(text: str, span: Span, words: list[str], count: int) -> list[Edit]:
    old = text[slice(*span)].casefold()
    return [replacement(text, span, word) for word in words if word.casefold() != old][:count]


def guesses(problem: TextProblem, spans: list[Span], count: int, *, put_in: bool) -> Iterator[list[Edit]]:
    """Propose what a masked language model would write in each span, or in each gap; yield after each batch."""
    assert problem.sources.masked is not None
    scorer, mask, words = problem.sources.masked
    text = problem.text
    if put_in:
        places = [(at, at) for at in gaps(text, spans)]
        asked = [problem.spell(frozenset([insertion(at, mask)])) for at, _ in places]
    else:
        places = [span for span in spans if is_word(text[slice(*span)])]
        asked = [text[:a] + mask + text[b:] for a, b in places]
    many = OVERSIZE * (count + 1)
    for rows, tops in scorer.batches(asked, lambda scores: scores.topk(min(many, scores.shape[1])).indices.tolist()):
        edits: list[Edit] = []
        for row, tokens in zip(rows, tops, strict=True):
            spelt = [word for i in tokens if i < len(words) and (word := words[i]) is not None]
            if put_in:
                edits += [insertion(places[row][0], word) for word in spelt[:count]]
            else:
                edits += _replacements(text, places[row], spelt, count)
        yield edits


def propose(
    problem: TextProblem,
    spans: list[Span],
    slopes: Slopes | None,
    *,
    count: int,
    near: int,
    kinds: tuple[str, ...],
    both: bool = False,
) -> Iterator[list[Edit]]:
    """Yield edits worth trying, the cheapest to find first.

    Parameters
    ----------
    problem : TextProblem
    spans : list of (int, int)
        What may be changed.
    slopes : Slopes or None
    count : int
        How many words to propose for each place.
    near, both
        As of `neighbours`.
    kinds : tuple of str
        Of the edits that are wanted: ``"delete"``, ``"replace"``, ``"insert"``.
    """
    text, sources = problem.text, problem.sources
    if "delete" in kinds:
        yield [deletion(text, span) for span in spans]
    if "replace" in kinds:
        if sources.words is not None:
            yield [
                edit
                for a, b in spans
                for edit in _replacements(text, (a, b), [str(one) for one in sources.words(text[a:b])], count)
            ]
        elif sources.masked is not None:
            yield from guesses(problem, spans, count, put_in=False)
        elif slopes is not None and problem.subject.vectors is not None:
            yield neighbours(problem, spans, slopes, count=count, near=near, both=both)
    if "insert" in kinds:
        if sources.insertions is None and sources.masked is not None:
            yield from guesses(problem, spans, count, put_in=True)
        else:
            new = INSERTIONS if sources.insertions is None else sources.insertions
            beside = spans if slopes is None else _heaviest(spans, slopes.weights(len(spans)), GAPS)
            yield [insertion(at, str(word)) for at in gaps(text, beside) for word in new]
