"""Going through all rows for some columns at once, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from xai_widgets.population.study import blocks
from xai_widgets.populations import Effects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

    from xai_widgets.population.subject import Population
    from xai_widgets.populations import Curve, Surface


class Asked(Protocol):
    """What is asked of a column, or of two, and what is known of it so far."""

    def add(self, population: Population, rows: Tensor) -> Iterator[None]:
        """Take some more rows, with a place to stop after each batch."""

    def result(self) -> Curve | Surface:
        """Return what is known."""


def along(population: Population, asked: Sequence[Asked], seed: int, unit: str) -> Iterator[Effects | None]:
    """Yield what is known of all that is asked after each block of rows, taken in an order of chance."""
    order = population.shuffled(seed)
    for part in blocks(len(order)):
        rows = population.taken(order[part])
        for one in asked:
            yield from one.add(population, rows)
        yield Effects(
            label=population.label,
            rows=part.stop,
            effects=tuple(one.result() for one in asked),
            unit=unit,
            fraction=part.stop / len(order),
        )
