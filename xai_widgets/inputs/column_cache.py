"""Columns that were read before: to tell the kinds of objects, or a typical deviation, takes longest of a table."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

T = TypeVar("T")

MOST = 4_000_000
"""Cells of a table of which something is kept."""

_CACHE: dict[int, dict[str, tuple[NDArray[Any], Any]]] = {}
"""By the frame or array, for as long as that lives, and by the column: its cells, and what was read of them."""


def cached(table: Any, name: str, values: NDArray[Any], read: Callable[[], T]) -> T:
    """Return what was read of the cells (rows,) of a frame's or array's column, anew where any is another one."""
    if table.size > MOST:
        return read()
    columns = _CACHE.get(id(table))
    if columns is None:
        columns = _CACHE[id(table)] = {}
        weakref.finalize(table, _CACHE.pop, id(table), None).atexit = False
    before = columns.get(name)
    # The bytes of objects are where they lie, and those before are held: at their places there are no others.
    if before is None or before[0].dtype != values.dtype or before[0].tobytes() != values.tobytes():
        before = columns[name] = values.copy(), read()
    found: T = before[1]
    return found
