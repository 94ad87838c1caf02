"""From whatever a model returns to a matrix of scores, and from scores to probabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from xai_widgets.models.callables import Estimator
from xai_widgets.models.errors import ModelError, describe
from xai_widgets.models.precision import widened

FOUND = 'torch.stack([one["scores"].sum() for one in out])'
"""What there is to explain of a detector."""

BY_FUNCTION = "Say what to explain of it by a function that makes one number of each input: target=lambda out: {}."

SQUEEZED = "Let it keep the batch axis: squeeze(1), not squeeze()."
MATRIX = 2
TWO_CLASSES = 2
HALF_PRECISION = 1e-3
"""How far from 1 probabilities in half precision may sum."""
PREFERRED = ("logits", "scores", "output", "out", "prediction", "probabilities")
"""Names under which models put their class scores, in the order in which they are looked for."""


def scores_of(output: Any) -> Tensor:
    """Find the class scores in a model's output.

    Takes a tensor; a mapping or object (such as a transformers ``ModelOutput``) with one of the names
    in :data:`PREFERRED`, else its first tensor; a tuple or list, whose first such element counts.

    Returns
    -------
    Tensor, shape (n, outputs)

    Raises
    ------
    ModelError
        When there are no scores, or they are not one row an input.
    """
    scores = tensor_of(output)
    if scores is None:
        msg = (
            "The model must return a tensor of class scores [n, classes], or a tuple, dict or object that holds one; "
            f"got {type(output).__name__}.{_deeper(output)}"
        )
        raise ModelError(msg)
    if not scores.is_floating_point():
        dtype = str(scores.dtype).removeprefix("torch.")
        msg = f"The model must return floating-point scores, got {dtype}; class numbers cannot be explained."
        if scores.is_complex():
            msg = f"The model must return real scores, got {dtype}: explain lambda x: model(x).abs(), or another part."
        raise ModelError(msg)
    if scores.ndim == 1:
        return scores[:, None]
    if scores.ndim > MATRIX and scores.shape[MATRIX:].numel() == 1:
        return scores.flatten(1)
    if scores.ndim != MATRIX:
        msg = (
            f"The model must return one row of scores an input, [n, classes], got shape {list(scores.shape)}. "
            f"{BY_FUNCTION.format(f'{_way(output, scores)}[:, 0].flatten(1).mean(1)') if scores.ndim else SQUEEZED}"
        )
        raise ModelError(msg)
    if not scores.shape[1]:
        msg = f"The model must return at least one score an input, got shape {list(scores.shape)}."
        raise ModelError(msg)
    return scores


def without_nan(scores: Tensor, x: Tensor, words: Callable[[Tensor], str] = describe) -> Tensor:
    """Return the scores of a batch `x`, of which `words` tells.

    Raises
    ------
    ModelError
        Where one of them is no number.
    """
    if bool(torch.isnan(scores).any()):
        msg = f"The model returned NaN for an input of {words(x)}."
        raise ModelError(msg)
    return scores


def tensor_of(output: Any) -> Tensor | None:
    """Find the tensor that counts in whatever a model returns, as `scores_of` does; None where there is none."""
    if isinstance(output, Tensor):
        return output
    if isinstance(output, Mapping):
        named = [output[name] for name in PREFERRED if name in output]
        return next((t for t in [*named, *output.values()] if isinstance(t, Tensor)), None)
    if isinstance(output, Sequence) and not isinstance(output, str):
        return next((found for one in output if (found := tensor_of(one)) is not None), None)
    named = [getattr(output, name, None) for name in PREFERRED]
    return next((t for t in named if isinstance(t, Tensor)), None)


def rows_of(output: Any, count: int) -> Tensor:
    """Find the class scores in a model's output for `count` inputs; see `scores_of`."""
    scores = scores_of(output)
    if len(scores) != count:
        msg = f"The model must return one row of scores an input: for a batch of {count} it returned {len(scores)}."
        if isinstance(output, (list, tuple)):
            msg = f"{msg} {BY_FUNCTION.format(FOUND)}"
        elif count == 1 and isinstance(output, Tensor) and output.ndim == 1:
            msg = f"{msg} {SQUEEZED}"
        raise ModelError(msg)
    return scores


def _way(output: Any, scores: Tensor) -> str:
    """Write how to come from a model's output, ``out``, to the tensor in it."""
    if isinstance(output, Tensor):
        return "out"
    if isinstance(output, Mapping):
        return next((f"out[{key!r}]" for key, one in output.items() if one is scores), "out")
    if isinstance(output, Sequence):
        return next((f"out[{i}]" for i, one in enumerate(output) if one is scores), "out")
    return next((f"out.{name}" for name in PREFERRED if getattr(output, name, None) is scores), "out")


