"""Searches for counterfactuals: frozen dataclasses that yield ever-better sets, registered once."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from xai_widgets.method import Parametrised, build, enter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class SearchState:
    """What a search knows so far.

    Attributes
    ----------
    states : tuple
        Sets of edits, or rows of numbers, the best first; each reaches the goal, and no edit of it can be undone.
    done, total : int
        Units of work finished and planned.
    fewest : bool
        Whether no smaller set of the proposed edits reaches the goal.
    notes : tuple of str
        Sentences the reader should see.
    """

    states: tuple[Any, ...] = ()
    done: int = 0
    total: int = 1
    fewest: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Search(Parametrised):
    """Base of every search."""

    kind: ClassVar[str]
    """What it changes: ``"text"`` or ``"row"``."""

    def why_not(self, problem: Any) -> str | None:
        """One sentence on why this search does not fit; None when it fits."""
        return None

    @abstractmethod
    def run(self, problem: Any, n: int, seed: int = 0) -> Iterator[SearchState]:
        """Yield after each batch the best `n` so far.

        The reader may stop at any yield; nothing is left behind then.
        """


S = TypeVar("S", bound=type[Search])
SEARCHES: dict[str, type[Search]] = {}


def register_search(cls: S) -> S:
    """Add a search to the registry, under its `name`."""
    return enter(SEARCHES, cls)


def create_search(name: str, params: Mapping[str, Any]) -> Search:
    """Build the registered search `name` with `params`; errors as of `xai_widgets.method.create`."""
    return build(SEARCHES, name, params)
