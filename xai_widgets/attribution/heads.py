"""Attention as it is, for a look at where it goes: one head, all of a layer, or layers one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from xai_widgets.attribution.rollout import NONE, around, check_all_tokens
from xai_widgets.models import ModelError, Target
from xai_widgets.models.rules import AttentionWatch
from xai_widgets.models.rules.attending import may_attend

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model

SIDE = 48
"""Queries and keys of the small picture of a head: more are averaged."""

MOST = 400_000
"""Numbers of all small pictures of a layer."""


@dataclass(frozen=True)
class AttentionMap:
    """The weights of one head, of all heads of a layer, or of several layers as one.

    Attributes
    ----------
    layers, heads : int
        How many attentions the model runs, and how many heads this one has.
    weights : ndarray, float32, shape (queries, keys) or (heads, queries, keys)
        How much a token takes of each: each row sums to 1, or less where blocks of tokens were averaged.
    """

    layers: int
    heads: int
    weights: NDArray[np.float32]


def attention_map(model: Model, inputs: Inputs, layer: int, head: int | None = None) -> AttentionMap:
    """Watch one pass, and return one layer's attention.

    Layers count from 0 in the order in which they run; without a `head` it is the mean of all.

    Raises
    ------
    ModelError
        Where the model attends nowhere.
    ValueError
        For a layer or head that is not there.
    """
    kept: list[Tensor] = []

    def look(number: int, heads: Tensor) -> None:
        # Of all others nothing is kept: in a long text each is large.
        if number == layer:
            kept.append(heads.mean(0) if head is None or head >= len(heads) else heads[head])

    sizes, _ = _watched(model, inputs, layer, look)
    if head is not None and head >= sizes[layer]:
        msg = f"attention {layer} has {sizes[layer]} heads, counted from 0: there is no head {head}."
        raise ValueError(msg)
    return AttentionMap(len(sizes), sizes[layer], _array(kept[0]))


def head_grid(model: Model, inputs: Inputs, layer: int) -> AttentionMap:
    """Return all heads of a layer in small: of many tokens, means over blocks. Parameters and errors as above."""
    kept: list[Tensor] = []

    def look(number: int, heads: Tensor) -> None:
        if number == layer:
            side = min(SIDE, max(1, int((MOST / len(heads)) ** 0.5)))
            small = min(side, heads.shape[1]), min(side, heads.shape[2])
            kept.append(torch.nn.functional.adaptive_avg_pool2d(heads[None].float(), small)[0])

    sizes, _ = _watched(model, inputs, layer, look)
    return AttentionMap(len(sizes), sizes[layer], _array(kept[0]))


def rolled_map(model: Model, inputs: Inputs, layer: int) -> AttentionMap:
    """Return what each token could have of each after a layer, by the attention of all layers up to it.

    Heads are averaged, as by :class:`AttentionRollout`, which asks for the tokens where the score is read.

    Raises
    ------
    ModelError
        As above, and where attention is not over all tokens in each layer.
    """
    flow: list[Tensor] = []
    shapes: list[tuple[int, ...]] = []

    def look(number: int, heads: Tensor) -> None:
        if number <= layer:
            shapes.append(tuple(heads.shape[1:]))
            if len(set(shapes)) == 1 and shapes[0][0] == shapes[0][1]:
                whole = around(heads.mean(0))
                flow[:] = [whole @ flow[0] if flow else whole]

    sizes, windows = _watched(model, inputs, layer, look)
    check_all_tokens(shapes, windows=windows)
    return AttentionMap(len(sizes), sizes[layer], _array(flow[0]))


def _watched(model: Model, inputs: Inputs, layer: int, look: Callable[[int, Tensor], None]) -> tuple[list[int], bool]:
    """Hand each attention of a pass to a function, by its number; return how many heads each has, and if in windows."""
    if not may_attend(model.module):
        raise ModelError(NONE)
    sizes: list[int] = []

    def keep(heads: Tensor) -> Tensor:
        look(len(sizes), heads)
        sizes.append(len(heads))
        return heads.new_zeros(1, 1)

    watch = AttentionWatch(keep)
    model.attention(inputs.x[None], Target(0), watch)
    if not sizes:
        raise ModelError(NONE)
    if layer >= len(sizes):
        msg = f"the model runs {len(sizes)} attentions, counted from 0: there is no number {layer}."
        raise ValueError(msg)
    return sizes, watch.windows


def _array(weights: Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(weights.detach().float().cpu().numpy())
