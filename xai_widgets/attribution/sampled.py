"""Statistics of gradients over random inputs and random baselines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from xai_widgets.attribution.gradients import GradientMethod, Noisy
from xai_widgets.attribution.groups import row_generator
from xai_widgets.attribution.statistics import CHECKED, Mean, quantile, relative, wide
from xai_widgets.attribution.stratified import Paths
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, parameter, register
from xai_widgets.models import ModelError
from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

ENOUGH, FEW = 8, 4
"""Fewer samples say too little of their spread; fewer that are stratified."""

ROUNDING = 1e-3
"""A completeness gap below this share of the scores is no proof: half precision has no more digits."""

CAUTION = 1.2
"""Neighbouring cells' variances err together, which the bound from single cells leaves out: on random networks it must
be wider by this for the true error to stay below in 95 of 100 cases."""


@register
@dataclass(frozen=True, kw_only=True)
class VarGrad(Noisy):
    r"""Variance of the gradient over noisy copies, :math:`\mathrm{Var}_{\epsilon}[\nabla F(x + \epsilon)]`.

    :math:`\epsilon \sim N(0, \sigma^2)` with :math:`\sigma` = `noise_level` times the input's range, or that of each
    value over the `background`: copies that are independent, where SmoothGrad's are opposites. The variance is unbiased
    (Captum divides by the number of samples). Its error comes from the fourth moments.

    References
    ----------
    Adebayo, Gilmer, Goodfellow, Kim: Local Explanation Methods for Deep Neural Networks Lack Sensitivity to Parameter
    Values. arXiv:1810.03307 (2018).
    """

    name: ClassVar[str] = "var_grad"
    title: ClassVar[str] = "VarGrad"
    sentence: ClassVar[str] = "Where does the model's reaction change most between slightly noisy copies of the input?"

    n_samples: int = parameter(100, "How many noisy copies are compared at most.", low=1, high=10_000)
    tolerance: float = parameter(0.1, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the running variance after each batch of noisy copies."""
        x = inputs.x
        scale, notes = self.scale(inputs)

        def gradients(rows: slice) -> Tensor:
            numbers = range(rows.start, rows.stop)
            noise = (torch.randn(x.shape, generator=row_generator(seed, row)) for row in numbers)
            return model.gradients(x + scale * torch.stack(tuple(noise)).to(x), target)[1]

        first, sums = torch.empty(0), [torch.empty(0)] * 4
        for rows, found in model.batches(self.n_samples, gradients, "backward", CHECKED):
            if rows.start == 0:
                first = wide(found[0].clone())
                sums = [torch.zeros_like(first)] * 4
            # Powers of the distance from the first sample: small numbers, whose sums keep their digits.
            away = wide(found) - first
            sums = [total + away.pow(k + 1).sum(0) for k, total in enumerate(sums)]
            del found, away  # the next ones are made meanwhile
            variance, error = _variance(rows.stop, sums)
            enough = error is not None and error <= self.tolerance and rows.stop % CHECKED == 0
            yield Estimate(variance, rows.stop, rows.stop if enough else self.n_samples, error, notes=notes)
            if enough:
                return


def _variance(count: int, sums: list[Tensor]) -> tuple[Tensor, float | None]:
    """Return the variance, and the bound of its relative error, from sums of the first four powers."""
    a, b, c, d = (total / count for total in sums)
    spread = (b - a.square()).clamp(min=0)
    variance = spread * (count / max(1, count - 1))
    if count < ENOUGH:
        return variance, None
    fourth = d - 4 * a * c + 6 * a.square() * b - 3 * a.pow(4)
    doubt = widened(((fourth - spread.square()) / (count - 1)).clamp(min=0))
    total = float(doubt.sum())
    return variance, relative(CAUTION * math.sqrt(total) * quantile(doubt, total), float(variance.norm()))


