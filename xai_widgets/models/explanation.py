"""The copy that does the long work: the same function as the model, in fewer and faster operations.

In evaluation mode a BatchNorm is a fixed scale and shift of each channel. Where it takes the output of a
convolution or linear layer, and nothing else does, both become one layer with scaled weights. Convolutions of
pictures on the CPU also run faster with the channels of a pixel next to each other in memory, and with weights that are
laid out once and not for each batch.

Whether that is the same function is not assumed. Which layer feeds which is seen by watching every operation of one
pass; scores are compared on two inputs; and every later pass checks that each merged layer's output arrived where it
was seen to go, since a model may branch. When anything is different, the copy is given up for the model as it is.
While somebody watches the model's own operations, by hooks or modes, the model itself is run.
"""

from __future__ import annotations

import copy
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module
from torch.overrides import _get_current_function_mode_stack
from torch.utils._device import DeviceContext

from xai_widgets.models.convolving import convolved
from xai_widgets.models.feeds import Feed, feed_alone
from xai_widgets.models.kernels import Convolution, merged, scaled
from xai_widgets.models.merging import NORMS, Room, is_plain, watched
from xai_widgets.models.outputs import scores_of
from xai_widgets.models.stopwatch import aside
from xai_widgets.models.untouched import HOOKS, new_empties, uncompile
from xai_widgets.models.walk import modules_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

PICTURES = 4

CLOSE = {torch.float64: 1e-9, torch.float32: 1e-4}
"""How far the scores may differ, as a share of the largest. Half precision is too coarse to tell."""

TRIES = 2
"""Inputs on which the scores of a copy are compared with the model's."""


class OtherPathError(RuntimeError):
    """The model took another path than the one that was watched."""


