"""Integrals of the gradient along a path from a baseline to the input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from xai_widgets.attribution.gradients import GradientMethod
from xai_widgets.attribution.statistics import relative, wide
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, parameter, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

CAUTION = 2.0
"""The true error, as a multiple of what the last refinement changed, stays below this in 95 of 100 random networks."""

TRUSTED_LEVEL = 3
"""Two refinements may agree by chance while they are coarse: the tolerance counts from this level on."""

ROUNDING = 1e-6
"""A completeness gap below this share of the scores is none."""


@register
@dataclass(frozen=True, kw_only=True)
class IntegratedGradients(GradientMethod):
    r"""Gradient averaged along the straight line from a baseline, times the way.

    .. math:: (x_i - x'_i) \int_0^1 \partial_i F(x' + \alpha (x - x')) \, d\alpha

    The integral is refined by a nested trapezoid rule: each level halves the steps and keeps all gradients
    computed before, so there is a picture after one pass and a better one after each. The error is twice what
    the last level changed, and no less than the completeness gap proves (:math:`|gap| / \sqrt n`, of a map with `n`
    values), as a share of the map's norm: gradients of networks with ReLUs are piecewise constant
    along the path, so rules of higher order gain nothing. `n_steps` is rounded down to a whole level (2, 3, 5, 9 …).

    References
    ----------
    Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks. arXiv:1703.01365 (2017).
    """

    name: ClassVar[str] = "integrated_gradients"
    title: ClassVar[str] = "Integrated gradients"
    family: ClassVar[str] = "Paths"
    sentence: ClassVar[str] = "How does the score build up on the way from an empty picture to this one?"
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
        """Yield after each batch; new points of a level are blended in while that is within the last level's doubt."""
        x, base = wide(inputs.x), wide(inputs.baseline(self.baselines, seed))
        way = x - base
        tiny = max(ROUNDING, 8 * torch.finfo(inputs.x.dtype).eps)
        levels = (self.n_steps - 1).bit_length() - 1
        total = 2**levels + 1
        average, rise, scale, done, error = torch.zeros_like(x), 0.0, 0.0, 0, None
        change = math.inf
        for level in range(levels + 1):
            points = _new_points(level)
            fresh = torch.zeros_like(x)

            def batch(rows: slice, points: Tensor = points) -> tuple[Tensor, Tensor]:
                alpha = points[rows].to(x).reshape(-1, *[1] * x.ndim)
                scores, gradients = model.gradients((base + alpha * way).to(inputs.x), target)
                return wide(scores), wide(gradients).sum(0)

            for rows, (scores, gradients) in model.batches(len(points), batch, "backward"):
                done += rows.stop - rows.start
                fresh = fresh + gradients
                if level == 0:
                    scale = max(scale, float(scores.abs().max()))
                    rise += float((scores * torch.tensor([1.0, -1.0])[rows].to(scores)).sum())
                # The new points halve the weight of the old ones, as far as they have come.
                share = 1.0 if level == 0 else rows.stop / len(points) / 2
                now = average * (1 - share) + fresh / rows.stop * share
                if rows.stop < len(points):
                    # The few points so far are worse than the level before where the gradient changes smoothly.
                    fits = level == 0 or float(((now - average) * way).norm()) <= change
                    yield self._estimate(now if fits else average, way, rise, done, total, error)
            if level > 0:
                change = float(((now - average) * way).norm())
                values = now * way
                gap = abs(float(values.sum()) - rise)
                missing = gap / math.sqrt(x.numel()) if gap > tiny * scale else 0.0
                error = relative(max(CAUTION * change, missing), float(values.norm()))
            average = now
            enough = error is not None and (error == 0 or (level >= TRUSTED_LEVEL and error <= self.tolerance))
            yield self._estimate(average, way, rise, done, done if enough else total, error)
            if enough:
                return

    @staticmethod
    def _estimate(average: Tensor, way: Tensor, rise: float, done: int, total: int, error: float | None) -> Estimate:  # noqa: PLR0917
        values = average * way
        # The score's rise is known once both ends of the path have been seen.
        gap = float(values.sum()) - rise if done > 1 else None
        return Estimate(values, done, total, error, gap)


def _new_points(level: int) -> Tensor:
    """Return the points that a level adds, in an order that covers the path evenly at any time."""
    if level == 0:
        return torch.tensor([1.0, 0.0], dtype=torch.float64)
    count = 2 ** (level - 1)
    order = [int(f"{i:0{level}b}"[:0:-1] or "0", 2) for i in range(count)]  # van der Corput: bits reversed
    return torch.tensor(order, dtype=torch.float64).add(0.5).div(count)
