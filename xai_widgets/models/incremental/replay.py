"""Running what was written down again, on patches."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.models.explanation import is_watched, listeners, wants_channels_last
from xai_widgets.models.incremental.fusing import fuse
from xai_widgets.models.incremental.neighbourhoods import padding_of
from xai_widgets.models.incremental.patches import Patch, Region, cut
from xai_widgets.models.incremental.rules import RULES, needs_clean
from xai_widgets.models.incremental.trace import NotIncrementalError, Ref, Step, Trace, record, replaced
from xai_widgets.models.outputs import scores_of
from xai_widgets.models.untouched import kept_tensors, private_copy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.models.module import TorchModel

MOVING = 16
"""What it costs to move a cell through memory, in multiplications. Only the ratio of sums of both is of interest."""

SIZED = frozenset(("view", "reshape", "_unsafe_view", "expand"))
"""Operations that name the sizes of their output, that of the batch among them."""


class Incremental:
    """Scores of one input of which boxes are covered.

    Parameters
    ----------
    model : TorchModel
        That has computed scores before.
    x : Tensor, shape (features…)
        The clean input. One pass is spent on it, whose activations are kept as long as this object.
    axes : tuple of int
        The axes of `x` that boxes lie on; they cover the others whole.

    Attributes
    ----------
    clean : Tensor, shape (1, outputs)
        Scores of the clean input.

    Raises
    ------
    NotIncrementalError
        Where full passes are the only way: a model that draws random numbers, whose way through its operations depends
        on values, that somebody watches, or that is not ours to watch.
    """

    def __init__(self, model: TorchModel, x: Tensor, axes: Sequence[int] = (1, 2)) -> None:
        self._model, self._x = model, x
        self._dims = tuple(axis + 1 for axis in axes)
        self._version = model.version
        if not model.private or model.random is not False or not self.holds():
            msg = "The model draws random numbers, or somebody watches it."
            raise NotIncrementalError(msg)
        self._trace = self._written_down()
        model._spent.forwards += 1  # noqa: SLF001  its own kind
        self.clean = self._trace.clean[self._trace.output].clone()
        self._dense = sum(_work(step, step.shapes) for step in self._trace.steps)
        self._done, self._count = 0.0, 0

    @property
    def share(self) -> float:
        """Work done per covered input so far, as a share of that of a full pass, by the sizes of the operations."""
        return self._done / max(1.0, self._dense * self._count)

    def holds(self) -> bool:
        """Tell whether the model is still the one that was written down, and nobody watches it."""
        model, found = self._model, listeners(self._model.module)
        return not (
            any(hooks for _, _, *hooks in found)
            or is_watched()
            or found != model._listeners  # noqa: SLF001  its own kind
            or model.version != self._version
        )

    def scores(self, boxes: Tensor, fill: Tensor) -> Tensor:
        """Compute the scores of the input, once for each box, with `fill` in that box.

        Parameters
        ----------
        boxes : int Tensor, shape (n, 2, axes)
            The first cell and one past the last cell along each axis, ``0 <= first < last <= size``.
        fill : Tensor
            Of the input's shape, or broadcastable to it.

        Returns
        -------
        Tensor, shape (n, outputs)

        Raises
        ------
        NotIncrementalError
            For an operation that turns out to have no way to run on such a batch.
        """
        with torch.inference_mode():
            values: dict[int, Any] = {0: self._covered(boxes, fill)}
            for step in self._trace.steps:
                found = _run(step, values, self._trace.clean)
                values |= dict(zip(step.outs, found, strict=True))
                self._done += _work(step, [tuple((o.tensor if isinstance(o, Patch) else o).shape) for o in found])
                for index in step.last:
                    del values[index]
            scores = values[self._trace.output]
            scores = scores.whole() if isinstance(scores, Patch) else scores
        self._count += len(boxes)
        self._model._spent.forwards += len(boxes)  # noqa: SLF001
        return scores.clone()  # an ordinary tensor, outside of inference mode

    def _written_down(self) -> Trace:
        batch = self._x[None]
        if wants_channels_last(self._model.module, batch):
            try:
                trace = _watched(self._model, batch.contiguous(memory_format=torch.channels_last))
            except NotIncrementalError:
                pass  # it may refuse that layout alone
            else:
                self._x = batch.contiguous(memory_format=torch.channels_last)[0]
                return trace
        return _watched(self._model, batch)

    def _covered(self, boxes: Tensor, fill: Tensor) -> Patch:
        x, dims = self._x[None], self._dims
        ends = boxes.cpu().numpy()
        bounds = [x.shape[d] for d in dims]
        region = Region.around(ends[:, 0], ends[:, 1], bounds)
        tensor = cut(x, dims, region)
        filled = cut(fill.expand_as(self._x)[None].to(x), dims, region)
        # Boxes may be smaller than the region, which is as large as the largest.
        inside = torch.ones([1] * x.ndim, dtype=torch.bool, device=x.device)
        for k, d in enumerate(dims):
            cells = region.starts[:, k, None] + np.arange(region.size[k])
            hit = (cells >= ends[:, 0, k, None]) & (cells < ends[:, 1, k, None])
            shape = [len(boxes) if i == 0 else region.size[k] if i == d else 1 for i in range(x.ndim)]
            inside = inside & torch.from_numpy(hit).to(x.device).reshape(shape)
        return Patch(torch.where(inside, filled, tensor), dims, region, self._trace.clean.get(0), tuple(x.shape))


def _watched(model: TorchModel, x: Tensor) -> Trace:
    """Write down one pass."""
    # In inference mode it may leave tensors on a module that no gradient can go through.
    module = private_copy(model.module)
    if module is None:
        msg = "The model cannot be copied."
        raise NotIncrementalError(msg)
    constants = [*module.parameters(), *module.buffers(), *kept_tensors(module)]
    trace = record(lambda batch: scores_of(model._feed(module, batch)), x, constants, set(RULES) | SIZED)  # noqa: SLF001
    fuse(trace)
    trace.prune(needs_clean)
    return trace


def _run(step: Step, values: dict[int, Any], clean: dict[int, Tensor]) -> list[Any]:
    """Run one step, on patches if it can be."""
    args, kwargs = (replaced(Ref, lambda one: values[one.index], given) for given in (step.args, step.kwargs))
    operands = [values[index] for index in step.refs]
    rule = RULES.get(step.name)
    if rule is not None and all(isinstance(one, Patch) for one in operands):
        found = rule(step, args, kwargs)
        if isinstance(found, Tensor):
            return [found]
        if found is not None:
            patches = found if isinstance(found, list) else [found]
            return [replace(one, clean=clean.get(out)) for one, out in zip(patches, step.outs, strict=True)]
    args, kwargs = (replaced(Patch, Patch.whole, given) for given in (args, kwargs))
    if step.name in SIZED:
        count = next(len(one.tensor) if isinstance(one, Patch) else len(one) for one in operands)
        return [_resized(step, args[0], count)]
    if step.kernel is not None:
        return [step.kernel(args[0], padding_of(args, kwargs))]
    found = step.func(*args, **kwargs)
    return list(found) if isinstance(found, (list, tuple)) else [found]


def _resized(step: Step, tensor: Tensor, count: int) -> Tensor:
    """Give a batch the sizes that one input was given."""
    shape = step.shapes[0]
    if shape[0] != 1:
        msg = f"{step.name} puts the batch elsewhere than in front."
        raise NotIncrementalError(msg)
    resized = tensor.expand if step.name == "expand" else tensor.reshape
    return resized(count, *shape[1:])


def _work(step: Step, shapes: Sequence[Sequence[int]]) -> float:
    """Estimate the work of putting out tensors of these shapes."""
    weight = step.args[1] if step.name.startswith("conv") or step.name == "linear" else None
    each = weight[0].numel() if isinstance(weight, Tensor) else 0
    return float(sum(map(math.prod, shapes)) * (each + MOVING))
