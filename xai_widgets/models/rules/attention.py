"""Relevance through transformers: softmax, products of two tensors and norms have rules too."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from xai_widgets.models.rules.composites import Composite
from xai_widgets.models.rules.mode import Call, carry
from xai_widgets.models.rules.relevance import Relevance

if TYPE_CHECKING:
    from xai_widgets.models.rules.shares import Options

NORMS = ("layer_norm", "rms_norm", "group_norm")


class AttentionRelevance(Relevance):
    """AttnLRP: carry relevance through attention.

    Softmax hands down by its Taylor expansion at the logits; a product of two tensors that depend on the input gives
    half to each, in shares; a norm passes on what comes. Layers have the gamma rule, which is the epsilon rule for a
    gamma of 0. Attention by one call is taken apart.

    Parameters
    ----------
    options : Options
    """

    name = "attention_lrp"
    advice: ClassVar[dict[str, str]] = {"log_softmax": "Let the model return its logits."}

    def __init__(self, options: Options) -> None:
        super().__init__(Composite("gamma", "gamma"), options)
        self._table |= {"softmax": self.softmax, **dict.fromkeys(NORMS, self.pass_on)}

    def softmax(self, call: Call) -> Tensor:
        """Hand down x (R - s ΣR), for what softmax s makes of x."""
        given = call.bind("input", "dim", "dtype")
        x, dim = self.keep(given["input"]), given["dim"]

        def back(came: Tensor) -> tuple[Tensor]:
            share = x.tensor.softmax(dim)
            handed = x.tensor * (came - share * came.sum(dim, keepdim=True))
            # What a mask hides has a logit of minus infinity.
            return (torch.where(share > 0, handed, 0).to(x.tensor),)

        return carry(call, back, given["input"])

    def both(self, call: Call) -> Tensor:
        """Give each of two factors half, in shares of the products."""
        return self.shared(call, 1 / len(call.dependents))
