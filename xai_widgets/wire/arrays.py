"""Arrays on the wire: 16 bits for drawing, exact where that matters. The other half is js/core/arrays.ts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = 1
LEVELS = 65534
"""Codes 0..65534 spread over the range; 65535 stands for what is no number."""

NOT_A_NUMBER = 65535
COARSE_LEVELS = 254
"""The same in 8 bits, for slow connections."""

BROWSER_NAMES: dict[str, np.dtype[Any]] = {
    "<u2": np.dtype("<u2"),
    "<u4": np.dtype("<u4"),
    "<f4": np.dtype("<f4"),
    "|u1": np.dtype("u1"),
}


def encode(array: NDArray[Any], dtype: str = "<u2") -> tuple[dict[str, Any], memoryview]:
    """Encode an array as a description and its bytes, as in ``docs/protocol.md``.

    Parameters
    ----------
    array : ndarray of real numbers
    dtype : {"<u2", "<u4", "<f4", "|u1"}
        ``"<u2"`` quantises: the error is at most half a step of ``(hi - lo) / 65534``, the ends of the range are
        exact, and NaN and infinities become "not a number". The others must hold the values as they are.

    Returns
    -------
    meta : dict
        Without the index of the buffer, which the message adds.
    data : memoryview
        C-contiguous, little-endian; of the array's own memory where that has the right form.

    Raises
    ------
    TypeError
        For an array whose values the dtype cannot hold.
    ValueError
        For an empty array.
    """
    if array.size == 0:
        msg = f"an empty array cannot be sent, got shape {array.shape}."
        raise ValueError(msg)
    if (
        array.dtype.kind not in "fiub"
        or (dtype == "|u1" and array.dtype != np.uint8)
        or (dtype == "<u4" and array.dtype.kind not in "iu")
    ):
        msg = f"an array of {array.dtype} cannot be sent as {dtype}."
        raise TypeError(msg)
    meta: dict[str, Any] = {"v": VERSION, "dtype": dtype, "shape": list(array.shape)}
    if dtype != "<u2":
        with np.errstate(over="ignore"):
            plain: NDArray[Any] = np.ascontiguousarray(array, BROWSER_NAMES[dtype])
        if _loses(array, plain):
            msg = f"an array of {array.dtype} up to {np.abs(array).max()} cannot be sent as {dtype}."
            raise TypeError(msg)
        return meta, memoryview(plain.data).cast("B")
    values: NDArray[np.float64] = np.ascontiguousarray(array, np.float64)
    finite = np.isfinite(values)
    lo, hi = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    # Halves first: the difference of the ends of float64's range is no float64.
    span = hi / 2 - lo / 2
    share = np.divide(values / 2 - lo / 2, span, out=np.zeros_like(values), where=finite & (span > 0))
    codes = np.where(finite, np.rint(share * LEVELS), NOT_A_NUMBER).astype("<u2")
    return {**meta, "lo": lo, "hi": hi}, memoryview(codes.data).cast("B")


def _loses(array: NDArray[Any], plain: NDArray[Any]) -> bool:
    """Tell whether a whole number changed or a finite one became infinite; a fraction may be rounded."""
    if array.dtype.kind == "f":
        return bool((np.isfinite(array) & ~np.isfinite(plain)).any())
    # Compared as Python's own numbers would be: NumPy takes -1 for 2**32 - 1 where both are made unsigned.
    return bool((array != plain).any() or (array.dtype.kind == "i" and (array < 0).any() and plain.dtype.kind == "u"))


def coarser(meta: dict[str, Any], data: memoryview) -> tuple[dict[str, Any], memoryview]:
    """Return a quantised array in 8 bits: half the bytes, an error of at most half a step of ``(hi - lo) / 254``."""
    codes = np.frombuffer(data, "<u2")
    rounded = np.rint(codes * (COARSE_LEVELS / LEVELS))
    small = np.where(codes == NOT_A_NUMBER, COARSE_LEVELS + 1, rounded).astype(np.uint8)
    return {**meta, "dtype": "|u1"}, memoryview(small.data)


def decode(meta: dict[str, Any], data: memoryview | bytes) -> NDArray[Any]:
    """Invert :func:`encode` and :func:`coarser`; quantised values come back as float64."""
    array: NDArray[Any] = np.frombuffer(data, dtype=BROWSER_NAMES[meta["dtype"]]).reshape(meta["shape"])
    if "lo" not in meta:
        return array
    levels = LEVELS if meta["dtype"] == "<u2" else COARSE_LEVELS
    share = np.minimum(array, levels) / levels
    values = meta["lo"] * (1 - share) + meta["hi"] * share
    found: NDArray[Any] = np.where(array > levels, np.nan, values)
    return found
