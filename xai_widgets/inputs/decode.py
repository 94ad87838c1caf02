"""Turn whatever holds a picture into an upright 8-bit PIL picture, grey or RGB."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONG_SIDE = 1024
"""Of the display copy: what a notebook cell can show."""

EXPECTED = "a tensor or array, a PIL image, or the path of an image file"


class NotFiniteError(ValueError):
    """NaN or infinity where numbers are expected: however else it were read, they would be there."""


def open_file(source: str | os.PathLike[str] | bytes) -> Image.Image:
    """Open an image file, or the bytes of one.

    Raises
    ------
    FileNotFoundError, ValueError
        Saying what was expected at that path.
    """
    if isinstance(source, bytes):
        what, stream = f"{len(source)} bytes", BytesIO(source)
    else:
        what, stream = f"{os.fspath(source)[:200]!r}", BytesIO(_read(source))
    try:
        picture = Image.open(stream)
        picture.load()
    except UnidentifiedImageError:
        msg = f"{what} is not an image that Pillow can read."
        raise ValueError(msg) from None
    except (OSError, SyntaxError) as error:
        msg = f"{what} is a damaged image: {error}."
        raise ValueError(msg) from error
    return picture


def _read(path: str | os.PathLike[str]) -> bytes:
    text = os.fspath(path)
    if not text:  # which the system takes for the folder that it is in
        msg = f"the path is empty; expected {EXPECTED}."
        raise ValueError(msg)
    try:
        return Path(path).expanduser().read_bytes()
    except IsADirectoryError:
        msg = f"{text!r} is a folder; expected {EXPECTED}."
        raise ValueError(msg) from None
    except (FileNotFoundError, NotADirectoryError, ValueError, OSError) as error:
        if isinstance(error, PermissionError):
            raise
        web = " Nothing here goes to the network: download it first." if "://" in text else ""
        msg = f"there is no file {text[:200]!r}; expected {EXPECTED}.{web}"
        raise FileNotFoundError(msg) from None


def upright(picture: Image.Image) -> Image.Image:
    """Return the picture as its viewer sees it: turned as EXIF says, over white, as ``L`` or ``RGB``.

    Raises
    ------
    ValueError
        For a picture without pixels.
    """
    if 0 in picture.size:
        msg = f"the image is empty: {picture.width} × {picture.height} pixels."
        raise ValueError(msg)
    picture.load()
    if picture.getexif().get(ExifTags.Base.Orientation, 1) != 1:  # else it would be copied, which may be large
        picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("L", "RGB") and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith(("I", "F")):
        return from_array(np.asarray(picture))
    if picture.mode.endswith(("A", "a")) or "transparency" in picture.info:
        grey = picture.mode in ("LA", "La", "L")
        # Pillow knows no direct way from these.
        direct = {"La": "LA", "PA": "RGBA"}.get(picture.mode)
        picture = (picture.convert(direct) if direct else picture).convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        return white.convert("L" if grey else "RGB")
    return picture.convert("L" if picture.mode == "1" else "RGB")


def from_array(values: NDArray[Any]) -> Image.Image:
    """Return an array of height × width, with 1, 3 or 4 channels last or first, as a picture.

    Raises
    ------
    TypeError, ValueError
        For a shape or numbers that no picture has.
    """
    values = np.asarray(values)
    shape = values.shape
    if 0 in shape:
        msg = f"the image is empty: its shape is {shape}."
        raise ValueError(msg)
    if values.ndim == 3 and shape[-1] not in (1, 3, 4) and shape[0] in (1, 3, 4):  # noqa: PLR2004
        values = np.moveaxis(values, 0, -1)
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[-1] not in (1, 3, 4)):  # noqa: PLR2004
        one = ": give one at a time" if values.ndim == 4 else ""  # noqa: PLR2004
        msg = f"a picture must be 2D, or 3D with 1, 3 or 4 channels, got shape {shape}{one}."
        raise ValueError(msg)
    if values.ndim == 3 and values.shape[-1] == 1:  # noqa: PLR2004
        values = values[..., 0]
    return upright(Image.fromarray(np.ascontiguousarray(to_bytes(values))))


def to_bytes(values: Any) -> NDArray[np.uint8]:
    """Bring pixels of any type to 0..255; floats may lie in 0..1 or 0..255, wide integers in 0..65535."""
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    if values.dtype == np.uint8:
        same: NDArray[np.uint8] = values
        return same
    if values.dtype.kind not in "iuf":
        msg = f"pixels must be numbers, got an array of {values.dtype}."
        raise TypeError(msg)
    if values.dtype.kind == "f":
        values = values.astype(np.float32) if values.dtype.itemsize == 2 else values  # noqa: PLR2004  # half precision
        check_finite(values, "the image")
    wide = values.dtype.itemsize == 2 and values.dtype.kind == "u"  # noqa: PLR2004
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind == "f":
        top = 1.0 if high <= 1 + 1e-3 else 255.0
    else:
        top = 255.0 if high <= 255 and not wide else 65535.0  # noqa: PLR2004
    if low < -1e-3 * top or high > top * (1 + 1e-3):
        msg = (
            f"pixels must lie in 0..1, 0..255 or 0..65535 (whole numbers), got {low:g}..{high:g}. "
            "What was prepared for the model already is given without preprocess=."
        )
        raise ValueError(msg)
    scaled: NDArray[np.uint8] = (values * (255 / top)).round().clip(0, 255).astype(np.uint8)
    return scaled


def check_finite(values: NDArray[Any], what: str) -> None:
    """Raise NotFiniteError when `values` holds NaN or infinity, saying how many and where the first is."""
    bad = ~np.isfinite(values)
    if bad.any():
        first = [int(i) for i in np.unravel_index(int(bad.argmax()), bad.shape)]
        msg = f"{what} holds {int(bad.sum())} NaN or infinite values of {bad.size}, the first at {first}."
        raise NotFiniteError(msg)


def display_copy(picture: Image.Image) -> NDArray[np.uint8]:
    """Return the picture in RGB with its long side at most `LONG_SIDE`."""
    scale = LONG_SIDE / max(picture.size)
    if scale < 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    shown: NDArray[np.uint8] = np.array(picture.convert("RGB"))
    return shown
