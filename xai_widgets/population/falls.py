"""By how much a metric falls with each column shuffled, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from xai_widgets.population.study import NORMAL
from xai_widgets.population.variants import varied
from xai_widgets.populations import Importances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.population.metrics import Metric
    from xai_widgets.population.subject import Population


class Falls:
    """Differences of the metric so far: by column and repeat, and their squares."""

    def __init__(self, places: list[int], repeats: int, rows: int) -> None:
        self.places, self.all = places, rows
        self.totals = np.zeros((repeats, len(places)))
        self.counts = np.zeros(repeats)
        self.squares = np.zeros(len(places))
        self.base = 0.0

    def block(  # noqa: PLR0917
        self, population: Population, metric: Metric, rows: Tensor, given: Tensor, right: Tensor, repeat: int
    ) -> Iterator[None]:
        """Take some rows through all columns; variant 0 is the rows as they are."""
        before = torch.empty(len(rows), dtype=torch.float64)
        places = torch.as_tensor([-1, *self.places], device=rows.device)

        def deal(some: Tensor, which: slice | Tensor, variant: int | Tensor) -> None:
            dealt = given[which]
            if isinstance(variant, int):
                if variant:
                    some[:, self.places[variant - 1]] = dealt[:, self.places[variant - 1]]
                return
            moved = (variant > 0).nonzero()[:, 0]
            column = places[variant[moved]]
            some[moved, column] = dealt[moved, column]

        def ask(some: Tensor, which: slice | Tensor) -> Tensor:
            return metric(population, some, right[which])

        for k, part, found in varied(population.model, rows, 1 + len(self.places), deal, ask):
            if k:
                worse = before[part] - found
                self.totals[repeat, k - 1] += float(worse.sum())
                self.squares[k - 1] += float(worse.square().sum())
            else:
                before[part] = found
            yield
        self.counts[repeat] += len(rows)
        self.base += float(before.sum())

    def result(self, population: Population, name: str, fraction: float) -> Importances:
        """Return what is known so far."""
        count = self.counts.sum()
        values = self.totals.sum(0) / count
        spread = np.maximum(self.squares / count - values**2, 0)
        seen = min(count, self.all)
        half = NORMAL * np.sqrt(2 * spread / (seen - 1)) if seen > 1 else np.full(len(values), np.inf)
        known = self.counts == self.all
        each = self.totals[known] / self.all
        return Importances(
            label=name,
            rows=int(seen),
            names=tuple(population.table.names[i] for i in self.places),
            values=values,
            interval=half,
            # Between repeats, as scikit-learn has it.
            measures={"std": each.std(0)} if len(each) > 1 else {},
            unit=f"loss of {name}, from {self.base / count:.4g}",
            fraction=fraction,
        )
