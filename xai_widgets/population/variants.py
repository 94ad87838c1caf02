"""Passing the same rows several times, each time with other values in some columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from xai_widgets.models import TorchModel


def varied(
    model: TorchModel,
    rows: Tensor,
    count: int,
    change: Callable[[Tensor, slice | Tensor, int | Tensor], None],
) -> Iterator[tuple[slice, Tensor]]:
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
    numbers : slice
        Of ``range(count * n)``: all rows of the first variant before those of the second.
    scores : Tensor, shape (numbers, outputs)
    """
    total = len(rows)
    pace = model.paces["forward"]
    align = total if total >= pace.limit else None
    known = model.knowing(rows)

    def work(units: slice) -> Tensor:
        first, last = units.start // total, (units.stop - 1) // total
        if first == last:
            which = slice(units.start - first * total, units.stop - first * total)
            some = rows[which].clone()
            change(some, which, first)
            return known(some, torch.arange(which.start, which.stop, device=rows.device))
        numbers = torch.arange(units.start, units.stop, device=rows.device)
        places, variants = numbers % total, numbers // total
        some = rows[places]
        change(some, places, variants)
        return known(some, places)

    yield from model.batches(count * total, work, align=align)


def dealing(given: Tensor, places: Sequence[int]) -> Callable[[Tensor, slice | Tensor, int | Tensor], None]:
    """Return a `change` that leaves variant 0 as it is, and gives each later one a column of `given` (n, columns)."""
    columns = torch.as_tensor([-1, *places], device=given.device)

    def deal(some: Tensor, which: slice | Tensor, variant: int | Tensor) -> None:
        dealt = given[which]
        if isinstance(variant, int):
            if variant:
                some[:, places[variant - 1]] = dealt[:, places[variant - 1]]
            return
        changed = (variant > 0).nonzero()[:, 0]
        column = columns[variant[changed]]
        some[changed, column] = dealt[changed, column]

    return deal


def gather(asked: Iterator[tuple[slice, Tensor]], find: Callable[[Tensor], Tensor], out: Tensor) -> Iterator[None]:
    """Fill `out` (variants, rows) with what is found of the scores of each batch, with a place to stop after each."""
    flat = out.view(-1)
    for numbers, scores in asked:
        flat[numbers] = find(scores)
        yield
