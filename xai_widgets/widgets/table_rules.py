"""Constraints between kernel and browser, which knows dates and categories by their numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.counterfactual import Constraints
from xai_widgets.inputs.columns import own_values, plain_value

if TYPE_CHECKING:
    from xai_widgets.inputs.table import Table
    from xai_widgets.wire import Rules


def constraints_of(said: Rules, table: Table) -> Constraints:
    """Read what a view asked for.

    Raises
    ------
    ValueError, TypeError
        As of `Constraints`.
    """
    ranges = {
        name: (own_cell(table, name, low), own_cell(table, name, high)) for name, (low, high) in said.ranges.items()
    }
    return Constraints(said.immutable, ranges, said.direction, said.rules, said.most, said.effort)


def constraints_to_dict(given: Constraints, table: Table) -> dict[str, Any]:
    """Tell constraints as the browser reads them."""
    return {
        "immutable": list(given.immutable),
        "ranges": {name: [_number(table, name, end) for end in ends] for name, ends in given.ranges.items()},
        "direction": dict(given.direction),
        "effort": dict(given.effort),
        "rules": list(given.rules),
        "most": given.max_changes,
    }


def own_cell(table: Table, name: str, value: float | None) -> Any:
    """Return a column's number in the data's own type; None, and that of a column that is not there, as it is."""
    if value is None or name not in table.names:
        return value
    return plain_value(own_values(table.columns[table.names.index(name)], np.array([value]))[0])


def _number(table: Table, name: str, value: Any) -> float | None:
    if value is None or name not in table.names:
        return None
    number = table.number(table.names.index(name), value)
    return None if math.isnan(number) else number
