"""Running a method: from its estimates to results that stand on their own."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.compared import compared_with
from xai_widgets.attribution.relevance import AttentionLrp
from xai_widgets.attribution.several import mean_of
from xai_widgets.attribution.spatial import is_map
from xai_widgets.budget import Budget
from xai_widgets.method import REGISTRY, Estimate, Method, create
from xai_widgets.models import ModelError, NoWayBackError, OutOfMemoryError, WeightsChangedError
from xai_widgets.models.keras_models import is_keras
from xai_widgets.models.left_out import LeftOut
from xai_widgets.models.tokens import may_speak
from xai_widgets.provenance import provenance
from xai_widgets.results import Attribution, Prediction, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Estimate, Parametrised
    from xai_widgets.models import Model, Target

AUTO = "occlusion"
"""What ``method="auto"`` takes where there are no gradients to integrate."""

AUTO_ROW = "kernel_shap"
"""The same for a row of features."""

AUTO_FEW = "exact_shapley"
"""The same for a row of a few."""


class NextToken(AttentionLrp):
    """What ``method="auto"`` tries of language models, which many steps along a path take minutes for."""

    otherwise: ClassVar[str | None] = "integrated_gradients"


AGAINST = ("baselines", "background")
"""Parameters that want rows to compare with."""

CHANCE = "This map may be nothing but chance: give it more samples."
"""Said of a finished map whose error is as large as itself."""

MIXED_UP = (
    "It is shown inputs with parts hidden: give rows, or baselines=, that it takes there, or say by "
    "feature_mask= what belongs together."
)
MIXED = "The model's weights were changed while this was computed: it is of no single state of them."
AGAIN = "The model's weights changed in the middle, so it began anew."

RESTARTS = 3
"""So often is an explanation begun anew for weights that change in the middle of it, before it goes on all the same."""

FEW_FEATURES = 12
"""Up to here ``method="auto"`` does all coalitions of features: 4096 passes."""


def choose(name: str | Method, params: dict[str, Any], model: Model, inputs: Inputs) -> Method:
    """Build the method of this name, and refuse it where it does not fit.

    Raises
    ------
    ValueError
        For an unknown method or one that does not fit the model or input, saying why.
    TypeError
        For parameters given beside a ready method.
    """
    if isinstance(name, Method):
        if params:
            msg = f"Give the parameters to {type(name).__name__}(...), not beside it: {', '.join(params)}."
            raise TypeError(msg)
        method = name
    elif name == "auto" and _speaks(model, inputs) and params.keys() <= {one.name for one in NextToken.parameters()}:
        method = NextToken(**params)
    elif name == "auto":
        row = AUTO_FEW if inputs.x.numel() <= FEW_FEATURES else AUTO_ROW
        without = row if inputs.x.ndim == 1 else AUTO
        path = REGISTRY["integrated_gradients"]
        fits = path().why_not(model, inputs) is None
        method = create("integrated_gradients" if fits else without, params)
        if fits and not params:  # whether there is a gradient shows on the way back
            vars(method)["otherwise"] = without  # of this one alone; its fields are its parameters
    else:
        method = create(name, params)
    reason = method.why_not(model, inputs)
    if reason is not None:
        msg = f"{method.name} does not fit here. {reason}"
        raise ValueError(msg)
    return method


def against_rows(name: str, rows: Tensor | None) -> dict[str, Any]:
    """Return rows of a table that a row is to be compared with, if any, as parameters of the method of this name."""
    known = (
        {field.name for field in dataclasses.fields(REGISTRY[name])} if name in REGISTRY and rows is not None else ()
    )
    return {name: rows for name in AGAINST if name in known}


def _speaks(model: Model, inputs: Inputs) -> bool:
    tokens = inputs.vectors is not None or inputs.text is not None
    return tokens and may_speak(model.module) and NextToken().why_not(model, inputs) is None


def asked_of(model: Model, inputs: Inputs, target: Target) -> Model:
    """Return the model whose score the target is: the model itself, or what it is up to a unit of a layer.

    Raises
    ------
    ValueError, ModelError
        For a unit that is not there.
    """
    return model.unit(target.index, inputs.x[None]) if isinstance(target.index, Unit) else model


def run(
    method: Method,
    model: Model,
    inputs: Inputs,
    target: Target,
    prediction: Prediction,
    *,
    seed: int = 0,
    time_budget: float | None = None,
    spent: float = 0.0,
    weights: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[Attribution | None]:
    """Run a method and dress each of its estimates as an :class:`Attribution`.

    Parameters
    ----------
    method, model, inputs, target, prediction
        What is asked, of whom, about what; `prediction` is what the model says of the input.
    seed : int
    time_budget : float, optional
        Seconds of computing after which the run ends with what it has; the first estimate is waited for. What the
        reader does between two estimates does not count.
    spent : float
        Seconds that have gone before.
    weights : int, optional
        ``model.weights`` when `prediction` was made. Without, they may change, and a note says so.
    clock : callable
        Tells the time in seconds.

    Yields
    ------
    Attribution or None
        None after a batch that brought nothing to show yet: a place to stop, as every yield is.

    Raises
    ------
    WeightsChangedError
        When other weights than `weights` are there.
    """
    model = model.fresh()
    state = model.weights if weights is None else weights
    budget = Budget(time_budget, spent=spent, clock=clock)
    method, estimates, instead = begun(method, asked_of(model, inputs, target), inputs, target, seed)
    last = getattr(method, "layer", None) is not None and is_keras(model.module)
    digest = ""
    for estimate in estimates:
        if model.weights != state and weights is not None:
            raise WeightsChangedError(estimate.done / estimate.total, budget.seconds)
        if not estimate.ready:
            with budget.standing():
                yield None
            continue
        values, nans = _to_numpy(per_token(estimate.values, method, inputs), slopes="gradients" in method.uses)
        # Once a run, whatever training goes on meanwhile; after the first passes, and within the time that is told.
        digest = digest or model.hash
        fraction = estimate.done / estimate.total
        stops = budget.ends(fraction)
        ended: tuple[str, ...] = (budget.note(fraction),) if stops else ()
        if (stops or estimate.done == estimate.total) and estimate.error == math.inf:
            ended += (CHANCE,)
        if model.weights != state:
            ended += (MIXED,)
        result = Attribution(
            values=values,
            target=target.index,
            label=target.label(prediction),
            prediction=prediction,
            method=method.name,
            params=parameters_of(method),
            seed=seed,
            fraction=fraction,
            error=estimate.error,
            gap=_beyond_rounding(estimate.gap, estimate.values),
            forwards=model.forwards,
            backwards=model.backwards,
            seconds=budget.seconds,
            model_hash=digest,
            notes=(*inputs.notes, *instead, *estimate.notes, *model.notes, *nans, *ended),
            steps=(estimate.done, estimate.total),
            provenance=provenance(),
            **_shown_with(values.shape, inputs, last=last),
        )
        with budget.standing():
            yield result
        if stops:
            return


def _beyond_rounding(gap: float | None, values: Tensor) -> float | None:
    """Return a completeness gap, 0 where a few roundings of the values make as much."""
    least = 4 * torch.finfo(values.dtype).eps * float(values.abs().sum())
    return 0.0 if gap is not None and abs(gap) <= least else gap


def _shown_with(shape: tuple[int, ...], inputs: Inputs, *, last: bool) -> dict[str, Any]:
    """Return what of the input belongs to values of this shape: those of a layer may be of nothing that is known."""
    lies, whole = inputs.kind == "image" and is_map(shape, inputs.grid, last=last), shape == inputs.x.shape
    return {
        **{name: getattr(inputs, name) if lies else None for name in ("photo", "region", "placement")},
        **{name: getattr(inputs, name) if whole else None for name in ("names", "cells")},
        "text": inputs.text if inputs.text is not None and shape == (len(inputs.text),) else None,
        "layout": inputs.layout if lies or whole else None,
    }


def begun(
    method: Method, model: Model, inputs: Inputs, target: Target, seed: int
) -> tuple[Method, Iterator[Estimate], tuple[str, ...]]:
    """Begin with the method, or with what stands in for it, and a note that says so."""
    if "gradients" not in method.uses:
        model.forget_history()
    estimates = _answered(method, model, inputs, target, seed)
    if method.otherwise is None:
        return method, estimates, ()
    try:
        estimates = chain([next(estimates)], estimates)
    except ModelError as error:
        if not error.where and not isinstance(error, NoWayBackError):
            raise
        note = f"{str(error).partition('. ')[0]}: {method.otherwise} instead."
        method = create(method.otherwise, {})
        return method, method.run(model, inputs, target, seed), (note,)
    return method, estimates, ()


def against_each(method: Method, model: Model, inputs: Inputs, target: Target, seed: int) -> Iterator[Estimate]:
    """Run a method; one that takes a single baseline against each of several, one after the other, for their mean."""
    given = None if method.compares else getattr(method, AGAINST[0], None)
    several = inputs.several(given) if isinstance(given, (Tensor, np.ndarray)) else None
    if several is None:
        return method.run(model, inputs, target, seed)
    alone = (dataclasses.replace(method, **{AGAINST[0]: one}) for one in several)
    return mean_of((one.run(model, inputs, target, seed) for one in alone), len(several))


def _answered(  # noqa: PLR0917
    method: Method, model: Model, inputs: Inputs, target: Target, seed: int, of: int = 0, note: str = ""
) -> Iterator[Estimate]:
    """Run a method; where the model fails beside some of the `of` rows it compares with, begin anew without those."""
    said: tuple[str, ...] | None = (note,) if note else None
    try:
        for one in against_each(method, model, inputs, target, seed):
            said = compared_with(method, model, inputs, target) if said is None else said
            yield dataclasses.replace(one, notes=(*said, *one.notes)) if said else one
    except (WeightsChangedError, OutOfMemoryError):
        raise
    except ModelError as error:
        given = getattr(method, AGAINST[0], None)
        rows = None if given is None else inputs.several(given)
        beside = error.mixed or (() if rows is None else list(rows[:, None]))
        lost = torch.tensor([bool(_fails(model, one)) for one in beside])
        if rows is None or len(lost) != len(rows) or lost.all() or not lost.any():
            raise _named(model, error) from error
        left, of = rows[~lost], of or len(rows)
        gone = of - len(left)
        note = f"{gone} of {of} rows to compare with were left out: the model fails for them."
        if not _fails(model, rows[lost]):
            note = f"{gone} of {of} rows to compare with were left out: the model fails for mixtures of them and it."
        note += f" {error}"
    else:
        return
    yield from _answered(dataclasses.replace(method, **{AGAINST[0]: left}), model, inputs, target, seed, of, note)


def _fails(model: Model, rows: Tensor) -> ModelError | None:
    try:
        _ = len(rows) and model.scores(rows)
    except (WeightsChangedError, OutOfMemoryError):
        raise
    except ModelError as error:
        return error
    return None


def _named(model: Model, error: ModelError) -> ModelError:
    """Name one input for which it failed, where that is made of several, and say what to do."""
    rows = next((one for one in error.mixed if _fails(model, one)), None)
    if rows is None:
        return error
    while len(rows) > 1:
        first, second = rows.tensor_split(2)
        rows = first if _fails(model, first) else second
    return ModelError(f"{str(_fails(model, rows) or error).rstrip('.')}. {MIXED_UP}")


def answered(model: Model, rows: Tensor) -> Tensor:
    """Return those of some rows (n, …) for which the model does not fail."""
    found = LeftOut(hopeless=math.inf).tried(lambda some: model.scores(some)[:, 0], rows)
    return rows[~found.isnan().to(rows.device)]


Begin = Callable[..., "Iterator[Attribution | None]"]
"""Predicts, and begins a run: ``begin(strict=…, spent=…)``. A strict one ends with an error when the weights change."""


def persistent(begin: Begin, steps: Iterator[Attribution | None] | None = None) -> Iterator[Attribution | None]:
    """Begin a run, at the call, and begin it anew when the weights change in the middle of it.

    Where they do so again and again, as in training, the last one goes on all the same, and a note says what it is. The
    first may have been begun already: its `steps`.
    """
    return _persist(begin, begin(strict=True, spent=0.0) if steps is None else steps)


def _persist(begin: Begin, steps: Iterator[Attribution | None], again: int = 0) -> Iterator[Attribution | None]:
    try:
        yield from _noted(steps) if again else steps
    except WeightsChangedError as error:
        spent = error.seconds
    else:
        return
    yield from _persist(begin, begin(strict=again + 1 < RESTARTS, spent=spent), again + 1)


def shown(steps: Iterator[Attribution | None]) -> Iterator[Attribution]:
    """Leave out the steps that brought nothing to show."""
    return (one for one in steps if one is not None)


def _noted(steps: Iterator[Attribution | None]) -> Iterator[Attribution | None]:
    for one in steps:
        yield one if one is None else dataclasses.replace(one, notes=(*one.notes, AGAIN))


def parameters_of(method: Parametrised) -> dict[str, Any]:
    """Return a method's parameters as plain data."""
    fields = {f.name: getattr(method, f.name) for f in dataclasses.fields(method)}
    return {k: f"tensor {list(v.shape)}" if isinstance(v, Tensor) else v for k, v in fields.items()}


def per_token(values: Tensor, method: Method, inputs: Inputs) -> Tensor:
    """Make one value of each token's vector: the sum of shares, the norm of slopes.

    The error is the method's: it knows that shares are summed, and a vector is no further off in its norm than as such.
    """
    of_tokens = inputs.vectors is not None and values.shape[:-1] == inputs.x.shape[:-1]
    if not of_tokens or method.inner or getattr(method, "layer", None) is not None:
        return values
    return values.norm(dim=-1) if method.slopes else values.sum(-1)


def _to_numpy(values: Tensor, *, slopes: bool) -> tuple[np.ndarray[Any, np.dtype[np.float32]], tuple[str, ...]]:
    array = values.detach().float().cpu().numpy()
    wrong = int(array.size - np.isfinite(array).sum())
    if not wrong:
        return array, ()
    if not slopes:
        return array, (f"{wrong} of {array.size} values are unknown: no finite score tells them.",)
    return array, (
        f"{wrong} of {array.size} values are not finite numbers: the model's gradient is not defined there.",
    )
