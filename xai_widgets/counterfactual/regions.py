"""The fewest regions of a picture that have to change for another answer: best first, then all smaller sets."""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from xai_widgets.counterfactual.choosing import choose
from xai_widgets.counterfactual.first_regions import climbed, halved
from xai_widgets.counterfactual.search import Search, SearchState, register_search
from xai_widgets.inputs import FILLS
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xai_widgets.counterfactual.region_problem import RegionProblem, State

PART = 256
"""Sets that are scored between two looks at what was found."""

STILL = 1e-7
"""Relative change of the score that is none."""

ALIKE = 0.5
"""Share of regions in common from which on two sets say the same."""

STEPS = 1000
"""Units of progress."""


@register_search
@dataclass(frozen=True, kw_only=True)
class FewestRegions(Search):
    """Best-first search among sets of regions, then through all sets that are smaller than the best one.

    For a first answer soon, regions are added by what they gain; with a second picture, as many of the strongest are
    taken over as it takes, found by halving, and those put back that are not needed. Then the set that comes nearest to
    the goal grows by each other region (Vermeire and Martens), again and again for smaller ones and for others. Then
    sets of two regions, of three and so on are gone through, those of strong regions first. Where that came to an end
    before `tries` were used up, **no smaller set exists** among these regions with this filling, and the result says so
    (`fewest`); else it says how far the search came.

    Without a second picture, regions are superpixels (SLIC) and are covered by `fill`. With one (`other`), they are the
    cells of a grid that both pictures share, and a cell takes over the pixels of the other picture in the same place:
    the smallest set of cells that makes this picture one of the other's class. Goyal et al. exchange cells of feature
    maps, to any place; here they are pixels and stay where they were.

    References
    ----------
    Vermeire, Martens: Explainable Image Classification with Evidence Counterfactual. arXiv:2004.07511 (2020).

    Minoux: Accelerated Greedy Algorithms for Maximizing Submodular Set Functions. Optimization Techniques (1978).

    Goyal, Wu, Ernst, Batra, Parikh, Lee: Counterfactual Visual Explanations. arXiv:1904.07451 (2019).
    """

    name: ClassVar[str] = "regions"
    kind: ClassVar[str] = "picture"
    title: ClassVar[str] = "Fewest regions"
    sentence: ClassVar[str] = "Which few regions would have to be hidden for another answer?"

    regions: int = parameter(40, "Into how many regions the picture is cut, at most.", low=1, high=1000)
    most: int = parameter(10, "How many regions may change, at most.", low=1, high=100)
    fill: str = parameter("mean", "What is put in the place of regions.", choices=FILLS)
    colour: tuple[int, int, int] = parameter((0, 0, 0), "Red, green and blue of the fill 'colour'.", hidden=True)
    tries: int = parameter(1500, "How many sets are tried.", low=1, high=10_000_000)

    def run(self, problem: RegionProblem, n: int, seed: int = 0) -> Iterator[SearchState]:
        """Yield after each batch the best `n` so far."""
        problem.divide(self.regions, self.fill, self.colour)
        yield from _Run(self, problem, n).steps()


