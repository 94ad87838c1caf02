"""Which values of a column to ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.inputs.columns import own_values, plain_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xai_widgets.inputs.table import Table

    Values = NDArray[np.float64]

ENDS = (0.05, 0.95)
"""Quantiles of the data between which the values lie: beyond there is little to go by. As scikit-learn has it."""


def grid(table: Table, column: int, points: int) -> Values:
    """Return values of a column: all where there are few, else some at even distances between the `ENDS`."""
    values = known(table, column)
    kinds = np.unique(values)
    if len(kinds) <= points or table.columns[column].choices:
        return kinds
    low, high = np.quantile(values, ENDS, method="normal_unbiased")  # scikit-learn's, nearly
    spaced = np.repeat(np.linspace(low, high, points)[:, None], len(table.columns), axis=1)
    return np.unique(table.snap(spaced)[:, column])


def quantiles(table: Table, column: int, points: int) -> Values:
    """Return values between which as many rows lie, the least and the largest among them."""
    return np.unique(np.quantile(known(table, column), np.linspace(0, 1, points), method="inverted_cdf"))


def known(table: Table, column: int) -> Values:
    """Return the values of a column that are not missing."""
    values = table.data[:, column]
    found: Values = values[np.isfinite(values)]
    return found


def own(table: Table, column: int, values: Values) -> tuple[object, ...]:
    """Return numbers as values of a column in the data's own types."""
    return tuple(plain_value(one) for one in own_values(table.columns[column], values))
