"""From whatever the user gives to :class:`Inputs`."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from xai_widgets.inputs.base import CHANNELS, COLOURS, Inputs
from xai_widgets.inputs.decode import EXPECTED, check_finite, display_copy, from_array, open_file, upright
from xai_widgets.inputs.geometry import Geometry, probe
from xai_widgets.inputs.preprocess import Preprocess, feed
from xai_widgets.inputs.rng import kept_rng
from xai_widgets.inputs.rows import Row, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_CELLS = 10_000
"""Of a row that somebody reads; what is longer is a signal."""

UNBATCHED = "The batch axis of 1 was taken off: an input is given without one."
"""Said where that was done."""

_UNPREPARED = (
    "The picture was given to the model as it is, scaled to 0..1: pass preprocess= if the model expects another size "
    "or normalised values."
)


@torch.inference_mode(mode=False)
def read_inputs(
    x: Any,
    *,
    preprocess: Preprocess | None = None,
    device: torch.device | str,
    dtype: torch.dtype,
    columns: Sequence[str] | None = None,
    channels: frozenset[int] = frozenset(),
    at_once: bool = True,
) -> Inputs:
    """Decode one input and prepare it for the model.

    Parameters
    ----------
    x : object
        A PIL image, the path or bytes of an image file; or a tensor or array. Without `preprocess` a
        tensor or a floating array is what the model eats, and an array of bytes or bools is a picture. A list of
        numbers, a dict of numbers by name or a pandas row is a row of a table.
    preprocess : callable, optional
        From a PIL image to the tensor that the model eats, with or without a batch axis of 1, or to a mapping
        with such ``"pixel_values"`` or ``"image"``.
    device, dtype : torch.device, torch.dtype
        The model's.
    columns : sequence of str, optional
        Names of the columns of a table that the model was fitted with, in its order.
    channels : set of int
        How many channels the model's convolutions take. Where they take three and not one, a grey picture has its own
        three times over; and an array of so many channels, height and width is a picture.
    at_once : bool
        Whether to find out now how `preprocess` maps the photo. Else `Inputs.traced` does, which may be called on any
        thread: a `preprocess` that draws random numbers is looked at now all the same.

    Raises
    ------
    TypeError, ValueError, FileNotFoundError, RuntimeError
        Saying what was expected and what came; RuntimeError is chained to what `preprocess` raised.
    """
    if preprocess is None:  # no code but ours runs, which draws nothing
        return _read(x, None, device, dtype, columns, channels=channels, at_once=at_once)
    with kept_rng() as drawn:
        found = _read(x, preprocess, device, dtype, columns, channels=channels, at_once=at_once)
        return found.traced() if found.traced and (at_once or drawn()) else found


def _read(
    x: Any,
    preprocess: Preprocess | None,
    device: torch.device | str,
    dtype: torch.dtype,
    columns: Sequence[str] | None,
    *,
    channels: frozenset[int],
    at_once: bool,
) -> Inputs:
    colour = COLOURS in channels and 1 not in channels
    picture = partial(_picture, preprocess=preprocess, device=device, dtype=dtype, colour=colour, at_once=at_once)
    if isinstance(x, (str, bytes, os.PathLike)):
        return picture(upright(open_file(x)), "picture")
    if isinstance(x, Image.Image):
        return picture(upright(x), "picture")
    row = row_of(x) if preprocess is None else None
    if row is None and columns is not None and np.ndim(x) == 1:
        row = Row(np.asarray(x, dtype=np.float64))
    if row is not None:
        row = row.ordered(columns)
        return replace(_plain(torch.as_tensor(row.values), device, dtype), names=row.names)
    given: Literal["array", "tensor"] = "tensor" if isinstance(x, Tensor) else "array"
    values: Any = (x.clone() if x.is_inference() else x.detach()).cpu() if isinstance(x, Tensor) else _as_array(x)
    if 0 in values.shape:
        msg = f"the input is empty: its shape is {tuple(values.shape)}."
        raise ValueError(msg)
    if preprocess is not None or _is_picture(values):
        return picture(from_array(_as_numpy(values)), given)
    return _plain(torch.as_tensor(values), device, dtype, channels)


def _as_array(x: Any) -> NDArray[Any]:
    try:
        array = np.asarray(x)
    except ValueError:  # a ragged list
        array = np.asarray(None)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        msg = f"the input must be {EXPECTED}, got {type(x).__name__}."
        raise TypeError(msg)
    # Torch knows no foreign byte order and no negative strides.
    return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="), copy=False))


def _as_numpy(values: Any) -> NDArray[Any]:
    # NumPy has no bfloat16.
    if isinstance(values, Tensor) and values.is_floating_point():
        values = values.float()
    return np.asarray(values)


def _is_picture(values: Any) -> bool:
    """Tell whether an array or tensor given without `preprocess` is a picture to be scaled, by its type."""
    if str(values.dtype).removeprefix("torch.") not in ("uint8", "uint16", "bool"):
        return False
    return values.ndim == 2 or (values.ndim == 3 and (values.shape[0] in CHANNELS or values.shape[-1] in CHANNELS))  # noqa: PLR2004


def _picture(
    photo: Image.Image,
    given: str,
    *,
    preprocess: Preprocess | None,
    device: torch.device | str,
    dtype: torch.dtype,
    colour: bool,
    at_once: bool,
) -> Inputs:
    if preprocess is None:
        photo = photo.convert("RGB") if colour else photo
        x = torch.from_numpy(np.atleast_3d(np.array(photo))).permute(2, 0, 1).contiguous().to(device, dtype).div_(255)
        zero = torch.zeros(x.shape[0], 1, 1, device=device, dtype=dtype)
        shown = display_copy(photo)
        whole = (0.0, 0.0, float(shown.shape[1]), float(shown.shape[0]))
        return Inputs(x, "image", zero, zero + 1, shown, whole, photo.size, (_UNPREPARED,))
    call, made = feed(preprocess, photo, given=given)
    if colour and photo.mode == "L" and made.ndim == 3 and made.shape[0] == 1:  # noqa: PLR2004
        photo = photo.convert("RGB")
        call, made = feed(preprocess, photo, given=given)
    if made.ndim != 3:  # noqa: PLR2004
        return _plain(made, device, dtype)
    shown = display_copy(photo)
    x = made.to(device, dtype)
    whole = (0.0, 0.0, float(shown.shape[1]), float(shown.shape[0]))
    black, white = (level.to(device) for level in guess_levels(made.to(dtype)))
    guess = Inputs(x, "image", black, white, shown, whole, photo.size)
    kept = photo if at_once else photo.copy()  # which its owner may change or close meanwhile
    return replace(guess, traced=lambda: _traced(guess, probe(call, kept, shown, made), kept.size))


def _traced(guess: Inputs, found: Geometry, size: tuple[int, int]) -> Inputs:
    x, black, white, shown = guess.x, guess.black, guess.white, guess.photo
    assert shown is not None
    if found.levels is not None:
        black, white = (
            torch.from_numpy(level).to(x.dtype).to(x.device) for level in (found.levels.black, found.levels.white)
        )
    if found.region is None:
        note = f"The map is shown on the model's own view, since preprocess cannot be traced to the photo: {found.why}."
        return _own_view(Inputs(x, "image", black, white, notes=(note,), order=found.order))
    shown = np.ascontiguousarray(shown[:: -1 if found.mirrored[1] else 1, :: -1 if found.mirrored[0] else 1])
    region = _on_display(found.region, found.mirrored, size, shown)
    notes = ("preprocess mirrors the photo; it is shown as the model sees it.",) if any(found.mirrored) else ()
    return Inputs(x, "image", black, white, shown, region, size, notes, found.mirrored, found.order)


def _on_display(
    region: tuple[float, float, float, float], mirrored: tuple[bool, bool], size: tuple[int, int], shown: NDArray[Any]
) -> tuple[float, float, float, float]:
    """Move a region from the photo's pixels to those of its display copy."""
    x0, y0, x1, y1 = region
    if mirrored[0]:
        x0, x1 = size[0] - x1, size[0] - x0
    if mirrored[1]:
        y0, y1 = size[1] - y1, size[1] - y0
    across, down = shown.shape[1] / size[0], shown.shape[0] / size[1]
    return x0 * across, y0 * down, x1 * across, y1 * down


