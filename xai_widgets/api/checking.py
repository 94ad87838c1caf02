"""Checking whether a model is fit for explaining."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xai_widgets.checks import check_steps, refused
from xai_widgets.inputs import batch_of
from xai_widgets.models import ModelError
from xai_widgets.prepare import adapt, read_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.findings import Check


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
