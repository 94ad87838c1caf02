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

    Yields
    ------
    variant : int
    part : slice
        Of the rows.
    scores : Tensor, shape (rows of the part, outputs)
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
            return model.scores(some)
        numbers = torch.arange(units.start, units.stop, device=rows.device)
        places, variants = numbers % total, numbers // total
        some = rows[places]
        change(some, places, variants)
        return model.scores(some)

    for units, scores in model.batches(count * total, work, align=align):
        start = units.start
        while start < units.stop:
            variant = start // total
            stop = min(units.stop, (variant + 1) * total)
            part = slice(start - variant * total, stop - variant * total)
            yield variant, part, scores[start - units.start : stop - units.start]
            start = stop


def moved(
    model: TorchModel, units: Tensor, count: int, move: Callable[[Tensor, slice, int], Tensor]
) -> Iterator[tuple[int, slice, Tensor]]:
    """Ask about variants of what a first linear layer puts out (n, units), `model` being what follows.

    ``move(units, part, variant)`` returns them of some rows. Yields as `varied`, with scores (n, outputs).
    """
    for variant in range(count):

        def work(part: slice, variant: int = variant) -> Tensor:
            return model.scores(move(units[part], part, variant))

        for part, scores in model.batches(len(units), work):
            yield variant, part, scores
