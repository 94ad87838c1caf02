"""Integrals of the gradient along a path from a baseline to the input."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.gradients import GradientMethod
from xai_widgets.attribution.several import mean_of
from xai_widgets.attribution.statistics import relative, wide
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, parameter, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

CAUTION = 1.2
"""The true error, as a multiple of what the last refinement changed, stays below this in 95 of 100 random networks."""

TRUSTED_LEVEL = 3
"""Two refinements may agree by chance while they are coarse: the tolerance counts from this level on."""

STEEP = 1e3
"""How many times as large a gradient at the baseline is as at the input where the path cannot be followed."""

NOT_FROM_ZERO = (
    "The model's gradient explodes at vectors of zeros: the path starts from the mean of all tokens' vectors."
)

ROUNDING = 1e-6
"""A completeness gap below this share of the scores is none."""


class Integral(ABC):
    """What adds up along the path from a baseline to the input, better and better as points on it come in."""

    size: int
    """How many values are read of it."""
    whole: bool
    """Whether the values must sum to the rise of the score."""
    summed = False
    """Whether they are summed over the last axis before they are read, which is what the error is of."""

    @abstractmethod
    def at(self, points: Tensor) -> tuple[Tensor, Any]:
        """Pass points (n,) of the path, 0..1, and return their scores (n,) and what `add` takes."""

    @abstractmethod
    def add(self, points: Tensor, found: Any, share: float) -> Tensor | None:
        """Take in new points and return the values; None while there are none.

        Of the points that this level adds, `share` have come, the last ones now.
        """

    def norm(self, values: Tensor) -> float:
        """Return the norm of what is read of values."""
        return float((values.sum(-1) if self.summed else values).norm())


def refine(model: Model, integral: Integral, n_steps: int, tolerance: float, tiny: float) -> Iterator[Estimate]:
    """Refine an integral level by level, each with twice the steps, and yield after each batch.

    New points of a level are blended in while that is within the last level's doubt.

    Parameters
    ----------
    tiny : float
        A completeness gap below this share of the scores is none.
    """
    levels = (n_steps - 1).bit_length() - 1
    total = 2**levels + 1
    settled, rise, scale, done, error, change = torch.empty(0), 0.0, 0.0, 0, None, math.inf

    def estimate(values: Tensor, total: int) -> Estimate:
        # The score's rise is known once both ends of the path have been seen.
        return Estimate(values, done, total, error, float(values.sum()) - rise if done > 1 else None)

    for level in range(levels + 1):
        points = _new_points(level)
        now: Tensor | None = None

        def batch(rows: slice, points: Tensor = points) -> tuple[Tensor, Any]:
            return integral.at(points[rows])

        for rows, (scores, found) in model.batches(len(points), batch, "backward"):
            done += rows.stop - rows.start
            if level == 0:
                scale = max(scale, float(scores.abs().max()))
                rise += float((scores * torch.tensor([1.0, -1.0])[rows].to(scores)).sum())
            now = integral.add(points[rows], found, rows.stop / len(points))
            if now is None:
                yield Estimate(settled, done, total, ready=False)
            elif rows.stop < len(points):
                # The few points so far are worse than the level before where the gradient changes smoothly.
                fits = level == 0 or integral.norm(now - settled) <= change
                yield estimate(now if fits else settled, total)
        assert now is not None
        gap = abs(float(now.sum()) - rise)
        complete = gap <= tiny * scale
        if level > 0:
            change = integral.norm(now - settled)
            missing = gap / math.sqrt(integral.size) if integral.whole and not complete else 0.0
            size = integral.norm(now)
            # Nothing has been met yet, though the score has risen somewhere.
            unseen = size == 0 and not complete and not integral.whole
            error = None if unseen else relative(max(CAUTION * change, missing), size)
        settled = now
        trusted = level >= TRUSTED_LEVEL or (error == 0 and (integral.whole or complete))
        enough = error is not None and trusted and error <= tolerance
        yield estimate(settled, done if enough else total)
        if enough:
            return


def tiny_for(x: Tensor) -> float:
    """Return the share of the scores that rounding makes up."""
    return max(ROUNDING, 8 * torch.finfo(x.dtype).eps)


class _Gradients(Integral):
    """The mean gradient, times the way."""

    whole = True

    def __init__(self, model: Model, inputs: Inputs, base: Tensor, target: Target) -> None:
        x = wide(inputs.x)
        self._model, self._target, self._type = model, target, inputs.x
        self._base, self._way = wide(base), x - wide(base)
        self.summed = inputs.vectors is not None
        self.size = (x[..., 0] if self.summed else x).numel()
        self._average = self._fresh = torch.zeros_like(x)
        self._count, self._first = 0, True

    def at(self, points: Tensor) -> tuple[Tensor, Tensor]:
        alpha = points.to(self._way).reshape(-1, *[1] * self._way.ndim)
        scores, gradients = self._model.gradients((self._base + alpha * self._way).to(self._type), self._target)
        return wide(scores), wide(gradients).sum(0)

    def add(self, points: Tensor, found: Tensor, share: float) -> Tensor:
        self._fresh, self._count = self._fresh + found, self._count + len(points)
        # The new points halve the weight of the old ones, as far as they have come.
        weight = 1.0 if self._first else share / 2
        now = self._average * (1 - weight) + self._fresh / self._count * weight
        if share == 1:
            self._average, self._fresh, self._count, self._first = now, torch.zeros_like(now), 0, False
        return now * self._way


@register
@dataclass(frozen=True, kw_only=True)
class IntegratedGradients(GradientMethod):
    r"""Gradient averaged along the straight line from a baseline, times the way.

    .. math:: (x_i - x'_i) \int_0^1 \partial_i F(x' + \alpha (x - x')) \, d\alpha

    The integral is refined by a nested trapezoid rule: each level halves the steps and keeps all gradients
    computed before, so there is a picture after one pass and a better one after each. The error is 1.2 times what
    the last level changed, and no less than the completeness gap proves (:math:`|gap| / \sqrt n`, of a map with `n`
    values), as a share of the map's norm: gradients of networks with ReLUs are piecewise constant
    along the path, so rules of higher order gain nothing. `n_steps` is rounded down to a whole level (2, 3, 5, 9 …).

    Of several baselines, a tensor [n, …], it is the mean over their paths, one after the other (`expected_gradients`
    takes them all at once, by samples).

    The path of a model of tokens starts at the mean of all tokens' vectors in place of zeros where the gradient
    explodes at these, as it does in most language models; a note says so.

    References
    ----------
    Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks. arXiv:1703.01365 (2017).
    """

    name: ClassVar[str] = "integrated_gradients"
    title: ClassVar[str] = "Integrated gradients"
    family: ClassVar[str] = "Paths"
    sentence: ClassVar[str] = "How does the score build up on the way from an empty input to this one?"
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "batches"})

    n_steps: int = parameter(257, "How many gradients along the path at most.", low=2, high=4097)
    tolerance: float = parameter(0.05, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)
    baselines: Any = parameter(
        "zero",
        "What the path starts from: a picture that says nothing.",
        choices=BASELINES,
        kind="baseline",
    )

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch."""
        if isinstance(self.baselines, (Tensor, np.ndarray)) and (several := inputs.several(self.baselines)) is not None:
            every = [_Gradients(model, inputs, base, target) for base in several]
            runs = (refine(model, one, self.n_steps, self.tolerance, tiny_for(inputs.x)) for one in every)
            yield from mean_of(runs, len(every), every[0].norm)
            return
        notes: tuple[str, ...] = ()
        base = inputs.baseline(self.baselines, seed)
        if self.baselines == "zero" and inputs.vectors is not None and _explodes_at(base, inputs.x, model, target):
            base, notes = inputs.baseline("mean"), (NOT_FROM_ZERO,)
        integral = _Gradients(model, inputs, base, target)
        for estimate in refine(model, integral, self.n_steps, self.tolerance, tiny_for(inputs.x)):
            yield replace(estimate, notes=(*notes, *estimate.notes)) if notes else estimate


def _explodes_at(base: Tensor, x: Tensor, model: Model, target: Target) -> bool:
    """Tell whether a model of vectors has no usable gradient at a baseline.

    Most language models divide each vector by its length, layer after layer, and zeros have none: there the gradient
    overflows, or is millions of times as large as anywhere else.
    """
    there, here = (float(wide(model.gradients(one[None], target)[1]).norm()) for one in (base, x))
    return not there <= STEEP * here  # nor where it is not a number


def _new_points(level: int) -> Tensor:
    """Return the points that a level adds, in an order that covers the path evenly at any time."""
    if level == 0:
        return torch.tensor([1.0, 0.0], dtype=torch.float64)
    count = 2 ** (level - 1)
    order = [int(f"{i:0{level}b}"[:0:-1] or "0", 2) for i in range(count)]  # van der Corput: bits reversed
    return torch.tensor(order, dtype=torch.float64).add(0.5).div(count)
