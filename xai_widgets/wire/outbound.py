"""Messages to the browser: plain content, with big arrays beside it as buffers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.arrays import coarser, encode

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMIT = 1_000_000
"""Bytes of one message: hosts drop connections over larger ones."""


@dataclass(eq=False)
class Message:
    """One message and its buffers.

    Parameters
    ----------
    kind : str
        As in ``docs/protocol.md``.
    **fields
        What it says.
    """

    content: dict[str, Any]
    buffers: list[memoryview] = field(default_factory=list)

    def __init__(self, kind: str, **fields: Any) -> None:
        self.content = {"kind": kind, **fields}
        self.buffers = []

    def saying(self, **fields: Any) -> Message:
        """Return the same message with other or more fields; this one may have been sent, and stays as it is."""
        other = Message(**{**self.content, **fields})
        other.buffers = self.buffers
        return other

    def coarse(self) -> Message:
        """Return the same message in half the bytes, if it is the map of a picture, else the message itself."""
        if self.content["kind"] != "map" or len(self.content["values"]["shape"]) == 1:
            return self
        values = self.content["values"]
        meta, data = coarser(values, self.buffers[values["buffer"]])
        other = self.saying(values=meta)
        other.buffers = [data if i == values["buffer"] else one for i, one in enumerate(self.buffers)]
        return other

    def add(self, name: str, array: NDArray[Any], dtype: str) -> Message:
        """Put an array under `name`.

        Raises
        ------
        ValueError
            When the message becomes larger than a host may take.
        """
        self.content[name] = self.attached(array, dtype)
        return self

    def attached(self, array: NDArray[Any], dtype: str) -> dict[str, Any]:
        """Attach an array, and return what refers to it: the protocol's `Array`.

        Raises
        ------
        ValueError
            When the message becomes larger than a host may take.
        """
        meta, data = encode(array, dtype)
        self.buffers.append(data)
        size = sum(one.nbytes for one in self.buffers)
        if size > LIMIT:
            msg = f"a message must stay within {LIMIT} bytes, this one ({self.content['kind']}) has {size}."
            raise ValueError(msg)
        return {**meta, "buffer": len(self.buffers) - 1}
