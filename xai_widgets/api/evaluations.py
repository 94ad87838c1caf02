"""How far an explanation can be trusted."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.api.modes import in_usual_mode
from xai_widgets.attribution.relevance import RelevanceMethod
from xai_widgets.budget import check_time_budget
from xai_widgets.evaluation import Subject, create_metrics, evaluate_steps
from xai_widgets.inputs import perturb, perturbation_from
from xai_widgets.method import REGISTRY
from xai_widgets.models import resolve_target
from xai_widgets.prepare import adapt, read_for, read_span, row_subject
from xai_widgets.results import Attribution
from xai_widgets.text import TextSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor

    from xai_widgets.evaluation import Metric
    from xai_widgets.evaluations import Evaluation
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, TorchModel


@torch.inference_mode(mode=False)
def evaluate(
    model: Any, x: Any, attribution: Attribution, metrics: Sequence[str | Metric] | None = None, **options: Any
) -> Evaluation:
    """Measure how far an explanation can be trusted, and say it in words.

    Parameters and errors as of :func:`evaluate_iter`.

    Returns
    -------
    Evaluation
        Readable when printed: the verdict, and of each measure what it says. ``result["deletion"]`` is one measure with
        its curves; ``result.to_dataframe()`` is a table.
    """
    steps = evaluate_iter(model, x, attribution, metrics, **options)
    return collections.deque(steps, maxlen=1).pop()


@in_usual_mode
def evaluate_iter(
    model: Any,
    x: Any,
    attribution: Attribution,
    metrics: Sequence[str | Metric] | None = None,
    *,
    seed: int = 0,
    mask: Any = None,
    target: Any = None,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    background: Any = None,
    labels: Sequence[str] | None = None,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
) -> Iterator[Evaluation]:
    """Measure an explanation step by step: what is known so far, after each batch.

    Stop reading whenever it is enough; nothing is left behind. Wrong input is refused at the call.

    Parameters
    ----------
    model, x : object
        What was explained, as it was given to :func:`attribute`.
    attribution : Attribution
        The explanation. Its edits of a picture are applied again.
    metrics : sequence of str or Metric, optional
        Which measures, in their order; by default all.
    seed : int
        Of random orders and draws: the same seed gives the same values.
    mask : ndarray or Tensor, optional
        True where the explanation should point: of the model's picture, the photo, or the shape of the map.
    target : function or TextSpan, optional
        What was asked about, where that was no class, pair or unit: a result does not hold it.
    preprocess, tokenizer, labels, device
        As of :func:`attribute`.
    background : DataFrame or array (rows, columns), optional
        Rows of the data, for a row of a table: their cells take the place of hidden ones.
    time_budget : float, optional
        Seconds of computing after which to stop with what is known.

    Yields
    ------
    Evaluation

    Raises
    ------
    ValueError, TypeError
        For wrong input, and a map or mask of another shape.
    ModelError
        When the model raises, returns NaN or something that is not scores.
    WeightsChangedError
        When the model is trained meanwhile.
    """
    given: Any = attribution
    if not isinstance(given, Attribution):
        hint = ": give its .attribution" if hasattr(given, "attribution") else ""
        hint = ": give each with its own input" if isinstance(given, (list, tuple)) else hint
        msg = f"evaluate needs a result of xai.attribute, got {type(given).__name__}{hint}."
        raise TypeError(msg)
    seconds, chosen = check_time_budget(time_budget), create_metrics(metrics, masked=mask is not None)
    adapter = adapt(model, x, labels=labels, device=device, seed=seed)
    fed, inputs, rows = Reading(adapter, x, target, preprocess, tokenizer, background, seed).for_(attribution.method)
    if inputs.kind == "image" and attribution.edits:
        inputs = perturb(inputs, [perturbation_from(one) for one in attribution.edits], attribution.seed)
    own = attribution.values.shape
    if inputs.kind == "image" and not attribution.params.get("layer") and own[-2:] != inputs.grid:
        msg = f"the map {own} is of another input than this {tuple(inputs.x.shape)}: give what was explained."
        raise ValueError(msg)
    prediction = fed.predict(inputs.x)
    index = resolve_target(attribution.target, prediction)
    asked = Subject.of(fed, inputs, index, prediction, attribution, background=rows, mask=mask)
    return (one for one in evaluate_steps(asked, chosen, seed=seed, time_budget=seconds) if one is not None)


@dataclass(frozen=True)
class Reading:
    """How an input is read for what is asked about it."""

    adapter: TorchModel
    x: Any
    target: Any
    preprocess: Callable[[Any], Any] | None
    tokenizer: Any
    background: Any
    seed: int

    @property
    def plain_target(self) -> Any:
        """The target, where a result can say it."""
        return None if callable(self.target) or isinstance(self.target, TextSpan) else self.target

    def for_(self, method: str) -> tuple[Model, Inputs, Tensor | None]:
        """Return the model, the input as a method of this name reads it, and rows to compare a row with."""
        if self.background is not None:
            row = row_subject(self.adapter, self.x, self.background)
            return row.model, row.inputs, row.references(self.seed).rows
        if isinstance(self.target, TextSpan):
            scores = method in REGISTRY and issubclass(REGISTRY[method], RelevanceMethod)
            return (*read_span(self.adapter, self.x, self.tokenizer, self.target, scores=scores), None)
        reduce = self.target if callable(self.target) else None
        options = {"preprocess": self.preprocess, "tokenizer": self.tokenizer, "reduce": reduce}
        return (*read_for(self.adapter, self.x, **options), None)
