"""A first set of regions that reaches the goal, within few passes: much for little, not the fewest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from xai_widgets.counterfactual.region_problem import RegionProblem, State
    from xai_widgets.counterfactual.search import SearchState

    Judge = Callable[[list[State]], Iterator[SearchState]]
    """Scores sets; `RegionProblem.tried` has them then."""

WIDTH = 8
"""So many of the regions that gained most when they were last looked at are looked at again."""


def halved(problem: RegionProblem, judge: Judge) -> Generator[SearchState, None, State]:
    """Find a set by halving: regions in the order of what they bring, as many as it takes; all together are enough.

    A region brings what it gains on the original and what is lost where it alone stays as it was.
    """
    every, nothing = frozenset(range(problem.count)), frozenset[int]()
    yield from judge([every - {i} for i in sorted(every)])
    tried = problem.tried
    gains = {i: tried[frozenset([i])] - tried[nothing] + tried[every] - tried[every - {i}] for i in every}
    order = sorted(every, key=lambda i: (-gains[i], i))
    few, enough = 1, len(order)
    while enough - few > 1:
        middle = (few + enough) // 2
        yield from judge([frozenset(order[:middle])])
        few, enough = (few, middle) if problem.is_valid(frozenset(order[:middle])) else (middle, enough)
    return (yield from _without_needless(problem, frozenset(order[:enough]), judge))


def _without_needless(problem: RegionProblem, state: State, judge: Judge) -> Generator[SearchState, None, State]:
    """Put regions back, as many at a time as go together, until none can be."""
    while len(state) > 1:
        yield from judge([state - {i} for i in sorted(state)])
        free = [i for i in sorted(state) if problem.is_valid(state - {i})]
        if not free:
            break
        free.sort(key=lambda i: (-problem.tried[state - {i}], i))
        gone, too_many = 1, min(len(free), len(state) - 1) + 1
        while too_many - gone > 1:
            middle = (gone + too_many) // 2
            yield from judge([state - {*free[:middle]}])
            valid = problem.is_valid(state - {*free[:middle]})
            gone, too_many = (middle, too_many) if valid else (gone, middle)
        state -= {*free[:gone]}
    return state


def climbed(problem: RegionProblem, most: int, judge: Judge) -> Generator[SearchState, None, State | None]:
    """Add regions one by one, those of the largest gain, up to `most`; None where that is not enough.

    What a region gained last is about what it gains now, so that few are looked at again (Minoux: Accelerated Greedy
    Algorithms for Maximizing Submodular Set Functions, 1978).
    """
    state, tried = frozenset[int](), problem.tried
    gains = {i: tried[frozenset([i])] - tried[state] for i in range(problem.count)}
    while len(state) < most and gains:
        order = sorted(gains, key=lambda i: (-gains[i], i))
        for start in range(0, len(order), WIDTH):
            some = order[start : start + WIDTH]
            yield from judge([state | {i} for i in some])
            gains.update({i: tried[state | {i}] - tried[state] for i in some})
            best = max(order[: start + WIDTH], key=lambda i: (gains[i], -i))
            if gains[best] >= max((gains[i] for i in order[start + WIDTH :]), default=gains[best]):
                break
        state |= {best}
        del gains[best]
        if problem.is_valid(state):
            return state
    return None
