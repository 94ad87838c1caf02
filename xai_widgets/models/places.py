"""Where in the model an operation is called, said as a reader finds it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    import types
    from collections.abc import Mapping

TORCH = os.path.dirname(torch.__file__) + os.sep  # noqa: PTH120  compared with the interpreter's own strings
CALLERS = os.path.dirname(__file__) + os.sep  # noqa: PTH120
RULES = f"{CALLERS}rules{os.sep}"


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
