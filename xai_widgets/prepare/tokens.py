"""A model of tokens, explained by the vectors that it makes of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.inputs import Inputs, read_inputs
from xai_widgets.models import ModelError, TorchModel
from xai_widgets.models.feeds import Member, Several
from xai_widgets.models.tokens import LastPosition, find_embedding, stand_ins

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TOKENS = 2


def tokens_for(
    model: TorchModel,
    ids: Tensor,
    others: Mapping[str, Any],
    name: str = "0",
    *,
    named: bool = False,
    reduce: Callable[[Any], Any] | None,
    spell: Callable[[int], tuple[str, ...] | None] | None = None,
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
    """
    if ids.ndim == TOKENS and len(ids) == 1:
        ids = ids[0]
    if ids.ndim != 1 or not len(ids):
        msg = f"tokens are one row of whole numbers, got shape {list(ids.shape)}: give one text, or a list of them."
        raise ValueError(msg)
    ids = ids.detach().to(model.device)
    given = {**others, name: ids}
    members = [Member(key, tuple(ids.shape) if key == name else None, one) for key, one in given.items()]
    last = LastPosition(_last(others.get("attention_mask"), len(ids)))
    fed = model.fed(Several(members, named=named))
    fed = fed.reduced(last) if reduce is None else reduced(fed, reduce)
    layer, vectors = find_embedding(model.module, ids[None], lambda: fed.scores(ids[None]))
    inputs = read_inputs(vectors, device=model.device, dtype=vectors.dtype)
    if last.used and model.labels is None and spell is not None:
        fed.labels = spell(last.outputs)
    where = f"The score is that at the last position, {len(ids) + last.place}."
    return fed.embedded(layer, ids), replace(
        inputs, kind="tensor", vectors=stand_ins(model.module, layer, vectors), notes=(where,) if last.used else ()
    )


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
