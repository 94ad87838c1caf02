"""Computing in torch's usual mode, whatever mode the caller is in: explanations need gradients."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")


def in_usual_mode(begin: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """Begin, and take each step, outside of the caller's ``torch.no_grad()`` and ``torch.inference_mode()``.

    The reader of an iterator may be within either at any step, and has it back between two.
    """

    @wraps(begin)
    def begun(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        with torch.inference_mode(mode=False):
            steps = begin(*args, **kwargs)
        return _steps(steps)

    return begun


def _steps(steps: Iterator[T]) -> Iterator[T]:
    while True:
        with torch.inference_mode(mode=False):  # which lets gradients be, too
            try:
                step = next(steps)
            except StopIteration:
                return
        yield step