def _plain(x: Tensor, device: torch.device | str, dtype: torch.dtype, channels: frozenset[int] = frozenset()) -> Inputs:
    """Take what the model eats as it is."""
    if not x.is_floating_point():
        kind = str(x.dtype).removeprefix("torch.")
        hint = 'use x.float() of a tensor, x.astype("float32") of an array; only an nn.Embedding takes whole numbers'
        msg = (
            f"without preprocess= the input must hold floating point numbers, got {kind}: "
            f"{'give torch.view_as_real(x)' if x.is_complex() else hint}."
        )
        raise TypeError(msg)
    if x.numel() == 0:
        msg = f"the input is empty: its shape is {tuple(x.shape)}."
        raise ValueError(msg)
    check_finite(x.detach().cpu().float().numpy(), "the input")
    notes: tuple[str, ...] = ()
    channels = channels.union(CHANNELS)
    if x.ndim == 4 and x.shape[0] == 1 and x.shape[1] in channels:  # noqa: PLR2004
        x, notes = x[0], (UNBATCHED,)
    digits = 15 if x.dtype == torch.float64 else 7
    cells = tuple(float(f"{one:.{digits}g}") for one in x.tolist()) if x.ndim == 1 and len(x) <= MOST_CELLS else None
    x = x.detach().to(device, dtype)
    black, white = guess_levels(x)
    if x.ndim != 3 or x.shape[0] not in channels:  # noqa: PLR2004
        return Inputs(x, "tensor", black, white, notes=notes, cells=cells)
    return _own_view(Inputs(x, "image", black, white, notes=notes))


def _own_view(inputs: Inputs) -> Inputs:
    """Let the model's own view stand for the photo."""
    view = Image.fromarray(inputs.view())
    shown = display_copy(view)
    region = (0.0, 0.0, float(shown.shape[1]), float(shown.shape[0]))
    return Inputs(
        inputs.x, "image", inputs.black, inputs.white, shown, region, view.size, inputs.notes, order=inputs.order
    )


def guess_levels(x: Tensor) -> tuple[Tensor, Tensor]:
    """Guess black and white from the values: 0..1 or 0..255 where they fit, else their own range."""
    low, high = float(x.min()), float(x.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and 2 < high <= 255:  # noqa: PLR2004
        low, high = 0.0, 255.0
    elif high == low:
        high = low + 1
    shape = (1,) * x.ndim
    return x.new_full(shape, low), x.new_full(shape, high)
