"""Scores of a language model's text with some tokens changed: what stands before the first of them is computed once."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.dividing import divided
from xai_widgets.models.feeds import Reduced, Several
from xai_widgets.models.stopwatch import Stopwatch, aside
from xai_widgets.models.tokens import Embedded, LastPosition, only_last, plainly

if TYPE_CHECKING:
    from torch import nn

    from xai_widgets.models.module import TorchModel

PASS = 32
"""Tokens that take as long as another pass, which reads all weights once more."""

CLOSE = {torch.float64: 1e-10, torch.float32: 1e-4}
"""How far the scores may differ, as a share of the effect of what was changed. Half precision is too coarse to tell."""

ROUNDING = 64
"""Units in the last place of the largest score that passes themselves differ by, from batch to batch."""


class Prefixed:
    """Feed of a language model: rows (n, tokens, features) that are all alike before the token `start`.

    Parameters
    ----------
    layer, ids
        As of `Embedded`.

    Attributes
    ----------
    start : int
        0 for whole rows.
    both : Tensor, shape (2, outputs)
        The scores of what was learnt, and of the text beside it.
    """

    both: Tensor

    def __init__(self, layer: str, ids: Tensor) -> None:
        self._layer, self._ids, self.start = layer, ids, 0
        self._kind: type | None = None
        self._known: list[tuple[Tensor, Tensor]] = []

    def learn(self, module: nn.Module, rows: Tensor) -> bool:
        """Keep keys and values of the first of two texts, (2, tokens, features); tell whether such as are meant."""
        output = self._output(module, rows, None)
        made = getattr(output, "past_key_values", None)
        pairs = [(one.keys, one.values) for one in getattr(made, "layers", ())]
        # Clones: the other text's are not kept beside them.
        self._kind, self._known = type(made), [(keys[:1].clone(), values[:1].clone()) for keys, values in pairs]
        self.both = output.logits[:, -1]
        # What is kept of a few tokens alone, as where attention slides, is not that of each of them.
        sizes = {(one.shape[0], one.shape[2]) for pair in pairs for one in pair}
        return sizes == {tuple(rows.shape[:2])}

    def __call__(self, module: nn.Module, rows: Tensor) -> Tensor:
        """Return the scores at the last position."""
        past: Any = None
        if self.start:
            past = self._kind()  # type: ignore[misc]
            for i, pair in enumerate(self._known):
                # Views: what is appended to them goes to new memory.
                past.update(*(one[:, :, : self.start].expand(len(rows), -1, -1, -1) for one in pair), i)
        scores: Tensor = self._output(module, rows, past).logits[:, -1]
        return scores

    def _output(self, module: nn.Module, rows: Tensor, past: Any) -> Any:
        more: dict[str, Any] = {"past_key_values": past, "use_cache": True, **only_last(module)}
        embedded = Embedded(self._layer, self._ids[self.start :], lambda one, ids: one(ids, **more))
        with plainly(module):
            return embedded(module, rows[:, self.start :])


class Prefixes:
    """Scores of one text with changes.

    Parameters
    ----------
    model : TorchModel
        A language model as a function of the vectors of its tokens.
    feed : Prefixed
        Which has learnt the text as it is.
    x : Tensor, shape (tokens, features)
    """

    def __init__(self, model: TorchModel, feed: Prefixed, x: Tensor) -> None:
        self._model, self._feed, self._x = model, feed, x

    def scores(self, rows: Tensor) -> Tensor:
        """Return the scores (n, outputs) of rows (n, tokens, features)."""
        differs = (rows != self._x).flatten(2).any(2)
        # The last token is always passed, since it is there that the score is.
        starts = differs.int().argmax(1).where(differs.any(1), rows.shape[1] - 1).tolist()
        found: dict[int, Tensor] = {}
        for some in divided([rows.shape[1] - start for start in starts], PASS):
            self._feed.start = min(starts[i] for i in some)
            found |= zip(some, self._model.scores(rows[some]), strict=True)
        return torch.stack([found[i] for i in range(len(rows))])


@aside()
def prefixes_of(model: TorchModel, x: Tensor, other: Tensor) -> Prefixes | None:
    """Return what gives the scores of a text's changes, once it has been seen to be right; None where it is not.

    Parameters
    ----------
    model : TorchModel
    x : Tensor, shape (tokens, features)
        The text as it is.
    other : Tensor, shape (tokens, features)
        What may stand in the place of each token.
    """
    feed, half = _feed_of(model), len(x) // 2
    if feed is None or x.dtype not in CLOSE or half < 1:
        return None
    rows = torch.stack([x, torch.cat([x[:half], other[half:]])])
    watch = Stopwatch(model.device)
    try:
        learnt = model.outputs(lambda module: feed.learn(module, rows))
        model.paces["forward"].begin(watch.seconds() / len(rows))
        if not learnt or model.mixes(rows, feed.both):
            return None
        fed = model.fed(feed, model.task).plain()
        fed._mixing[:] = [None]  # noqa: SLF001  its own kind, of which that has just been found out
        found = Prefixes(fed, feed, x)
        halved = found.scores(rows[1:])
    except Exception:  # noqa: BLE001  whatever a model says to arguments that it does not know
        return None
    clean, whole = feed.both
    wrong = max(float((clean - model.alone(x)).abs().max()), float((halved - whole).abs().max()))
    effect, most = float((whole - clean).abs().max()), float(whole.abs().max())
    return None if wrong > max(CLOSE[x.dtype] * effect, ROUNDING * torch.finfo(x.dtype).eps * most) else found


def _feed_of(model: TorchModel) -> Prefixed | None:
    """Return what calls a model of tokens that goes on from keys and values and scores the last position alone."""
    outer = model._feed  # noqa: SLF001  its own kind
    inner = outer.feed if isinstance(outer, Embedded) else None
    if not isinstance(outer, Embedded) or not isinstance(inner, Reduced) or not isinstance(inner.feed, Several):
        return None
    at_last = isinstance(inner.reduce, LastPosition) and inner.reduce.place == -1
    if not at_last or not only_last(model.module) or not inner.feed.unmasked:
        return None
    known = set(inspect.signature(model.module.forward).parameters)
    return Prefixed(outer.layer, outer.ids) if {"past_key_values", "use_cache"} <= known else None
