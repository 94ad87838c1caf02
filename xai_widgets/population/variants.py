"""Passing the same rows several times, each time with other values in some columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

    from xai_widgets.models import TorchModel


def varied(
    model: TorchModel,
    rows: Tensor,
    count: int,
    change: Callable[[Tensor, slice | Tensor, int | Tensor], None],
    ask: Callable[[Tensor, slice | Tensor], Tensor],
) -> Iterator[tuple[int, slice, Tensor]]:
    """Ask about `count` variants of rows (n, columns), as many at once as pay.

    Parameters
    ----------
    model : TorchModel
        Whose batches find their size.
    rows : Tensor
    count : int
    change : callable
        ``change(copies, which, variant)`` makes of copies of the rows `which` those of a variant: one for all, or a
        number each.
    ask : callable
        ``ask(changed, which)`` returns one number a row.

    Yields
    ------
    variant : int
    part : slice
        Of the rows.
    answers : Tensor, float64
    """
    total = len(rows)
    pace = model.paces["forward"]
    align = total if total >= pace.limit else None

    def work(units: slice) -> Tensor:
        first, last = units.start // total, (units.stop - 1) // total
        if first == last:
            which = slice(units.start - first * total, units.stop - first * total)
            some = rows[which].clone()
            change(some, which, first)
            return ask(some, which)
        numbers = torch.arange(units.start, units.stop, device=rows.device)
        places, variants = numbers % total, numbers // total
        some = rows[places]
        change(some, places, variants)
        return ask(some, places)

    for units, answers in model.batches(count * total, work, align=align):
        start = units.start
        while start < units.stop:
            variant = start // total
            stop = min(units.stop, (variant + 1) * total)
            part = slice(start - variant * total, stop - variant * total)
            yield variant, part, answers[start - units.start : stop - units.start]
            start = stop
