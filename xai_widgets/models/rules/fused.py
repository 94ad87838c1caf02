"""Attention by one call, by rules: what goes back is computed anew, some heads at a time, and nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.rules.compositions import scaled_dot_product_attention
from xai_widgets.models.rules.mode import carry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.models.rules.mode import Call, Rules

AT_ONCE = 2**23
"""Weights of attention that are computed anew at once: some matrices of as many numbers are alive then."""

HEADS = -3


def attend(call: Call, keep: Callable[[Tensor], Any], rules: Callable[[], Rules]) -> Tensor | None:
    """Attend by the one operation, and carry back by rules through what it is made of.

    Parameters
    ----------
    call : Call
        Of ``scaled_dot_product_attention``.
    keep : callable
        Holds a tensor for the way back, as `Rules.keep`.
    rules : callable
        Makes a new watch with the rules.

    Returns
    -------
    Tensor or None
        None where it cannot be run again: it drops weights at random, or the mask depends on the input.
    """
    given = call.bind("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
    mask: Tensor | None = given.pop("attn_mask", None)
    ends: list[Tensor] = [given.pop(name) for name in ("query", "key", "value")]
    if given.pop("dropout_p", 0.0) or (mask is not None and mask.requires_grad):
        return None
    kept, needed = [keep(one) for one in ends], [one.requires_grad for one in ends]

    def back(came: Tensor) -> list[Tensor]:
        whole = [one.tensor for one in kept]
        parts: list[list[Tensor]] = []
        for some in _heads(whole):
            leaves = [some(one).requires_grad_(need) for one, need in zip(whole, needed, strict=True)]
            with torch.enable_grad(), rules():
                part = scaled_dot_product_attention(
                    leaves[0], leaves[1], leaves[2], attn_mask=None if mask is None else some(mask), **given
                )
            parts.append(list(torch.autograd.grad(part, [one for one in leaves if one.requires_grad], some(came))))
        return [torch.cat(one, HEADS) if len(one) > 1 else one[0] for one in zip(*parts, strict=True)]

    return carry(call, back, *(one for one in ends if one.requires_grad))


def _heads(ends: list[Tensor]) -> Iterator[Callable[[Tensor], Tensor]]:
    """Yield what takes some heads out of a tensor that has them; all where not every one has as many."""
    query, key, _ = ends
    if query.ndim < 1 - HEADS or len({one.shape[:-2] for one in ends}) > 1:
        yield lambda one: one.detach()
        return
    count = query.shape[HEADS]
    each = max(1, AT_ONCE * count // max(1, query.shape[:-2].numel() * query.shape[-2] * key.shape[-2]))
    for start in range(0, count, each):
        yield lambda one, start=start: (  # type: ignore[misc]
            one.detach().narrow(HEADS, start, min(each, count - start))
            if one.ndim >= -HEADS and one.shape[HEADS] == count
            else one.detach()
        )
