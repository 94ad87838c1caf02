"""Relevance through transformers: softmax, products of two tensors, norms, gates and decays have rules too."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from xai_widgets.models.rules.compositions import COMPOSITIONS
from xai_widgets.models.rules.fused import FUSED, anew, may_run_again
from xai_widgets.models.rules.layer import Layer, biased
from xai_widgets.models.rules.mode import Call, carry
from xai_widgets.models.rules.relevance import Relevance
from xai_widgets.models.rules.shares import Composite
from xai_widgets.models.rules.softmaxes import Logits, Steps, fraction, is_softmax, shifted, softmax_along

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

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
        self._shifted: Steps[Logits] = Steps()
        self._exponentials: Steps[Logits] = Steps()
        self._table |= {
            "softmax": self.softmax,
            "log_softmax": self.log_softmax,
            "sub": self.less,
            "exp": self.exponential,
            **dict.fromkeys(FUSED, self.fused),
            **dict.fromkeys(("square", "erf", "expm1", "abs"), self.pass_on),
            **dict.fromkeys(("sqrt", "rsqrt", "logsumexp"), self.scale),
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
        function = biased(lambda x, w: call.func(x, w, *call.args[2:], **rest))
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
        """Pass on what comes to what a norm scales, hand down what does to a softmax; else as for any factors."""
        softmax = fraction(call, self._exponentials)
        if softmax is not None:
            return self._by_softmax(*softmax)
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
        x = given["input"]
        return self._by_softmax(call, Logits(x, self.keep(x), frozenset({given["dim"]})))

    def _by_softmax(self, compute: Callable[[], Tensor], logits: Logits) -> Tensor:
        x, axes = logits.kept, logits.axes

        def back(came: Tensor) -> tuple[Tensor]:
            share = softmax_along(x.tensor, axes)
            handed = x.tensor * (came - share * came.sum(tuple(axes), keepdim=True))
            # What a mask hides has a logit of minus infinity.
            return (torch.where(share > 0, handed, 0).to(x.tensor),)

        return carry(compute, back, logits.place)

    def log_softmax(self, call: Call) -> Tensor:
        """Refuse it, but for the softmax that its exponentials are."""
        given = call.bind("input", "dim")
        return self._shifted.note(self.idle(call), self._logits(given["input"], {given["dim"] % given["input"].ndim}))

    def less(self, call: Call) -> Tensor:
        """Share in proportion; what is shifted has the same softmax."""
        result, found = self.in_proportion(call), shifted(call)
        return result if found is None else self._shifted.note(result, self._logits(*found))

    def _logits(self, x: Tensor, axes: AbstractSet[int]) -> Logits:
        """Return the logits that `x` is, or that it is of, with the same number taken from them along some axes."""
        above = self._shifted.of(x)
        if above is not None and above.axes & axes:
            return replace(above, axes=above.axes & axes)
        return Logits(self._traces.place(x), self.keep(x), frozenset(axes))

    def exponential(self, call: Call) -> Tensor:
        """Hand down what comes to a softmax; let nothing through else, as of a decay."""
        x = call.bind("input")["input"]
        logits, apart = self._shifted.of(x), call.frame([x])([x.detach()])
        if logits is not None and is_softmax(apart(), logits.axes):
            return self._by_softmax(apart, logits)
        return self._exponentials.note(self.scale(call), self._logits(x, set(range(x.ndim))))

    def head(self, scores: Tensor) -> Tensor:
        """Start from the target's score itself."""
        self._shifted.clear()  # of what the way back may not need
        self._exponentials.clear()
        return super().head(scores)

    def renamed(self, old: Tensor, new: Tensor) -> None:
        """Keep what is known of a tensor that is written into up to date."""
        super().renamed(old, new)
        self._shifted.rename(old, new)
        self._exponentials.rename(old, new)

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
