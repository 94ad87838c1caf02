"""A model of tokens, explained by the vectors that it makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.inputs import Inputs, read_inputs
from xai_widgets.models import ModelError, TorchModel
from xai_widgets.models.feeds import Member, Several, takes_together
from xai_widgets.models.stand_ins import StandIns, vectors_of
from xai_widgets.models.tokens import LastPosition, find_embedding, only_last
from xai_widgets.prepare.once import once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TOKENS = 2


def tokens_for(
    model: TorchModel,
    ids: Tensor,
    others: Mapping[str, Any],
    name: str = "0",
    *,
    named: bool = False,
    reduce: Callable[[Any], Any] | None,
    spell: Callable[[int], Sequence[str] | None] | None = None,
    mask: int | None = None,
) -> tuple[TorchModel, Inputs]:
    """Explain tokens by the vectors that the model makes of them.

    Parameters
    ----------
    model : TorchModel
    ids : Tensor, shape (tokens,) or (1, tokens)
    others : mapping
        What else the model is given, without batch axis; `ids` too may be among it.
    name : str
        Of the argument that takes the tokens.
    named : bool
        Whether all goes in by names.
    reduce : callable, optional
        As of `read_for`.
    spell : callable, optional
        Names that many outputs of a language model, where nobody else has.
    mask : int, optional
        As of `StandIns`.
    """
    if ids.ndim == TOKENS and len(ids) == 1:
        ids = ids[0]
    if ids.ndim != 1 or not len(ids):
        msg = f"tokens are one row of whole numbers, got shape {list(ids.shape)}: give one of it, x[0]."
        raise ValueError(msg)
    ids = ids.detach().to(model.device)
    given = {**others, name: ids}
    members = [Member(key, tuple(ids.shape) if key == name else None, one) for key, one in given.items()]
    last = LastPosition(_last(others.get("attention_mask"), len(ids)))
    more = only_last(model.module, last.place) if reduce is None else {}
    together = len(members) > 1 and takes_together(model.module, [*given], named=named)
    feed = Several(members, named=named, together=together, more=more)
    vectors: Tensor | None = None

    def ask() -> tuple[str, str | None, int]:
        nonlocal vectors
        fed = _reduced_to(model.fed(feed), last, reduce)
        layer, vectors = find_embedding(model.module, ids[None], lambda: fed.scores(ids[None]))
        # What one pass has told of the module need not be found out again for each text.
        model.random = fed.random
        return layer, fed.task, last.outputs

    def made_by(layer: str) -> Tensor:
        nonlocal vectors
        if vectors is None:
            vectors = vectors_of(model.module, layer, ids)
        if vectors is None:
            ask()
        return vectors  # type: ignore[return-value]

    key = f"how it takes tokens, {name}"

    def look() -> _Known:
        labels = None if model.labels is None else tuple(model.labels)
        layer, task, outputs = once(model, (key, named, *given, labels, reduce is None), ask)
        spelt = spell(outputs) if outputs and labels is None and spell is not None else model.labels
        return _Known(layer, StandIns(model.module, layer, made_by(layer), mask), task, spelt, at_last=outputs > 0)

    known: _Known = model.remember(key, look) if reduce is None else model.recall(key) or look()
    fed = _reduced_to(model.fed(feed, known.task), last, reduce)
    vectors = made_by(known.layer)
    inputs = read_inputs(vectors, device=model.device, dtype=vectors.dtype)
    if reduce is None:
        fed.labels = known.labels
    where = f"The score is that at the last position, {len(ids) + last.place}."
    return fed.embedded(known.layer, ids), replace(
        inputs, kind="tensor", vectors=known.stand_ins, notes=(where,) if known.at_last and reduce is None else ()
    )


@dataclass(frozen=True)
class _Known:
    """What a pass has told of a model of tokens, which holds for all texts."""

    layer: str
    stand_ins: StandIns
    task: str | None
    labels: Sequence[str] | None
    at_last: bool


def _reduced_to(model: TorchModel, last: LastPosition, reduce: Callable[[Any], Any] | None) -> TorchModel:
    if reduce is not None:
        return reduced(model, reduce)
    return model.reduced(last, model.task)


def _last(mask: Any, count: int) -> int:
    attended = mask.flatten().nonzero() if isinstance(mask, Tensor) and mask.numel() == count else torch.empty(0, 1)
    return int(attended[-1, 0]) - count if len(attended) else -1


def reduced(model: TorchModel, reduce: Callable[[Any], Any] | None) -> TorchModel:
    """Return the model with its output made into one number each input by a function, where there is one."""
    if reduce is None:
        return model
    name = getattr(reduce, "__name__", "")
    other = model.reduced(partial(_one_number, reduce), "value")
    other.labels = (name if name.isidentifier() else "the target",)
    return other


def _one_number(reduce: Callable[[Any], Any], output: Any) -> Tensor:
    found = reduce(output)
    if not isinstance(found, Tensor) or found.ndim != 1 or not found.is_floating_point():
        got = f"shape {list(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        msg = f"A target function must return one number for each input of a batch, a tensor [n], got {got}."
        raise ModelError(msg)
    return found
