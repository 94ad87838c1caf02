"""How much worse the answers become when a column is shuffled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from xai_widgets.method import parameter
from xai_widgets.population.falls import Falls
from xai_widgets.population.metrics import METRICS, metric_of
from xai_widgets.population.study import Study, blocks, register_study

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.population.subject import Population
    from xai_widgets.populations import Importances


@register_study
@dataclass(frozen=True, kw_only=True)
class PermutationImportance(Study):
    """The fall of a metric when one column's values are dealt out anew among the rows.

    The permutations are scikit-learn's for the same seed, so that the values are too. Rows are taken in an order of
    chance, a block through all columns before the next, so that every column has its first value at once. The interval
    is √2 standard errors of the differences by row wide, times 1.96: each row lends its value to another as well, which
    at most doubles the variance (Hoeffding 1948).

    References
    ----------
    Breiman: Random Forests. Machine Learning 45 (2001). Fisher, Rudin, Dominici: All Models are Wrong, but Many are
    Useful. JMLR 20 (2019).
    """

    name: ClassVar[str] = "permutation_importance"
    title: ClassVar[str] = "Permutation importance"
    sentence: ClassVar[str] = "How much worse are the answers when a column tells nothing?"

    n_repeats: int = parameter(5, "How often each column is shuffled.", low=1, high=1000)
    metric: Any = parameter("auto", "What becomes worse.", choices=METRICS, hidden=True)
    columns: Any = parameter(None, "Which columns to look at.", hidden=True)

    def why_not(self, population: Population) -> str | None:
        """Without what is right nothing can become worse."""
        return "It needs what is right for each row: give y." if population.truth is None else None

    def run(self, population: Population, seed: int = 0) -> Iterator[Importances | None]:
        """Yield after each block of rows."""
        truth = population.truth
        assert truth is not None
        metric = metric_of(self.metric, truth, valued=population.valued)
        sums = Falls(population.places(self.columns), self.n_repeats, len(population.rows))
        order, total = population.shuffled(seed), len(population.rows) * self.n_repeats
        rows, right = population.taken(order), truth[order]
        for repeat, donors in enumerate(_permutations(len(rows), self.n_repeats, seed)):
            if not repeat:
                sums.divide(population, donors)
            given = population.taken(donors[order])
            for part in blocks(len(rows)):
                yield from sums.block(population, metric, rows[part], given[part], right[part], repeat)
                done = repeat * len(rows) + part.stop
                yield sums.result(population, metric.name, done / total)


def _permutations(count: int, repeats: int, seed: int) -> Iterator[np.ndarray[Any, np.dtype[np.int64]]]:
    """Draw as `sklearn.inspection.permutation_importance` does with ``random_state=seed``, which shuffles on."""
    first = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    random, order, donors = np.random.RandomState(first), np.arange(count), np.arange(count)
    for _ in range(repeats):
        random.shuffle(order)
        donors = donors[order]
        yield donors