def _deeper(output: Any) -> str:
    """Say how to explain a tensor that lies deeper in a model's output than scores are looked for; nothing if none."""
    found = [(way, one) for way, one in _tensors(output, "") if one.is_floating_point() and one.ndim]
    if not found:
        return ""
    way, scores = min(found, key=lambda one: not one[0].endswith(tuple(_ENDS)))
    number = f"out{way}" + ("", "[:, 0]", "[:, 0].flatten(1).mean(1)")[min(scores.ndim, 3) - 1]
    return f" Explain what holds them, lambda x: model(x){way}, or a number of it, target=lambda out: {number}."


_ENDS = [end for name in PREFERRED for end in (f".{name}", f"[{name!r}]")]


def _tensors(output: Any, way: str) -> Iterator[tuple[str, Tensor]]:
    """Yield every tensor of a model's output, each after the way to it."""
    if isinstance(output, Tensor):
        yield way, output
    elif isinstance(output, Mapping):
        for key, one in output.items():
            yield from _tensors(one, f"{way}[{key!r}]")
    elif is_dataclass(output):
        for field in fields(output):
            yield from _tensors(getattr(output, field.name), f"{way}.{field.name}")
    elif isinstance(output, Sequence) and not isinstance(output, str):
        for i, one in enumerate(output):
            yield from _tensors(one, f"{way}[{i}]")


def task_of(
    module: nn.Module | None,
    scores: Tensor,
    labels: Sequence[str] | None,
    others: Callable[[], Tensor | None] = lambda: None,
) -> str:
    """Tell what the scores stand for.

    Parameters
    ----------
    module : Module or None
        A transformers model says in its configuration what it was trained for, an estimator by what it has.
    scores : Tensor, shape (n, outputs)
        Scores of some inputs, with their autograd history, whose last operation betrays probabilities.
    labels : sequence of str or None
        Two labels for one output make it a binary classifier.
    others : callable
        Computes scores of other inputs, shape (n, outputs), or None where it cannot. Asked where nothing but a sum of 1
        tells of probabilities: that may be chance in one input, and the answer is the model's.

    Returns
    -------
    str
        ``"logits"``, ``"probabilities"``, ``"multilabel"`` (one sigmoid a class), ``"logit"`` (one for two
        classes), ``"probability"`` (the same after its sigmoid) or ``"value"`` (regression).
    """
    told = module.task_told if isinstance(module, Estimator) else None
    if told is not None:
        return told
    problem = getattr(getattr(module, "config", None), "problem_type", None)
    last = scores.grad_fn.name() if scores.grad_fn is not None else ""
    count = scores.shape[1]
    if problem == "regression":
        return "value"
    if count == 1:
        if labels is None or len(labels) != TWO_CLASSES:
            return "value"
        return "probability" if last.startswith("Sigmoid") else "logit"
    if problem == "multi_label_classification":
        return "multilabel"
    told_by_it = last.startswith(("Softmax", "Sigmoid"))
    more = others() if not told_by_it and _sum_to_one(scores) else None
    sums_to_one = _sum_to_one(scores if more is None else torch.cat([scores, more]))
    return "probabilities" if told_by_it or sums_to_one else "logits"


def _sum_to_one(scores: Tensor) -> bool:
    rows = scores.detach().cpu().double().numpy()
    rows = rows[np.isfinite(rows).all(1)]
    return len(rows) > 0 and bool((rows >= 0).all() and (np.abs(rows.sum(1) - 1) < HALF_PRECISION).all())


def scores_of_parts(call: Callable[[Tensor], Any], x: Tensor) -> Tensor | None:
    """Compute scores of three other inputs: each half of the first of `x` among zeros, and zeros; None if it fails."""
    flat = x[:1].detach().flatten(1).repeat(3, 1)
    half = flat.shape[1] // 2
    flat[0, half:], flat[1, :half], flat[2] = 0, 0, 0
    try:
        with torch.no_grad():
            return scores_of(call(flat.reshape(3, *x.shape[1:])))
    except Exception:  # noqa: BLE001  the model need not take them
        return None


def probabilities_of(scores: Tensor, task: str) -> Tensor:
    """Turn scores [n, outputs] into probabilities [n, classes], or leave a regression's values as they are."""
    scores = widened(scores.detach())
    if task == "logits":
        return scores.softmax(1)
    if task == "multilabel":
        return scores.sigmoid()
    if task in {"logit", "probability"}:
        one = scores.sigmoid() if task == "logit" else scores
        return torch.cat([1 - one, one], dim=1)
    return scores
