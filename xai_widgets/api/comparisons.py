"""Several methods beside each other, and how far each can be trusted."""

from __future__ import annotations

import collections
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.api.evaluations import Reading
from xai_widgets.api.modes import in_usual_mode
from xai_widgets.attribution.runs import against_rows, choose, run
from xai_widgets.budget import check_time_budget
from xai_widgets.evaluation import Subject, compare_steps, create_metrics
from xai_widgets.method import Method, create
from xai_widgets.models import resolve_target
from xai_widgets.prepare import adapt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.evaluation import Metric
    from xai_widgets.evaluations import Comparison
    from xai_widgets.results import Attribution


@torch.inference_mode(mode=False)
def compare_methods(
    model: Any, x: Any, methods: Sequence[str | Method], metrics: Sequence[str | Metric] | None = None, **options: Any
) -> Comparison:
    """Explain one input by several methods, and measure how far each can be trusted.

    Parameters and errors as of :func:`compare_methods_iter`.

    Returns
    -------
    Comparison
        ``result.to_dataframe()`` has one row a method, and one column a measure.
    """
    return collections.deque(compare_methods_iter(model, x, methods, metrics, **options), maxlen=1).pop()


@in_usual_mode
def compare_methods_iter(
    model: Any,
    x: Any,
    methods: Sequence[str | Method],
    metrics: Sequence[str | Metric] | None = None,
    *,
    target: Any = None,
    seed: int = 0,
    mask: Any = None,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    background: Any = None,
    labels: Sequence[str] | None = None,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
) -> Iterator[Comparison]:
    """Do the same step by step: what is measured so far.

    Parameters
    ----------
    model, x, target, preprocess, tokenizer, labels, device
        As of :func:`attribute`.
    methods : sequence of str or Method
        Which methods, by name or as instances; one that does not fit the model or the input becomes a note.
    metrics, mask, background
        As of :func:`evaluate`; the methods too are given the background's rows to compare a row with.
    seed : int
        Of methods and measures.
    time_budget : float, optional
        Seconds of computing for each map, and as many for its measures.

    Yields
    ------
    Comparison

    Raises
    ------
    ValueError, TypeError
        For wrong input, unknown methods and measures.
    ModelError
        When the model fails on the input itself.
    WeightsChangedError
        When the model is trained meanwhile.
    """
    given: Any = methods
    if isinstance(given, (str, Method)) or not given:
        msg = f"methods must be a list of names or methods, one at least, got {given!r}."
        raise TypeError(msg)
    seconds, chosen = check_time_budget(time_budget), create_metrics(metrics, masked=mask is not None)
    reading = Reading(
        adapt(model, x, labels=labels, device=device, seed=seed), x, target, preprocess, tokenizer, background, seed
    )
    about: dict[str, Callable[[Attribution], Subject]] = {}

    def explained(title: str, method: str | Method) -> Iterator[Attribution | None]:
        name = method if isinstance(method, str) else method.name
        fed, inputs, rows = reading.for_(name)
        ready = choose(method, against_rows(name, rows) if isinstance(method, str) else {}, fed, inputs)
        prediction = fed.predict(inputs.x)
        index = resolve_target(reading.plain_target, prediction)
        about[title] = partial(Subject.of, fed, inputs, index, prediction, background=rows, mask=mask, method=ready)
        yield from run(ready, fed, inputs, index, prediction, seed=seed, time_budget=seconds)

    runs: dict[str, Callable[[], Iterator[Attribution | None]]] = {}
    for method in methods:
        name = (
            create(method, {}).name if isinstance(method, str) and method != "auto" else getattr(method, "name", "auto")
        )
        same = sum(title.partition(" ")[0] == name for title in runs)
        title = f"{name} {same + 1}" if same else name
        runs[title] = partial(explained, title, method)
    return compare_steps(runs, lambda title, found: about[title](found), chosen, seed=seed, time_budget=seconds)
