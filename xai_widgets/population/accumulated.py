"""How the answer changes along a column, row by row in its own neighbourhood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from xai_widgets.method import parameter
from xai_widgets.population.along import along
from xai_widgets.population.grids import known, own, quantiles
from xai_widgets.population.study import NORMAL, Study, register_study
from xai_widgets.population.variants import gather, varied
from xai_widgets.populations import Curve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.population.subject import Population
    from xai_widgets.populations import Effects

TWO = 2


@register_study
@dataclass(frozen=True, kw_only=True)
class AccumulatedLocalEffects(Study):
    """Mean change of the answer from one value of a column to the next, summed up, with mean 0 over the data.

    Each row moves only within its own interval between quantiles, so that no row is asked about that the data would
    never have: where columns go together, this tells what partial dependence blurs. For numbers, dates and what has two
    values.

    References
    ----------
    Apley, Zhu: Visualizing the Effects of Predictor Variables. JRSS B 82 (2020).
    """

    name: ClassVar[str] = "accumulated_local_effects"
    title: ClassVar[str] = "Accumulated local effects"
    sentence: ClassVar[str] = "How does the answer change as this value rises, for rows that have about that value?"

    intervals: int = parameter(40, "Into how many intervals of as many rows to divide a column.", low=1, high=1000)
    columns: Any = parameter(None, "Which columns to look at; by default all that have an order.", hidden=True)

    def run(self, population: Population, seed: int = 0) -> Iterator[Effects | None]:
        """Yield after each block of rows."""
        ordered = [i for i, one in enumerate(population.table.columns) if len(one.choices) <= TWO]
        places = ordered if self.columns is None else population.places(self.columns)
        for place in places:
            if place not in ordered:
                name = population.table.names[place]
                msg = f"the categories of {name!r} have no order to go along: choose partial_dependence."
                raise ValueError(msg)
        asked = [_Steps(population, place, self.intervals) for place in places]
        unit = f"difference from the mean {'value' if population.valued else 'probability'}"
        yield from along(population, asked, seed, unit)


class _Steps:
    """A column's intervals, and the sums over the rows in each: how many, their changes, the squares of these."""

    def __init__(self, population: Population, place: int, intervals: int) -> None:
        table = population.table
        self.place, self.name = place, table.names[place]
        self.edges = quantiles(table, place, intervals + 1)
        self.own = own(table, place, self.edges)
        self.deciles = np.quantile(known(table, place), np.linspace(0, 1, 11))
        self.sums = np.zeros((3, max(1, len(self.edges) - 1)))

    def add(self, population: Population, rows: Tensor) -> Iterator[None]:
        """Take some more rows from the lower to the upper end of their interval."""
        if len(self.edges) == 1:
            return
        rows = rows[rows[:, self.place].isfinite()]
        edges = torch.as_tensor(self.edges, dtype=rows.dtype, device=rows.device)
        inside = torch.searchsorted(edges[1:-1].contiguous(), rows[:, self.place].contiguous())
        ends = torch.stack([edges[inside], edges[inside + 1]])
        found = torch.empty(TWO, len(rows), dtype=torch.float64)

        def put(some: Tensor, which: slice | Tensor, end: int | Tensor) -> None:
            some[:, self.place] = ends[end, which]

        asked = varied(population.model, rows, TWO, put)
        yield from gather(asked, population.answers, found)
        places, change = inside.cpu().numpy(), (found[1] - found[0]).numpy()
        for k in range(3):
            self.sums[k] += np.bincount(places, change**k, self.sums.shape[1])

    def result(self) -> Curve:
        """Sum up the mean changes, and take off the mean over the data."""
        count, total, squares = self.sums
        seen = np.maximum(count, 1)
        mean = total / seen
        spread = np.maximum(squares / seen - mean**2, 0) / np.maximum(count - 1, 1)
        steps, size = len(mean), len(self.edges)
        # Each point is the sum of the changes before it, minus the mean of that over the rows, which lie in the middle.
        before = np.tri(size, steps, -1)
        centre = (count / max(1, count.sum())) @ ((before[:-1] + before[1:]) / 2) if size > 1 else np.zeros(steps)
        weights: NDArray[np.float64] = before - centre
        half = NORMAL * np.sqrt(weights**2 @ spread)
        none = np.empty((0, size), np.float32)
        return Curve(self.name, self.own, self.edges, weights @ mean, half, none, self.deciles)
