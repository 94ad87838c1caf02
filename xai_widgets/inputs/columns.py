"""One column of a table: what it holds, as numbers and in the data's own types."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_DECIMALS = 6
"""Numbers with more of them are taken for continuous."""

FEW = 256

EXACT = 2**53
"""Whole numbers up to here are floats too."""

DAY = 86_400e6
"""Microseconds: days as a float tell these apart, and no more."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name : str
    kind : {"number", "date", "category"}
    choices : tuple
        The values of a category, booleans too, in the data's own types; a row has their number.
    low, high : float
        Of the data; of a category its first and last number.
    step : float
        The numbers are multiples of it; 0 where they are continuous.
    dtype : object
        Of the data.
    known : ndarray
        The finite numbers of the data; none for a category.
    """

    name: str
    kind: str
    choices: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    dtype: Any = None
    known: NDArray[np.float64] = field(default_factory=partial(np.empty, 0), repr=False)

    @property
    def ordered(self) -> bool:
        """Whether its values have an order: of texts, only categories of pandas may."""
        return bool(getattr(self.dtype, "ordered", False)) or not any(isinstance(one, str) for one in self.choices)

    @cached_property
    def scale(self) -> float:
        """A typical deviation, above 0: the median absolute one from the median, or the standard one where that is 0.

        It takes longer than all else that is read of a column, and not everybody asks.
        """
        if not len(self.known):
            return 1.0
        return float(np.median(np.abs(self.known - np.median(self.known)))) or float(self.known.std()) or 1.0


def read_column(name: str, given: Any, *, framed: bool) -> tuple[Column, NDArray[np.float64]]:
    """Find out what a column holds, and return its values as numbers."""
    dtype = given.dtype
    kind = getattr(dtype, "kind", "O")
    if kind == "M":
        times = np.asarray(given, "datetime64[us]")
        days = times.astype(np.int64).astype(float) / DAY
        days[np.isnat(times)] = math.nan
        return _numeric(name, "date", days, dtype), days
    values = given.to_numpy() if framed else given
    # In an array, what is now 0 and now 1 is a switch; what is always the same is a number.
    switch = not framed and ((values == 0) | (values == 1)).all() and values.min() != values.max()
    if kind in "iuf" and not switch and (kind == "f" or not _beyond(given)):
        plain = np.ascontiguousarray(values, np.float64)  # of a frame, a column may have gaps
        return _numeric(name, "number", plain, dtype), plain
    try:
        codes, found = given.factorize() if framed else _codes(values)
    except TypeError:
        kind = "c"
    if kind == "c":
        msg = f"the column {name!r} of the background must hold numbers, dates, texts or booleans, got {values[0]!r}."
        raise TypeError(msg)
    kinds = [one.item() if hasattr(one, "item") else one for one in found]
    if getattr(dtype, "ordered", False):
        choices = tuple(one for one in dtype.categories.tolist() if one in kinds)
    else:
        choices = tuple(_sorted(dict.fromkeys(kinds)))
    if not choices:
        msg = f"the column {name!r} of the background holds no value at all: leave it out."
        raise ValueError(msg)
    places = {one: i for i, one in enumerate(choices)}
    plain = np.array([*(places[one] for one in kinds), math.nan])[codes]
    return Column(name, "category", choices, 0.0, float(len(choices) - 1), 1.0, dtype), plain


def _numeric(name: str, kind: str, values: NDArray[np.float64], dtype: Any) -> Column:
    finite = np.isfinite(values)
    known = values.copy() if finite.all() else values[finite]
    if not len(known):
        msg = f"the column {name!r} of the background holds no finite number: leave it out."
        raise ValueError(msg)
    whole = getattr(dtype, "kind", "O") in "iu"
    step, few = 0.0, known[:FEW]
    for decimals in range(MOST_DECIMALS + 1):
        # A few tell of nearly every column that it is none, in a hundredth of the time.
        if whole or all(np.array_equal(np.round(some, decimals), some) for some in (few, known)):
            step = 10.0**-decimals
            break
    return Column(name, kind, (), float(known.min()), float(known.max()), step, dtype, known)


def own_values(column: Column, values: NDArray[np.float64]) -> NDArray[Any]:
    """Return a column's numbers in the data's own types; what stands where a value is missing means nothing."""
    if column.choices:
        choices = np.empty(len(column.choices), object)
        choices[:] = column.choices
        picked = choices[_index(values)]
        return picked.astype(bool) if all(isinstance(one, bool) for one in column.choices) else picked
    if column.kind == "date":
        days = np.where(np.isnan(values), 0, values)
        return np.round(days * DAY).astype(np.int64).astype("datetime64[us]")
    whole = getattr(column.dtype, "kind", "f") in "iu" and not np.isnan(values).any()
    return values.astype(np.int64) if whole else values


def plain_value(value: Any) -> Any:
    """Return a number of numpy's as Python's; a date stays one."""
    return value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value


def date_text(one: np.datetime64) -> str:
    """Return a date as a text, with the time of day where there is one."""
    day = one.astype("datetime64[D]")
    return str(day if day == one else one.astype("datetime64[s]"))


def _beyond(given: Any) -> bool:
    """Tell whether whole numbers are too large for floats to tell each from the next: names, not amounts."""
    ends = given.min(), given.max()  # neither is a number where all are missing
    return any(isinstance(one, (int, np.integer)) and abs(int(one)) > EXACT for one in ends)


def _index(values: NDArray[np.float64]) -> NDArray[np.int64]:
    # Rounded: a category that noise is added to stays what it is.
    return np.rint(np.nan_to_num(values)).astype(np.int64)


def _codes(values: Any) -> tuple[NDArray[np.int64], NDArray[Any]]:
    kinds, codes = np.unique(values, return_inverse=True)
    return codes, kinds


def _sorted(values: Any) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return list(values)
