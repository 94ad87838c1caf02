"""A result alone as a page: the view of a widget that was asked one question."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets._version import __version__
from xai_widgets.export import payload
from xai_widgets.export.facts import facts
from xai_widgets.export.fitting import PageContent
from xai_widgets.export.layouts import Layouts
from xai_widgets.export.words import question, text, title_of
from xai_widgets.method import REGISTRY
from xai_widgets.results import Prediction
from xai_widgets.wire import LIMIT, Message

if TYPE_CHECKING:
    from xai_widgets.results import Attribution

MOST_CLASSES = 2000
"""Of more, the likeliest are told: a language model has as many as there are tokens."""


def view_of(attribution: Attribution) -> PageContent | None:
    """Return what a page of a picture or of a text shows; None for what has no view of its own."""
    a = brief(attribution)
    if a.text is not None:
        spec: dict[str, Any] = {"kind": "text", "text": a.text.text, "mask": None}
        spec |= dict.fromkeys(("causal", "search", "attends"), False)
    elif a.heat is not None and a.photo is not None:
        height, width = a.photo.shape[:2]
        spec = {"kind": "image", "grid": list(a.heat.shape), "photo": payload.photo(a.photo)}
        spec |= {"edits": [], "fills": [], "ways": []}
        spec |= {"region": list(a.region or (0, 0, width, height)), "brush": {"low": 1, "high": 1, "default": 1}}
    else:
        return None
    spec |= {
        "v": 1,
        "version": __version__,
        "labels": a.prediction.labels,
        "layers": [],
        "methods": [method_of(a.method)],
    }
    params = {name: value for name, value in a.params.items() if payload.is_plain(value)}
    request = {"method": a.method, "params": params, "target": payload.jsonable(a.target), "edits": []}
    prediction, found = _prediction(a), _map(a, request)
    ended = Message("ended", id=1, slot="a", outcome="done")
    state = {"request": request, "compare": None, "display": {}, "id": 1}
    names = {"title": question(a), "text": text(a)}
    return PageContent(
        spec, state, (prediction, found, ended), ((prediction, found),), facts=facts(attribution), **names
    )


def method_of(name: str) -> dict[str, Any]:
    """Describe a method to a browser; by its name alone where no method of that name is known here."""
    known = REGISTRY.get(name)
    if known is None:
        bare = SimpleNamespace(name=name, title=title_of(name), family="", sentence="")
        return payload.method(bare, ())
    return payload.method(known, known.parameters())


def _prediction(a: Attribution) -> Message:
    about = {"task": a.prediction.task, "target": payload.jsonable(a.target), "label": a.label}
    message = Message("prediction", id=1, slot="a", **about, picture=None)
    for name in ("probabilities", "original"):
        message.add(name, a.prediction.probabilities, "<f4")
    return message if a.text is None else Layouts().put(message, a.text)


def _map(a: Attribution, request: dict[str, Any]) -> Message:
    message = payload.outcome(1, "a", request, a)
    if a.text is not None:
        return Layouts().put(message.add("values", a.values, "<u2"), a.text)
    assert a.heat is not None, "looked at above"
    return message.add("values", payload.shrink(a.heat, LIMIT // 3), "<u2")


def brief(a: Attribution) -> Attribution:
    """Leave out classes that nobody reads, where there are very many."""
    chances = a.prediction.probabilities
    if len(chances) <= MOST_CLASSES:
        return a
    asked = [one for one in (a.target if isinstance(a.target, tuple) else (a.target,)) if isinstance(one, int)]
    likely = np.argsort(-chances, kind="stable")[:MOST_CLASSES].tolist()
    kept = list(dict.fromkeys([*asked, *likely]))
    labels = tuple(a.prediction.label(i) for i in kept)
    scores = a.prediction.scores
    prediction = Prediction(chances[kept], scores[kept] if len(scores) == len(chances) else scores, "classes", labels)
    target: Any = a.target
    if asked:
        target = tuple(range(len(asked))) if isinstance(a.target, tuple) else 0
    return replace(a, prediction=prediction, target=target)
