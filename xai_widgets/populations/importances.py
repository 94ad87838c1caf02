"""One number a column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.populations.base import PopulationResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Values = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, repr=False)
class Importances(PopulationResult):
    """One number a column.

    Attributes
    ----------
    names : tuple of str
        Of the columns, in the order of the data.
    values : ndarray, float64, shape (columns,)
    interval : ndarray, float64, shape (columns,), or None
        Half the width of the interval that holds the value for endless rows of the same kind in at least 95 of 100
        cases; infinite after a single row.
    measures : dict of str to ndarray, shape (columns,)
        What else is known of each column.
    unit : str
        Of the values, in words.
    """

    names: tuple[str, ...]
    values: Values
    interval: Values | None = None
    measures: Mapping[str, Values] = field(default_factory=dict)
    unit: str = ""

    @property
    def order(self) -> list[int]:
        """Places of the columns, the largest value first."""
        return [int(i) for i in np.argsort(-self.values, kind="stable")]

    def records(self) -> list[dict[str, Any]]:
        """Return one row a column, the largest value first."""
        interval = {} if self.interval is None else {"low": -self.interval, "high": self.interval}
        return [
            {
                "column": self.names[i],
                "value": float(self.values[i]),
                **{name: float(self.values[i]) + float(one[i]) for name, one in interval.items()},
                **{name: float(one[i]) for name, one in self.measures.items()},
            }
            for i in self.order
        ]
