"""A picture, a goal and what may be done to it, made of what the user gave."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from xai_widgets.counterfactual import (
    DecodedProblem,
    LatentPicture,
    PictureProblem,
    PictureSubject,
    RegionProblem,
    SmoothPicture,
    WaveProblem,
    resolve_goal,
)
from xai_widgets.inputs.finite import check_finite
from xai_widgets.models.untouched import private_copy
from xai_widgets.prepare import read_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.counterfactual import Search
    from xai_widgets.models import TorchModel


def is_picture(x: Any, start: Any) -> bool:
    """Tell whether it may be a picture, or is one that a code stands for."""
    return isinstance(x, (Tensor, np.ndarray, Image.Image, str, os.PathLike)) or (x is None and start is not None)


def picture_problem(
    search: Search, model: TorchModel, x: Any, target: Any, *, within: Any, seed: int, **given: Any
) -> PictureProblem:
    """Make a problem of what the user gave; parameters and errors as in :func:`counterfactuals`."""
    latent = isinstance(search, LatentPicture)
    _check_given(search, given, latent=latent)
    preprocess, other, decoder, origin = given["preprocess"], given["other"], None, None
    if latent:
        decoder = _frozen("decoder", given["decoder"])
        if given["start"] is None:
            _, inputs = read_for(model, x, preprocess=preprocess)
            with torch.no_grad():
                origin = _frozen("encoder", given["encoder"])(inputs.x[None])[0].detach()
        else:
            origin = torch.as_tensor(given["start"]).to(model.device, model.dtype)
        check_finite(origin.cpu().float().numpy(), "the code")
        with torch.no_grad():
            x, preprocess = _decoded(decoder(origin[None])), None
    model, inputs = read_for(model, x, preprocess=preprocess)
    if inputs.kind != "image":
        shape = list(inputs.x.shape)
        msg = f"the input must be a text, or a row of a table with background=..., or a picture, got shape {shape}."
        raise TypeError(msg)
    subject = PictureSubject(model, inputs, model.predict(inputs.x))
    beside = None
    if other is not None:
        _, beside = read_for(model, other, preprocess=preprocess)
        if beside.x.shape != inputs.x.shape:
            msg = f"other must become a picture of shape {list(inputs.x.shape)}, got {list(beside.x.shape)}."
            raise ValueError(msg)
        target = int(model.predict(beside.x).probabilities.argmax()) if target is None else target
    goal = resolve_goal(target, within, subject.prediction, model.task or "logits")
    if decoder is not None and origin is not None:
        return DecodedProblem(subject, goal, seed, decoder=decoder, origin=origin)
    return (
        WaveProblem(subject, goal, seed)
        if isinstance(search, SmoothPicture)
        else RegionProblem(subject, goal, seed, other=beside)
    )


def _check_given(search: Search, given: dict[str, Any], *, latent: bool) -> None:
    if given["other"] is not None and search.name != "regions":
        msg = f"other=... is a picture to take regions from: it goes with method='regions', not {search.name!r}."
        raise ValueError(msg)
    found = [name for name in ("decoder", "encoder", "start") if given[name] is not None]
    if not latent and found:
        msg = f"{', '.join(found)}: codes are for method='latent', not {search.name!r}."
        raise ValueError(msg)
    if latent and ("decoder" not in found or len(found) != 2):  # noqa: PLR2004
        msg = "method='latent' needs decoder=..., and either start=... (a code) or encoder=..."
        raise ValueError(msg)


def _frozen(name: str, given: Any) -> Callable[[Tensor], Any]:
    """Return a copy that no search changes; a function as it is."""
    if not callable(given):
        msg = f"{name} must be a module or a function of a batch, got {type(given).__name__}."
        raise TypeError(msg)
    twin = private_copy(given) if isinstance(given, nn.Module) else given
    if twin is None:
        msg = f"{name} cannot be copied, and it must not be changed: give a function that calls it."
        raise TypeError(msg)
    found: Callable[[Tensor], Any] = twin
    return found


def _decoded(pictures: Any) -> Tensor:
    if not isinstance(pictures, Tensor) or pictures.ndim != 4 or len(pictures) != 1:  # noqa: PLR2004
        came = list(pictures.shape) if isinstance(pictures, Tensor) else type(pictures).__name__
        msg = f"decoder must return pictures [n, channels, height, width] for n codes, got {came} for one."
        raise ValueError(msg)
    return pictures[0].detach()
