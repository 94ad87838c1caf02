"""Layers by name, and what they put out: recorded so that it can be differentiated, or something else in its place."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.jit import ScriptModule

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

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


def tensor_in(output: Any) -> Tensor | None:
    """Find the activation in what a layer puts out: the tensor itself, or the first value of a tuple or mapping.

    Returns
    -------
    Tensor or None
        None where that is no tensor of floating-point numbers.
    """
    first = output
    if isinstance(output, tuple):
        first = output[0] if output else None
    elif isinstance(output, Mapping):
        first = next(iter(output.values()), None)
    return first if isinstance(first, Tensor) and first.is_floating_point() else None


def with_tensor(output: Any, tensor: Tensor) -> Any:
    """Return what a layer put out with another activation; the rest of it stays."""
    if isinstance(output, Mapping):
        other: Any = copy.copy(output)
        other[next(iter(output))] = tensor
        return other
    if not isinstance(output, tuple):
        return tensor
    fields = getattr(output, "_fields", None)
    return (tensor, *output[1:]) if fields is None else output._replace(**{fields[0]: tensor})  # type: ignore[attr-defined]


@contextmanager
def listening(
    module: nn.Module, hook: Callable[[str, tuple[Any, ...], Any], Any], layers: Iterable[str] | None = None
) -> Iterator[None]:
    """Call a function after each run of layers.

    Parameters
    ----------
    module : Module
    hook : callable
        ``hook(name, given, output)``, where `given` are all arguments; what it returns takes the place of the output,
        unless it is None.
    layers : iterable of str, optional
        By default all submodules, but not the module itself.
    """

    def call(name: str, _module: nn.Module, args: tuple[Any, ...], named: dict[str, Any], output: Any) -> Any:
        return hook(name, (*args, *named.values()), output)

    names = [name for name, _ in module.named_modules() if name] if layers is None else layers
    known = dict(module.named_modules(remove_duplicate=False))
    handles = [
        known[name].register_forward_hook(partial(call, name), with_kwargs=True)
        for name in names
        if not isinstance(known[name], ScriptModule)  # they run each other where Python is not told
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def recording(module: nn.Module, layers: Collection[str], *, cut: bool) -> Iterator[dict[str, Tensor]]:
    """Record the activations of passes, by the layers' names and in the order in which they ran.

    Parameters
    ----------
    module : Module
    layers : collection of str
        Names of submodules. Those are left that ran after all others, since to keep an activation costs a copy.
    cut : bool
        Whether activations are cut off from what is below; then all of `layers` are left.
    """
    seen: dict[str, Tensor] = {}

    def record(name: str, _given: tuple[Any, ...], output: Any) -> Any:
        if name in layers:
            return _record(seen, name, output, cut=cut)
        tensor = tensor_in(output)
        if tensor is not None and tensor.requires_grad:
            seen.clear()
        return None

    with listening(module, record, layers if cut else None):
        yield seen


@contextmanager
def recording_shapes(module: nn.Module) -> Iterator[dict[str, tuple[int, ...]]]:
    """Record the shapes of what all submodules put out, by their names; nothing else of it is kept."""
    seen: dict[str, tuple[int, ...]] = {}

    def record(name: str, _given: tuple[Any, ...], output: Any) -> None:
        tensor = tensor_in(output)
        if tensor is not None:
            seen[name] = tuple(tensor.shape)

    with listening(module, record):
        yield seen


def _record(seen: dict[str, Tensor], name: str, output: Any, *, cut: bool) -> Any:
    tensor = tensor_in(output)
    if tensor is None:
        return None
    if cut:
        tensor = tensor.detach().requires_grad_()
    elif tensor is not output:
        # One of its own: what is put out beside it may have been made of it, and does not lead on from here.
        tensor = tensor.clone()
    elif not tensor.requires_grad:
        return None  # made of constants alone, such as positions
    else:
        # The layer may have gone on from this tensor itself, to another of its outputs: what counts is what goes on
        # from the tensor that it put out.
        tensor = tensor.view_as(tensor)
    seen.pop(name, None)  # a module that runs again counts where it ran last
    seen[name] = tensor
    # The clone protects the recorded tensor from operations in place further up.
    return with_tensor(output, _cloned(tensor) if cut else tensor.clone())


def _cloned(tensor: Tensor) -> Tensor:
    """Clone a tensor, and copy it where somebody writes: a map as wide as any other is mostly read alone."""
    try:
        return torch._lazy_clone(tensor)  # noqa: SLF001 -- public under no other name
    except (AttributeError, RuntimeError):  # of memory that is not torch's own, such as an array's
        return tensor.clone()
