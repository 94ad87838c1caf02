"""Explaining one prediction, checking a model, listing the methods."""

from __future__ import annotations

import collections
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import torch

import xai_widgets.attribution  # registers the methods
import xai_widgets.reports  # noqa: F401  registers how results are painted and saved
from xai_widgets.api.modes import in_usual_mode
from xai_widgets.api.questions import Question, ask, gathered, sample_of
from xai_widgets.api.rows import Background
from xai_widgets.attribution.runs import shown
from xai_widgets.budget import check_time_budget
from xai_widgets.checks import check_steps, refused
from xai_widgets.inputs import Inputs, batch_of
from xai_widgets.method import REGISTRY, Method, Parameter
from xai_widgets.models import Model, ModelError
from xai_widgets.prepare import adapt, read_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.findings import Check
    from xai_widgets.results import Attribution


@overload
def attribute(model: Any, x: list[Any], method: str | Method = "auto", **options: Any) -> list[Attribution]: ...
@overload
def attribute(model: Any, x: Any, method: str | Method = "auto", **options: Any) -> Attribution: ...
@torch.inference_mode(mode=False)
def attribute(
    model: Any,
    x: Any,
    method: str | Method = "auto",
    *,
    target: Any = None,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    background: Any = None,
    features: Sequence[str] | None = None,
    encode: Any = None,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Attribution | list[Attribution]:
    """Explain one prediction and return the finished result; of several inputs, a list with one result for each.

    Parameters
    ----------
    model : torch.nn.Module, scikit-learn estimator or function
        A module takes a batch ``[n, features…]`` and returns scores ``[n, classes]`` (or a tuple, dict or
        transformers output that holds them); it is left exactly as it was. Of an estimator, ``predict_proba``,
        ``decision_function`` or ``predict`` is explained, with its ``classes_`` as labels. A function of a batch is
        tried with what `x` is, tensors or arrays, and then with the other. What has no gradient is left to the
        methods that hide parts.
    x : Tensor, ndarray, PIL image, path, text, or row of a table
        One input, without batch axis. A tensor or array of the shape that the model eats needs no `preprocess`. A row
        is a list of numbers, a dict of numbers by column, or a pandas Series or frame of one row; with `background`,
        its cells may be texts, booleans and dates too.
        Several inputs of one model are a tuple, ``model(*x)``, or a mapping, ``model(**x)``, of tensors without batch
        axis: those of floating-point numbers are explained, all others stay as they are, masks too. The result's
        `parts` has the values of each.
        Tokens are whole numbers in a tensor, or what a transformers tokenizer returns: they are explained by the
        vectors that the model's embedding layer makes of them, one value a token; a language model by its scores at
        the last position. A group of features to hide is one token then, and `baselines` may also be ``"pad"`` or
        ``"mask"``, where the model has them.
        Keras models (on the torch backend) are given their pictures as they take them, channels last; the values have
        their channels first.
        Several are a list of inputs, a frame of several rows, or a batch: a tensor or array with a batch axis, a tuple
        or mapping of such. What the model takes as one input is one, and a batch only what it refuses as such. Each
        is explained as if it were alone, inputs of one shape by common passes, and the results come as a list, in that
        order; a batch of one has one result.
    method : str or Method
        A name of :func:`methods`, an instance such as ``IntegratedGradients(n_steps=65)``, or ``"auto"``: AttnLRP for
        the tokens of a language model, where all of its operations have rules; else integrated gradients, or a method
        without gradients where there are none.
    target : None, int, str, a pair of these, Unit, TextSpan, a function, or a list of as many as there are inputs
        The class to explain: by default the most likely one; a label, where one class alone has it; ``(a, b)`` for
        "why a rather than b". Of several inputs, a list or an array has a target for each; anything else is for all.
        ``xai.Unit("layer4", 12)`` asks about what a unit of a layer puts out. A function of the model's output for n
        inputs, with n numbers, is for outputs that are no scores:
        ``lambda out: out[..., 10:20, 10:20].mean((-3, -2, -1))`` asks about a region of a generated picture.
        Of a language model ``xai.TextSpan(12, 18)`` asks about what stands in the text already: how likely it is after
        what stands before.
    preprocess : callable, optional
        From a PIL image to the tensor that the model eats.
    tokenizer : object, optional
        For a text: of transformers, or a ``tokenizers.Tokenizer``, the one that belongs to the model. A function of a
        list of texts needs none, and is explained by the words of `x`.
    background : DataFrame or array (rows, columns), optional
        For a row: rows of the data. The model is given rows as they are there, and what is hidden takes the cells of
        100 of them, of 25 where the model is a function or an estimator, or of the rows of another frame given as
        ``baselines=``: values sum to the score minus the mean of theirs. An array for a method that has a parameter of
        this name, such as ``"smooth_grad"``, is that parameter.
    features, encode
        Of `background`, as of :func:`counterfactuals`.
    labels : sequence of str, optional
        Names of the classes, where the model does not know them itself. Two labels make a model with one output a
        binary classifier.
    seed : int
        For methods that draw random numbers: the same seed gives the same values.
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing for each input, after which to stop with the best map so far, but never without any; a note
        says how far it came. What you do between two steps of :func:`attribute_iter` does not count.
    **params
        Parameters of the method, such as ``n_steps=65``.

    Returns
    -------
    Attribution

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
    ModelError
        When the model raises, returns NaN or something that is not scores.
    """
    table = Background(background, features, encode)
    question = Question(method, params, target, preprocess, tokenizer, seed, check_time_budget(time_budget), table)
    adapter = adapt(model, sample_of(x), labels=labels, device=device, seed=seed)
    if time_budget is None:
        adapter.paces.unwatched()
    asked = ask(question, adapter, x)
    results = [collections.deque(shown(steps), maxlen=1).pop() for steps in asked.runs(persist=True)]
    return results if asked.several else results[0]


@overload
def attribute_iter(
    model: Any, x: list[Any], method: str | Method = "auto", **options: Any
) -> Iterator[list[Attribution]]: ...
@overload
def attribute_iter(model: Any, x: Any, method: str | Method = "auto", **options: Any) -> Iterator[Attribution]: ...
@in_usual_mode
def attribute_iter(
    model: Any,
    x: Any,
    method: str | Method = "auto",
    *,
    target: Any = None,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    background: Any = None,
    features: Sequence[str] | None = None,
    encode: Any = None,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Iterator[Attribution] | Iterator[list[Attribution]]:
    """Explain one prediction step by step: a coarse result first, then better and better ones.

    Stop reading whenever the result is good enough; nothing is left behind. Parameters as in :func:`attribute`.
    Wrong input is refused at the call, not at the first step.

    Yields
    ------
    Attribution or list of Attribution
        Of several inputs, at each step a list: the finished results of those before, and the best so far of the one
        that is explained. The last list has a finished result for each.

    Raises
    ------
    WeightsChangedError
        In place of the next step, when the model was trained since the first: a sum over two models explains neither.
    """
    table = Background(background, features, encode)
    question = Question(method, params, target, preprocess, tokenizer, seed, check_time_budget(time_budget), table)
    asked = ask(question, adapt(model, sample_of(x), labels=labels, device=device, seed=seed), x)
    runs = asked.runs(persist=False)
    runs = itertools.chain([next(runs)], runs)  # which begins the first at once
    return gathered(map(shown, runs)) if asked.several else shown(next(runs))


@torch.inference_mode(mode=False)
def check(
    model: Any,
    x: Any,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    target: Any = None,
    device: str | torch.device | None = None,
) -> Check:
    """Find out whether a model is fit for explaining, before anything is explained.

    A few passes show what would make explanations wrong without a word: a model in training mode, random numbers in
    evaluation mode, scores that depend on the rest of the batch, probabilities in place of scores, gradients that are
    dead, cut off or not the score's slope, operations without a rule. A model that fails is a finding, not an error.

    Parameters
    ----------
    model, x, preprocess, tokenizer, labels, target, device
        As in :func:`attribute`. The model, its buffers and the random state stay exactly as they were.

    Returns
    -------
    Check
        Readable when printed; ``.findings`` and ``.methods`` say it as data: which methods are sound for this model,
        which give values that do not mean what they say, and which are not possible, each with the reason.

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came.
    """
    steps = check_iter(
        model, x, preprocess=preprocess, tokenizer=tokenizer, labels=labels, target=target, device=device
    )
    return collections.deque(steps, maxlen=1).pop()


@in_usual_mode
def check_iter(
    model: Any,
    x: Any,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    labels: Sequence[str] | None = None,
    target: Any = None,
    device: str | torch.device | None = None,
) -> Iterator[Check]:
    """Check a model step by step: what is known so far, after each look.

    Stop reading whenever it is enough; nothing is left behind. Parameters as in :func:`check`.

    Yields
    ------
    Check
    """
    if batch_of(x) is not None:
        msg = "check looks at one input, got a list of them: one will tell as much as all."
        raise TypeError(msg)
    adapter = adapt(model, x, labels=labels, device=device)
    reduce = target if callable(target) else None
    try:
        adapter, inputs = read_for(adapter, x, preprocess=preprocess, tokenizer=tokenizer, reduce=reduce)
    except ModelError as error:
        return iter([refused("runs", str(error), "Mend this first: nothing else could be looked at.")])
    except TypeError:
        if preprocess is not None or tokenizer is not None or not _holds_whole_numbers(x):
            raise
        sentence = (
            f"The input holds whole numbers ({x.dtype}), which have no gradient and nothing between them, and the "
            "model has no embedding that would make vectors of them."
        )
        return iter([refused("integer_input", sentence, "Give x.float(), or what the model makes of them.")])
    return check_steps(adapter, inputs, None if reduce else target)


def _holds_whole_numbers(x: Any) -> bool:
    if isinstance(x, torch.Tensor):
        return not x.is_floating_point() and not x.is_complex()
    return isinstance(x, np.ndarray) and x.dtype.kind in "iu"


@dataclass(frozen=True)
class MethodInfo:
    """One method: what it asks, its parameters, and why it does not fit, if so."""

    name: str
    title: str
    family: str
    sentence: str
    parameters: tuple[Parameter, ...]
    why_not: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it fits the model."""
        return self.why_not is None


class MethodList(tuple[MethodInfo, ...]):
    """Every method, one a line when printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        width = max(len(one.name) for one in self)
        return "\n".join(f"{one.name:{width}}  {one.why_not or one.sentence}" for one in self)


def methods(
    model: Any = None,
    x: Any = None,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
) -> MethodList:
    """List every method; with a model and an input, say of each whether it fits them, and why not.

    Parameters as in :func:`attribute`.

    Raises
    ------
    TypeError
        When `model` is no model.
    """
    adapter = None if model is None else adapt(model, x)
    if adapter is None or x is None:
        return method_list(adapter, None)
    return method_list(*read_for(adapter, x, preprocess=preprocess, tokenizer=tokenizer))


def method_list(model: Model | None, inputs: Inputs | None) -> MethodList:
    """List every method for an adapted model and read inputs."""
    return MethodList(
        MethodInfo(
            name=cls.name,
            title=cls.title,
            family=cls.family,
            sentence=cls.sentence,
            parameters=cls.parameters(),
            why_not=None if model is None or inputs is None else cls().why_not(model, inputs),
        )
        for cls in sorted(REGISTRY.values(), key=lambda cls: _place(cls.family))
    )


FAMILIES = (
    "Gradients",
    "Paths",
    "Class activation maps",
    "Relevance",
    "Transformers",
    "Perturbation",
    "Surrogates",
    "Shapley values",
)
"""In the order in which they are listed; those of other people's methods come last."""


def _place(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)
