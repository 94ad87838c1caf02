"""The user's model is never changed: what is needed to keep that promise.

The work is done on a private copy that shares the weights' memory, so that training flags, hooks and
gradients are our own and a training loop in another thread goes on undisturbed. Where a module cannot be
copied, :func:`untouched` puts everything back.
"""

from __future__ import annotations

import copy
import random
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from xai_widgets.models.walk import modules_of, tensors_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Container, Iterator
    from contextlib import AbstractContextManager

DRAWING = (
    *("rand", "normal", "bernoulli", "uniform", "multinomial", "exponential", "poisson", "geometric", "binomial"),
    *("cauchy", "gamma", "dropout", "rrelu", "fractional_max_pool", "attention"),
)
"""Words in the names of the operations that may draw random numbers."""

EMPTY = {OrderedDict, dict, set}

NUMPY: np.random.RandomState = np.random.mtrand._rand  # noqa: SLF001
"""What ``np.random.rand`` and the like draw from."""

HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@torch.inference_mode(mode=False)
def private_copy(module: nn.Module, *, shares: bool = True) -> nn.Module | None:
    """Copy the module in evaluation mode; None when it cannot be copied.

    Parameters are frozen, and where it `shares` them they share storage with the originals (weights trained further are
    seen at once, no memory is spent); buffers are cloned, since a forward pass may write to them, and so are parameters
    that were made in inference mode, through which no gradient can go.
    """
    # Not p.detach(): that shares the count of changes too, and our backward passes would refuse weights that an
    # optimizer in another thread has changed since.
    parameters = tensors_of(module, buffers=False) if shares else ()
    shared: dict[int, Tensor] = {
        id(p): nn.Parameter(p.data.clone() if p.is_inference() else p.data, requires_grad=False) for p in parameters
    }
    # What a pass has left on a module, or computes anew in each (weight_norm): deepcopy refuses what has a history.
    shared |= {id(t): t.detach().clone() for t in kept_tensors(module) if not t.is_leaf}
    # deepcopy keeps the objects of its memo alive by id; so must we, hence the values stay in `shared`.
    try:
        with torch.no_grad():  # else the weights that TorchScript copies have a history
            twin = copy.deepcopy(module, {**shared, **new_empties(module)})
    except Exception:  # noqa: BLE001
        return None
    # A module that copies itself, as Keras's do, makes weights of its own; `follow` gives them the originals' memory.
    for parameter in tensors_of(twin, buffers=False):  # not by the module: a compiled one refuses to
        parameter.requires_grad_(False)  # noqa: FBT003
    uncompile(twin)
    return twin.eval()


def uncompile(twin: nn.Module) -> None:
    """Let parts of a copy that torch.compile made run as they are: it hides their layers, and would compile anew."""
    for one in modules_of(twin):
        inner = getattr(one, "_orig_mod", None)
        if isinstance(inner, nn.Module):
            one.forward = inner.__call__


def new_empties(module: nn.Module) -> dict[int, Any]:
    """Return new empty containers by the ids of the modules' own, for `deepcopy`, which takes longer for each."""
    found = (value for one in modules_of(module) for value in vars(one).values())
    return {id(one): type(one)() for one in found if type(one) in EMPTY and not one}


def kept_tensors(module: nn.Module) -> Iterator[Tensor]:
    """Find the tensors among the modules' plain attributes, and in lists, tuples and dicts there."""
    for one in modules_of(module):
        for value in vars(one).values():
            if isinstance(value, Tensor):
                yield value
            elif isinstance(value, (dict, list, tuple)) and value:  # most are empty
                yield from (t for t in (value.values() if isinstance(value, dict) else value) if isinstance(t, Tensor))


def random_states(device: torch.device) -> list[Any]:
    """Return the states of the global generators that a pass on this device can change: torch's, NumPy's, Python's."""
    states: list[Any] = [random.getstate(), NUMPY.get_state(legacy=False), torch.get_rng_state()]
    if device.type == "cuda":
        states.append(torch.cuda.get_rng_state(device))
    elif device.type == "mps":
        states.append(torch.mps.get_rng_state())
    return states


