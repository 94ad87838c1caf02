"""The text widget's side of ``docs/protocol.md``: results in, messages out. Places become UTF-16 units here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export import payload
from xai_widgets.export.payload import shrink
from xai_widgets.inputs import edit_from, edits_between
from xai_widgets.results import Unit
from xai_widgets.widgets import messages
from xai_widgets.wire import LIMIT, Message, Utf16

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.api import MethodList
    from xai_widgets.attribution.heads import AttentionMap
    from xai_widgets.changes import Counterfactuals, Options
    from xai_widgets.export.layouts import Layouts
    from xai_widgets.inputs import TextEdit
    from xai_widgets.models import Target
    from xai_widgets.results import Attribution
    from xai_widgets.text import Text, TextSpan
    from xai_widgets.widgets.generation import Generated
    from xai_widgets.widgets.session import Observation
    from xai_widgets.widgets.text_session import TextSession
    from xai_widgets.widgets.versions import Version, Versions

ROOM = LIMIT // 2
"""Bytes for the one big array of a message, which leaves room for the layout beside it."""

MOST_WEIGHTS = 400_000
"""Numbers of an attention, which is 632 tokens' whole."""

MOST_NAMES = 200
"""Tokens that may come next, whose names are told."""


def spec(session: TextSession, methods: MethodList) -> dict[str, Any]:
    """Describe what never changes in a widget's life, but for what a first pass through the model corrects."""
    return {
        # A layer's values are of its own numbers, many a token.
        **messages.spec("text", None, methods, []),
        "text": session.text,
        "mask": session.mask,
        **kind(session),
    }


def kind(session: TextSession) -> dict[str, Any]:
    """Tell what kind of model it is, as far as that is known."""
    # Of the tokens of a language model the likeliest are named with each prediction.
    labels = None if session.causal or session.model.labels is None else list(session.model.labels)
    return {"labels": labels, "causal": session.causal, "attends": session.attends}


def prediction(
    number: int, slot: str, seen: Observation, target: Target, layouts: Layouts, *, names: bool = False
) -> Message:
    """Say what the model makes of the edited text, beside the original; of a language model, with names of tokens."""
    message = messages.prediction(number, slot, seen, target)
    if names:
        _next_tokens(message, seen, target)
    else:
        message.add("probabilities", seen.prediction.probabilities, "<f4")
        message.add("original", seen.original.probabilities, "<f4")
    assert seen.inputs.text is not None, "a session of texts reads texts"
    return layouts.put(message, seen.inputs.text)


def _next_tokens(message: Message, seen: Observation, target: Target) -> None:
    """Tell the scores of all tokens that may come next, and how the likeliest are spelt."""
    scores, before = seen.prediction.scores, seen.original.scores
    lists = [_likeliest(one) for one in (scores, before)]
    if seen.instead is not None:
        expected, came = seen.instead
        lists.append(there := [i for i in _likeliest(expected.scores) if i != came])
        message.content["there"] = [[i, float(expected.probabilities[i])] for i in there]
    likely = {i for one in lists for i in one}
    asked = target.index if isinstance(target.index, tuple) else (target.index,)
    chosen = [i for i in asked if isinstance(i, int)]
    message.content["names"] = [[i, seen.prediction.label(i)] for i in dict.fromkeys([*chosen, *sorted(likely)])]
    message.content["original_logits"] = None
    message.add("logits", scores, "<u2")
    # The largest vocabularies have room for one alone.
    if 2 * scores.nbytes < LIMIT:
        message.add("original_logits", before, "<u2")


def _likeliest(scores: Any) -> list[int]:
    return [int(i) for i in np.argsort(-scores, kind="stable")[:MOST_NAMES]]


def contributions(number: int, slot: str, request: dict[str, Any], result: Attribution, layouts: Layouts) -> Message:
    """Send an attribution as one value a token, with its doubt."""
    assert result.text is not None, "an attribution of a text knows it"
    message = payload.outcome(number, slot, request, result).add("values", result.values, "<u2")
    if isinstance(request["target"], dict) and "span" in request["target"]:
        message.content["target"] = request["target"]
    return layouts.put(message, result.text)


