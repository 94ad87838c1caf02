"""What can go wrong inside somebody else's model, said in one readable sentence."""

from __future__ import annotations

import torch
from torch import Tensor


class ModelError(RuntimeError):
    """The model raised, returned something that is not scores, or returned NaN."""

    where = ""
    """Where in the model, if it is known."""


class WeightsChangedError(ModelError):
    """The weights changed in the middle of an explanation.

    Attributes
    ----------
    seconds : float
        Time that had been spent.
    """

    def __init__(self, fraction: float, seconds: float) -> None:
        super().__init__(
            f"The model's weights changed when {fraction:.0%} of its explanation was done, and what was computed is "
            "of the old ones. Explain it again, and train it before or after."
        )
        self.seconds = seconds


class OutOfMemoryError(ModelError):
    """Not even one input at a time fits into the device's memory."""


def is_out_of_memory(error: BaseException) -> bool:
    """Tell running out of memory from every other error, on any device."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    # The CPU and MPS allocators raise a plain RuntimeError, each with its own words.
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)


def out_of_memory_on_one() -> OutOfMemoryError:
    """Return the error for a single input that does not fit; no smaller batch can help."""
    return OutOfMemoryError(
        "The model ran out of memory on a single input. Use a smaller input, or a device with more memory."
    )


def describe(x: Tensor) -> str:
    """Describe a tensor as error messages name it: shape, type, device."""
    return f"shape {list(x.shape)}, {str(x.dtype).removeprefix('torch.')}, on {x.device}"
