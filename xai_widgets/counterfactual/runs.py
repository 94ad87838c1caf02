"""Running a search: from what it knows to results that stand on their own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from xai_widgets.budget import Budget
from xai_widgets.changes import Counterfactuals
from xai_widgets.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.counterfactual.pictures import PictureProblem
    from xai_widgets.counterfactual.problem import TextProblem
    from xai_widgets.counterfactual.row_problem import RowProblem
    from xai_widgets.counterfactual.search import Search, SearchState


class SearchRun(Iterator[Counterfactuals]):
    """A search under way: a result after each batch, put together when it is read.

    The model is asked about each candidate as it is, alone, and those that do not reach the goal so are left out.

    Parameters
    ----------
    search : Search
    problem : TextProblem, RowProblem or PictureProblem
        It is left as it is: each run tries anew.
    n : int
        How many counterfactuals to return, at most.
    seed : int
    time_budget : float, optional
        Seconds of computing after which the run ends with what it has.
    """

    def __init__(
        self,
        search: Search,
        problem: TextProblem | RowProblem | PictureProblem,
        *,
        n: int = 4,
        seed: int = 0,
        time_budget: float | None = None,
    ) -> None:
        self._search, self._problem, self._seed = search, problem.fresh(), seed
        self._steps = search.run(self._problem, n, seed)
        self._budget, self._digest = Budget(time_budget), ""
        self._budget.stand()

    def __next__(self) -> Counterfactuals:
        """Go on by one batch."""
        return self._timed(lambda: next(self._steps))

    def last(self) -> Counterfactuals:
        """Run to the end. The model is asked about no candidate that others take the place of on the way."""

        def end() -> SearchState:
            for found in self._steps:
                if self._budget.ends(found.done / found.total):
                    break
            return found

        return self._timed(end)

    def close(self) -> None:
        """Stop here."""
        self._steps = iter(())

    @torch.inference_mode(mode=False)  # whatever mode the reader of the steps is in
    def _timed(self, find: Callable[[], SearchState]) -> Counterfactuals:
        self._budget.go_on()
        result = self._dressed(find())
        self._budget.stand()
        return result

    def _dressed(self, found: SearchState) -> Counterfactuals:
        problem, search = self._problem, self._search
        candidates = tuple(one for state in found.states if (one := problem.candidate(state)).valid)
        self._digest = self._digest or problem.model.hash
        fraction, ended = found.done / found.total, tuple[str, ...]()
        if self._budget.ends(fraction):
            ended = (self._budget.note(fraction),)
            self.close()
        return Counterfactuals(
            original=problem.original,
            prediction=problem.subject.prediction,
            index=problem.goal.shown,
            label=problem.goal.label,
            candidates=candidates,
            fewest=found.fewest and bool(candidates),
            method=search.name,
            params={field.name: getattr(search, field.name) for field in dataclasses.fields(search)},
            seed=self._seed,
            fraction=fraction,
            forwards=problem.spent[0],
            backwards=problem.spent[1],
            seconds=self._budget.seconds,
            model_hash=self._digest,
            notes=(*problem.notes, *found.notes, *problem.model.notes, *ended),
            provenance=provenance(),
        )
