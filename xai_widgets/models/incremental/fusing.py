"""Making what was written down faster to run: weights laid out once, activations done by the convolutions before."""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import TYPE_CHECKING

from torch import Tensor

from xai_widgets.models.incremental.neighbourhoods import CONVOLUTIONS, CONVOLVE, filled
from xai_widgets.models.incremental.trace import Ref
from xai_widgets.models.kernels import ACTIVATIONS, Convolution

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xai_widgets.models.incremental.trace import Step, Trace

WHOLE_RANGE = (-1.0, 1.0)
"""Of a hardtanh that was told no other."""


def fuse(trace: Trace, laid_out: Iterable[Convolution] = ()) -> None:
    """Give each convolution with weights of the model's own its kernel, and that the activation behind it.

    Of what is laid out already, no second copy is made.
    """
    # A merged layer's weights are a product made for the trace, but its bias is its own.
    known = {id(one.weight if one.scale is None else one.bias): one for one in laid_out if one.is_packed}
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
                found = known.get(id(weight), known.get(id(bias)))
                if found is None or not found.is_of(bias, stride, dilation, groups):
                    found = Convolution(weight, bias, stride, dilation, groups, trace.clean[step.refs[0]].shape)
                step.kernel = copy(found)
                if step.kernel.is_packed:
                    # Its shape is all that is asked for from here on.
                    step.args = tuple(one.to("meta") if one is weight else one for one in step.args)
                makers[step.outs[0]] = step
        kept.append(step)
    trace.steps = kept


def _joins(step: Step) -> bool:
    return step.name in ACTIVATIONS and not step.kwargs
