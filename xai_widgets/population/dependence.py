"""What the answer is on average where columns have some values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from xai_widgets.method import parameter
from xai_widgets.models.first_linear import Divided
from xai_widgets.population.along import along
from xai_widgets.population.grids import grid, known, own
from xai_widgets.population.study import NORMAL, Study, register_study
from xai_widgets.population.variants import gather, varied
from xai_widgets.populations import Curve, Surface

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.models import TorchModel
    from xai_widgets.population.subject import Population
    from xai_widgets.populations import Effects

MOST_OF_PAIR = 20
"""Values of each of two columns: the work is their product."""
PROBED = 8


@register_study
@dataclass(frozen=True, kw_only=True)
class PartialDependence(Study):
    """The mean answer of all rows with a column, or two, set to each value of a grid; single rows as lines.

    The values are scikit-learn's for the same grid (``method="brute"``). Rows are taken in an order of chance, so that
    the first ones stand for all. A network that begins with a linear layer runs that layer once for all values.

    References
    ----------
    Friedman: Greedy Function Approximation. Annals of Statistics 29 (2001). Goldstein et al.: Peeking Inside the Black
    Box. arXiv:1309.6392 (2015).
    """

    name: ClassVar[str] = "partial_dependence"
    title: ClassVar[str] = "Partial dependence"
    sentence: ClassVar[str] = "What would the answer be, on average, if all rows had this value?"

    grid_resolution: int = parameter(50, "How many values of a column to ask about.", low=2, high=1000)
    ice: int = parameter(100, "How many rows to keep as lines of their own.", low=0, high=10_000_000)
    columns: Any = parameter(None, "Which columns to look at; a pair of them makes a map.", hidden=True)

    def run(self, population: Population, seed: int = 0) -> Iterator[Effects | None]:
        """Yield after each block of rows."""
        table = population.table
        names = table.names if self.columns is None else self.columns
        asked = [_Asked.of(population, one, self.grid_resolution, self.ice) for one in names]
        yield from along(population, asked, seed, "value" if population.valued else "probability")


class _Asked:
    """A column or two, the points of its grid, and the sums over rows there."""

    def __init__(self, population: Population, places: tuple[int, ...], points: int, ice: int) -> None:
        table, most = population.table, points if len(places) == 1 else min(points, MOST_OF_PAIR)
        self.places, self.grids = places, [grid(table, i, most) for i in places]
        self.own = [own(table, place, values) for place, values in zip(places, self.grids, strict=True)]
        self.names = [table.names[place] for place in places]
        self.deciles = np.quantile(known(table, places[0]), np.linspace(0, 1, 11))
        self.points = np.stack([one.ravel() for one in np.meshgrid(*self.grids, indexing="ij")], 1)
        self.sums = np.zeros((2, len(self.points)))
        self.level = 0.0
        """Of about the answers' size: what they are beyond it is summed up, so that their squares do not drown that."""
        self.ice = min(ice, len(population.rows)) if len(places) == 1 else 0
        self.lines: NDArray[np.float32] = np.empty((len(self.points), self.ice), np.float32)
        self.seen = 0
        few = population.rows[:: max(1, len(population.rows) // PROBED)]
        probes = few[torch.arange(len(self.points)) % len(few)]
        others = probes.clone()
        others[:, places[0]] = self._points(population.rows)[:, 0]
        self.divided = Divided.find(population.model, probes, others, places) if len(places) == 1 else None

    @classmethod
    def of(cls, population: Population, name: Any, points: int, ice: int) -> _Asked:
        pair = isinstance(name, (tuple, list))
        places = tuple(population.place(one) for one in (name if pair else [name]))
        if pair and (len(places) != len({*places}) or len(places) != 2):  # noqa: PLR2004
            msg = f"a map needs two different columns, got {name!r}."
            raise ValueError(msg)
        return cls(population, places, points, ice)

    def add(self, population: Population, rows: Tensor) -> Iterator[None]:
        """Take some more rows through all points."""
        asked = self._varied if self.divided is None else self._moved
        found = torch.empty(len(self.points), len(rows), dtype=torch.float64)
        yield from gather(asked(population.model, rows), population.answers, found)
        kept = min(len(rows), self.ice - self.seen)
        if kept > 0:
            self.lines[:, self.seen : self.seen + kept] = found[:, :kept].numpy()
        self.level = self.level if self.seen else float(found.mean())
        found -= self.level  # in place, and no squares put down: new memory takes longer than all of this
        self.sums += torch.stack([found.sum(1), torch.einsum("pn,pn->p", found, found)]).numpy()
        self.seen += len(rows)

    def _points(self, rows: Tensor) -> Tensor:
        return torch.as_tensor(self.points, device=rows.device, dtype=rows.dtype)

    def _varied(self, model: TorchModel, rows: Tensor) -> Iterator[tuple[slice, Tensor]]:
        points = self._points(rows)

        def put(some: Tensor, _: slice | Tensor, point: int | Tensor) -> None:
            for k, place in enumerate(self.places):
                some[:, place] = points[point, k]

        return varied(model, rows, len(points), put)

    def _moved(self, model: TorchModel, rows: Tensor) -> Iterator[tuple[slice, Tensor]]:
        assert self.divided is not None
        points = self._points(rows)
        start = rows.clone()
        start[:, self.places[0]] = points[0, 0]
        ways = (points[:, :1] - points[0, 0]) * self.divided.slopes
        units = self.divided.upto.scores(start)
        return self.divided.varied(units, len(points), lambda some, _, point: some + ways[point])

    def result(self) -> Curve | Surface:
        """Return what is known after the rows so far."""
        count = self.seen
        beyond = self.sums[0] / count
        spread, mean = np.maximum(self.sums[1] / count - beyond**2, 0), self.level + beyond
        half = NORMAL * np.sqrt(spread / (count - 1)) if count > 1 else np.full(len(mean), np.inf)
        grids, names = self.own, self.names
        if len(names) > 1:
            shape = len(grids[0]), len(grids[1])
            places = self.grids[0], self.grids[1]
            pair = (names[0], names[1]), (grids[0], grids[1])
            return Surface(*pair, places, mean.reshape(shape), half.reshape(shape))
        lines = self.lines[:, : min(self.ice, self.seen)].T
        return Curve(names[0], grids[0], self.grids[0], mean, half, lines, self.deciles)
