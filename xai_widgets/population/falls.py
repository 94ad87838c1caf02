"""By how much a metric falls with each column shuffled, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from xai_widgets.models.first_linear import Divided
from xai_widgets.population.study import NORMAL
from xai_widgets.population.variants import dealing, varied
from xai_widgets.populations import Importances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.models import TorchModel
    from xai_widgets.population.metrics import Metric
    from xai_widgets.population.subject import Population


PROBED = 16
"""Rows by which the model is tried."""


class Falls:
    """Differences of the metric so far: by column and repeat, and their squares."""

    def __init__(self, places: list[int], repeats: int, rows: int) -> None:
        self.places, self.all = places, rows
        self.totals = np.zeros((repeats, len(places)))
        self.counts = np.zeros(repeats)
        self.squares = np.zeros(len(places))
        self.base = 0.0
        self.divided: Divided | None = None

    def divide(self, population: Population, donors: NDArray[np.int64]) -> None:
        """Find out whether the first layer need run only once for all columns, where rows are dealt those of others."""
        given = population.taken(donors[:PROBED])
        self.divided = Divided.find(population.model, population.rows[:PROBED], given, self.places)

    def block(  # noqa: PLR0917
        self, population: Population, metric: Metric, rows: Tensor, given: Tensor, right: Tensor, repeat: int
    ) -> Iterator[None]:
        """Take some rows through all columns; variant 0 is the rows as they are."""
        count, asked = 1 + len(self.places), self._varied if self.divided is None else self._moved
        found, wanted = torch.empty(count, len(rows), dtype=torch.float64), right.repeat(count)
        for numbers, scores in asked(population.model, rows, given):
            found.view(-1)[numbers] = metric(population, scores, wanted[numbers])
            yield
        worse = found[0] - found[1:]
        self.totals[repeat] += worse.sum(1).numpy()
        self.squares += worse.square().sum(1).numpy()
        self.counts[repeat] += len(rows)
        self.base += float(found[0].sum())

    def _varied(self, model: TorchModel, rows: Tensor, given: Tensor) -> Iterator[tuple[slice, Tensor]]:
        return varied(model, rows, 1 + len(self.places), dealing(given, self.places))

    def _moved(self, model: TorchModel, rows: Tensor, given: Tensor) -> Iterator[tuple[slice, Tensor]]:
        assert self.divided is not None
        slopes, steps = self.divided.slopes, (given - rows)[:, self.places].T.contiguous()

        def move(units: Tensor, part: slice, variant: int) -> Tensor:
            return torch.addr(units, steps[variant - 1, part], slopes[variant - 1]) if variant else units.clone()

        return self.divided.varied(self.divided.upto.scores(rows), 1 + len(self.places), move)

    def result(self, population: Population, name: str, fraction: float) -> Importances:
        """Return what is known so far."""
        count, names = self.counts.sum(), population.table.names
        values = self.totals.sum(0) / count
        spread = np.maximum(self.squares / count - values**2, 0)
        seen = min(count, self.all)
        half = NORMAL * np.sqrt(2 * spread / (seen - 1)) if seen > 1 else np.full(len(values), np.inf)
        known = self.counts == self.all
        each = self.totals[known] / self.all
        return Importances(
            label=name,
            rows=int(seen),
            names=tuple(names[i] for i in self.places),
            values=values,
            interval=half,
            # Between repeats, as scikit-learn has it.
            measures={"std": each.std(0)} if len(each) > 1 else {},
            unit=f"loss of {name}, from {self.base / count:.4g}",
            fraction=fraction,
        )
