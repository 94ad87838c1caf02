"""Fewest edits of a text that change the answer: all small sets where that can be done, else the promising ones."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from xai_widgets.counterfactual.choosing import choose, theme
from xai_widgets.counterfactual.edits import State, compatible, says_something
from xai_widgets.counterfactual.proposals import propose
from xai_widgets.counterfactual.search import Search, SearchState, register_search
from xai_widgets.counterfactual.slopes import slopes_of
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.changes import Edit
    from xai_widgets.counterfactual.problem import TextProblem
    from xai_widgets.text import Span

READ = 48
"""Of the valid sets of each size, so many are read by the language model: those furthest beyond the goal."""

VARIANTS = 2
"""Of the edits in one place, so many go on into larger sets."""

PART = 64
"""So many sets are looked at together: those that promise most come first, whatever their length."""

ALLOWED = True

UNREAD = 1e9
"""Sets that the language model has not read come after those that it has."""

STEPS = 1000
"""Units of work that each size of sets counts as."""

STILL = 1e-9
"""Margins that differ by less than this are the same."""


@register_search
@dataclass(frozen=True, kw_only=True)
class FewestEdits(Search):
    """Deletions, replacements and insertions of words, in sets that grow by one edit at a time.

    Single edits are proposed: every word may be deleted; replaced by what a masked language model writes there, or by
    those neighbours of its vector that promise most to first order (as in HotFlip); and words may be put in. The model
    judges each on the text as a string, divided into tokens anew. Then pairs, and so on: all of them where these are
    few, so that nothing smaller can have been missed, else a beam of the most promising sets with the strongest edits.
    What contains a set that is enough already is not tried. From each set that is enough, edits are undone for as long
    as that leaves it so, hence every result is minimal: undo one edit, and the answer is not reached.

    References
    ----------
    Wachter, Mittelstadt, Russell: Counterfactual Explanations without Opening the Black Box. Harvard JOLT 31 (2018).

    Ebrahimi, Rao, Lowd, Dou: HotFlip: White-Box Adversarial Examples for Text Classification. ACL (2018).

    Ross, Marasović, Peters: Explaining NLP Models via Minimal Contrastive Editing (MiCE). Findings of ACL (2021).

    Wu, Ribeiro, Heer, Weld: Polyjuice: Generating Counterfactuals for Explaining, Evaluating, and Improving Models.
    ACL (2021).
    """

    name: ClassVar[str] = "fewest_edits"
    title: ClassVar[str] = "Fewest edits"
    kind: ClassVar[str] = "text"
    sentence: ClassVar[str] = "Which few words would have to change for another answer?"

    max_edits: int = parameter(5, "How many edits there may be, at most.", low=1, high=20)
    delete: bool = parameter(ALLOWED, "Whether words may be deleted.")
    replace: bool = parameter(ALLOWED, "Whether words may be replaced.")
    insert: bool = parameter(ALLOWED, "Whether words may be put in.")
    per_word: int = parameter(8, "How many words are proposed for each place.", low=1, high=64)
    neighbours: int = parameter(
        50, "Among how many nearest neighbours words are ranked by gradient; 0 for all.", low=0, high=10_000
    )
    places: int = parameter(64, "How many words may be changed: those that weigh most.", low=1, high=2000)
    beam: int = parameter(8, "How many sets of edits grow further.", low=1, high=64)
    tries: int = parameter(400, "How many sets of one size are tried.", low=16, high=20_000)

    def run(self, problem: TextProblem, n: int, seed: int = 0) -> Iterator[SearchState]:
        """Yield after each batch the best `n` so far."""
        yield from _Run(self, problem, n, seed).steps()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which edits are allowed."""
        allowed = {"delete": self.delete, "replace": self.replace, "insert": self.insert}
        return tuple(kind for kind, yes in allowed.items() if yes)


