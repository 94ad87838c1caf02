"""What one pass tells of layers: which are one with the BatchNorm behind them, and how much there is to hold."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from xai_widgets.models.untouched import HOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xai_widgets.models.feeds import Feed

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
MATRIX = 2

ABOUT_A_TENSOR = (int, torch.Size, torch.dtype, torch.device)


class Room:
    """What laid-out copies of weights may take together: as much as a pass through the model would hold.

    Parameters
    ----------
    held : int
        Numbers that a pass of one input holds for the way back.
    """

    def __init__(self, held: int) -> None:
        self.held, self.taken = held, 0

    def takes(self, size: int, inputs: int) -> bool:
        """Tell whether so many weights have room beside a batch of so many inputs; then it is taken."""
        fits = self.taken + size <= self.held * inputs
        self.taken += size * fits
        return fits


class _Uses(TorchFunctionMode):
    """Count how many operations take each of some tensors; asking for a shape or type does not count."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[int, int] = {}

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        result = func(*args, **(kwargs or {}))
        if not isinstance(result, ABOUT_A_TENSOR):
            self._count([*args, *(kwargs or {}).values()])
        return result

    def _count(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, (list, tuple)):
                self._count(value)
            elif id(value) in self.counts:
                self.counts[id(value)] += 1


def watched(module: nn.Module, x: Tensor, feed: Feed) -> tuple[list[tuple[str, str]], int, Any]:
    """Find each layer whose output goes into one BatchNorm and nowhere else, by watching one pass.

    Returns
    -------
    pairs : list of (str, str)
        Names of layer and BatchNorm.
    held : int
        Numbers that go in, and that layers and BatchNorms put out.
    output
        Of the model.
    """
    uses = _Uses()
    made: dict[int, tuple[str, Tensor]] = {}  # the tensor itself keeps its id from being given to another
    taken: dict[str, int] = {}
    runs: dict[str, int] = {}
    held = [x.numel()]

    def after_layer(name: str, _module: nn.Module, _args: Any, output: Tensor) -> None:
        runs[name] = runs.get(name, 0) + 1
        made[id(output)] = name, output
        uses.counts[id(output)] = 0
        held.append(output.numel())

    def before_norm(name: str, _module: nn.Module, args: tuple[Any, ...]) -> None:
        runs[name] = runs.get(name, 0) + 1
        # Looked up now: when what it takes is gone, a later layer's output may be given the same id.
        taken[name] = id(args[0]) if args and id(args[0]) in made else 0
        held.extend(one.numel() for one in args)

    handles = []
    for name, one in module.named_modules():
        if is_plain(one, (*CONVOLUTIONS, nn.Linear)):
            handles.append(one.register_forward_hook(partial(after_layer, name)))
        elif is_plain(one, NORMS) and one.running_mean is not None:
            handles.append(one.register_forward_pre_hook(partial(before_norm, name)))
    try:
        with torch.no_grad(), uses:
            found = feed(module, x.clone())
    finally:
        for handle in handles:
            handle.remove()
    pairs = [(*made[key], norm) for norm, key in taken.items() if key in made and uses.counts[key] == 1]
    return (
        [
            (layer, norm)
            for layer, output, norm in pairs
            if runs[layer] == runs[norm] == 1
            and not (output.ndim != MATRIX and isinstance(module.get_submodule(layer), nn.Linear))
        ],
        sum(held),
        found,
    )


def is_plain(module: Any, types: tuple[type[nn.Module], ...]) -> bool:
    """Whether a module is exactly of one of the types, with nobody listening: no subclass, parametrization or hook."""
    return type(module) in types and "forward" not in vars(module) and not any(getattr(module, h) for h in HOOKS)
