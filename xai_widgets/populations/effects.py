"""How the answer goes with the values of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.populations.base import PopulationResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """What the answer is on average where one column has some value.

    Attributes
    ----------
    name : str
        Of the column.
    grid : tuple
        Its values, in the data's own types.
    places : ndarray, shape (points,)
        The same as numbers, in which they are drawn; the numbers of categories.
    mean, interval : ndarray, shape (points,)
        The average answer, and half the width of its interval of 95 % for endless rows of the same kind.
    lines : ndarray, float32, shape (rows, points)
        What becomes of single rows (individual conditional expectation); empty where none are kept.
    deciles : ndarray, shape (11,)
        Of the data, to tell where there is much of it.
    """

    name: str
    grid: tuple[Any, ...]
    places: Values
    mean: Values
    interval: Values
    lines: NDArray[np.float32]
    deciles: Values


@dataclass(frozen=True)
class Surface:
    """What the answer is on average where two columns have some values.

    Attributes
    ----------
    names : (str, str)
        Of the columns.
    grids : (tuple, tuple)
        Their values, in the data's own types.
    places : (ndarray, ndarray)
        The same as numbers; the numbers of categories.
    mean, interval : ndarray, shape (points of the first, points of the second)
    """

    names: tuple[str, str]
    grids: tuple[tuple[Any, ...], tuple[Any, ...]]
    places: tuple[Values, Values]
    mean: Values
    interval: Values


@dataclass(frozen=True, kw_only=True, repr=False)
class Effects(PopulationResult):
    """How the answer goes with the values of columns.

    Attributes
    ----------
    effects : tuple of Curve or Surface
        In the order in which the columns were asked for.
    unit : str
        Of the answer, in words.
    """

    effects: tuple[Curve | Surface, ...]
    unit: str = ""

    def __getitem__(self, name: str | tuple[str, str]) -> Curve | Surface:
        """Return the curve of a column, or the surface of a pair of them."""
        for one in self.effects:
            if name == (one.name if isinstance(one, Curve) else one.names):
                return one
        raise KeyError(name)

    def records(self) -> list[dict[str, Any]]:
        """Return one row a point of the curves and surfaces, with its interval where more than one row went into it."""
        found = []
        for one in self.effects:
            points: Any = [(value, None) for value in one.grid] if isinstance(one, Curve) else _pairs(*one.grids)
            names = (one.name, None) if isinstance(one, Curve) else one.names
            for (first, second), mean, half in zip(
                points, one.mean.ravel().tolist(), one.interval.ravel().tolist(), strict=True
            ):
                other = {} if isinstance(one, Curve) else {"column 2": names[1], "value 2": second}
                ends = {"mean": mean, "low": mean - half, "high": mean + half} if self.rows > 1 else {self.unit: mean}
                found.append({"column": names[0], "value": first, **other, **ends})
        return found


def _pairs(first: tuple[Any, ...], second: tuple[Any, ...]) -> list[tuple[Any, Any]]:
    return [(a, b) for a in first for b in second]
