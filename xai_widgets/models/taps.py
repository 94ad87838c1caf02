"""Recording what layers put out, such that it can be differentiated."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def recording(module: nn.Module, layer: str | None) -> Iterator[dict[str, Tensor]]:
    """Record the activations of passes, by the layers' names and in the order in which they ran.

    Parameters
    ----------
    module : Module
    layer : str or None
        Name of one submodule: its activation is cut off from what is below. All submodules for None.
    """
    seen: dict[str, Tensor] = {}
    chosen = [(name, m) for name, m in module.named_modules() if name and layer in {None, name}]
    handles = [m.register_forward_hook(partial(_record, seen, name, cut=layer is not None)) for name, m in chosen]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def _record(seen: dict[str, Tensor], name: str, _module: nn.Module, _args: Any, output: Any, *, cut: bool) -> Any:
    tensor = output[0] if isinstance(output, tuple) and output else output
    if not isinstance(tensor, Tensor) or not tensor.is_floating_point():
        return None
    if cut:
        tensor = tensor.detach().requires_grad_()
    seen.pop(name, None)  # a module that runs again counts where it ran last
    seen[name] = tensor
    # The clone protects the recorded tensor from operations in place further up.
    changed = tensor.clone()
    if not isinstance(output, tuple):
        return changed
    fields = getattr(output, "_fields", None)
    return (changed, *output[1:]) if fields is None else output._replace(**{fields[0]: changed})  # type: ignore[attr-defined]
