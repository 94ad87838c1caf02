"""What is kept of the points of a path: a little in memory, the rest in a file without a name."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import tempfile
import weakref
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from xai_widgets.attribution.statistics import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[slice], Tensor]

HELD = 2**16
"""Bytes of a path's points that memory keeps: less than one pass of any network for pictures takes."""

LARGE = 2**16
"""Values of a map from which on its gradients are kept in half precision."""

ROOM = 2**30
"""Bytes for what is kept of all points: each new one is weighed by its neighbours."""


class Values(Protocol):
    """A tensor that is kept somewhere."""

    shape: torch.Size

    def read(self, part: slice = ...) -> Tensor:
        """Return a part along the first axis, not to be changed."""

    def write(self, part: slice, values: Tensor) -> None:
        """Put others in the place of a part."""


class Point(NamedTuple):
    """How `y` and `g` at one place are read."""

    y: Read
    g: Read

    def read(self, part: slice = slice(None)) -> tuple[Tensor, Tensor]:
        """Return both, or a part along the first axis of each that has one."""
        return self.y(part), self.g(part)


class Points:
    """Keeps `y` and `g` of points for as long as it is there itself.

    To write the map of a photo and read it twice takes less than a hundredth of the pass that gave it, so a path of
    many points takes no more memory than one of few, whatever the size of the network. Where no file can be made,
    memory keeps them, as it does on other devices: their batches take far more of it, and are over sooner than a file
    is written.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = self._held = 0

    def keep(self, y: Tensor, g: Tensor) -> Point:
        """Take in a point.

        A large `g` of single precision is kept in half of it, as shares of its largest value: that rounds off less
        than a two-thousandth of each, and gradients in single precision are not known as well.
        """
        if not _is_halved(g):
            return Point(self._kept(y).read, self._kept(g).read)
        scale = float(g.abs().max()) or 1.0
        read = self._kept((g / scale).half()).read
        return Point(self._kept(y).read, lambda part: wide(read(part)) * scale)

    def keep_values(self, values: Tensor) -> Values:
        """Take in values of no point, to be written anew as they change."""
        return self._kept(values)

    def _kept(self, values: Tensor) -> Values:
        if self._held + values.nbytes > HELD and values.device.type == "cpu":
            with contextlib.suppress(OSError):
                return self._written(values)
        self._held += values.nbytes
        return InMemory(values)

    def _written(self, values: Tensor) -> Values:
        if self._file is None:
            # Unbuffered: what a full disk did not take must not be written again where a point is read.
            self._file = tempfile.TemporaryFile(prefix="xai_widgets.", buffering=0)  # noqa: SIM115 -- closed with this
            weakref.finalize(self, self._file.close)
        found = InFile(self._file, self._end, values)
        self._end += values.nbytes
        return found


class InMemory:
    """Values that memory keeps."""

    def __init__(self, values: Tensor) -> None:
        self._own, self.shape = values.clone(), values.shape  # a row itself would hold all of its batch

    def read(self, part: slice = slice(None)) -> Tensor:
        """Return a part along the first axis, not to be changed."""
        return cut(self._own, part)

    def write(self, part: slice, values: Tensor) -> None:
        """Put others in the place of a part."""
        cut(self._own, part).copy_(values)


class InFile:
    """Values that a file keeps from some place on."""

    def __init__(self, file: IO[bytes], at: int, values: Tensor) -> None:
        self._file, self._at, self.shape, self._dtype = file, at, values.shape, values.dtype
        self.write(slice(None), values)

    def read(self, part: slice = slice(None)) -> Tensor:
        """Return a part along the first axis."""
        found = torch.empty(self._seek(part), dtype=self._dtype)
        self._file.readinto(found.numpy().data)  # type: ignore[attr-defined]
        return found

    def write(self, part: slice, values: Tensor) -> None:
        """Put others in the place of a part."""
        self._seek(part)
        if self._file.write(values.contiguous().numpy().data) < values.nbytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _seek(self, part: slice) -> tuple[int, ...]:
        """Go to where a part begins, and return its shape."""
        first, last, _ = part.indices(self.shape[0] if self.shape else 1)
        self._file.seek(self._at + first * math.prod(self.shape[1:]) * self._dtype.itemsize)
        return (last - first, *self.shape[1:]) if self.shape else ()


def cut(values: Tensor, part: slice) -> Tensor:
    """Return a part along the first axis, if there is one."""
    return values[part] if values.ndim else values


def _is_halved(g: Tensor) -> bool:
    return g.dtype == torch.float32 and g.numel() >= LARGE


def room_of(g: Tensor) -> int:
    """Return the bytes that are kept of a point's `g`."""
    return g.nbytes // 2 if _is_halved(g) else g.nbytes


def affordable(n_steps: int, kept: int) -> tuple[int, tuple[str, ...]]:
    """Return as many steps as there is room for, `kept` bytes each, and a note where these are fewer."""
    most = max(3, ROOM // kept)
    if n_steps <= most:
        return n_steps, ()
    return most, (f"At most {most} steps: what is kept of each takes {kept / 1e6:.0f} MB.",)
