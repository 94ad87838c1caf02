"""From one row to another, one column after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from xai_widgets.population.variants import gather, varied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.population.subject import Population


def walked(
    population: Population, starts: Tensor, ends: Tensor, ranks: NDArray[np.int64], out: NDArray[np.float64]
) -> Iterator[None]:
    """Find out by how much the answer changes at each step of walks from row to row.

    Parameters
    ----------
    population : Population
    starts, ends : Tensor, shape (walks, columns)
    ranks : ndarray, shape (walks, columns)
        When each column steps from its start to its end, 0 first.
    out : ndarray, shape (walks, columns)
        Filled with the changes, of each column.
    """
    count, columns = ranks.shape
    when = torch.as_tensor(ranks, device=starts.device)
    answers = torch.empty(columns + 1, count, dtype=torch.float64)

    def step(some: Tensor, which: slice | Tensor, variant: int | Tensor) -> None:
        steps = variant if isinstance(variant, int) else variant[:, None]
        some.copy_(torch.where(when[which] < steps, ends[which], some))

    asked = varied(population.model, starts, columns + 1, step)
    yield from gather(asked, population.answers, answers)
    np.copyto(out, np.take_along_axis(np.diff(answers.numpy(), axis=0).T, ranks, 1))


def orders(random: np.random.Generator, count: int, columns: int) -> NDArray[np.int64]:
    """Draw the ranks of columns (count, columns) in orders of chance."""
    return random.permuted(np.tile(np.arange(columns), (count, 1)), axis=1)
