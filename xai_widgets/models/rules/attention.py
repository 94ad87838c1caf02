"""Relevance through transformers: softmax, products of two tensors, norms, gates and decays have rules too."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from xai_widgets.models.rules.compositions import COMPOSITIONS
from xai_widgets.models.rules.fused import FUSED, anew, may_run_again
from xai_widgets.models.rules.layer import Layer
from xai_widgets.models.rules.mode import Call, carry
from xai_widgets.models.rules.relevance import Relevance
from xai_widgets.models.rules.shares import Composite

if TYPE_CHECKING:
    from xai_widgets.models.rules.shares import Options


class AttentionRelevance(Relevance):
    """AttnLRP: carry relevance through attention, as `attribution.AttentionLrp` says.

    Scaling by the root of a mean is a norm. Were a norm to pass on all that comes, values near zero would carry what
    their centred ones do, and the next sum would blow that up without bound.
    """

    name = "attention_lrp"
    advice: ClassVar[dict[str, str]] = {"log_softmax": "Let the model return its logits."}

    def __init__(self, options: Options) -> None:
        super().__init__(Composite("gamma", "gamma"), options)
        self._table |= {
            "softmax": self.softmax,
            **dict.fromkeys(FUSED, self.fused),
            **dict.fromkeys(("square", "erf", "expm1", "abs"), self.pass_on),
            **dict.fromkeys(("sqrt", "rsqrt", "exp", "logsumexp"), self.scale),
            **dict.fromkeys(("topk", "gather"), self.choice),
            **dict.fromkeys(("grouped_mm", "_grouped_mm"), self.experts),
            "linalg_solve_triangular": self.solved,
            "pow": self.power,
        }

    def adopts(self, made: Tensor) -> bool:
        """Take what a custom function makes of a scale for a scale."""
        source = self.only_source(made)
        if source is None or not self._traces.is_scale(source):
            return super().adopts(made)
        self._traces.scale(made)
        return True

    def scale(self, call: Call) -> Tensor:
        """Let nothing through: what it scales passes on all that comes."""
        decays = call.name == "exp"
        why = " but to multiply by it, as a decay does" if decays else " but to divide by it, as a norm does"
        return self._traces.scale(self.idle(call, why), sums=not decays)

    def choice(self, call: Call) -> Any:
        """Take the largest values, or those found to be the largest: by them, what is chosen is scaled."""
        result = call()
        if call.name == "topk":
            self._traces.scale(result.values)
            return result
        given = call.bind("input", "dim", "index")
        return self._traces.scale(result) if self._traces.is_choice(given["index"], given["input"]) else result

    def experts(self, call: Call) -> Tensor:
        """Dense layers, each for rows of its own."""
        given = call.bind("input", "weight")
        x, weight = given["input"], given["weight"]
        if weight.requires_grad or len(call.dependents) > 1:
            return self.refuse(call.func, " whose weight depends on the input")
        rest = {key: one for key, one in call.kwargs.items() if key not in {"input", "weight"}}
        function = lambda x, w, _: call.func(x, w, *call.args[2:], **rest)  # noqa: E731
        return self.layer(call, Layer(function, self.keep(x), weight, None, "dense", x))

    def solved(self, call: Call) -> Tensor:
        """Share in proportion to the right-hand side; the matrix counts as constant, as a decay does."""
        matrix, side, *rest = call.args
        if not side.requires_grad:
            return self.idle(call, " but for its right-hand side")
        fixed = Call(call.name, call.func, (matrix.detach(), side, *rest), call.kwargs)
        return self.in_proportion(fixed)

    def power(self, call: Call) -> Tensor:
        """Pass on what comes to an activation; a root is for a norm to divide by."""
        exponent = call.bind("input", "exponent")["exponent"]
        if isinstance(exponent, (int, float)) and exponent >= 1:
            return self.pass_on(call)
        return self.scale(call) if isinstance(exponent, (int, float)) else self.refuse(call.func, " of this kind")

    def factor(self, call: Call) -> Tensor:
        """Pass on what comes to what a norm scales; else as for any factors."""
        sources = call.dependents
        rest = [one for one in sources if not self._traces.is_scale(one)]
        if not rest:
            return carry(call, lambda came: (came.sum_to_size(sources[0].shape),), sources[0])
        if rest and len(rest) < len(sources) and (call.name == "mul" or rest[0] is call.args[0]):
            shapes = [one.shape for one in rest]
            return carry(call, lambda came: [(came / len(rest)).sum_to_size(shape) for shape in shapes], *rest)
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

    def fused(self, call: Call) -> Any:
        """Attend or normalize by one call, whose parts are computed anew on the way back: they take much room."""
        composition = COMPOSITIONS[call.name]
        if not may_run_again(call):
            return self._apart(call.func, composition, call.args, call.kwargs)
        rules = partial(AttentionRelevance, self.options)

        def again(call: Call, _: Any) -> Tensor:
            with rules():
                result: Tensor = composition(*call.args, **call.kwargs)
            return result

        return anew(call, again, self.keep)

    def both(self, call: Call) -> Tensor:
        """Give each of two factors half, in shares of the products."""
        return self.shared(call, 1 / len(call.dependents))
