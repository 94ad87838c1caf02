"""Which of many counterfactuals to show: few edits, read well, and not all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xai_widgets.counterfactual.edits import State
    from xai_widgets.text import Span

OVERLAP = 1.5
"""How many edits more a counterfactual may need if it is about other words than those that are chosen."""


def theme(state: State) -> frozenset[Span | str]:
    """Return what a state is about: the words it changes, and those it puts in, wherever."""
    return frozenset(edit.new.casefold() if edit.kind == "insert" else edit.span for edit in state)


def overlap(a: State, b: State) -> float:
    """Compute the share of their themes that two states have in common, 0..1."""
    first, second = theme(a), theme(b)
    return len(first & second) / max(1, len(first | second))


def choose(states: Sequence[State], n: int, order: Callable[[State], float]) -> list[State]:
    """Pick `n` states one after another: each the one with fewest edits, made dearer by what it shares with the picked.

    Parameters
    ----------
    states : sequence of State
    n : int
    order : callable
        From a state to a number, smaller for those that are better among as many edits.
    """
    left = sorted(states, key=lambda state: (len(state), order(state), sorted(state)))
    rank = {state: k / len(left) for k, state in enumerate(left)}
    chosen: list[State] = []
    while left and len(chosen) < n:
        best = min(
            left,
            key=lambda s: len(s) + OVERLAP * max((overlap(s, one) for one in chosen), default=0.0) + rank[s] / 2,
        )
        chosen.append(best)
        left.remove(best)
    return chosen
