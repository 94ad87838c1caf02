"""What all kinds of results tell: how they were computed, and what they are as tables."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Computed:
    """Base of what was computed.

    Attributes
    ----------
    method, params, seed : str, dict, int
        Enough to compute it again from the same model and input.
    fraction : float
        Share of the planned work that is done, 0..1; 1 also where it ended early because nothing more was to be had.
    forwards, backwards : int
        Inputs passed through the model.
    seconds : float
        Time spent computing.
    model_hash : str
        Fingerprint of the weights.
    notes : tuple of str
        What the reader should know.
    provenance : dict of str to str
        Versions of the libraries that computed it, and ``"time"``, UTC.
    """

    method: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    fraction: float = 1.0
    forwards: int = 0
    backwards: int = 0
    seconds: float = 0.0
    model_hash: str = ""
    notes: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict, repr=False)


class Tabular:
    """Base of results that are rows of a table."""

    def records(self) -> list[dict[str, Any]]:
        """Return the rows, plain data by the names of their columns."""
        raise NotImplementedError

    def columns(self) -> list[str]:
        """Return the names of the columns; a row need not have all of them."""
        return list(dict.fromkeys(name for row in self.records() for name in row))

    def to_dataframe(self) -> Any:
        """Return the rows as a pandas frame.

        Raises
        ------
        ImportError
            Where pandas is not installed.
        """
        return importlib.import_module("pandas").DataFrame(self.records(), columns=self.columns())