class Fixed:
    """A layer whose weights stay as they are during a run: a convolution's are laid out for it once.

    Parameters
    ----------
    layer : Module
        Of the model itself.
    layout : memory_format
        Of the inputs; that of the outputs too.
    room : Room
        For laid-out weights.
    """

    def __init__(self, layer: Any, layout: torch.memory_format, room: Room) -> None:
        self.layer, self.room = layer, room
        self.bias: Tensor | None = layer.bias
        self.scale: Tensor | None = None
        self.kernel: Convolution | None = None
        """The laid-out weights, from the first run on."""
        self._may_lay_out = layout is torch.channels_last and _is_laid_out(layer)
        self._forwards = 0

    def refresh(self) -> None:
        """Take up what the model's weights are now."""
        self.kernel, self._forwards = None, 0

    def weight(self) -> Tensor:
        """Return the weights as torch's own functions take them."""
        weight: Tensor = self.layer.weight
        return weight

    def run(self, x: Tensor) -> Tensor:
        """Do the work of the layer."""
        if isinstance(layer := self.layer, nn.Linear):
            return nn.functional.linear(x, self.weight(), self.bias)
        if self._may_lay_out:
            if self.kernel is None:
                how = layer.stride, layer.dilation, layer.groups, None, self.scale
                self.kernel = Convolution(layer.weight, self.bias, *how)
            if self.kernel.takes(x):
                if not self.kernel.tried and self._pays(self.kernel, x):
                    self.kernel.lay_out(x.shape)
                return convolved(x, self.kernel, layer.padding)
        found: Tensor = layer._conv_forward(x, self.weight(), self.bias)  # noqa: SLF001
        return found

    def _pays(self, kernel: Convolution, x: Tensor) -> bool:
        """Tell whether a second copy of the weights is worth its memory.

        Passes that hold no activations for a way back have room for as many as those would take, once they are many in
        a row.
        """
        self._forwards = 0 if x.requires_grad and torch.is_grad_enabled() else self._forwards + 1
        if kernel.is_linear(x, self.layer.padding):
            return False
        outputs = len(kernel.weight), *(n // by for n, by in zip(x.shape[2:], self.layer.stride, strict=True))
        pays = self._forwards > TRIES or kernel.is_small(x.shape, (len(x), *outputs))
        return pays and self.room.takes(kernel.weight.numel(), len(x))


class Merged(Fixed):
    """A layer and the BatchNorm behind it, as one layer.

    Parameters
    ----------
    layer, norm : Module
        Of the model itself; they keep their own weights.
    layout : memory_format
        Of the inputs.
    room : Room
        For laid-out weights.
    """

    def __init__(self, layer: Any, norm: Any, layout: torch.memory_format, room: Room) -> None:
        super().__init__(layer, layout, room)
        self.norm = norm
        self.passing: Tensor | None = None
        """The layer's output on its way to the BatchNorm."""
        self.bias: Tensor = torch.empty_like(norm.running_mean)
        self.scale: Tensor = torch.empty_like(norm.running_mean)
        self._layout = layout if layer.weight.ndim == PICTURES else torch.preserve_format
        self.product: Tensor | None = None
        """The scaled weights, where they are not laid out: of those there is but that copy."""

    def refresh(self) -> None:
        """Compute scale and shift anew from what the model's weights are now."""
        super().refresh()
        norm, layer = self.norm, self.layer
        scale, shift = merged(layer.bias, norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.eps)
        self.bias.copy_(shift)
        self.scale.copy_(scale)
        self.product = None
        self.product = None if self._may_lay_out else self.weight()

    def weight(self) -> Tensor:
        """Return the scaled weights."""
        if self.product is not None:
            return self.product
        return scaled(self.layer.weight.detach(), self.scale).contiguous(memory_format=self._layout)

    def run_layer(self, x: Tensor) -> Tensor:
        """Do the work of both."""
        self.passing = self.run(x)
        return self.passing

    def run_norm(self, x: Tensor) -> Tensor:
        """Pass on what is normalised already."""
        if x is not self.passing:
            raise OtherPathError
        self.passing = None
        return x


class ExplanationCopy:
    """Run the same function as a model, faster.

    Parameters
    ----------
    module : Module
        In evaluation mode; its weights and buffers are shared, those of merged layers are copied.
    pairs : list of (str, str)
        Names of the layers to be merged with a BatchNorm, and of that.
    layout : memory_format
        Of the inputs.
    feed : callable
        Calls the module.
    held : int
        Numbers that a pass of one input holds for the way back.
    """

    def __init__(
        self, module: nn.Module, pairs: Sequence[tuple[str, str]], layout: torch.memory_format, feed: Feed, held: int
    ) -> None:
        shared = {id(t): t for t in (*module.parameters(), *module.buffers())}
        self.module = copy.deepcopy(module, {**shared, **new_empties(module)})
        uncompile(self.module)
        self.layout, self._feed, room = layout, feed, Room(held)
        self.room = room
        self.merged = [Merged(module.get_submodule(a), module.get_submodule(b), layout, room) for a, b in pairs]
        for (layer, norm), one in zip(pairs, self.merged, strict=True):
            # On the instances: names, types and attributes stay what the model's own code may ask for.
            self.module.get_submodule(layer).forward = partial(Merged.run_layer, one)
            self.module.get_submodule(norm).forward = partial(Merged.run_norm, one)
        self.fixed: list[Fixed] = [*self.merged]
        if layout is torch.channels_last:
            taken = {layer for layer, _ in pairs}
            for name, layer in module.named_modules():
                if name not in taken and is_plain(layer, (nn.Conv2d,)) and _is_laid_out(layer):
                    self.fixed.append(Fixed(layer, layout, room))
                    self.module.get_submodule(name).forward = partial(Fixed.run, self.fixed[-1])
        self.hidden = {layer for layer, _ in pairs}
        """Layers whose own output is not the model's."""
        self.refresh()

    @aside()
    def refresh(self) -> None:
        """Take up the model's weights as they are now."""
        self.room.taken = 0
        with torch.no_grad():
            for one in self.fixed:
                one.refresh()

    def __call__(self, x: Tensor) -> Any:
        """Return the model's output for a batch; `x` is not changed.

        Raises
        ------
        OtherPathError
            When the output would not be the model's.
        """
        try:
            output = self._feed(self.module, x.clone(memory_format=self.layout))
            if any(one.passing is not None for one in self.merged):
                raise OtherPathError
        finally:
            for one in self.merged:
                one.passing = None
        return output


def listeners(module: nn.Module) -> list[tuple[int, ...]]:
    """List what sees, or stands in for, each module's own work: hooks, and a `forward` put on the instance.

    The copy has none but those that were there when it was made, so it must not be used while the list differs.
    """
    return [
        (id(one), id(vars(one).get("forward")), *(key for hooks in HOOKS for key in getattr(one, hooks)))
        for one in modules_of(module)
    ]


def is_watched() -> bool:
    """Tell whether somebody sees every operation or every module: the copy's are not the model's."""
    modes = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]
    return (
        any(not isinstance(mode, DeviceContext) for mode in modes)  # which torch.set_default_device leaves there
        or torch._C._len_torch_dispatch_stack() > 0  # noqa: SLF001
        or torch_module._has_any_global_hook()  # type: ignore[no-untyped-call]  # noqa: SLF001
    )


