"""What is no torch module, as one: plain functions and scikit-learn estimators."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from xai_widgets.models.precision import widest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SCORING = ("predict_proba", "decision_function", "predict")
"""Methods of an estimator that give scores, in the order in which they are looked for."""


class PlainFunction(nn.Module):
    """A function of a batch, as a module.

    Parameters
    ----------
    function : callable
        From a batch ``[n, features…]`` to scores ``[n, classes]`` or ``[n]``. It is shared and never copied: what it
        does to things outside is its own affair.
    like : Tensor, optional
        A tensor of the type and device that the function wants. It is then tried with tensors first, and with arrays
        where it raises; without it the other way round. Arrays are float64, so that no digit of a table is lost.

    Attributes
    ----------
    differentiable : bool
        Whether its scores keep their autograd history; known after the first pass, False until then.
    """

    precision: Tensor

    def __init__(self, function: Callable[[Any], Any], like: Tensor | None = None) -> None:
        super().__init__()
        self.function = function
        self.differentiable = False
        self._takes: str | None = None
        self._first = ("array", "tensor") if like is None else ("tensor", "array")
        # By which the adapter finds out where and how precisely to compute.
        place = torch.empty(0, dtype=torch.float64) if like is None else like.new_empty(0)
        self.register_buffer("precision", place if place.is_floating_point() else place.float(), persistent=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> PlainFunction:
        memo[id(self)] = twin = copy.copy(self)
        # Its buffers and hooks are its own; the function, which may hold much, is not.
        vars(twin).update({name: copy.copy(one) for name, one in vars(self).items() if isinstance(one, dict)})
        return twin

    def forward(self, *inputs: Any, **named: Any) -> Any:
        """Call the function with a batch, or with one of each of its inputs."""
        if self._takes is not None:
            return self._with(self._takes, inputs, named)
        first, second = self._first
        try:
            output, takes = self._with(first, inputs, named), first
        except Exception as error:  # noqa: BLE001  its own, of any kind
            try:
                output, takes = self._with(second, inputs, named), second
            except Exception:  # noqa: BLE001  the first error is about what the user gave
                raise error from None
        if isinstance(output, Tensor) and takes == "tensor" and torch.is_grad_enabled():
            self.differentiable = output.requires_grad
        self._takes = takes
        return output

    def _with(self, takes: str, inputs: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if takes == "array":
            arrays = [_to_array(one) for one in inputs]
            found = self.function(*arrays, **{name: _to_array(one) for name, one in named.items()})
        else:
            found = self.function(*inputs, **named)
            plain = isinstance(found, np.ndarray) or (isinstance(found, list) and not any(map(torch.is_tensor, found)))
            if not plain:
                return found
        return as_scores(found, next(one for one in (*inputs, *named.values()) if isinstance(one, Tensor)))


class Estimator(PlainFunction):
    """A scikit-learn estimator, or whatever has its methods, as a module.

    Scores are its ``predict_proba``, else its ``decision_function``, else what it predicts: a number for a regression,
    and 1 for the class predicted where it knows ``classes_``. Features are put in the order of ``feature_names_in_``
    before they come here; it gets a pandas frame where it was fitted with one.
    """

    def __init__(self, estimator: Any) -> None:
        super().__init__(self._score)
        self.estimator = estimator
        self.scoring = next(name for name in SCORING if callable(getattr(estimator, name, None)))

    @property
    def labels(self) -> tuple[str, ...] | None:
        """Names of the classes, as texts; None for a regression."""
        classes = getattr(self.estimator, "classes_", None)
        return None if classes is None or isinstance(classes, list) else tuple(str(one) for one in classes)

    @property
    def features(self) -> tuple[str, ...] | None:
        """Names of the columns it was fitted with; None where there were none."""
        names = getattr(self.estimator, "feature_names_in_", None)
        return None if names is None else tuple(str(one) for one in names)

    @property
    def task_told(self) -> str | None:
        """What the scores stand for, where that is certain without looking at them."""
        if self.scoring == "predict_proba":
            return "probabilities"
        return "value" if self.labels is None else None

    def _score(self, batch: NDArray[Any]) -> Any:
        if self.features is not None:
            batch = importlib.import_module("pandas").DataFrame(batch, columns=list(self.features))
        found = getattr(self.estimator, self.scoring)(batch)
        if self.scoring == "predict" and self.labels is not None:
            found = np.asarray(found)[:, None] == np.asarray(self.estimator.classes_)
        return np.asarray(found, dtype=float)


def _to_array(one: Any) -> Any:
    return one.detach().cpu().numpy() if isinstance(one, Tensor) else one


def as_scores(found: Any, x: Tensor) -> Tensor:
    """Make a tensor of what a function returned, on the device of its input."""
    if isinstance(found, Tensor):
        return found.to(x.device)
    scores = np.asarray(found)
    if scores.dtype.kind not in "fiub":
        msg = f"The function must return numbers, one row of scores an input, got {_told(found)}."
        raise TypeError(msg)
    made = torch.as_tensor(scores.copy())
    return made.to(x.device, widest(x.device) if made.dtype == torch.float64 else made.dtype)


def _told(found: Any) -> str:
    dtype = getattr(found, "dtype", None)
    return type(found).__name__ if dtype is None else f"an array of {dtype}"


def as_module(model: Any, like: Tensor | None = None) -> nn.Module:
    """Make a module of a model: itself, or a wrapper of an estimator or function.

    Parameters
    ----------
    model : Module, estimator or callable
    like : Tensor, optional
        The user's input where that is a tensor; a function is then tried with tensors first.

    Raises
    ------
    ValueError
        For a module whose weights have no sizes yet.
    TypeError
        For anything else, saying what was expected and what came.
    """
    if isinstance(model, nn.Module):
        if any(map(is_lazy, (*model.parameters(), *model.buffers()))):
            msg = "The sizes of some layers are not known yet (nn.Lazy...): pass a batch through the model first."
            raise ValueError(msg)
        return model
    if not isinstance(model, type):
        if any(callable(getattr(model, name, None)) for name in SCORING):
            return Estimator(model)
        if callable(model):
            return PlainFunction(model, like)
    hint = ""
    if isinstance(model, type):
        hint = " Give an instance, not the class."
    elif hasattr(model, "shape") or hasattr(model, "size"):
        hint = " The model comes first, then what is explained."
    elif isinstance(model, Mapping):
        hint = " Load weights into a module first: module.load_state_dict(...)."
    msg = (
        "model must be a torch.nn.Module, a scikit-learn estimator or a function of a batch, got "
        f"{model if isinstance(model, type) else type(model).__name__}.{hint}"
    )
    raise TypeError(msg)


def why_no_gradient(module: nn.Module) -> str | None:
    """Say why a model has no gradient; None where it has one, as far as is known before a method asks for it."""
    if not isinstance(module, PlainFunction) or module.differentiable:
        return None
    what = type(module.estimator).__name__ if isinstance(module, Estimator) else "this function"
    return f"It needs a differentiable model, which {what} is not: use a perturbation method, such as kernel_shap."


def names_of(module: nn.Module) -> Sequence[str] | None:
    """Return the names of the classes that a model knows itself, as estimators and transformers models do."""
    if isinstance(module, Estimator):
        return module.labels
    config = getattr(module, "config", None)
    known = getattr(config, "id2label", None)
    if not isinstance(known, Mapping) or not known or not _classifies(module):
        return None
    names = [str(known.get(i, "")) for i in range(len(known))]
    # What nobody has named says nothing, and every configuration has two of these.
    return None if all(name == f"LABEL_{i}" for i, name in enumerate(names)) else names


def _classifies(module: nn.Module) -> bool:
    return type(module).__name__.endswith("Classification")


def named(labels: Any) -> list[str]:
    """Return the names of classes by their numbers: given in that order, as ``id2label`` or as ``class_to_idx``."""
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        msg = f"labels must be the names of all classes, got {labels!r}."
        raise TypeError(msg)
    if not isinstance(labels, Mapping):
        return [str(one) for one in labels]
    for pairs in (labels.items(), ((number, name) for name, number in labels.items())):
        by_number = {str(number): str(name) for number, name in pairs}
        names = [by_number[str(i)] for i in range(len(labels)) if str(i) in by_number]
        if len(names) == len(labels):
            return names
    msg = f"labels must name each of the classes 0..{len(labels) - 1}, got {dict(labels)!r:.80}."
    raise ValueError(msg)
