"""Making what was written down faster to run: weights laid out once, what comes behind convolutions done by them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor

from xai_widgets.models.backends import linear
from xai_widgets.models.incremental.neighbourhoods import CONVOLUTIONS, CONVOLVE, filled
from xai_widgets.models.incremental.trace import Ref
from xai_widgets.models.kernels import ACTIVATIONS, Convolution, merged, scaled

if TYPE_CHECKING:
    from xai_widgets.models.incremental.trace import Step, Trace

WHOLE_RANGE = (-1.0, 1.0)
"""Of a hardtanh that was told no other."""

TRAINING, EPS = 5, 7
"""Arguments of a BatchNorm, behind weight, bias, mean and variance of its statistics."""


@dataclass
class _Plan:
    """A convolution with weights of the model's own, and what follows it alone."""

    step: Step
    like: tuple[int, ...]
    norm: tuple[Any, ...] = ()
    activation: Step | None = None

    def takes(self, step: Step) -> bool:
        """Tell whether the convolution can do a step behind it as well; from then on it does."""
        if self.activation is not None or step.kwargs:
            return False
        if step.name in ACTIVATIONS:
            self.activation = step
            return True
        fixed = step.name == "batch_norm" and not self.norm and not step.args[TRAINING]
        if fixed and not any(isinstance(one, Ref) for one in step.args[1:]) and step.args[3] is not None:
            self.norm = step.args
            return True
        return False

    def lay_out(self) -> None:
        """Give the step its kernel."""
        step = self.step
        _, weight, bias, stride, _, dilation, groups = filled(step.args, step.kwargs, CONVOLVE)
        geometry, scale = (stride, dilation, groups, self.like), None
        if self.norm:
            factor, shift, mean, variance = self.norm[1:TRAINING]
            scale, bias = merged(bias, factor, shift, mean, variance, self.norm[EPS])
            scale, bias = scale.to(weight), bias.to(weight)
        kernel = Convolution(weight, bias, *geometry, scale)
        if kernel.is_packed:
            # Its shape is all that is asked for from here on.
            step.args = tuple(one.to("meta") if one is weight else one for one in step.args)
        elif scale is not None:
            kernel = Convolution(scaled(weight, scale), bias, *geometry)
        if self.activation is not None:
            kernel.activation = self.activation.name
            limits = self.activation.args[1:] or (kernel.activation == "hardtanh") * WHOLE_RANGE
            kernel.limits = [float(one) for one in limits]
        step.kernel = kernel


def fuse(trace: Trace) -> None:
    """Give each convolution with weights its kernel, and BatchNorm and activation behind it to that.

    Linear layers are run as is fastest here.
    """
    uses = Counter(index for step in trace.steps for index in step.refs) + Counter([trace.output])
    plans: dict[int, _Plan] = {}
    kept: list[Step] = []
    for step in trace.steps:
        plan = plans.get(step.refs[0])
        if plan is not None and uses[step.refs[0]] == 1 and plan.takes(step):
            plan.step.outs = step.outs
            plans[step.outs[0]] = plan
            continue
        if step.name in CONVOLUTIONS:
            _, weight, bias, *_ = filled(step.args, step.kwargs, CONVOLVE)
            if isinstance(weight, Tensor) and not isinstance(bias, Ref):
                plans[step.outs[0]] = _Plan(step, tuple(trace.clean[step.refs[0]].shape))
        if step.name == "linear":
            step.func = linear
        kept.append(step)
    trace.steps = kept
    for plan in {id(one): one for one in plans.values()}.values():
        plan.lay_out()