class _Run:
    """One search under way."""

    def __init__(self, search: FewestRegions, problem: RegionProblem, n: int) -> None:
        self.search, self.problem, self.n = search, problem, n
        self.every = frozenset(range(problem.count))
        self.most = min(search.most, problem.count)
        self.sizes = problem.sizes
        self.pool: set[State] = set()
        self.grown: set[tuple[State, State]] = set()
        """Sets that were tried with each other region, but for some."""
        self.searched = 0
        """Up to this size, all sets were tried."""
        self.aside: set[State] = set()
        """Sets that are left alone for now."""

    @property
    def left(self) -> int:
        """How many more sets may be tried."""
        return self.search.tries - len(self.problem.tried)

    @property
    def smallest(self) -> int:
        """Regions of the smallest set found; one more than may be, where there is none."""
        return min(map(len, self.pool), default=self.most + 1)

    def steps(self) -> Iterator[SearchState]:
        """Search."""
        start: State = frozenset()
        if self.problem.same():
            yield SearchState((), 1, 1, notes=("None found: rounding the picture to 8 bits alone changes the answer.",))
            return
        singles = [frozenset([i]) for i in sorted(self.every)]
        yield from self._try([start, *singles, self.every])
        self.searched = 1
        yield from self._keep(singles)
        if self._still([*singles, self.every]):
            yield SearchState((), 1, 1, notes=("None found: no region moves the score at all, nor do all of them.",))
            return
        yield from self._first()
        tries = self.search.tries
        yield from self._grow(frozenset(), tries // 2)
        self.aside.clear()
        if self._provable():
            yield from self._levels(singles)
        while self.pool and not self._provable() and self.left > tries // 4:
            before = self.smallest
            yield from self._grow(frozenset(), tries // 4)
            if self.smallest == before:
                break
        yield from self._elsewhere()
        yield from self._levels(singles)
        found = self._found()
        yield SearchState(found.states, STEPS, STEPS, found.fewest, (self._told(),))

    def _first(self) -> Iterator[SearchState]:
        """Find some set soon, where no region is one by itself."""
        problem, spare, before = self.problem, 2 * self.problem.count, set(self.problem.tried)
        if problem.other is not None and not self.pool and problem.is_valid(self.every) and self.left > spare:
            state = yield from halved(problem, self._try)
            yield from self._keep([state] if len(state) <= self.most else [])
        if self.smallest > 2 and self.left > spare:  # noqa: PLR2004  of one region, all were tried
            found = yield from climbed(problem, min(self.most, self.smallest - 1), self._try)
            yield from self._keep([found] if found else [])
        # They come near the goal, and growing these leads to much the same.
        self.aside = problem.tried.keys() - before

    def _try(self, states: list[State]) -> Iterator[SearchState]:
        for _ in self.problem.judge(states):
            yield self._found()

    def _keep(self, states: Iterable[State]) -> Iterator[SearchState]:
        """Put back regions of the good ones for as long as they stay good, and what is left into the pool."""
        good = [state for state in states if self.problem.is_valid(state)]
        while good:
            yield from self._try([state - {one} for state in good for one in state])
            smaller: set[State] = set()
            for state in good:
                enough = [part for one in state if (part := state - {one}) and self.problem.is_valid(part)]
                if enough:
                    smaller.add(max(enough, key=self._order))
                elif not any(known <= state for known in self.pool):
                    # One that grew smaller by another way makes what was larger needless.
                    self.pool = {known for known in self.pool if not state < known} | {state}
            good = sorted(smaller, key=sorted)
        yield self._found()

    def _order(self, state: State) -> tuple[float, list[int]]:
        return self.problem.tried[state], sorted(state)

    def _still(self, states: list[State]) -> bool:
        """Tell whether nothing moves the score: larger sets would be a waste."""
        before = self.problem.tried[frozenset()]
        limit = STILL * max(1.0, abs(before))
        return all(abs(self.problem.tried[state] - before) <= limit for state in states)

    def _provable(self) -> bool:
        """Tell whether the tries that are left are enough for all sets smaller than the best."""
        count = self.problem.count
        sizes = range(self.searched + 1, self.smallest)
        return bool(self.pool) and sum(math.comb(count, size) for size in sizes) <= self.left

    def _elsewhere(self) -> Iterator[SearchState]:
        """Grow sets without the regions of those found before."""
        while self.pool and not self._enough() and self.left > 0:
            before = len(self.pool)
            yield from self._grow(frozenset().union(*self.pool), 0)
            if len(self.pool) == before:
                return

    def _grow(self, banned: State, stop: int) -> Iterator[SearchState]:
        """Grow the sets that come nearest, until one is good or `stop` tries are left."""
        free = sorted(self.every - banned)
        # Elsewhere, others may be as large again.
        most = self.most if banned else min(self.most, self.smallest - 1)
        heap: list[tuple[float, list[int]]] = []
        for state, margin in self.problem.tried.items():
            if state not in self.aside:
                self._queue(heap, state, margin, banned)
        while heap and self.left > stop:
            state = frozenset(heapq.heappop(heap)[1])
            if len(state) >= most or (state, banned) in self.grown:
                continue
            self.grown.add((state, banned))
            grown = [state | {i} for i in free if i not in state]
            new = [one for one in grown if one not in self.problem.tried]
            yield from self._try(new)
            if good := [one for one in new if self.problem.is_valid(one)]:
                yield from self._keep([max(good, key=self._order)])
                return
            for one in (*new, *self.aside.intersection(grown)):
                self._queue(heap, one, self.problem.tried[one], banned)

    def _queue(self, heap: list[tuple[float, list[int]]], state: State, margin: float, banned: State) -> None:
        if state and not state & banned and (state, banned) not in self.grown and not self.problem.is_valid(state):
            heapq.heappush(heap, (-margin, sorted(state)))

    def _levels(self, singles: list[State]) -> Iterator[SearchState]:
        """Go through all sets of one size after the other, up to that of the best."""
        margins = self.problem.tried
        # One that is enough by itself is in no other set.
        order = sorted((one for one in singles if one not in self.pool), key=lambda one: (-margins[one], sorted(one)))
        places = [next(iter(one)) for one in order]
        gains = [margins[one] - margins[frozenset()] for one in order]
        for size in range(2, self.most + 1):
            if size > self.smallest or (size == self.smallest and self._enough()):
                return
            sets = (frozenset(places[k] for k in some) for some in strongest(gains, size))
            while self.left > 0 and (part := list(itertools.islice(sets, min(PART, self.left)))):
                new = [one for one in part if not any(known < one for known in self.pool)]
                yield from self._try(new)
                yield from self._keep(one for one in new if one not in self.pool)
            if self.left <= 0 and next(sets, None) is not None:
                return
            self.searched = size

    def _enough(self) -> bool:
        """Tell whether there are as many as are wanted, and no two say the same."""
        chosen = self._chosen()
        apart = all(_overlap(a, b) < ALIKE for a, b in itertools.combinations(chosen, 2))
        return len(chosen) == self.n and apart

    def _chosen(self) -> list[State]:
        return choose(
            sorted(self.pool, key=sorted), self.n, lambda state: sum(self.sizes[i] for i in state), alike=_overlap
        )

    def _found(self) -> SearchState:
        share = min(1.0, len(self.problem.tried) / self.search.tries)
        fewest = bool(self.pool) and self.smallest <= self.searched + 1
        return SearchState(tuple(self._chosen()), min(STEPS - 1, round(STEPS * share)), STEPS, fewest)

    def _told(self) -> str:
        """Say how far the search came."""
        count, size = self.problem.count, self.smallest
        of = f"{count} region{'s' * (count != 1)}"
        if self.pool and size <= self.searched + 1:
            return f"No smaller set of these {of} does it: all were tried."
        if not self.pool and self.searched >= self.most:
            return f"None found: no set of up to {self.most} of these {of} does it, all were tried."
        begun = self.searched + 1
        done = sum(len(one) == begun for one in self.problem.tried)
        tried = f"Of sets of {begun} regions, {done:,} of {math.comb(count, begun):,} were tried, of smaller ones all."
        if not self.pool:
            return f"None found within {self.most} regions; not searched to the end. {tried} More with tries=."
        return f"Not searched to the end: a smaller set may exist. {tried} More with tries=."


def strongest(gains: list[float], size: int) -> Iterator[tuple[int, ...]]:
    """Go through all sets of `size` places of `gains`, which fall, those of the largest sum first."""
    first = tuple(range(size))
    heap = [(-sum(gains[:size]), first)] if size <= len(gains) else []
    seen = {first}
    while heap:
        _, some = heapq.heappop(heap)
        yield some
        for k, place in enumerate(some):
            after = some[k + 1] if k + 1 < size else len(gains)
            if place + 1 < after:
                moved = (*some[:k], place + 1, *some[k + 1 :])
                if moved not in seen:
                    seen.add(moved)
                    heapq.heappush(heap, (-sum(gains[i] for i in moved), moved))


def _overlap(a: State, b: State) -> float:
    return len(a & b) / len(a | b)
