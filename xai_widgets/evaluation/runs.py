"""Running measures one after another, and summing up what they have found so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.budget import Budget
from xai_widgets.evaluation.base import Reading, missing
from xai_widgets.evaluations import Evaluation, Measure, judge
from xai_widgets.models import ModelError, OutOfMemoryError, WeightsChangedError
from xai_widgets.provenance import provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from xai_widgets.evaluation.base import Gauge, Metric
    from xai_widgets.evaluation.subject import Subject
    from xai_widgets.models import Model

OTHER = (
    "The model says something else of this input than when the map was made: give the same input, preprocess and "
    "weights."
)
SEEDS = 2**32
"""NumPy's generators take no seed below 0, which torch's do."""

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
    model, map_ = subject.model, subject.attribution
    notes: tuple[str, ...] = (OTHER,) if _other(subject) else ()
    if unknown := int((~np.isfinite(map_.values)).sum()):
        notes += (f"{unknown:,} of {map_.values.size:,} values of the map are no finite numbers, and count as 0.",)

    def spent() -> dict[str, Any]:
        told = [note for one in subject.runs for note in one.notes]
        passes = {name: sum(getattr(one, name) for one in subject.runs) for name in ("forwards", "backwards")}
        return {**passes, "notes": (*notes, *dict.fromkeys(told))}

    about = {"label": map_.label, "method": map_.method, "params": map_.params}
    yield from gauge(subject, metrics, about, model=model, spent=spent, seed=seed, time_budget=time_budget)


def gauge(
    subject: Any,
    metrics: Sequence[Gauge],
    about: Mapping[str, Any],
    *,
    model: Model | None,
    spent: Callable[[], Mapping[str, Any]],
    seed: int = 0,
    time_budget: float | None = None,
) -> Iterator[Evaluation | None]:
    """Take measures of any subject, one after another; as of :func:`evaluate_steps`.

    Parameters
    ----------
    subject : object
        As the metrics want it.
    metrics : sequence of Gauge
    about : dict
        What an evaluation says of its subject: ``label``, ``method``, ``params``.
    model : Model or None
        Which must not be trained meanwhile; None where there is none.
    spent : callable
        Tells the passes so far, and notes.
    seed : int
    time_budget : float, optional
    """
    weights, budget, digest, made = model and model.weights, Budget(time_budget), "", provenance()
    finished: list[Measure] = []
    for place, metric in enumerate(metrics):
        last: Reading | None = None
        for reading in _readings(metric, subject, seed):
            fraction = (place + (0 if reading is None else reading.done / reading.total)) / len(metrics)
            if model is not None and model.weights != weights:
                raise WeightsChangedError(fraction, budget.seconds)
            stops = budget.ends(fraction)
            found: Evaluation | None = None
            if reading is not None or stops:
                digest = digest or ("" if model is None else model.hash)
                shown = [*finished, *([] if reading is None else [metric.measure(reading)])]
                ended = (budget.note(fraction),) if stops else ()
                whole = reading is not None and reading.done == reading.total
                told = dict(spent())
                notes = (*told.pop("notes", ()), *ended)
                found = Evaluation(
                    tuple(shown),
                    about["label"],
                    *judge(shown, [] if stops else [one.name for one in metrics[place + whole :]]),
                    method=about["method"],
                    params=about["params"],
                    fraction=fraction,
                    seed=seed,
                    seconds=budget.seconds,
                    model_hash=digest,
                    notes=notes,
                    provenance=made,
                    **told,
                )
            with budget.standing():
                yield found
            if stops:
                return
            last = reading or last
        finished.append(metric.measure(last or missing("")))


def _readings(metric: Gauge, subject: Any, seed: int) -> Iterator[Reading | None]:
    """Run one measure; what the model or its explanation refuses is said in its sentence, and the others go on."""
    reason = metric.why_not(subject)
    if reason is not None:
        yield missing(reason)
        return
    try:
        yield from metric.run(subject, seed % SEEDS)
    except (WeightsChangedError, OutOfMemoryError):
        raise
    except ModelError as error:
        yield missing(str(error))


def _other(subject: Subject) -> bool:
    then, now = subject.attribution.prediction.scores, subject.prediction.scores
    if np.array_equal(then, now):
        return False
    return then.shape != now.shape or not np.allclose(then, now, rtol=0, atol=FAR * float(np.abs(now).max(initial=0)))
