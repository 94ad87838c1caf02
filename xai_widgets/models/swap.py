"""Scores of a model, one layer of which puts out something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from xai_widgets.models.module import TorchModel


def scores_with(model: TorchModel, x: Tensor, layer: str, change: Callable[[Tensor], Tensor]) -> Tensor:
    """Compute the scores (n, outputs) of a batch, with what a layer puts out changed.

    Parameters
    ----------
    model : TorchModel
    x : Tensor, shape (n, features…)
    layer : str
        Name of a submodule; where it runs several times, its last output is changed.
    change : callable
        From the layer's output, batch first, to another of its shape.
    """
    module = model.module.get_submodule(layer)
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    def swap(_module: nn.Module, _args: Any, output: Any) -> Any:
        nonlocal calls
        calls -= 1
        if calls:
            return None
        if isinstance(output, tuple):
            return (change(output[0]), *output[1:])
        return change(output)

    def run(hook: Callable[..., Any], rows: Tensor) -> Tensor:
        with model._guard():  # noqa: SLF001  its own kind; the hook stays inside the turn
            handle = module.register_forward_hook(hook)
            try:
                return model.scores(rows)
            finally:
                handle.remove()

    def find() -> int:
        run(count, x[:1])
        return calls

    # How often the layer runs does not change from input to input, as far as we know of any model.
    calls = model.remember(f"calls of {layer}", find)
    return run(swap, x)