class _Run:
    """One search under way."""

    def __init__(self, search: FewestEdits, problem: TextProblem, n: int, seed: int) -> None:
        self.search, self.problem, self.n = search, problem, n
        self.random = random.Random(seed)  # noqa: S311  which of equals comes first is no secret
        self.pool: dict[str, State] = {}
        self.notes: list[str] = []
        self.level, self.share = 0, 0.0
        self.searched = 1
        """Up to this size, all sets are tried before any larger one."""

    def steps(self) -> Iterator[SearchState]:
        """Search, level by level."""
        singles: list[Edit] = []
        for edits in self._proposed():
            singles += edits
            yield self._found()
        start: State = frozenset()
        for _ in self.problem.judge([start]):
            yield self._found()
        firsts = [frozenset([edit]) for edit in singles if says_something(self.problem.text, frozenset([edit]))]
        states = firsts
        while states:
            self.level += 1
            yield from self._level(states)
            if self._enough() or self.level == self.search.max_edits or self._still(firsts, start):
                break
            states = self._grown(states, firsts)
        found = self._found()
        notes = found.notes if found.states else (*found.notes, self._none(len(firsts)))
        yield SearchState(found.states, found.total, found.total, found.fewest, notes)

    def _level(self, states: list[State]) -> Iterator[SearchState]:
        """Score the sets of one size, and put what is minimal of the valid ones into the pool."""
        for start in range(0, len(states), PART):
            part = states[start : start + PART]
            for done in self.problem.judge(part):
                self.share = (start + done * len(part)) / len(states)
                yield self._found()
            self.share = (start + len(part)) / len(states)
            yield from self._keep([state for state in part if self.problem.is_valid(state)])
            yield self._found()
        best = sorted(self.pool.values(), key=lambda state: (len(state), -self.problem.margin(state)))
        for _ in self.problem.weigh(best[:READ]):
            yield self._found()

    def _proposed(self) -> Iterator[list[Edit]]:
        problem, search = self.problem, self.search
        spans = problem.spans
        slopes = slopes_of(problem, spans)
        if len(spans) > search.places:
            spans = self._heaviest(spans, slopes.weights(len(spans)) if slopes is not None else None)
            if slopes is not None:
                slopes = slopes_of(problem, spans)
        seen: set[Edit] = set()
        for edits in propose(problem, spans, slopes, count=search.per_word, near=search.neighbours, kinds=search.kinds):
            new = [edit for edit in dict.fromkeys(edits) if edit not in seen]
            seen.update(new)
            yield new

    def _heaviest(self, spans: Sequence[Span], weights: list[float] | None) -> list[Span]:
        count = self.search.places
        if weights is None:
            chosen = self.random.sample(range(len(spans)), count)
            how = "drawn at random, since this model has no gradient to rank them by"
        else:
            chosen = sorted(range(len(spans)), key=lambda i: -weights[i])[:count]
            how = "those that weigh most"
        self.notes.append(f"Of {len(spans)} words, {count} may be changed: {how}. More with places={len(spans)}.")
        return [spans[i] for i in sorted(chosen)]

    def _keep(self, states: list[State]) -> Iterator[SearchState]:
        """Undo edits for as long as the goal stays reached, of all sets side by side."""
        while states:
            parts = {state: [part for edit in sorted(state) if (part := state - {edit})] for state in states}
            for _ in self.problem.judge(itertools.chain.from_iterable(parts.values())):
                yield self._found()
            smaller: list[State] = []
            for state in states:
                enough = [part for part in parts[state] if self.problem.is_valid(part)]
                if enough:
                    smaller.append(max(enough, key=self.problem.margin))
                    continue
                text = self.problem.spell(state)
                if text not in self.pool or len(self.pool[text]) > len(state):
                    self.pool[text] = state
            states = smaller

    def _enough(self) -> bool:
        return len({theme(state) for state in self.pool.values()}) >= self.n

    def _still(self, tried: list[State], start: State) -> bool:
        """Tell whether no edit moves the score at all: larger sets would be a waste."""
        if not tried or self.level > 1 or self.pool:
            return False
        before = self.problem.margin(start)
        moved = max(abs(self.problem.margin(state) - before) for state in tried)
        if moved > STILL * max(1.0, abs(before)):
            return False
        self.notes.append("No edit moves the score at all.")
        return True

    def _grown(self, states: list[State], tried: list[State]) -> list[State]:
        """Return the sets with one edit more."""
        size, found = self.level + 1, list(self.pool.values())
        open_singles = [next(iter(state)) for state in tried if not self.problem.is_valid(state)]
        if self.searched == self.level and math.comb(len(open_singles), size) <= self.search.tries:
            self.searched = size
            every = (frozenset(some) for some in itertools.combinations(open_singles, size))
            return [state for state in every if self._allowed(state, found)]
        invalid = [state for state in states if not self.problem.is_valid(state)]
        invalid.sort(key=self._order)
        strong = self._strongest(tried, self.search.tries // self.search.beam)
        grown = {
            state | {edit}: None
            for state in invalid[: self.search.beam]
            for edit in strong
            if compatible(state, edit) and self._allowed(state | {edit}, found)
        }
        return list(grown)

    def _order(self, state: State) -> tuple[float, float]:
        return -self.problem.margin(state), self.random.random()

    def _strongest(self, tried: list[State], count: int) -> list[Edit]:
        """Pick the single edits that bring the goal nearest, a few in each place."""
        best: list[Edit] = []
        used: dict[Span, int] = {}
        for state in sorted((one for one in tried if not self.problem.is_valid(one)), key=self._order):
            (edit,) = state
            if used.get(edit.span, 0) < VARIANTS:
                used[edit.span] = used.get(edit.span, 0) + 1
                best.append(edit)
            if len(best) == count:
                break
        return best

    def _allowed(self, state: State, found: Sequence[State]) -> bool:
        apart = all(compatible(state - {edit}, edit) for edit in state)
        return apart and not any(one <= state for one in found) and says_something(self.problem.text, state)

    def _rank(self, state: State) -> float:
        fluency = self.problem.fluency(state)
        if fluency is not None:
            return -fluency
        unread = UNREAD if self.problem.sources.fluency is not None else 0.0
        return unread - self.problem.margin(state)

    def _found(self) -> SearchState:
        chosen = choose(list(self.pool.values()), self.n, self._rank)
        total = STEPS * self.search.max_edits
        done = round(STEPS * (max(0, self.level - 1) + min(1.0, self.share)))
        # All sets that are smaller than the smallest were tried.
        fewest = bool(chosen) and len(chosen[0]) <= self.searched + 1
        return SearchState(tuple(chosen), min(done, total - 1), total, fewest, tuple(self.notes))

    def _none(self, count: int) -> str:
        if not count:
            return "None found: no edit of this text is allowed."
        every = "All sets of them were tried." if self.searched >= self.level else "Others may do it."
        size = f"{self.level} edit{'s' * (self.level != 1)}"
        return f"None found within {size}, made of {count:,} single ones. {every}"
