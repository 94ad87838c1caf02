"""A model and an input, made ready for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from xai_widgets.inputs import Inputs, read_inputs
from xai_widgets.models import TorchModel
from xai_widgets.models.callables import Estimator, PlainFunction, as_module, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch


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
    like = x if isinstance(x, Tensor) else None
    module = as_module(model, like)
    return TorchModel(module, labels=names_of(module) if labels is None else labels, device=device, seed=seed)


def read_for(model: TorchModel, x: Any, *, preprocess: Callable[[Any], Any] | None = None) -> tuple[TorchModel, Inputs]:
    """Read an input for a model.

    Returns
    -------
    model : TorchModel
        The one given, or one that is called in the way that the input needs.
    inputs : Inputs
    """
    module = model.module
    columns = module.features if isinstance(module, Estimator) else None
    if isinstance(module, PlainFunction) and preprocess is None:
        x = _floating(x)
    inputs = read_inputs(x, preprocess=preprocess, device=model.device, dtype=model.dtype, columns=columns)
    if isinstance(module, PlainFunction):
        model.predict(inputs.x)  # which tells whether it can be differentiated
    return model, inputs


def _floating(x: Any) -> Any:
    """Let whole numbers be features of a function, unless they are a picture's pixels or a mask."""
    if isinstance(x, Tensor) and x.dtype.itemsize > 1 and not x.is_floating_point() and not x.is_complex():
        return x.double()
    if isinstance(x, np.ndarray) and x.dtype.kind in "iu" and x.dtype.itemsize > 1:
        return x.astype(np.float64)
    return x
