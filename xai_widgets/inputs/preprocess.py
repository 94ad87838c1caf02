"""Call the user's `preprocess` and see that a picture for a model comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.inputs.decode import check_finite

if TYPE_CHECKING:
    from PIL.Image import Image

Preprocess = Callable[[Any], Any]
Feed = Callable[["Image"], Tensor]
"""From a picture to what the model eats, on the CPU."""


NAMES = ("pixel_values", "image")
"""What transformers' processors and albumentations call the picture in the mapping that they return."""


def feed(preprocess: Any, picture: Image, *, given: str) -> tuple[Feed, Tensor]:
    """Find the form in which `preprocess` takes a picture, and what it makes of this one.

    Pillow's image is tried first, grey when the picture is; then RGB; then an array or tensor for those
    who gave one; then an array by the name of `image`, as albumentations takes it. The error shown is the first, since
    that is the documented form.

    Parameters
    ----------
    preprocess : callable
        The user's.
    picture : PIL.Image.Image
        In mode ``L`` or ``RGB``.
    given : {"picture", "array", "tensor"}
        What the user gave.

    Raises
    ------
    RuntimeError
        Chained to what `preprocess` raised.
    TypeError, ValueError
        For something else than one picture of floating point numbers.
    """
    if not callable(preprocess):
        kind = type(preprocess).__name__
        msg = f"preprocess must be a callable that takes a PIL image and returns a tensor, got {kind}."
        raise TypeError(msg)
    forms: list[Callable[[Image], Any]] = [preprocess]
    if picture.mode == "L":
        forms.append(lambda image: preprocess(image.convert("RGB")))
    if given != "tensor":
        forms.append(lambda image: preprocess(np.array(image)))
    else:
        forms.append(lambda image: preprocess(torch.from_numpy(np.atleast_3d(np.array(image))).permute(2, 0, 1) / 255))
    forms.append(lambda image: preprocess(image=np.array(image)))
    first: Exception | None = None
    for form in forms:
        try:
            # A copy, since some change the picture in place (thumbnail); the test pictures may be changed.
            out = form(picture.copy())
        except Exception as error:  # noqa: BLE001  # it is the user's code: anything may come
            first = first or error
            continue
        return (lambda image, form=form: unwrap(form(image))), unwrap(out)
    assert first is not None
    msg = f"preprocess raised {type(first).__name__}: {first}"
    raise RuntimeError(msg) from first


def unwrap(out: Any) -> Tensor:
    """Take the one picture out of what a `preprocess` returned.

    Raises
    ------
    TypeError, ValueError
        Saying what was expected and what came.
    """
    x = _tensor(out)
    if x.numel() == 0:
        msg = f"preprocess returned an empty picture, shape {tuple(x.shape)}."
        raise ValueError(msg)
    if x.ndim == 4 and x.shape[0] != 1:  # noqa: PLR2004
        msg = f"preprocess must return one picture, got a batch of {x.shape[0]}, shape {tuple(x.shape)}."
        raise ValueError(msg)
    if x.ndim in (2, 4) and x.shape[0] == 1:
        x = x[0]
    if not x.is_floating_point():
        msg = f"preprocess returned {x.dtype}; the model needs floating point numbers, such as x.float() / 255."
        raise TypeError(msg)
    if x.ndim == 3 and x.shape[0] not in (1, 3, 4) and x.shape[-1] in (1, 3, 4):  # noqa: PLR2004
        msg = f"preprocess must return channels first, [channels, height, width], got shape {tuple(x.shape)}."
        raise ValueError(msg)
    x = x.float() if x.dtype == torch.bfloat16 else x  # NumPy has no bfloat16
    check_finite(x.numpy(), "what preprocess returned")
    return x


def _tensor(out: Any) -> Tensor:
    if isinstance(out, Mapping):
        name = next((one for one in NAMES if one in out), None)
        if name is None:
            got = ", ".join(map(repr, out)) or "nothing"
            msg = f"preprocess returned a mapping without {' or '.join(map(repr, NAMES))}, with {got}."
            raise ValueError(msg)
        out = out[name]
    if isinstance(out, (list, tuple)):
        if len(out) != 1:
            msg = f"preprocess must return one picture, got a {type(out).__name__} of {len(out)}."
            raise ValueError(msg)
        out = out[0]
    if not isinstance(out, (Tensor, np.ndarray)):
        msg = f"preprocess must return a tensor [channels, height, width], got {type(out).__name__}."
        raise TypeError(msg)
    return torch.as_tensor(out).detach().cpu()
