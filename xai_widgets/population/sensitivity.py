"""How much of the answer's spread comes from each column, when all vary independently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch

from xai_widgets.method import parameter
from xai_widgets.population.grids import known
from xai_widgets.population.study import NORMAL, Study, register_study
from xai_widgets.population.variants import gather, varied
from xai_widgets.population.walks import orders, walked
from xai_widgets.populations import Importances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.population.subject import Population

    Values = NDArray[np.float64]

FIRST = 16
LEVELS = 4
"""Of Morris's grid; a step goes over half of them."""
STEP = LEVELS / (2 * (LEVELS - 1))


@register_study
@dataclass(frozen=True, kw_only=True)
class Sensitivity(Study):
    """Elementary effects (Morris), or shares of variance (Sobol): total ones, and first-order ones beside them.

    All columns vary independently, as no data do: what is found is a property of the model alone. The intervals are of
    the sampling, by the delta method; Sobol's sequence is nearer than they tell.

    References
    ----------
    Morris: Factorial Sampling Plans. Technometrics 33 (1991). Campolongo et al.: An effective screening design.
    Environmental Modelling & Software 22 (2007). Saltelli et al.: Variance based sensitivity analysis. Computer Physics
    Communications 181 (2010). Jansen: Analysis of variance designs. Computer Physics Communications 117 (1999).
    """

    name: ClassVar[str] = "sensitivity"
    title: ClassVar[str] = "Sensitivity analysis"
    sentence: ClassVar[str] = "How much of the answer's spread does each column make, when all vary independently?"

    scheme: str = parameter("sobol", "Elementary effects, or shares of variance.", choices=("sobol", "morris"))
    n_samples: int = parameter(1024, "Base rows; each is passed once more for every column.", low=4, high=1_000_000)
    marginals: str = parameter(
        "data", "Draw values as often as the data have them, or evenly over their range.", choices=("data", "range")
    )

    def run(self, population: Population, seed: int = 0) -> Iterator[Importances | None]:
        """Yield after each batch of base rows, each as large as all before it."""
        columns = len(population.table.names)
        terms: list[Values] = []
        engine: Any = torch.quasirandom.SobolEngine(2 * columns, scramble=True, seed=seed)  # type: ignore[no-untyped-call]
        random, done = np.random.default_rng(seed), 0
        while done < self.n_samples:
            size = min(self.n_samples - done, max(FIRST, done))
            found = np.empty((columns + 2, size))
            if self.scheme == "morris":
                yield from self._effects(population, random, found[2:].T)
            else:
                yield from self._answers(population, engine.draw(size, dtype=torch.float64), found)
            terms.append(found)
            done += size
            yield self._result(population, np.concatenate(terms, 1), done)

    def _rows(self, population: Population, shares: Tensor) -> Tensor:
        """Turn numbers 0..1 into values of the columns."""
        table, made = population.table, np.empty(shares.shape)
        for i, column in enumerate(table.columns):
            u = shares[:, i].cpu().numpy()
            if self.marginals == "data":
                values = np.sort(known(table, i))
                made[:, i] = values[np.minimum((u * len(values)).astype(int), len(values) - 1)]
            elif column.choices:
                made[:, i] = np.minimum(np.floor(u * len(column.choices)), len(column.choices) - 1)
            else:
                made[:, i] = column.low + u * (column.high - column.low)
        return torch.as_tensor(table.snap(made), dtype=population.rows.dtype, device=population.rows.device)

    def _effects(self, population: Population, random: np.random.Generator, out: Values) -> Iterator[None]:
        low = random.integers(0, LEVELS // 2, out.shape) / (LEVELS - 1)
        up = random.random(out.shape) < 1 / 2
        starts, ends = (torch.as_tensor(np.where(side, low, low + STEP)) for side in (up, ~up))
        changes = np.empty(out.shape)
        ranks = orders(random, *out.shape)
        yield from walked(population, self._rows(population, starts), self._rows(population, ends), ranks, changes)
        np.copyto(out, np.where(up, changes, -changes) / STEP)

    def _answers(self, population: Population, shares: Tensor, out: Values) -> Iterator[None]:
        columns = len(out) - 2
        first, second = (self._rows(population, one) for one in (shares[:, :columns], shares[:, columns:]))

        def swap(some: Tensor, which: slice | Tensor, variant: int | Tensor) -> None:
            kinds = torch.as_tensor(variant).reshape(-1, 1)
            take = (kinds == 1) | (kinds - 2 == torch.arange(columns, device=kinds.device))
            some.copy_(torch.where(take.to(some.device), second[which], some))

        asked = varied(population.model, first, len(out), swap)
        yield from gather(asked, population.answers, torch.from_numpy(out))

    def _result(self, population: Population, terms: Values, done: int) -> Importances:
        measures, unit = (_morris if self.scheme == "morris" else _sobol)(terms)
        (_, values), half, *more = measures.items()
        notes = () if values.any() else ("The answer is the same everywhere.",)
        return Importances(
            label=population.label,
            rows=done,
            names=population.table.names,
            values=values,
            interval=half[1],
            measures=dict(more),
            unit=unit,
            fraction=done / self.n_samples,
            notes=notes,
        )


def _morris(terms: Values) -> tuple[dict[str, Any], str]:
    effects = terms[2:]
    spread = np.abs(effects).std(1) / np.sqrt(max(1, effects.shape[1] - 1))
    measures = {"mu_star": np.abs(effects).mean(1), "interval": NORMAL * spread}
    return measures | {"mu": effects.mean(1), "sigma": effects.std(1)}, "mean |elementary effect|, over the whole range"


def _sobol(terms: Values) -> tuple[dict[str, Any], str]:
    first, second, mixed = terms[0], terms[1], terms[2:]
    both = np.stack([first, second])
    square = ((both - both.mean()) ** 2).mean(0)
    variance = square.mean() or 1.0
    total, own = (first - mixed) ** 2 / 2, square - (second - mixed) ** 2 / 2
    measures: dict[str, Any] = {}
    for name, each in (("total", total), ("first_order", own)):
        share = each.mean(1) / variance
        off = (each - share[:, None] * square).std(1) / variance / np.sqrt(max(1, len(first) - 1))
        measures |= {name: share, f"{name}_interval": NORMAL * off}
    return measures, "share of variance in which the column has a part"
