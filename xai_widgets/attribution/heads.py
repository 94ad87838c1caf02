"""Attention as it is: one head of one layer at a time, for a look at where it goes. It explains no score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.attribution.rollout import NONE
from xai_widgets.models import ModelError, Target
from xai_widgets.models.rules import AttentionWatch
from xai_widgets.models.rules.attending import may_attend

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model


@dataclass(frozen=True)
class AttentionMap:
    """The weights of one head, or of all heads of a layer on average.

    Attributes
    ----------
    layers, heads : int
        How many attentions the model runs, and how many heads this one has.
    layer : int
        Which of the attentions, in the order in which they run.
    head : int or None
        None for the mean.
    weights : ndarray, float32, shape (queries, keys)
        Each row sums to 1: how much a token takes of each.
    """

    layers: int
    heads: int
    layer: int
    head: int | None
    weights: NDArray[np.float32]


def attention_map(model: Model, inputs: Inputs, layer: int, head: int | None = None) -> AttentionMap:
    """Watch one pass, and return one layer's attention.

    Parameters
    ----------
    model : Model
    inputs : Inputs
    layer : int
        Counted from 0.
    head : int, optional
        By default the mean of all.

    Raises
    ------
    ModelError
        Where the model attends nowhere.
    ValueError
        For a layer or head that is not there.
    """
    if not may_attend(model.module):
        raise ModelError(NONE)
    sizes: list[int] = []
    kept: list[Tensor] = []

    def keep(heads: Tensor) -> Tensor:
        # Of all others nothing is kept: in a long text each is large.
        if len(sizes) == layer:
            kept.append(heads.mean(0) if head is None or head >= len(heads) else heads[head])
        sizes.append(len(heads))
        return heads.new_zeros(1, 1)

    model.attention(inputs.x[None], Target(0), AttentionWatch(keep))
    if not sizes:
        raise ModelError(NONE)
    if not kept:
        msg = f"the model runs {len(sizes)} attentions, counted from 0: there is no number {layer}."
        raise ValueError(msg)
    if head is not None and head >= sizes[layer]:
        msg = f"attention {layer} has {sizes[layer]} heads, counted from 0: there is no head {head}."
        raise ValueError(msg)
    weights = kept[0].detach().float().cpu().numpy()
    return AttentionMap(len(sizes), sizes[layer], layer, head, np.ascontiguousarray(weights))
