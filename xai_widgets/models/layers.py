"""The layers of a model: their names, and what a pass tells of each."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

NAMED = 4
"""So many names are told to somebody whose own does not exist."""


def check_layer(module: nn.Module, name: Any) -> str:
    """Return `name` where `module` has a submodule of this name.

    Raises
    ------
    TypeError
        For what is no name.
    ValueError
        Naming the nearest ones that there are, else the last ones.
    """
    if not isinstance(name, str):
        msg = f"A layer is given by its name, as model.named_modules() lists it; got {type(name).__name__}."
        raise TypeError(msg)
    names = [known for known, _ in module.named_modules() if known]
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=NAMED)
    if near:
        hint = f"Did you mean {' or '.join(map(repr, near))}?"
    else:
        hint = f"Its last layers are: {', '.join(names[-2 * NAMED :])}." if names else "It has no layers."
    msg = f"The model has no layer {name!r}. {hint}"
    raise ValueError(msg)
