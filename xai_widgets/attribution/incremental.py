"""Scores of an input with each of many windows covered, by the cheapest way that gives them exactly."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xai_widgets.models import Incremental, NotIncrementalError, is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def covered_scores(model: Model, x: Tensor, fill: Tensor, windows: Windows) -> Iterator[tuple[slice, Tensor]]:
    """Yield the scores of an input with each window covered, a batch at a time.

    The first windows go through the whole model. Where the same scores come from recomputing only what the windows
    reach, as in convolutional networks, the others are done so; see :mod:`xai_widgets.models.incremental`.

    Parameters
    ----------
    model : Model
    x : Tensor, shape (features…)
    fill : Tensor
        What covers the windows, of that shape or broadcastable to it.
    windows : Windows

    Yields
    ------
    rows : slice
        Of the windows.
    scores : Tensor, shape (rows, outputs)
    """
    parts: Incremental | None = None
    # Making the explanation copy takes as long as several passes, and may not be needed.
    runner = copy(model).plain()

    def by_passes(rows: slice) -> Tensor:
        masks = windows.masks(rows, x.device)
        return runner.scores(torch.where(windows.spread(masks), fill, x))

    def by_parts(rows: slice) -> Tensor:
        nonlocal parts, runner
        scores = None if parts is None else _scores(parts, windows, fill, rows)
        if scores is None:
            parts = None  # for the rest of this run
            runner = model if count >= MANY else runner
            return by_passes(rows)
        return scores

    count, checked = len(windows), 0
    if count >= MANY and x.dtype in CLOSE:
        checked = CHECKED
        seen = []
        for rows, scores in model.batches(checked, by_passes):
            seen.append(scores)
            yield rows, scores
        parts = _checked(model, x, fill, windows, torch.cat(seen))
    if parts is not None:
        pace = model.paces["patches"]
        pace.least = max(pace.least, min(TOGETHER, int(PASSES / parts.share)))
        pace.size = min(pace.limit, max(pace.size, pace.least))
    kind = "forward" if parts is None else "patches"
    alone = 1 if count <= FEW else None
    for rows, scores in model.batches(count - checked, lambda rows: by_parts(_later(rows, checked)), kind, alone):
        yield _later(rows, checked), scores


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
