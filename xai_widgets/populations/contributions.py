"""What each column contributes to each of many rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.populations.importances import Importances

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_DOTS = 30_000
"""That a view draws."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Contributions(Importances):
    """Contributions to single rows, and the mean of their sizes.

    Attributes
    ----------
    local : ndarray, float64, shape (rows, columns)
        Of each row: they sum to its answer minus the mean answer of the rows that it was compared with.
    data : ndarray, float64, shape (rows, columns)
        The rows, as numbers: categories by their number.
    error : ndarray, float64, shape (rows, columns)
        Standard errors of `local`.
    places : ndarray, int64, shape (rows,)
        Numbers of the rows in the data that were given.
    """

    local: NDArray[np.float64]
    data: NDArray[np.float64]
    error: NDArray[np.float64]
    places: NDArray[np.int64]

    def points(self) -> list[dict[str, Any]]:
        """Return one row a dot of a beeswarm: column, number of the row in the data, value, contribution."""
        return [
            {"column": name, "row": int(row), "value": float(self.data[i, k]), "contribution": float(self.local[i, k])}
            for k, name in enumerate(self.names)
            for i, row in enumerate(self.places)
        ]


def drawn(found: Contributions, most: int | None = None) -> tuple[list[int], slice]:
    """Return of which columns, those that contribute most, and of which rows single values are drawn.

    Where there is room for fewer it has fewer rows, and the same columns.
    """
    shown = found.order[: max(1, MOST_DOTS // max(1, len(found.places)))]
    return shown, slice(max(1, (most or MOST_DOTS) // max(1, len(shown))))
