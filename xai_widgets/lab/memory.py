"""How much memory a widget or a result holds."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 20_000
"""Objects looked at."""


def held(one: Any) -> int:
    """Return the bytes of the arrays, tensors and buffers that an object of ours leads to.

    Models, tables and whatever else the user owns are not ours and count for nothing. An array that is reached
    twice, or by a view, counts once.
    """
    torch = sys.modules.get("torch")
    foreign = (type, type(sys), *((torch.nn.Module,) if torch is not None else ()))
    total, seen, waiting = 0, set[int](), [one]
    while waiting and len(seen) < MOST:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, foreign):
            continue
        seen.add(id(value))
        if isinstance(value, (bytes, bytearray)):
            total += len(value)
        elif isinstance(getattr(value, "nbytes", None), int):
            base = getattr(value, "base", None)
            if base is None or id(base) not in seen:
                total += value.nbytes
            seen.add(id(base))
        else:
            waiting.extend(_inside(value))
    return total


def _inside(value: Any) -> Iterable[Any]:
    # Copied at once: other threads may be writing.
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple, set)):
        return list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    if type(value).__module__.startswith("xai_widgets."):
        return list(getattr(value, "__dict__", {}).values())
    return ()
