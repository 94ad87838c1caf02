"""The plain functions: everything the widgets compute, off screen."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

import xai_widgets.attribution  # registers the methods
import xai_widgets.export  # noqa: F401  registers how results are painted and saved
from xai_widgets.attribution.runs import check_time_budget, choose, run
from xai_widgets.inputs import Inputs, read_inputs
from xai_widgets.method import REGISTRY, Method, Parameter
from xai_widgets.models import Model, TorchModel, resolve_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.results import Attribution


def attribute(
    model: nn.Module,
    x: Any,
    method: str | Method = "auto",
    *,
    target: Any = None,
    preprocess: Callable[[Any], Any] | None = None,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Attribution:
    """Explain one prediction and return the finished result.

    Parameters
    ----------
    model : torch.nn.Module
        Takes a batch ``[n, features…]`` and returns scores ``[n, classes]`` (or a tuple, dict or
        transformers output that holds them). It is left exactly as it was.
    x : Tensor, ndarray, PIL image or path
        One input, without batch axis. A tensor or array of the shape that the model eats needs no `preprocess`.
    method : str or Method
        A name of :func:`methods`, an instance such as ``IntegratedGradients(n_steps=65)``, or ``"auto"``.
    target : None, int, str, or a pair of these
        The class to explain: by default the most likely one; a label; ``(a, b)`` for "why a rather than b".
    preprocess : callable, optional
        From a PIL image to the tensor that the model eats.
    labels : sequence of str, optional
        Names of the classes. Two labels make a model with one output a binary classifier.
    seed : int
        For methods that draw random numbers: the same seed gives the same values.
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing after which to stop with the best map so far, but never without any; a note says how far
        it came. What you do between two steps of :func:`attribute_iter` does not count.
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
    steps = attribute_iter(
        model,
        x,
        method,
        target=target,
        preprocess=preprocess,
        labels=labels,
        seed=seed,
        device=device,
        time_budget=time_budget,
        **params,
    )
    return collections.deque(steps, maxlen=1).pop()


def attribute_iter(
    model: nn.Module,
    x: Any,
    method: str | Method = "auto",
    *,
    target: Any = None,
    preprocess: Callable[[Any], Any] | None = None,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    time_budget: float | None = None,
    **params: Any,
) -> Iterator[Attribution]:
    """Explain one prediction step by step: a coarse result first, then better and better ones.

    Stop reading whenever the result is good enough; nothing is left behind. Parameters as in :func:`attribute`.
    Wrong input is refused at the call, not at the first step.

    Yields
    ------
    Attribution
    """
    seconds = check_time_budget(time_budget)
    adapter = TorchModel(checked_module(model), labels=labels, device=device, seed=seed)
    inputs = read_inputs(x, preprocess=preprocess, device=adapter.device, dtype=adapter.dtype)
    chosen = choose(method, params, adapter, inputs)
    prediction = adapter.predict(inputs.x)
    goal = resolve_target(target, prediction)
    steps = run(chosen, adapter, inputs, goal, prediction, seed=seed, time_budget=seconds)
    return (result for result in steps if result is not None)


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
    model: nn.Module | None = None, x: Any = None, *, preprocess: Callable[[Any], Any] | None = None
) -> MethodList:
    """List every method; with a model and an input, say of each whether it fits them, and why not.

    Raises
    ------
    TypeError
        When `model` is no torch module.
    """
    adapter = None if model is None else TorchModel(checked_module(model))
    inputs = None
    if adapter is not None and x is not None:
        inputs = read_inputs(x, preprocess=preprocess, device=adapter.device, dtype=adapter.dtype)
    return method_list(adapter, inputs)


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
        for cls in REGISTRY.values()
    )


def checked_module(model: Any) -> nn.Module:
    """Refuse what is no torch module.

    Raises
    ------
    TypeError
        Saying what was expected and what came.
    """
    if isinstance(model, nn.Module):
        return model
    hint = " Give an instance, not the class." if isinstance(model, type) and issubclass(model, nn.Module) else ""
    msg = f"model must be a torch.nn.Module, got {model if isinstance(model, type) else type(model).__name__}.{hint}"
    raise TypeError(msg)
