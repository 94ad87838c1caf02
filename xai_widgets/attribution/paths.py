"""Integrals of the gradient along a path from a baseline to the input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import Tensor

from xai_widgets.attribution.gradients import GradientMethod
from xai_widgets.attribution.points import affordable, room_of
from xai_widgets.attribution.quadrature import SPACINGS, refine
from xai_widgets.attribution.several import mean_of
from xai_widgets.attribution.statistics import wide
from xai_widgets.inputs import BASELINES
from xai_widgets.method import Estimate, parameter, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

STEEP = 1e3
"""How many times as large a gradient at the baseline is as at the input where the path cannot be followed."""

NOT_FROM_ZERO = "The model's gradient explodes at vectors of zeros: the baseline is the mean of all tokens' vectors."


@register
@dataclass(frozen=True, kw_only=True)
class IntegratedGradients(GradientMethod):
    r"""Gradient averaged along the straight line from a baseline, times the way.

    .. math:: (x_i - x'_i) \int_0^1 \partial_i F(x' + \alpha (x - x')) \, d\alpha

    The integral is refined by a trapezoid rule that keeps all gradients computed before, so there is a picture after
    one pass and a better one after each. Gradients of networks with ReLUs jump along the path, so that rules of higher
    order gain nothing, and jump more on some parts of it than on others: from 17 points on, the steps are halved whose
    ends differ most. All are halved where the errors of steps cancel, as those of smooth networks do. The error is
    told by what the last halving of steps changed and what the ends of the other steps differ by, and is no less than
    the completeness gap proves (:math:`|gap| / \sqrt n`, of a map with `n` values), as a share of the map's norm.
    `n_steps` is rounded down to 2, 3, 5, 9 …; evenly spaced, they are the points of Captum's ``riemann_trapezoid``,
    which weighs them by 1 / n where there are n - 1 steps: its values are (n - 1) / n of these.

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
    compares: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "batches"})

    n_steps: int = parameter(257, "How many gradients along the path at most.", low=2, high=4097)
    tolerance: float = parameter(0.05, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)
    baselines: Any = parameter(
        "zero",
        "What the path starts from: a picture that says nothing.",
        choices=BASELINES,
        kind="baseline",
    )
    spacing: str = parameter(
        "adaptive", "Whether steps are finer where the gradient changes more, or all alike.", choices=SPACINGS
    )

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch."""
        # Gradients of a token's values are kept as their sum.
        kept = wide(inputs.x) if inputs.vectors is None else wide(inputs.x)[..., 0]
        n_steps, notes = affordable(self.n_steps, room_of(kept))

        def path(base: Tensor) -> Iterator[Estimate]:
            way = wide(inputs.x) - wide(base)

            def at(x: Tensor, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
                scores, gradients = model.gradients(x, target)
                shares = wide(gradients) * way
                return wide(scores), places, shares if inputs.vectors is None else shares.sum(-1)

            tolerance, spacing = self.tolerance, self.spacing
            return refine(model, at, base, way, n_steps=n_steps, tolerance=tolerance, spacing=spacing, whole=True)

        if isinstance(self.baselines, (Tensor, np.ndarray)) and (several := inputs.several(self.baselines)) is not None:
            runs = mean_of(map(path, several), len(several))
        else:
            base, instead = usable_baseline(self.baselines, inputs, model, target, seed)
            runs, notes = path(base), (*instead, *notes)
        for estimate in runs:
            yield replace(estimate, notes=(*notes, *estimate.notes)) if notes else estimate


def usable_baseline(
    baselines: Any, inputs: Inputs, model: Model, target: Target, seed: int
) -> tuple[Tensor, tuple[str, ...]]:
    """Return the one baseline that is asked for, or the mean in place of zeros where these will not do, and a note."""
    base = inputs.baseline(baselines, seed)
    zeros = isinstance(baselines, str) and baselines == "zero" and inputs.vectors is not None
    if zeros and _explodes_at(base, inputs.x, model, target):
        return inputs.baseline("mean"), (NOT_FROM_ZERO,)
    return base, ()


def _explodes_at(base: Tensor, x: Tensor, model: Model, target: Target) -> bool:
    """Tell whether a model of vectors has no usable gradient at a baseline.

    Most language models divide each vector by its length, layer after layer, and zeros have none: there the gradient
    overflows, or is millions of times as large as anywhere else.
    """
    there, here = (float(wide(model.gradients(one[None], target)[1]).norm()) for one in (base, x))
    return not there <= STEEP * here  # nor where it is not a number
