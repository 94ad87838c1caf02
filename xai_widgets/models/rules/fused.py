"""Norms and attention by one call: what goes back is computed anew by rules, and nothing of it is kept until then."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import Tensor

from xai_widgets.models.rules.compositions import COMPOSITIONS
from xai_widgets.models.rules.mode import carry

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.models.rules.mode import Call

Some: TypeAlias = "Callable[[Tensor], Tensor]"

FUSED = frozenset({"group_norm", "layer_norm", "rms_norm", "scaled_dot_product_attention"})
"""Of `COMPOSITIONS`, those whose parts take far more room than they do themselves."""

AT_ONCE = 2**23
"""Weights of attention that are computed anew at once: some matrices of as many numbers are alive then."""

HEADS = -3


def may_run_again(call: Call) -> bool:
    """Tell whether a call gives the same again: its arguments are as we know them, and drop nothing at random."""
    try:
        return not inspect.signature(COMPOSITIONS[call.name]).bind(*call.args, **call.kwargs).arguments.get("dropout_p")
    except TypeError:
        return False


def anew(call: Call, again: Callable[[Call, Some], Tensor], keep: Callable[[Tensor], Any]) -> Tensor:
    """Run an operation as it is, and carry back through what computes the same by rules, some heads at a time.

    That is given a call, and what takes these heads out of other tensors.
    """
    sources, parts = call.dependents, _parts(call)
    kept, frame = [keep(one) for one in sources], call.frame(sources)

    def back(came: Tensor) -> list[Tensor]:
        found = []
        for some in parts:
            leaves = [some(one.tensor).requires_grad_() for one in kept]
            with torch.enable_grad():
                part = again(frame(leaves, some), some)
            found.append(torch.autograd.grad(part, leaves, some(came)))
        # What all heads have in common, such as a mask, gets something by each.
        return [
            torch.cat(each, HEADS) if each[0].shape != one.tensor.shape else sum(each[1:], each[0])
            for one, each in zip(kept, zip(*found, strict=True), strict=True)
        ]

    return carry(call, back, *sources)


def _parts(call: Call) -> list[Some]:
    """Return what takes some heads out of a tensor that has them; all where not every one has as many."""
    if call.name != "scaled_dot_product_attention":
        return [torch.Tensor.detach]
    given = call.bind("query", "key", "value")
    query, key = given["query"], given["key"]
    if query.ndim < 1 - HEADS or not query.shape[:-2] == key.shape[:-2] == given["value"].shape[:-2]:
        return [torch.Tensor.detach]
    count = query.shape[HEADS]
    each = max(1, AT_ONCE * count // max(1, query.shape[:-2].numel() * query.shape[-2] * key.shape[-2]))
    return [partial(_heads, start=start, size=min(each, count - start), count=count) for start in range(0, count, each)]


def _heads(x: Tensor, *, start: int, size: int, count: int) -> Tensor:
    x = x.detach()
    return x.narrow(HEADS, start, size) if x.ndim >= -HEADS and x.shape[HEADS] == count else x
