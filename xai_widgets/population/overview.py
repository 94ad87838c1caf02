"""What each column contributes to the answers of many rows, and which values do so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.method import parameter
from xai_widgets.population.study import NORMAL, Study, register_study
from xai_widgets.population.walks import orders, walked
from xai_widgets.populations import Contributions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.population.subject import Population


@register_study
@dataclass(frozen=True, kw_only=True)
class GlobalImportance(Study):
    """Mean |Shapley value| over rows, from sampled Shapley values of each.

    Rows walk from other rows of the data (the interventional background) to themselves, each walk once in an order of
    chance and once in the reverse. The interval holds the spread over rows, and that of the walks, which makes the mean
    of sizes too large rather than too small.

    References
    ----------
    Štrumbelj, Kononenko: Explaining prediction models. KAIS 41 (2014). Lundberg et al.: From local explanations to
    global understanding. Nature Machine Intelligence 2 (2020).
    """

    name: ClassVar[str] = "global_importance"
    title: ClassVar[str] = "Contributions over rows"
    sentence: ClassVar[str] = "What does each column contribute to the answers, over many rows?"

    n_rows: int = parameter(200, "How many rows to explain.", low=1, high=100_000)
    n_samples: int = parameter(16, "Pairs of walks a row.", low=2, high=10_000)

    def run(self, population: Population, seed: int = 0) -> Iterator[Contributions | None]:
        """Yield after each pair of walks of all rows."""
        random = np.random.default_rng(seed)
        chosen = population.shuffled(seed)[: self.n_rows]
        rows, columns = population.rows[chosen], len(population.table.names)
        total, squares = np.zeros((2, len(rows), columns))
        for done in range(1, self.n_samples + 1):
            ranks = orders(random, len(rows), columns)
            starts = population.rows[random.integers(len(population.rows), size=len(rows))]
            pair = np.zeros((2, len(rows), columns))
            for out, some in zip(pair, (ranks, columns - 1 - ranks), strict=True):
                yield from walked(population, starts, rows, some, out)
            total += pair.mean(0)
            squares += pair.mean(0) ** 2
            local = total / done
            noise = np.sqrt(np.maximum(squares / done - local**2, 0) / max(1, done - 1))
            sizes = np.abs(local)
            yield Contributions(
                label=population.label,
                rows=len(rows),
                names=population.table.names,
                values=sizes.mean(0),
                interval=NORMAL * sizes.std(0) / np.sqrt(max(1, len(rows) - 1)) + noise.mean(0),
                measures={"mean": local.mean(0)},
                unit=f"mean |contribution| to the {'value' if population.valued else 'probability'}",
                local=local,
                data=population.table.data[chosen],
                error=noise,
                places=chosen,
                fraction=done / self.n_samples,
            )
