"""The mean of several integrals, one after the other: of paths from several baselines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from xai_widgets.attribution.statistics import relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xai_widgets.method import Estimate


def mean_of(runs: Iterable[Iterator[Estimate]], count: int) -> Iterator[Estimate]:
    """Run one after the other, and yield the mean of those that have ended and of the one under way.

    Parameters
    ----------
    runs : iterable of iterators
        Each plans the same steps, and states an error at its end.
    count : int
        How many there are.
    """
    total, error, gap, ended = torch.zeros(()), 0.0, 0.0, 0
    for run in runs:
        planned, last = 0, None
        for last in run:
            planned = planned or last.total
            done = ended * planned + (planned if last.done == last.total else last.done)
            if not last.ready and ended:
                yield replace(last, values=total / ended, done=done, total=count * planned, ready=True)
                continue
            values = (total + last.values) / (ended + 1)
            # What the others will bring is not known before their turn; then each is off by its own at most.
            known = ended + 1 == count and last.error is not None
            off = (error + _size(last)) / count if known else 0.0
            yield replace(
                last,
                values=values,
                done=done,
                total=count * planned,
                error=relative(off, float(values.norm())) if known else None,
                gap=None if last.gap is None else (gap + last.gap) / (ended + 1),
            )
        assert last is not None
        total, error, gap, ended = total + last.values, error + _size(last), gap + (last.gap or 0.0), ended + 1


def _size(estimate: Estimate) -> float:
    """Return the error as a length."""
    return (estimate.error or 0.0) * float(estimate.values.norm())
