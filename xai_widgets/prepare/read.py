"""A model and an input, made ready for each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.inputs import CHANNELS, Inputs, is_several, read_inputs, read_several
from xai_widgets.models import TorchModel
from xai_widgets.models.callables import Estimator, PlainFunction, as_module, named, names_of
from xai_widgets.models.feeds import ChannelsLast, Member, Several, feed_alone, takes_together
from xai_widgets.models.keras_models import is_keras
from xai_widgets.models.precision import widened
from xai_widgets.models.tokens import takes_tokens
from xai_widgets.prepare.text import is_passage, read_passage
from xai_widgets.prepare.tokens import reduced, tokens_for

PICTURE = 3

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def adapt(
    model: Any,
    x: Any = None,
    *,
    labels: Sequence[str] | None = None,
    device: str | torch.device | None = None,
    seed: int = 0,
) -> TorchModel:
    """Put the adapter around a model of any kind.

    Parameters
    ----------
    model : Module, scikit-learn estimator or callable
    x : object, optional
        An input: a function is tried with tensors first where that is one.
    labels, device, seed
        As of `TorchModel`; an estimator knows its labels.

    Raises
    ------
    TypeError
        For what is no model, and a seed that is no whole number.
    ValueError
        For a device that is not there.
    """
    numbered: Any = seed
    if not isinstance(numbered, (int, np.integer)):
        msg = f"seed must be a whole number, got {numbered!r}."
        raise TypeError(msg)
    if device is not None:
        try:
            torch.empty(0, device=device)
        except (AssertionError, RuntimeError) as error:
            msg = f"The device {str(device)!r} cannot be used here: {error}"
            raise ValueError(msg) from error
    inside = x.values() if isinstance(x, Mapping) else x if isinstance(x, tuple) else [x]
    like = [one for one in inside if isinstance(one, Tensor)]
    module = as_module(model, next((one for one in like if one.is_floating_point()), like[0] if like else None))
    return TorchModel(module, labels=names_of(module) if labels is None else named(labels), device=device, seed=seed)


def read_for(
    model: TorchModel,
    x: Any,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
    reduce: Callable[[Any], Any] | None = None,
    at_once: bool = True,
) -> tuple[TorchModel, Inputs]:
    """Read an input for a model.

    Parameters
    ----------
    model : TorchModel
    x, preprocess, at_once
        As of `read_inputs`; besides, tokens and several inputs.
    tokenizer : object, optional
        Makes `x` a text, and divides it into the tokens that the model eats.
    reduce : callable, optional
        From the model's output for n inputs to one number each, which is then what is explained.

    Returns
    -------
    model : TorchModel
        The one given, or one that is called in the way that the input needs.
    inputs : Inputs
    """
    module = model.module
    if tokenizer is not None or is_passage(module, x, preprocess):
        model, inputs = read_passage(model, x, tokenizer, reduce)
    elif preprocess is None and is_several(x):
        model, inputs = _several(model, x, reduce)
    elif preprocess is None and _are_tokens(x) and takes_tokens(module):
        model, inputs = tokens_for(model, torch.as_tensor(x), {}, reduce=reduce)
    else:
        columns = module.features if isinstance(module, Estimator) else None
        x = _floating(x) if isinstance(module, PlainFunction) and preprocess is None else x
        keras = is_keras(module)
        x = _channels_first(x) if keras and preprocess is None else x
        read = partial(read_inputs, device=model.device, dtype=model.dtype)
        inputs = read(x, preprocess=preprocess, columns=columns, channels=_taken(module), at_once=at_once)
        if keras and inputs.kind == "image":
            model = model.fed(ChannelsLast(feed_alone))
        model = reduced(model, reduce)
    if isinstance(module, PlainFunction):
        model.predict(inputs.x)  # which tells whether it can be differentiated
    return model, inputs


def _several(model: TorchModel, x: Any, reduce: Callable[[Any], Any] | None) -> tuple[TorchModel, Inputs]:
    given = read_several(x, model.device, model.dtype)
    if not given.explained:
        name = next((name for name, one in given.fixed.items() if _are_tokens(one)), None)
        if name is None:
            msg = "there is nothing to explain among the inputs: no floating-point numbers and no tokens."
            raise TypeError(msg)
        return tokens_for(model, given.fixed[name], given.fixed, name, named=given.named, reduce=reduce)
    explained = {name: tuple(one.x.shape) for name, one in given.explained.items()}
    members = [Member(name, explained.get(name), given.fixed.get(name)) for name in given.order]
    feed = Several(members, named=given.named, together=takes_together(model.module, given.order, named=given.named))
    return reduced(model.fed(feed), reduce), given.joined()


def _are_tokens(x: Any) -> bool:
    return isinstance(x, (Tensor, np.ndarray)) and str(x.dtype).removeprefix("torch.") in {"int32", "int64"}


def _taken(module: torch.nn.Module) -> frozenset[int]:
    """Return how many channels a model of pictures may take, by its convolutions."""
    return frozenset(one.in_channels for one in module.modules() if isinstance(one, torch.nn.Conv2d))


def _channels_first(x: Any) -> Any:
    picture = isinstance(x, (Tensor, np.ndarray)) and x.ndim == PICTURE and x.shape[-1] in CHANNELS
    return torch.as_tensor(x).movedim(-1, 0) if picture else x


def _floating(x: Any) -> Any:
    """Let whole numbers be features of a function, unless they are a picture's pixels or a mask."""
    if isinstance(x, Tensor) and x.dtype.itemsize > 1 and not x.is_floating_point() and not x.is_complex():
        return widened(x)
    if isinstance(x, np.ndarray) and x.dtype.kind in "iu" and x.dtype.itemsize > 1:
        return x.astype(np.float64)
    return x
