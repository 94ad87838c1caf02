"""Scores of an input with each of many windows covered, by the cheapest way that gives them exactly."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xai_widgets.models import Incremental, NotIncrementalError, is_out_of_memory
from xai_widgets.models.left_out import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.attribution.windows import Windows
    from xai_widgets.models import Model

MANY = 20
"""Windows from which on it may pay to find out whether a part of the work is enough."""

FEW = 4
"""Windows that go one by one, as the first picture does: finding out whether more may go at once is a pass of two."""

CHECKED = 2
"""Windows that are done both ways first: a corner and the middle."""

TOGETHER = 8
"""Windows that run at once, at least where they take no more than about `PASSES` whole passes: fewer use the processor
worse."""

PASSES = 4
"""By the sizes of the operations; a batch of patches takes half of that."""

PAYS = 0.85
"""Share of a full pass's work below which parts are worth their trouble."""

CLOSE = {torch.float64: 1e-10, torch.float32: 1e-4}
"""How far the scores may differ, as a share of the largest effect. Half precision is too coarse to tell."""

ROUNDING = 64
"""Units in the last place of the largest score that full passes themselves differ by, from batch to batch."""


class Covered:
    """Scores of an input with windows covered, a level of them after the other, each by the cheapest way.

    The first picture's windows go through the whole model. Where the same scores come from recomputing only what the
    windows reach, as in convolutional networks, the others are done so; see :mod:`xai_widgets.models.incremental`.

    `fill` covers the windows, of the input's shape or broadcastable to it; `levels` are asked for in their order.
    Scores of windows for which the model fails are NaN, `outputs` of each; `left_out` counts them.
    """

    def __init__(
        self, model: Model, x: Tensor, fill: Tensor, levels: Sequence[Windows], outputs: Sequence[int]
    ) -> None:
        self.left_out, self._outputs = LeftOut(), outputs
        self._model, self._x, self._fill, self._levels = model, x, fill, levels
        # Making the explanation copy takes as long as several passes, and may not be needed.
        self._runner = copy(model).plain()
        self._parts: Incremental | None = None
        self._seen: list[Tensor] = []

    def scores(self, windows: Windows) -> Iterator[tuple[slice, Tensor]]:
        """Yield the scores of windows, a batch at a time.

        Yields
        ------
        rows : slice
            Of the windows. Empty where other work was done, after which to stop is as well.
        scores : Tensor, shape (rows, outputs)
        """
        model, fine = self._model, self._levels[-1]
        many, alone = len(fine) >= MANY, len(windows) <= FEW
        if many and self._x.dtype in CLOSE and windows is self._levels[:2][-1]:
            for _, scores in model.batches(CHECKED, lambda rows: self._by_passes(fine, rows), align=1):
                self._seen.append(scores)
                yield slice(0, 0), scores[:0]
            self._find_parts()
        first = 0
        if windows is fine and self._seen:
            first = CHECKED
            yield slice(0, first), torch.cat(self._seen)
        if windows is fine and many and self._parts is None:
            self._runner = model
        kind, alone = ("forward", alone) if self._parts is None else ("patches", windows is not fine)
        work = partial(self._by_parts, windows, first)
        for rows, scores in model.batches(len(windows) - first, work, kind, align=1 if alone else None):
            yield _later(rows, first), scores

    def _by_passes(self, windows: Windows, rows: slice) -> Tensor:
        masks = windows.masks(rows, self._x.device)
        covered = torch.where(windows.spread(masks), self._fill, self._x)
        return self.left_out.tried(self._runner.scores, covered, shape=self._outputs)

    def _by_parts(self, windows: Windows, first: int, rows: slice) -> Tensor:
        rows = _later(rows, first)
        scores = None if self._parts is None else _scores(self._parts, windows, self._fill, rows)
        if scores is None:
            if self._parts is not None:
                self._parts, self._runner = None, self._model  # for the rest of this run
            return self._by_passes(windows, rows)
        return scores

    def _find_parts(self) -> None:
        wanted = torch.cat(self._seen)
        self._parts = parts = _checked(self._model, self._x, self._fill, self._levels[-1], wanted)
        if parts is not None:
            pace = self._model.paces["patches"]
            pace.least = max(pace.least, min(TOGETHER, int(PASSES / parts.share)))
            pace.size = min(pace.limit, max(pace.size, pace.least))


def _later(rows: slice, by: int) -> slice:
    return slice(rows.start + by, rows.stop + by)


def _checked(model: Model, x: Tensor, fill: Tensor, windows: Windows, wanted: Tensor) -> Incremental | None:
    """Return what recomputes parts, once it has been seen to be right and to pay; None otherwise."""
    try:
        parts = Incremental(model, x, windows.axes)
    except Exception as error:
        if isinstance(error, NotIncrementalError) or is_out_of_memory(error):
            return None
        raise
    found = _scores(parts, windows, fill, slice(0, len(wanted)))
    if found is None or found.shape != wanted.shape or parts.share > PAYS:
        return None
    effect = float((wanted - parts.clean).abs().max())
    rounding = ROUNDING * torch.finfo(wanted.dtype).eps * float(wanted.abs().max())
    close = float((found - wanted).abs().max()) <= max(CLOSE[wanted.dtype] * effect, rounding)
    return parts if close else None


def _scores(parts: Incremental, windows: Windows, fill: Tensor, rows: slice) -> Tensor | None:
    """Return the scores, or None where full passes must give them, or say what is wrong."""
    if not parts.holds():
        return None
    try:
        scores = parts.scores(windows.boxes(rows), fill)
    except Exception as error:  # an operation may fail on patches with any error of its own
        if is_out_of_memory(error) and rows.stop - rows.start > 1:
            raise
        return None
    return None if bool(torch.isnan(scores).any()) else scores
