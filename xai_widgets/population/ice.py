"""What a model would say of rows if one column alone were another: individual conditional expectation."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from xai_widgets.models.outputs import probabilities_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.inputs.table import Table
    from xai_widgets.prepare import RowSubject

POINTS = 33
"""Values of a number that are tried: half of them equally far apart, half as often as the data has them."""

MOST_CHOICES = 200
"""Values of a category."""


@dataclass(frozen=True, eq=False)
class Curves:
    """One curve a column and row.

    Attributes
    ----------
    grids : tuple of ndarray, float64
        The values of each column that were tried, in rising order.
    values : tuple of ndarray, float64, shape (rows, points, classes)
        Probabilities, or values of a regression; NaN where the model fails.
    """

    grids: tuple[NDArray[np.float64], ...]
    values: tuple[NDArray[np.float64], ...]


def grid_of(table: Table, i: int, own: Sequence[float] = (), points: int = POINTS) -> NDArray[np.float64]:
    """Choose the values of column `i` to try, in the data's own types.

    Parameters
    ----------
    table : Table
    i : int
    own : sequence of float
        Values that shall be among them; missing ones are left out.
    points : int
        How many of a number, at most, beside those.
    """
    column = table.columns[i]
    if column.choices:
        return np.arange(min(len(column.choices), MOST_CHOICES), dtype=float)
    known = table.data[:, i][np.isfinite(table.data[:, i])]
    even = np.linspace(column.low, column.high, points // 2 + 1)
    often = np.quantile(known, np.linspace(0, 1, points - len(even)))
    tried = table.snapped(i, np.concatenate([even, often]))
    return np.unique([*tried, *(one for one in own if math.isfinite(one))])


def ice(
    subject: RowSubject, rows: NDArray[np.float64], grids: Sequence[NDArray[np.float64]]
) -> Iterator[Curves | None]:
    """Change one column of each row at a time; all of them go through the model together, in as few batches as fit.

    Parameters
    ----------
    subject : RowSubject
        The model.
    rows : ndarray, shape (rows, columns)
    grids : sequence of ndarray
        The values to try, of each column.

    Yields
    ------
    Curves or None
        None after each batch but the last.

    References
    ----------
    Goldstein, Kapelner, Bleich, Pitkin: Peeking Inside the Black Box. arXiv:1309.6392 (2013).
    """
    model, starts = subject.model, np.cumsum([0, *map(len, grids)])
    tried, owners = np.concatenate(list(grids)), np.repeat(np.arange(len(grids)), np.diff(starts))
    total, known = len(rows) * len(tried), []
    ask = model.knowing(subject.tensor(rows))

    def by(made: NDArray[np.float64], which: NDArray[np.int64]) -> Tensor:
        return ask(subject.tensor(made), torch.from_numpy(which))

    def work(part: slice) -> NDArray[np.float64]:
        numbers = np.arange(part.start, part.stop)
        points = numbers % len(tried)
        made = rows[numbers // len(tried)]
        made[np.arange(len(made)), owners[points]] = tried[points]
        scores = subject.tried(by, made, numbers // len(tried))
        return np.asarray(probabilities_of(scores, model.task or "logits").cpu(), np.float64)

    for part, found in model.batches(total, work):
        known.append(found)
        if part.stop < total:
            yield None
    values = np.concatenate(known).reshape(len(rows), len(tried), -1)
    yield Curves(tuple(grids), tuple(values[:, a:b] for a, b in itertools.pairwise(starts)))