def copy_in_steps(
    module: nn.Module, x: Tensor, feed: Feed = feed_alone
) -> Generator[None, None, ExplanationCopy | None]:
    """Make the fastest copy that gives the same scores; None where there is none that is faster.

    Parameters
    ----------
    module : Module
        In evaluation mode, without randomness. Hooks are put on it within the first step.
    x : Tensor, shape (1, features…)
    feed : callable
        Calls the module.

    Yields
    ------
    None
        After each pass of one input, but for the copy's own two, so that somebody who waits for more than the copy can
        be served in between. The weights must stay the same meanwhile.

    Returns
    -------
    ExplanationCopy or None
    """
    if x.dtype not in CLOSE:
        return None
    x = x.detach()
    layouts = [torch.channels_last] if wants_channels_last(module, x) else []
    if not layouts and not any(type(one) in NORMS for one in module.modules()):
        return None
    pairs, held, output = watched(module, x, feed)
    yield
    if not pairs and not layouts:
        return None  # noise, too, is what a function of a table's rows may refuse
    wanted = [scores_of(output), _passed(partial(feed, module), _noise(x))]
    yield
    for used, layout in product([pairs, []], [*layouts, torch.preserve_format]):
        if not used and layout is torch.preserve_format:
            break  # that is the model as it is
        found = ExplanationCopy(module, used, layout, feed, held)
        # In one step: whoever runs in between would pass through the model beside a second copy of its weights.
        if all(_agrees(found, one(x), want) for one, want in zip((torch.detach, _noise), wanted, strict=True)):
            return found
        del found
        yield
    return None


def _noise(x: Tensor) -> Tensor:
    # Made when it is asked for, and not kept beside the passes in between.
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=x.dtype).to(x.device)
    return noise.mul_(x.std(correction=0)).add_(x.mean())


@torch.no_grad()
def _passed(call: Callable[[Tensor], Any], x: Tensor) -> Tensor:
    # Not around the steps: what is switched off there would be off for whoever runs between them.
    return scores_of(call(x))


def wants_channels_last(module: nn.Module, x: Tensor) -> bool:
    """Tell whether a model runs faster on a batch with the channels of a pixel next to each other."""
    # Measured for float32 on the CPU; float64 has no such kernels there.
    fast = x.ndim == PICTURES and x.device.type == "cpu" and x.dtype == torch.float32
    return fast and any(isinstance(one, nn.Conv2d) for one in module.modules())


def _agrees(candidate: ExplanationCopy, x: Tensor, wanted: Tensor) -> bool:
    try:
        got = _passed(candidate, x)
    except Exception:  # noqa: BLE001  a model may refuse another layout with any error of its own
        return False
    return got.shape == wanted.shape and bool((got - wanted).abs().max() <= CLOSE[wanted.dtype] * wanted.abs().max())


def _is_laid_out(layer: nn.Module) -> bool:
    plain = isinstance(layer, nn.Conv2d) and layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
    fits = plain and layer.weight.dtype == torch.float32 and layer.weight.device.type == "cpu"
    return fits and bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