def restore_random_states(device: torch.device, states: list[Any]) -> None:
    """Put the generators back."""
    plain, numpy, own, *far = states
    random.setstate(plain)
    NUMPY.set_state(numpy)
    torch.set_rng_state(own)
    if device.type == "cuda":
        torch.cuda.set_rng_state(far[0], device)
    elif device.type == "mps":
        torch.mps.set_rng_state(far[0])


@contextmanager
def seeded(device: torch.device, seed: int) -> Iterator[None]:
    """Run with the global generators seeded, and put their states back."""
    states = random_states(device)
    random.seed(seed)
    NUMPY.seed(seed % 2**32)
    # Not torch.manual_seed: that would seed every device there is, and only this one's state is put back.
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
    try:
        yield
    finally:
        restore_random_states(device, states)


@contextmanager
def untouched(module: nn.Module) -> Iterator[nn.Module]:
    """Put the module in evaluation mode and restore all of its state on leaving, after errors too.

    Restored: training flags, ``requires_grad``, ``.grad``, the memory of parameters, buffers, hooks, plain attributes
    of the modules, the global random generators.

    Yields
    ------
    Module
        The module itself.
    """
    modules = list(module.modules())
    hooks = {m: [dict(getattr(m, name)) for name in HOOKS] for m in modules}
    # Transformers models note in one that their layers have hooks: with the hooks gone the note would be a lie.
    plain = {m: dict(vars(m)) for m in modules}
    parameters = {p: (p.requires_grad, p.grad, p.data) for p in module.parameters()}
    # By name as well, since a pass may put another tensor in a buffer's place.
    named = {m: dict(m._buffers) for m in modules}  # noqa: SLF001
    buffers = {b: b.clone() for b in module.buffers()}
    device = next((p.device for p in parameters), torch.device("cpu"))
    states = random_states(device)
    try:
        module.eval()
        for p in parameters:
            p.requires_grad_(False)  # noqa: FBT003
        yield module
    finally:
        for m, attributes in plain.items():
            _drop_new(vars(m), attributes)
            vars(m).update(attributes)
        for m, before in hooks.items():
            for name, entries in zip(HOOKS, before, strict=True):
                _drop_new(getattr(m, name), entries)
        for p, (requires_grad, grad, data) in parameters.items():
            with torch.inference_mode():  # outside of it, what was made in it is not to be changed
                p.requires_grad_(requires_grad)
            p.grad = grad
            if p.data_ptr() != data.data_ptr():
                p.data = data
        for m, tensors in named.items():
            m._buffers.clear()  # noqa: SLF001
            m._buffers.update(tensors)  # noqa: SLF001
        with torch.inference_mode():
            for b, value in buffers.items():
                b.copy_(value)
        restore_random_states(device, states)


def _drop_new(now: dict[Any, Any], before: Container[Any]) -> None:
    for key in [k for k in now if k not in before]:
        del now[key]


def moved_between(before: list[Any], after: list[Any]) -> bool:
    """Tell whether any generator moved."""
    return not all(map(_same, before, after))


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping):
        return all(_same(a[key], b[key]) for key in a)
    if isinstance(a, Tensor):
        return torch.equal(a, b)
    return bool(np.all(a == b))


class DrawWatch(TorchFunctionMode):
    """Notice whether this thread draws random numbers, such as by a dropout that is always on.

    That a generator moved during a pass proves nothing: a training loop in another thread may have drawn. So the
    generators are compared around each operation that may draw, too short a moment for others; they are only read.
    (A ``TorchDispatchMode`` is exact, but importing that takes seconds.)
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.device, self.seen = device, False

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        name = getattr(func, "__name__", "").lower()
        if self.seen or not any(word in name for word in DRAWING):
            return func(*args, **(kwargs or {}))
        before = random_states(self.device)
        result = func(*args, **(kwargs or {}))
        self.seen = moved_between(before, random_states(self.device))
        return result


class Turn:
    """Take a lock, then enter contexts; leave all in reverse order."""

    def __init__(self, lock: threading.RLock, *inner: AbstractContextManager[Any]) -> None:
        self._lock, self._inner = lock, inner
        self._stack = ExitStack()

    def __enter__(self) -> None:
        with ExitStack() as stack:
            stack.enter_context(self._lock)
            for one in self._inner:
                stack.enter_context(one)
            self._stack = stack.pop_all()

    def __exit__(self, *error: object) -> None:
        self._stack.__exit__(*error)  # type: ignore[arg-type]
