"""Which of many counterfactuals to show: few edits, read well, and not all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from xai_widgets.counterfactual.edits import State
    from xai_widgets.text import Span

ALIKE = 1e-9
"""What is no further from those chosen than this is the same."""

OVERLAP = 1.5
"""How many edits more a counterfactual may need if it is about other words than those that are chosen."""


def theme(state: State) -> frozenset[Span | str]:
    """Return what a state is about: the words it changes, and those it puts in, wherever."""
    return frozenset(edit.new.casefold() if edit.kind == "insert" else edit.span for edit in state)


def overlap(a: State, b: State) -> float:
    """Compute the share of their themes that two states have in common, 0..1."""
    first, second = theme(a), theme(b)
    return len(first & second) / max(1, len(first | second))


def determinantal(costs: NDArray[np.float64], n: int, similar: Callable[[int], NDArray[np.float64]]) -> list[int]:
    """Pick up to `n` of some, cheap ones that are unlike each other, the cheapest first.

    Greedy ascent of the log-determinant of their similarities minus the sum of their costs (Kulesza, Taskar:
    arXiv:1207.6083; Chen, Zhang, Zhou: arXiv:1709.05135).

    Parameters
    ----------
    costs : ndarray, shape (count,)
    n : int
    similar : callable
        From the place of one to its similarity with each, of a positive definite kernel that is 1 for equals.
    """
    apart, factors, chosen = np.ones(len(costs)), np.zeros((0, len(costs))), list[int]()
    gains = -costs
    while len(chosen) < min(n, len(costs)):
        place = int(gains.argmax())
        chosen.append(place)
        way = (similar(place) - factors[:, place] @ factors) / np.sqrt(apart[place])
        factors = np.vstack([factors, way])
        apart = np.maximum(apart - way**2, ALIKE)
        gains = np.log(apart) - costs
        gains[chosen] = -np.inf
    return chosen


T = TypeVar("T")


def choose(
    states: Sequence[T],
    n: int,
    order: Callable[[T], float],
    size: Callable[[T], float] = len,  # type: ignore[assignment]
    alike: Callable[[T, T], float] = overlap,  # type: ignore[assignment]
) -> list[T]:
    """Pick `n` states one after another: each the one with fewest edits, made dearer by what it shares with the picked.

    Parameters
    ----------
    states : sequence
        Sets of edits, or whatever `size` and `alike` know of.
    n : int
    order : callable
        From a state to a number, smaller for those that are better among as many edits.
    size : callable
        How many edits a state has.
    alike : callable
        What two states share, 0..1.
    """
    left = sorted(states, key=lambda state: (size(state), order(state), str(state)))
    rank = {id(state): k / len(left) for k, state in enumerate(left)}
    chosen: list[T] = []
    dear = [0.0] * len(left)
    while left and len(chosen) < n:
        costs = [size(s) + OVERLAP * d + rank[id(s)] / 2 for s, d in zip(left, dear, strict=True)]
        k = costs.index(min(costs))
        chosen.append(left.pop(k))
        dear.pop(k)
        dear = [max(d, alike(s, chosen[-1])) for s, d in zip(left, dear, strict=True)]
    return chosen
