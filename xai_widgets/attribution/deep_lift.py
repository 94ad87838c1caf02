"""DeepLIFT, and its mean over several baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.paths import usable_baseline
from xai_widgets.attribution.relevance import RelevanceMethod
from xai_widgets.attribution.statistics import CHECKED, Mean
from xai_widgets.attribution.stratified import mirrored
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, parameter, register
from xai_widgets.models.mixing import singles
from xai_widgets.models.rules import Rescale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

SLACK = {torch.float64: 1e-6, torch.float32: 1e-2}
"""How far the sum may be from the score's rise, as a share of the values' size, before the reader is told."""


def contributions(model: Model, x: Tensor, base: Tensor, target: Target) -> tuple[Tensor, Tensor]:
    """Compute DeepLIFT contributions of rows `x` against rows `base`, and each row's completeness gap."""
    if model.mixes(x):
        each = [contributions(model, *pair, target) for pair in zip(singles(x), singles(base), strict=True)]
        return torch.cat([values for values, _ in each]), torch.cat([gap for _, gap in each])
    rules = Rescale(base)
    scores, multipliers = model.gradients(x, target, rules)
    values = multipliers * (x - base)
    rise = scores - target.of(rules.scores)
    return values, values.flatten(1).sum(1) - rise


def _notes(values: Tensor, gap: float) -> tuple[str, ...]:
    if abs(gap) <= SLACK.get(values.dtype, 0.1) * float(values.abs().sum()):
        return ()
    note = (
        "The values do not sum to the score's rise: some operation chooses by its input, or cuts a gradient, "
        "and what that changes belongs to no value."
    )
    return (note,)


@register
@dataclass(frozen=True, kw_only=True)
class DeepLift(RelevanceMethod):
    r"""Contributions by differences from a baseline, handed down operation by operation (the rescale rule).

    .. math:: \sum_i m_i \, (x_i - x'_i) = F(x) - F(x'), \qquad m_{\text{nonlinear}} = \Delta y / \Delta x

    Linear operations keep their gradient; a function of one value has the slope of its secant; a product gives each
    factor the mean of the other; a maximum gives to whichever value was it. Softmax, norms and attention are taken
    apart into these, so the sum is exact up to rounding; a softmax that is written out counts as one. Captum's rule for
    it differs: it is applied to the whole vector at once and then centred, and is not exact; behind a layer, its
    contributions through max pooling miss the score's rise. The gap is reported. Tokens are compared with the mean of
    all tokens' vectors where `integrated_gradients` would start there. Of several baselines, a tensor [n, …], it is the
    mean: `deep_shap`.

    References
    ----------
    Shrikumar, Greenside, Kundaje: Learning Important Features Through Propagating Activation Differences.
    arXiv:1704.02685 (2017).
    """

    name: ClassVar[str] = "deep_lift"
    title: ClassVar[str] = "DeepLIFT"
    sentence: ClassVar[str] = "How much of the difference from an empty input does each value account for?"
    compares: ClassVar[bool] = True

    baselines: Any = parameter(
        "zero", "What the input is compared with: a picture that says nothing.", choices=BASELINES, kind="baseline"
    )

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate, or those of Deep SHAP of several baselines."""
        if isinstance(self.baselines, (Tensor, np.ndarray)) and inputs.several(self.baselines) is not None:
            yield from DeepShap(baselines=self.baselines).estimates(model, inputs, target, seed)
            return
        base, notes = usable_baseline(self.baselines, inputs, model, target, seed)
        values, gap = contributions(model, inputs.x[None], base[None], target)
        notes += _notes(values[0], float(gap[0]))
        yield Estimate(values[0], done=1, total=1, gap=float(gap[0]), notes=notes)


@register
@dataclass(frozen=True, kw_only=True)
class DeepShap(RelevanceMethod):
    r"""Mean of DeepLIFT over several baselines, :math:`E_{x'}[m(x, x') \cdot (x - x')]`.

    Baselines are drawn from the input's noise, uniform between black and white (standard normal where there are no
    colours), unless they are given. Each two of them are opposites, in which much of the chance cancels. The error is
    the standard error of the mean over such pairs, as a share of the map's norm; given baselines are all there is, so
    once each was used the mean is exact. The values sum to the score less the mean score of the baselines.

    References
    ----------
    Lundberg, Lee: A Unified Approach to Interpreting Model Predictions. arXiv:1705.07874 (2017).
    """

    name: ClassVar[str] = "deep_shap"
    title: ClassVar[str] = "Deep SHAP"
    sentence: ClassVar[str] = "How much of the difference from other inputs does each value account for, on average?"
    compares: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "batches", "rules"})

    n_samples: int = parameter(50, "How many baselines are drawn.", low=1, high=1000)
    tolerance: float = parameter(0.05, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)
    baselines: Any = parameter(None, "Baselines of your own, a tensor [n, …] of inputs.", hidden=True)

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the running mean after each batch of baselines."""
        x = inputs.x
        given = None if self.baselines is None else self._given(inputs)
        total = self.n_samples if given is None else len(given)
        mean, gap = Mean(summed=inputs.vectors is not None, spread=mirrored), 0.0

        def batch(rows: slice) -> tuple[Tensor, Tensor]:
            if given is None:
                numbers = range(rows.start, rows.stop)
                drawn = (inputs.draw(seed * 1_000_003 + row // 2, opposite=bool(row % 2)) for row in numbers)
                base = torch.stack(tuple(drawn))
            else:
                base = given[rows]
            return contributions(model, x.expand(base.shape), base, target)

        for rows, (values, gaps) in model.batches(total, batch, "backward", CHECKED):
            mean.add(values)
            gap += float(gaps.sum())
            all_there_is = given is not None and rows.stop == total
            error = 0.0 if all_there_is else mean.error()
            # Few baselines may agree by chance.
            enough = given is None and error is not None and error <= self.tolerance and rows.stop % CHECKED == 0
            done = rows.stop
            yield Estimate(
                mean.value, done, done if enough else total, error, gap / done, _notes(mean.value, gap / done)
            )
            if enough:
                return

    def _given(self, inputs: Inputs) -> Tensor:
        given = inputs.several(self.baselines)
        if given is None:
            wanted, got = ", ".join(map(str, inputs.x.shape)), list(torch.as_tensor(self.baselines).shape)
            msg = f"deep_shap: baselines must be of shape [n, {wanted}], got {got}."
            raise ValueError(msg)
        return given
