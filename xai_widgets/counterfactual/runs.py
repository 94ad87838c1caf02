"""Running a search: from what it knows to results that stand on their own."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from xai_widgets.changes import Counterfactuals
from xai_widgets.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.counterfactual.pictures import PictureProblem
    from xai_widgets.counterfactual.problem import TextProblem
    from xai_widgets.counterfactual.row_problem import RowProblem
    from xai_widgets.counterfactual.search import Search


def run_search(
    search: Search,
    problem: TextProblem | RowProblem | PictureProblem,
    *,
    n: int = 4,
    seed: int = 0,
    time_budget: float | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Counterfactuals]:
    """Run a search and dress what it finds.

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
    clock : callable
        Tells the time in seconds.

    Yields
    ------
    Counterfactuals
        After each batch. The model was asked about each candidate as it is, alone, and it reached the goal.
    """
    problem = problem.fresh()
    params = {field.name: getattr(search, field.name) for field in dataclasses.fields(search)}
    digest, spent, began, original = "", 0.0, clock(), problem.original
    for found in search.run(problem, n, seed):
        candidates = tuple(one for state in found.states if (one := problem.candidate(state)).valid)
        digest = digest or problem.model.hash
        seconds = spent + clock() - began
        stops = time_budget is not None and seconds >= time_budget and found.done < found.total
        ended = (f"Stopped after {seconds:.2g} s: {found.done / found.total:.0%} of the search is done.",) * stops
        yield Counterfactuals(
            original=original,
            prediction=problem.subject.prediction,
            index=problem.goal.shown,
            label=problem.goal.label,
            candidates=candidates,
            fewest=found.fewest and bool(candidates),
            method=search.name,
            params=params,
            seed=seed,
            fraction=found.done / found.total,
            forwards=problem.spent[0],
            backwards=problem.spent[1],
            seconds=seconds,
            model_hash=digest,
            notes=(*problem.notes, *found.notes, *problem.model.notes, *ended),
            provenance=provenance(),
        )
        if stops:
            return
        # The clock stands while the reader does something else.
        spent, began = seconds, clock()
