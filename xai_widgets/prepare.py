"""A model and an input, made ready for each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.inputs import Inputs, is_several, read_inputs, read_several
from xai_widgets.models import ModelError, TorchModel
from xai_widgets.models.callables import Estimator, PlainFunction, as_module, names_of
from xai_widgets.models.feeds import Member, Several
from xai_widgets.models.tokens import LastPosition, find_embedding, settings_of, stand_ins, takes_tokens

TOKENS = 2

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
        For what is no model.
    """
    inside = x.values() if isinstance(x, Mapping) else x if isinstance(x, tuple) else [x]
    like = [one for one in inside if isinstance(one, Tensor)]
    module = as_module(model, next((one for one in like if one.is_floating_point()), like[0] if like else None))
    return TorchModel(module, labels=names_of(module) if labels is None else labels, device=device, seed=seed)


def read_for(
    model: TorchModel,
    x: Any,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    reduce: Callable[[Any], Any] | None = None,
) -> tuple[TorchModel, Inputs]:
    """Read an input for a model.

    Parameters
    ----------
    model : TorchModel
    x, preprocess
        As of `read_inputs`; besides, tokens and several inputs.
    reduce : callable, optional
        From the model's output for n inputs to one number each, which is then what is explained.

    Returns
    -------
    model : TorchModel
        The one given, or one that is called in the way that the input needs.
    inputs : Inputs
    """
    module = model.module
    if preprocess is None and is_several(x):
        model, inputs = _several(model, x, reduce)
    elif preprocess is None and _are_tokens(x) and takes_tokens(module):
        model, inputs = _tokens(model, torch.as_tensor(x), {}, reduce=reduce)
    else:
        columns = module.features if isinstance(module, Estimator) else None
        x = _floating(x) if isinstance(module, PlainFunction) and preprocess is None else x
        inputs = read_inputs(x, preprocess=preprocess, device=model.device, dtype=model.dtype, columns=columns)
        model = _reduced(model, reduce)
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
        return _tokens(model, given.fixed[name], given.fixed, name, named=given.named, reduce=reduce)
    explained = {name: tuple(one.x.shape) for name, one in given.explained.items()}
    members = [Member(name, explained.get(name), given.fixed.get(name)) for name in given.order]
    return _reduced(model.fed(Several(members, named=given.named)), reduce), given.joined()


def _tokens(
    model: TorchModel,
    ids: Tensor,
    others: Mapping[str, Any],
    name: str = "0",
    *,
    named: bool = False,
    reduce: Callable[[Any], Any] | None,
) -> tuple[TorchModel, Inputs]:
    """Explain tokens by the vectors that the model makes of them."""
    if ids.ndim == TOKENS and len(ids) == 1:
        ids = ids[0]
    if ids.ndim != 1 or not len(ids):
        msg = f"tokens are one row of whole numbers, got shape {list(ids.shape)}: give one text, or a list of them."
        raise ValueError(msg)
    ids = ids.detach().to(model.device)
    given = {**others, name: ids, **(settings_of(model.module) if named else {})}
    members = [Member(key, tuple(ids.shape) if key == name else None, one) for key, one in given.items()]
    last = LastPosition(_last(others.get("attention_mask"), len(ids)))
    fed = model.fed(Several(members, named=named))
    fed = fed.reduced(last) if reduce is None else _reduced(fed, reduce)
    layer, vectors = find_embedding(model.module, ids[None], lambda: fed.scores(ids[None]))
    inputs = read_inputs(vectors, device=model.device, dtype=vectors.dtype)
    where = f"The score is that at the last position, {len(ids) + last.place}."
    return fed.embedded(layer, ids), replace(
        inputs, kind="tensor", vectors=stand_ins(model.module, layer, vectors), notes=(where,) if last.used else ()
    )


def _last(mask: Any, count: int) -> int:
    attended = mask.flatten().nonzero() if isinstance(mask, Tensor) and mask.numel() == count else torch.empty(0, 1)
    return int(attended[-1, 0]) - count if len(attended) else -1


def _reduced(model: TorchModel, reduce: Callable[[Any], Any] | None) -> TorchModel:
    if reduce is None:
        return model
    name = getattr(reduce, "__name__", "")
    other = model.reduced(partial(_one_number, reduce), "value")
    other.labels = (name if name.isidentifier() else "the target",)
    return other


def _one_number(reduce: Callable[[Any], Any], output: Any) -> Tensor:
    found = reduce(output)
    if not isinstance(found, Tensor) or found.ndim != 1 or not found.is_floating_point():
        got = f"shape {list(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        msg = f"A target function must return one number for each input of a batch, a tensor [n], got {got}."
        raise ModelError(msg)
    return found


def _are_tokens(x: Any) -> bool:
    return isinstance(x, (Tensor, np.ndarray)) and str(x.dtype).removeprefix("torch.") in {"int32", "int64"}


def _floating(x: Any) -> Any:
    """Let whole numbers be features of a function, unless they are a picture's pixels or a mask."""
    if isinstance(x, Tensor) and x.dtype.itemsize > 1 and not x.is_floating_point() and not x.is_complex():
        return x.double()
    if isinstance(x, np.ndarray) and x.dtype.kind in "iu" and x.dtype.itemsize > 1:
        return x.astype(np.float64)
    return x
