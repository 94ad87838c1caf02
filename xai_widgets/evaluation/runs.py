"""Running measures one after another, and summing up what they have found so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xai_widgets.budget import Budget
from xai_widgets.evaluation.base import Metric, Reading, missing
from xai_widgets.evaluations import Evaluation, Measure, judge
from xai_widgets.models import ModelError, OutOfMemoryError, WeightsChangedError
from xai_widgets.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.evaluation.subject import Subject

OTHER = (
    "The model says something else of this input than when the map was made: give the same input, preprocess and "
    "weights."
)
FAR = 0.01
"""Change of a score, as a share of the largest, that is another answer."""


def evaluate_steps(
    subject: Subject,
    metrics: Sequence[Metric],
    *,
    seed: int = 0,
    time_budget: float | None = None,
) -> Iterator[Evaluation | None]:
    """Measure an explanation.

    Parameters
    ----------
    subject : Subject
    metrics : sequence of Metric
        In their order: the first ones are soonest known.
    seed : int
    time_budget : float, optional
        Seconds of computing after which the run ends with what it has.

    Yields
    ------
    Evaluation or None
        None after a batch that brought nothing to show yet: a place to stop, as every yield is.

    Raises
    ------
    WeightsChangedError
        When the model is trained meanwhile: the measures would be of several models.
    """
    subject = subject.fresh()
    model, weights, map_ = subject.model, subject.model.weights, subject.attribution
    budget, digest, made = Budget(time_budget), "", provenance()
    notes: tuple[str, ...] = (OTHER,) if _other(subject) else ()
    if unknown := int((~np.isfinite(map_.values)).sum()):
        notes += (f"{unknown:,} of {map_.values.size:,} values of the map are no finite numbers, and count as 0.",)
    finished: list[Measure] = []
    for place, metric in enumerate(metrics):
        last: Reading | None = None
        for reading in _readings(metric, subject, seed):
            fraction = (place + (0 if reading is None else reading.done / reading.total)) / len(metrics)
            if model.weights != weights:
                raise WeightsChangedError(fraction, budget.seconds)
            stops = budget.ends(fraction)
            found: Evaluation | None = None
            if reading is not None or stops:
                digest = digest or model.hash
                shown = [*finished, *([] if reading is None else [metric.measure(reading)])]
                ended = (budget.note(fraction),) if stops else ()
                whole = reading is not None and reading.done == reading.total
                found = Evaluation(
                    tuple(shown),
                    map_.label,
                    *judge(shown, [] if stops else [one.name for one in metrics[place + whole :]]),
                    method=map_.method,
                    params=map_.params,
                    fraction=fraction,
                    seed=seed,
                    forwards=sum(one.forwards for one in subject.runs),
                    backwards=sum(one.backwards for one in subject.runs),
                    seconds=budget.seconds,
                    model_hash=digest,
                    notes=(*notes, *dict.fromkeys(note for one in subject.runs for note in one.notes), *ended),
                    provenance=made,
                )
            with budget.standing():
                yield found
            if stops:
                return
            last = reading or last
        finished.append(metric.measure(last or missing("")))


def _readings(metric: Metric, subject: Subject, seed: int) -> Iterator[Reading | None]:
    """Run one measure; what the model or its explanation refuses is said in its sentence, and the others go on."""
    reason = metric.why_not(subject)
    if reason is not None:
        yield missing(reason)
        return
    try:
        yield from metric.run(subject, seed)
    except (WeightsChangedError, OutOfMemoryError):
        raise
    except ModelError as error:
        yield missing(str(error))


def _other(subject: Subject) -> bool:
    then, now = subject.attribution.prediction.scores, subject.prediction.scores
    if np.array_equal(then, now):
        return False
    return then.shape != now.shape or not np.allclose(then, now, rtol=0, atol=FAR * float(np.abs(now).max(initial=0)))