@register
@dataclass(frozen=True, kw_only=True)
class ExpectedGradients(GradientMethod):
    r"""Integrated gradients averaged over baselines, one point on one path at a time.

    .. math:: E_{x' \sim D, \, \alpha \sim U(0, 1)} \left[ (x - x') \odot \nabla F(x' + \alpha (x - x')) \right]

    `baselines` is a tensor [n, …] of inputs to compare with, such as rows of the training data, each taken in turn
    (SHAP's GradientExplainer draws them at random, which adds chance), or the name of one baseline (``"noise"`` is
    drawn anew for each two points, the second from the opposite of the first). The points of a path are stratified:
    each lies at random in the half of a stratum that has none yet. On average the values sum to what the score exceeds
    its mean over the baselines by; the gap says how far this sample of them is off. The error is a standard error by
    how much points of neighbouring strata differ, which is no less than that of stratified points.

    References
    ----------
    Erion, Janizek, Sturmfels, Lundberg, Lee: Improving Performance of Deep Learning Models with Axiomatic Attribution
    Priors and Expected Gradients. arXiv:1906.10670 (2021).
    """

    name: ClassVar[str] = "expected_gradients"
    title: ClassVar[str] = "Expected gradients"
    family: ClassVar[str] = "Paths"
    sentence: ClassVar[str] = "How does the score build up on the way here from many other inputs?"
    compares: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "batches"})

    n_samples: int = parameter(200, "How many points on paths at most.", low=1, high=100_000)
    tolerance: float = parameter(0.1, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)
    baselines: Any = parameter("noise", "What paths start from: many inputs.", choices=BASELINES, kind="baseline")

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the running mean after each batch of points."""
        x, starts = inputs.x, _Starts(self.baselines, model, inputs, target, seed)
        paths = Paths(starts.count, seed)
        # Each path as often as the others, where all of them are taken.
        total = self.n_samples - self.n_samples % starts.count if 0 < starts.count <= self.n_samples else self.n_samples
        align = CHECKED if starts.count > total else -(-CHECKED // max(1, starts.count)) * max(1, starts.count)

        def batch(rows: slice) -> tuple[Tensor, Tensor]:
            base = starts.at(rows)
            alpha = torch.tensor([paths.place(row) for row in range(rows.start, rows.stop)], dtype=torch.float64)
            points = alpha.to(x).reshape(-1, *[1] * x.ndim) * (x - base)
            points.add_(base)
            try:
                found = model.gradients(points, target)[1]
            except ModelError as error:
                error.mixed = starts.parted(rows, points)
                raise
            del points
            return (x - base).mul_(found), starts.scores(rows, base)

        whole = float(target.of(model.scores(x[None])))
        mean, scores = Mean(summed=inputs.vectors is not None, spread=paths.spread), 0.0
        for rows, (values, begun) in model.batches(total, batch, "backward", align):
            mean.add(values)
            scores += float(begun.sum())
            del values  # the next ones are made meanwhile
            gap = float(mean.value.sum()) - (whole - scores / rows.stop)
            rounding = ROUNDING * max(abs(whole), float(begun.abs().max()))
            error = mean.error(gap if abs(gap) > rounding else 0.0) if rows.stop >= FEW else None
            enough = error is not None and error <= self.tolerance and rows.stop % align == 0
            yield Estimate(mean.value, rows.stop, rows.stop if enough else total, error, gap)
            if enough:
                return


class _Starts:
    """What paths start from, one after the other, and the scores there.

    Attributes
    ----------
    count : int
        How many there are, which are taken in turn; 0 where they are drawn, each two of them opposites.
    """

    def __init__(self, baselines: Any, model: Model, inputs: Inputs, target: Target, seed: int) -> None:
        self._baselines, self._model, self._inputs, self._target, self._seed = baselines, model, inputs, target, seed
        given = inputs.several(baselines)
        self._given = given is not None
        first = self._draw(0) if given is None else None
        alone = first is not None and torch.equal(first, self._draw(1))
        self._all = first[None] if first is not None and alone else given
        self.count = 0 if self._all is None else len(self._all)
        # In an order of their own: the first rows of a table may be alike.
        self._turns = torch.randperm(self.count, generator=row_generator(seed, -1))
        self._known = inputs.x.new_zeros(self.count)

    def _draw(self, row: int) -> Tensor:
        number = self._seed * 1_000_003 + row // 2
        return self._inputs.baseline(self._baselines, number, opposite=bool(row % 2))

    def _turn(self, rows: slice) -> Tensor:
        return self._turns[torch.arange(rows.start, rows.stop) % self.count]

    def at(self, rows: slice) -> Tensor:
        """Return those of some rows."""
        if self._all is None:
            return torch.stack([self._draw(row) for row in range(rows.start, rows.stop)])
        return self._all[self._turn(rows).to(self._all.device)]

    def scores(self, rows: slice, base: Tensor) -> Tensor:
        """Return the scores of those of some rows, which are computed once."""
        if self._all is None:
            return self._target.of(self._model.scores(base))
        turn, new = self._turn(rows).to(base.device), base[: max(0, self.count - rows.start)]
        if len(new):
            self._known[turn[: len(new)]] = self._target.of(self._model.scores(new)).to(self._known)
        return self._known[turn]

    def parted(self, rows: slice, points: Tensor) -> list[Tensor]:
        """Part what is on the way from given ones by where it came from."""
        turn = self._turn(rows).to(points.device) if self._given else points
        return [points[turn == one] for one in range(self.count)] if self._given else []
