"""Several methods beside each other: each explains the same, and what it says is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xai_widgets.evaluation.runs import evaluate_steps
from xai_widgets.evaluations import Comparison
from xai_widgets.models import ModelError, OutOfMemoryError, WeightsChangedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xai_widgets.evaluation.base import Metric
    from xai_widgets.evaluation.subject import Subject
    from xai_widgets.evaluations import Evaluation
    from xai_widgets.results import Attribution

MAKING = 0.3
"""About the share of the work that goes into making a map, before it is measured."""


def compare_steps(
    explained: Mapping[str, Callable[[], Iterator[Attribution | None]]],
    about: Callable[[str, Attribution], Subject],
    metrics: Sequence[Metric],
    *,
    seed: int = 0,
    time_budget: float | None = None,
) -> Iterator[Comparison]:
    """Make and measure one map after the other.

    Parameters
    ----------
    explained : mapping
        By what a method is called, its run.
    about : callable
        Puts a map of a method, by what it is called, beside what it explains.
    metrics, seed, time_budget
        As of :func:`evaluate_steps`, of each map.

    Yields
    ------
    Comparison
        Of the maps that are measured; the others follow. A method that does not fit is a note, and so is what ends
        measuring before its end.

    Raises
    ------
    WeightsChangedError
        When the model is trained meanwhile.
    """
    done: tuple[Evaluation, ...] = ()
    notes: tuple[str, ...] = ()
    for place, (title, run) in enumerate(explained.items()):
        result, found = None, None
        try:
            for result in run():
                share = 0.0 if result is None else MAKING * result.fraction
                yield Comparison(done, (place + share) / len(explained), notes)
            if result is not None:
                for step in evaluate_steps(about(title, result), metrics, seed=seed, time_budget=time_budget):
                    found = step or found
                    share = MAKING + (1 - MAKING) * (0.0 if found is None else found.fraction)
                    yield Comparison(done, (place + min(share, 0.999)) / len(explained), notes)
        except (WeightsChangedError, OutOfMemoryError):
            raise
        except (ModelError, ValueError) as error:
            notes += (f"{title}: {next(iter(str(error).splitlines()), type(error).__name__)}",)
        if found is not None:
            done += (found,)
            notes += tuple(f"{title}: {note}" for note in found.notes if found.fraction < 1)
        yield Comparison(done, (place + 1) / len(explained), notes)
