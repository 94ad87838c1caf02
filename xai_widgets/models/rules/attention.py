"""Relevance through transformers: softmax, products of two tensors and norms have rules too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from xai_widgets.models.rules.composites import Composite
from xai_widgets.models.rules.mode import Call, carry
from xai_widgets.models.rules.relevance import Relevance
from xai_widgets.models.rules.traces import Traces

if TYPE_CHECKING:
    from xai_widgets.models.rules.shares import Options

NORMS = ("layer_norm", "rms_norm", "group_norm")


class AttentionRelevance(Relevance):
    """AttnLRP: carry relevance through attention.

    Softmax hands down by its Taylor expansion at the logits; a product of two tensors that depend on the input gives
    half to each, in shares; a norm passes on what comes. Layers have the gamma rule, which is the epsilon rule for a
    gamma of 0. Attention by one call is taken apart. What is written out by hand is recognised: a product of functions
    of one tensor's values is an activation (such as ``x * (1 + tanh(…)) / 2``), centring and scaling by the root of a
    mean are a norm.

    Parameters
    ----------
    options : Options
    """

    name = "attention_lrp"
    advice: ClassVar[dict[str, str]] = {"log_softmax": "Let the model return its logits."}

    def __init__(self, options: Options) -> None:
        super().__init__(Composite("gamma", "gamma"), options)
        self._traces = Traces()
        self._table |= {
            "softmax": self.softmax,
            **dict.fromkeys((*NORMS, "square", "erf"), self.pass_on),
            **dict.fromkeys(("sqrt", "rsqrt"), self.scale),
            "pow": self.power,
            "sub": self.difference,
        }

    def seen(self, call: Call, result: Any) -> None:
        """Take note of an operation that ran."""
        super().seen(call, result)
        self._traces.follow(call, result)

    def scale(self, call: Call) -> Tensor:
        """Let nothing through: what it scales passes on all that comes."""

        def back(came: Tensor) -> tuple[Tensor]:
            if bool(came.any()):
                self.refuse(call.func, " but to divide by it, as a norm does")
            return (came,)

        return self._traces.scale(carry(call, back, call.dependents[0]))

    def power(self, call: Call) -> Tensor:
        """Pass on what comes to an activation; a root is for a norm to divide by."""
        exponent = call.bind("input", "exponent")["exponent"]
        if isinstance(exponent, (int, float)) and exponent >= 1:
            return self.pass_on(call)
        return self.scale(call) if isinstance(exponent, (int, float)) else self.refuse(call.func, " of this kind")

    def difference(self, call: Call) -> Tensor:
        """Pass on what comes to values less their own mean; share any other difference."""
        sources = call.dependents
        if len(sources) == 2 and self._traces.is_mean_of(sources[1], sources[0]):  # noqa: PLR2004
            return carry(call, lambda came: (came,), sources[0])
        return self.in_proportion(call)

    def factor(self, call: Call) -> Tensor:
        """Pass on what comes to an activation by hand and to what a norm scales; else as for any factors."""
        sources = call.dependents
        rest = [one for one in sources if not self._traces.is_scale(one)]
        if rest and len(rest) < len(sources) and (call.name == "mul" or rest[0] is call.args[0]):
            shapes = [one.shape for one in rest]
            return carry(call, lambda came: [(came / len(rest)).sum_to_size(shape) for shape in shapes], *rest)
        roots = [self._traces.root(one) for one in sources]
        if len(sources) > 1 and call.name == "mul" and all(one is roots[0] for one in roots):
            return carry(call, lambda came: (came.sum_to_size(roots[0].shape),), roots[0])
        return super().factor(call)

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