def edits_to_dicts(edits: Sequence[TextEdit], units: Utf16) -> list[dict[str, Any]]:
    """Tell edits with places in UTF-16 units."""
    return [
        {**one.to_dict(), "start": int(units.units(one.start)), "stop": int(units.units(one.stop))} for one in edits
    ]


def edits_of(said: Sequence[dict[str, Any]], units: Utf16) -> list[TextEdit]:
    """Read edits whose places are UTF-16 units, trusting nothing in them.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    return [
        edit_from({**one, **{key: _place(one[key], units) for key in ("start", "stop") if key in one}}) for one in said
    ]


def _place(unit: Any, units: Utf16) -> int:
    # JavaScript has one kind of number: 3.0 is 3.
    if isinstance(unit, bool) or not isinstance(unit, (int, float)) or unit != int(unit):
        msg = f"a place in the text must be a whole number, got {unit!r}."
        raise TypeError(msg)
    return units.character(int(unit))


def span_to_dict(asked: TextSpan, written: str) -> dict[str, Any]:
    """Tell which part of the edited text is asked about; one that lies outside as it was given."""
    units, ends = Utf16(written), [asked.start, asked.stop]
    return {"span": units.units(ends).tolist() if asked.stop <= len(units) else ends, "rather": asked.rather_than}


def note(tree: Versions, seen: Observation, target: Target) -> None:
    """Put what is on show among the versions, by the class that is explained: of a pair, the first."""
    assert seen.inputs.text is not None, "a session of texts reads texts"
    if isinstance(target.index, Unit):
        return
    index = target.index[0] if isinstance(target.index, tuple) else target.index
    score, before = (float(one.probabilities[index]) for one in (seen.prediction, seen.original))
    tree.see(seen.inputs.text.text, score, score - before, seen.prediction.label(index))


def version(one: Version, units: Utf16) -> dict[str, Any]:
    """Tell one version; its text is known by its edits."""
    return {
        "edits": edits_to_dicts(one.edits, units),
        "parent": one.parent,
        "score": one.score,
        "delta": one.delta,
        "label": one.label,
    }


def words(message: Message, found: Options) -> None:
    """Tell a word's menu; an entry without words is the deletion."""
    entries = [
        {"text": one.edit.new, "delta": one.delta, "score": one.probability, "label": found.label}
        for one in found.options
    ]
    message.content.update(entries=entries, label=found.label, fraction=found.fraction)


def changes(message: Message, found: Counterfactuals, original: str, units: Utf16) -> None:
    """Tell counterfactuals, each as edits of the original text."""
    message.content.update(
        found=[
            {
                "edits": edits_to_dicts(edits_between(original, one.text), units),
                "text": one.text,
                "label": (top := one.prediction.top(1)[0])[0],
                "score": top[1],
                "delta": one.delta,
                "fluency": one.fluency,
            }
            for one in found.candidates
        ],
        of=found.prediction.label(found.index),
        fewest=found.fewest,
        fraction=found.fraction,
        note=" ".join(found.notes) or None,
    )


def written(message: Message, found: Generated, layouts: Layouts) -> None:
    """Tell what a language model has written, and the rows of its map that are known and fit."""
    message.content.update(
        text=found.text,
        tokens=[list(one) for one in found.tokens],
        first=found.first,
        fraction=found.fraction,
        note=" ".join(found.notes) or None,
    )
    if found.whole is not None:
        layouts.put(message, found.whole)
    if found.rows.size:
        most = max(1, ROOM // (2 * found.rows.shape[1]))
        message.content["row"] = max(0, len(found.rows) - most)
        message.add("rows", found.rows[-most:], "<u2")


def attention(message: Message, found: AttentionMap, text: Text, layouts: Layouts) -> None:
    """Tell one head's attention, or all of a layer in small; what is too much is averaged over blocks."""
    message.content.update(layers=found.layers, heads=found.heads)
    if found.weights.ndim > 2:  # noqa: PLR2004  of all heads
        message.add("weights", found.weights, "<u2")
        return
    layouts.put(message, text)
    message.content["size"] = list(found.weights.shape)
    message.add("weights", shrink(found.weights, MOST_WEIGHTS), "<u2")
