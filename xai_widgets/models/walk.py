"""Walks through a module and all within, as are made before each pass: torch's own also spell out every name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn


def modules_of(module: nn.Module) -> list[nn.Module]:
    """Return a module and all within, each once."""
    found, seen = [module], {module}
    for one in found:  # which grows meanwhile
        for part in one._modules.values():  # noqa: SLF001
            if part is not None and part not in seen:
                seen.add(part)
                found.append(part)
    return found


def tensors_of(module: nn.Module, *, buffers: bool) -> list[Tensor]:
    """Return parameters, and buffers if they are wanted; one that several modules share as often."""
    kinds = ("_parameters", "_buffers") if buffers else ("_parameters",)
    every = modules_of(module)
    return [t for one in every for kind in kinds for t in getattr(one, kind).values() if t is not None]
