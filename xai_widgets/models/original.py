"""The module that its user gave: watched for changes, which the copy that runs in its place takes up."""

from __future__ import annotations

import weakref

import torch
from torch import Tensor, nn

from xai_widgets.models.fingerprint import dense, fingerprint
from xai_widgets.models.walk import tensors_of

COUNTED = {torch.float16, torch.bfloat16, torch.float32, torch.float64}
SAMPLED = 64
"""So many numbers of each parameter tell whether it was written unseen."""


class Original:
    """A module as its user has it; it does not outlive the user's own references.

    Parameters
    ----------
    module : Module
    twin : Module
        What runs: a copy of it, or the module itself where it cannot be copied.
    ours : bool
        Whether nobody else has the module, so that nobody writes its weights unseen.

    Attributes
    ----------
    own : set of int
        By id, the twin's parameters that its passes write into.
    """

    def __init__(self, module: nn.Module, twin: nn.Module, *, ours: bool = False) -> None:
        self._ours = ours
        self._module, self._twin, self._copied = weakref.ref(module), twin, twin is not module
        self.own: set[int] = set()
        self._sample = 0
        self._counted: dict[bool, int] = {}
        self._states: dict[bool, int] = {}
        self._hashed = 0, ""
        self.look()
        self._followed = self.version

    @property
    def module(self) -> nn.Module:
        """To be looked at, never to be run. The twin where nobody has the module any more."""
        module = self._module()
        return self._twin if module is None else module

    @property
    def version(self) -> int:
        """A number that changes when weights or buffers do."""
        return self._state(buffers=True)

    @property
    def weights(self) -> int:
        """A number that changes when weights do."""
        # What passes write into weights that cannot be set apart is put back, but counted by torch as a change.
        return 0 if self.own and not self._copied else self._state(buffers=False)

    @property
    def hash(self) -> str:
        """Fingerprint of the weights."""
        version = self.version
        if self._hashed[0] != version or not self._hashed[1]:
            self._hashed = version, fingerprint(self._twin)
        return self._hashed[1]

    def look(self) -> None:
        """Look whether weights were written through `.data`, which torch does not count; then `version` changes too."""
        module = None if self._ours else self._module()
        if module is not None:
            self._sample = _sample(module)

    def follow(self) -> None:
        """Let the twin take up weights and buffers as they are now, where it does not share their memory.

        That is so for buffers, for a twin on another device, for parameters that were given other memory since, and for
        the twin's `own`. Only buffers are looked at each time: the others are not cheap.
        """
        module = self._module()
        if not self._copied or module is None:
            return
        version = self.version
        with torch.no_grad():
            for mine, theirs in zip(self._twin.buffers(), module.buffers(), strict=False):
                # Only then, since no pass can be traced back through what was written into after it.
                same = (mine.device, mine.dtype) == (theirs.device, theirs.dtype)
                if not same or not torch.equal(dense(mine), dense(theirs)):
                    mine.copy_(theirs)
        if self._followed == version:
            return
        self._followed = version
        for mine, theirs in zip(self._twin.parameters(), module.parameters(), strict=False):
            if id(mine) in self.own:
                mine.data = theirs.data.to(mine.device, mine.dtype, copy=True)
            elif _address(mine) != _address(theirs):
                # Not copied into the old memory: that may still be somebody's, who keeps weights aside.
                mine.data = theirs.data.to(mine.device, mine.dtype, copy=theirs.is_inference())

    def _state(self, *, buffers: bool) -> int:
        """Return a number for the module's state; the last one where it is gone, since nobody can change it."""
        if self._module() is not None or buffers not in self._states:
            counted = _version(self.module, buffers=buffers)
            if self._counted.setdefault(buffers, counted) != counted:
                # What is written so and counted is one change: the next look shall not find another.
                self._counted[buffers] = counted
                self.look()
            self._states[buffers] = hash((counted, self._sample))
        return self._states[buffers]


def _version(module: nn.Module, *, buffers: bool = True) -> int:
    """Return a number that changes when weights or buffers do, without looking at them.

    What is written through ``.data`` leaves no trace: `_sample` looks.
    """
    held = tensors_of(module, buffers=buffers)
    return hash(tuple([(_address(t), 0 if t.is_inference() else t._version) for t in held]))  # noqa: SLF001


def _address(tensor: Tensor) -> int:
    """Return where a tensor's memory begins; a number of its own for one without, such as a sparse one."""
    return tensor.data_ptr() if tensor.layout is torch.strided else id(tensor)


def _sample(module: nn.Module) -> int:
    """Return a number that changes when many of a parameter's numbers do, in whatever way they were written.

    Of a few of each: 0.25 ms for a ResNet-18, whose fingerprint takes 8 ms.
    """
    found: dict[tuple[torch.device, torch.dtype], list[Tensor]] = {}
    for t in tensors_of(module, buffers=False):
        # Of others, such as quantised ones, memory tells nothing.
        plain = type(t) is nn.Parameter and t.layout is torch.strided and t.dtype in COUNTED and t.numel() > 0
        if not plain or t.is_meta or t.untyped_storage().nbytes() < (t.storage_offset() + t.numel()) * t.element_size():
            continue
        # In the order of memory: a weight that lies there in another order is not copied for it.
        few = t.detach().as_strided((min(SAMPLED, t.numel()),), (max(1, t.numel() // SAMPLED),))
        found.setdefault((t.device, t.dtype), []).append(few)
    # As bits, since NaN is no number like itself.
    return hash(tuple([torch.cat(some).view(torch.uint8).cpu().numpy().tobytes() for some in found.values()]))
