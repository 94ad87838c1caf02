"""What can go wrong inside somebody else's model, said in one readable sentence."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    import types
    from collections.abc import Mapping, Sequence

TORCH = os.path.dirname(torch.__file__) + os.sep  # noqa: PTH120  compared with the interpreter's own strings
CALLERS = os.path.dirname(__file__) + os.sep  # noqa: PTH120
PICTURE = 3
RULES = f"{CALLERS}rules{os.sep}"

INFERENCE = (
    "Tensors that were made within torch.inference_mode() have no gradients, and no model of them has: make them "
    "outside of it, or clone() them there."
)
_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
UNCHECKPOINTED = "Turn checkpointing off, which saves memory in training only."


class ModelError(RuntimeError):
    """The model raised, returned something that is not scores, or returned NaN."""

    where = ""
    """Where in the model, if it is known."""

    mixed: Sequence[Tensor] = ()
    """Inputs made of the one that is explained and of others, for each of these, if it failed for some such."""


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


class NoWayBackError(ModelError):
    """The score has no gradient."""


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


def no_way_back(error: Exception | None = None) -> NoWayBackError:
    """Return the error for what was raised on the way back, or for a score that has none."""
    if error is None:
        return NoWayBackError(
            "The model's output does not depend on its input by differentiable operations (was it detached, or "
            "computed within torch.no_grad() or torch.inference_mode()?). Use a perturbation method, such as occlusion."
        )
    if "checkpoint" in str(error):  # torch's own words are of other ways to train
        return NoWayBackError(f"The model checkpoints activations, which this way back cannot pass. {UNCHECKPOINTED}")
    return NoWayBackError(
        f"The model raised {type(error).__name__} on the way back from its score: {_told(error)} "
        "Use a perturbation method, such as occlusion."
    )


def _told(error: Exception) -> str:
    """Return what an error says, without the pages that torch's dispatcher and compiler add."""
    if "nference tensor" in str(error):  # torch's own words are of work-arounds inside the model
        return INFERENCE
    return str(error).strip().partition("\n\n")[0]


def describe(x: Tensor) -> str:
    """Describe a tensor as error messages name it: shape, type, device."""
    return f"shape {list(x.shape)}, {str(x.dtype).removeprefix('torch.')}, on {x.device}"


def taken(module: nn.Module) -> int | None:
    """Return how many channels a model of pictures takes, by its first convolution; None for any other."""
    return next((one.in_channels for one in module.modules() if isinstance(one, nn.Conv2d)), None)


def raised(error: Exception, module: nn.Module, x: Tensor, words: str) -> str:
    """Say that a model raised `error` for a batch `x`, and what is probably wrong with it, if its shape tells."""
    channels, shape, said = taken(module), tuple(x.shape[1:]), _told(error)
    hint = ""
    if needed := _needed(error, module):
        hint = needed
    elif channels is not None and len(shape) == PICTURE and shape[0] != channels:
        hint = f"The model takes pictures of shape [{channels}, height, width]."
    elif len(shape) == PICTURE and "shape" in said:
        hint = "If the model takes pictures of another size, let preprocess= make them."
    elif channels is not None and shape[1:2] == (channels,):
        hint = "If it is a batch, give one of it, x[0]."
    said = f"{said.rstrip('.')}. {hint}" if hint else said
    return f"The model raised {type(error).__name__} for an input of {words}: {said}"


def _needed(error: Exception, module: nn.Module) -> str:
    """Say how to give a module all that it needs, where its own forward refused the arguments."""
    if not isinstance(error, TypeError) or not str(error).startswith(f"{type(module).forward.__qualname__}() "):
        return ""
    wanted = inspect.signature(module.forward).parameters.values()
    names = [f"{one.name}=…" for one in wanted if one.default is one.empty and one.kind not in _ANY_NUMBER]
    return f"Give each input that it needs by its name: dict({', '.join(names)})." if names else ""


def called_in(names: Mapping[int, str] | None = None) -> str:
    """Say where the model calls the operation that is being run.

    Parameters
    ----------
    names : mapping of id to str, optional
        Names of the model's modules by their ``id``: a module of torch's own is then told by its name as well.

    Returns
    -------
    str
        ``"net.py line 12 (forward)"`` for the model's own code, ``"body.3 (ReLU)"`` or ``"ReLU"`` for torch's.
    """
    frame: types.FrameType | None = sys._getframe(1)  # noqa: SLF001
    inner = ""
    while frame is not None:
        path, me = frame.f_code.co_filename, frame.f_locals.get("self")
        if not path.startswith((TORCH, RULES)):
            if path.startswith(CALLERS) or (names and inner):
                break  # from there on it is we who call the model
            return f"{os.path.basename(path)} line {frame.f_lineno} ({frame.f_code.co_name})"  # noqa: PTH119
        if not inner and isinstance(me, nn.Module):
            kind, name = type(me).__name__, (names or {}).get(id(me))
            inner = f"{name} ({kind})" if name else kind
        frame = frame.f_back
    return inner or "the model"
