"""Arrays inside JSON, compressed. What is read is hostile until it has been checked."""

from __future__ import annotations

import base64
import binascii
import contextlib
import math
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.export import checks
from xai_widgets.export.checks import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Wanted = tuple[str, int | None, int]
"""Type, axes (None is any number) and the most bytes that are read."""


LARGEST = 2**29
"""Bytes of all arrays of a file together."""

SIZES = {"|u1": 1, "<f4": 4}
"""Of a number, in bytes; of all others 8."""


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as JSON that a browser reads too."""
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "zlib": base64.b64encode(zlib.compress(array.tobytes(), 6)).decode("ascii"),
    }


def unpacked(name: str, one: Any, wanted: Wanted) -> NDArray[Any]:
    """Read what `packed` wrote.

    Raises
    ------
    FileError
        For anything else, and for what is larger than is wanted.
    """
    if not isinstance(one, dict) or not isinstance(one.get("zlib"), str):
        msg = f"its array {name} is damaged"
        raise FileError(msg)
    shape = checks.shape(name, one.get("shape"))
    with faults(f"its array {name} is damaged"):
        size = int(np.prod(shape, dtype=object)) * np.dtype(wanted[0]).itemsize
        limit(f"its array {name}", size, wanted[2])
        packed = base64.b64decode(one["zlib"], validate=True)
        data = zlib.decompressobj().decompress(packed, size + 1)
    return array_of(name, data, (one.get("dtype"), shape), wanted)


def bounded(record: Any) -> None:
    """Refuse arrays that would be too large together, before any is unpacked: each alone may be within its limit."""
    left, total = [record], 0
    while left:
        one = left.pop()
        if isinstance(one, dict) and isinstance(one.get("zlib"), str) and isinstance(one.get("shape"), list):
            total += math.prod(checks.shape("shape", one["shape"])) * SIZES.get(str(one.get("dtype")), 8)
            limit("what it holds", total, LARGEST)
        elif isinstance(one, (dict, list)):
            left += one.values() if isinstance(one, dict) else one


def array_of(
    name: str, data: bytes, found: tuple[Any, tuple[int, ...]], wanted: Wanted, *, fortran: bool = False
) -> NDArray[Any]:
    """Check that an array is what it should be and that its bytes are all there."""
    dtype, shape = np.dtype(wanted[0]), found[1]
    if found[0] != dtype.str or wanted[1] not in (None, len(shape)) or len(shape) > checks.MOST_AXES:
        axes = "" if wanted[1] is None else f" on {wanted[1]} axes"
        msg = f"its array {name} should hold {dtype.str} values{axes}"
        raise FileError(msg)
    if len(data) != int(np.prod(shape, dtype=object)) * dtype.itemsize:
        msg = f"its array {name} is incomplete or damaged"
        raise FileError(msg)
    with faults(f"its array {name} has an impossible shape"):
        array: NDArray[Any] = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C").copy()
    return array


def limit(what: str, size: int, most: int) -> None:
    """Refuse more than `most` bytes."""
    if size > most:
        msg = f"{what} is larger than {most >> 20} MB"
        raise FileError(msg)


@contextlib.contextmanager
def faults(message: str) -> Iterator[None]:
    """Turn what damaged data raise into one readable error."""
    try:
        yield
    except FileError:
        raise
    except (ValueError, KeyError, TypeError, EOFError, RecursionError, MemoryError, OverflowError, NotImplementedError,
            RuntimeError, SyntaxError, zipfile.BadZipFile, zlib.error, binascii.Error) as error:  # fmt: skip
        raise FileError(message) from error
