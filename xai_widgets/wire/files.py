"""Files that a reader chose: bytes beside a message, bounded here and opened by who needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xai_widgets.wire.checks import ProtocolError, text
from xai_widgets.wire.outbound import LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Other:
    """Here is a second picture: a file of this name."""

    name: str
    data: bytes = field(repr=False)


def read_other(message: dict[Any, Any], buffers: Sequence[Any]) -> Other:
    """Check a file and its name."""
    name = text("name", message.get("name", ""))
    size = sum(memoryview(one).nbytes for one in buffers)
    if len(buffers) != 1 or not 0 < size <= LIMIT:
        msg = f"a picture must come as one file of at most {LIMIT} bytes, got {size} bytes in {len(buffers)} parts."
        raise ProtocolError(msg)
    return Other(name, bytes(buffers[0]))


FILES = {"other": read_other}
"""How each kind of message that has a file beside it is read."""
