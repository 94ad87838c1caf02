"""Making what was written down faster to run: weights laid out once, activations done by the convolutions before."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from torch import Tensor

from xai_widgets.models.incremental.neighbourhoods import CONVOLUTIONS, CONVOLVE, filled
from xai_widgets.models.incremental.trace import Ref
from xai_widgets.models.kernels import ACTIVATIONS, Convolution

if TYPE_CHECKING:
    from xai_widgets.models.incremental.trace import Step, Trace

WHOLE_RANGE = (-1.0, 1.0)
"""Of a hardtanh that was told no other."""


def fuse(trace: Trace) -> None:
    """Give each convolution with weights of the model's own its kernel, and that the activation behind it."""
    uses = Counter(index for step in trace.steps for index in step.refs) + Counter([trace.output])
    makers: dict[int, Step] = {}
    kept: list[Step] = []
    for step in trace.steps:
        maker = makers.get(step.refs[0])
        if maker is not None and maker.kernel is not None and uses[step.refs[0]] == 1 and _joins(step):
            maker.kernel.activation = step.name
            maker.kernel.limits = [float(one) for one in step.args[1:] or (step.name == "hardtanh") * WHOLE_RANGE]
            maker.outs = step.outs
            continue
        if step.name in CONVOLUTIONS:
            _, weight, bias, stride, _, dilation, groups = filled(step.args, step.kwargs, CONVOLVE)
            if isinstance(weight, Tensor) and not isinstance(bias, Ref):
                step.kernel = Convolution(weight, bias, stride, dilation, groups)
                makers[step.outs[0]] = step
        kept.append(step)
    trace.steps = kept


def _joins(step: Step) -> bool:
    return step.name in ACTIVATIONS and not step.kwargs
