"""A picture, a goal and what may be done to it, made of what the user gave."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from torch import Tensor

from xai_widgets.api.picture_codes import Codes
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
from xai_widgets.prepare import read_for

if TYPE_CHECKING:
    from xai_widgets.counterfactual import Search
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import TorchModel


def is_picture(x: Any, start: Any) -> bool:
    """Tell whether it may be a picture, or is one that a code stands for."""
    return isinstance(x, (Tensor, np.ndarray, Image.Image, str, os.PathLike)) or (x is None and start is not None)


def picture_problem(
    search: Search, model: TorchModel, x: Any, target: Any, *, within: Any, seed: int, **given: Any
) -> PictureProblem:
    """Make a problem of what the user gave; parameters and errors as in :func:`counterfactuals`."""
    preprocess, other = given["preprocess"], given["other"]
    codes = _codes(search, given)
    if codes is not None and codes.start is not None:
        x, preprocess = codes.decoded(codes.origin(model, None)), None
    model, inputs = read_for(model, x, preprocess=preprocess)
    if inputs.kind != "image":
        shape = list(inputs.x.shape)
        msg = f"the input must be a text, or a row of a table with background=..., or a picture, got shape {shape}."
        raise TypeError(msg)
    subject = PictureSubject(model, inputs, model.predict(inputs.x))
    beside = None if other is None else second_picture(model, inputs, other, preprocess)
    return changed_picture(search, subject, target, within=within, seed=seed, other=beside, codes=codes)


def second_picture(model: TorchModel, inputs: Inputs, other: Any, preprocess: Any) -> Tensor:
    """Return what the model eats of a second picture, of the shape of the first.

    Raises
    ------
    ValueError, TypeError
        For what becomes no such picture.
    """
    _, found = read_for(model, other, preprocess=preprocess, at_once=False)
    if found.x.shape != inputs.x.shape:
        msg = f"other must become a picture of shape {list(inputs.x.shape)}, got {list(found.x.shape)}."
        raise ValueError(msg)
    return found.x


def changed_picture(
    search: Search,
    subject: PictureSubject,
    target: Any,
    *,
    within: Any = None,
    seed: int = 0,
    other: Tensor | None = None,
    codes: Codes | None = None,
) -> PictureProblem:
    """Make a problem of a picture that is ready for its model.

    Raises
    ------
    ValueError, RuntimeError
        For a second picture of the same class, codes that are none, and targets as in :func:`counterfactuals`.
    """
    model, inputs = subject.model, subject.inputs
    origin = None
    if codes is not None:
        origin = codes.origin(model, inputs.x)
        x = codes.decoded(origin)
        # Black and white are what they were: a decoder paints what the model eats.
        inputs = replace(inputs, x=x) if x.shape == inputs.x.shape else read_for(model, x)[1]
        subject = PictureSubject(model, inputs, model.predict(inputs.x))
    if other is not None and target is None:
        target = _of_other(model, other, subject)
    goal = resolve_goal(target, within, subject.prediction, model.task or "logits")
    if codes is not None and origin is not None:
        return DecodedProblem(subject, goal, seed, decoder=codes.decoder, origin=origin)
    if isinstance(search, SmoothPicture):
        return WaveProblem(subject, goal, seed)
    return RegionProblem(subject, goal, seed, other=other)


def _of_other(model: TorchModel, other: Tensor, subject: PictureSubject) -> int:
    prediction = model.predict(other)
    index = int(prediction.probabilities.argmax())
    if len(prediction.probabilities) > 1 and index == int(subject.prediction.probabilities.argmax()):
        label = prediction.label(index)
        msg = f"the model says {label!r} of the other picture too: take one of another class, or name a class."
        raise ValueError(msg)
    return index


def _codes(search: Search, given: dict[str, Any]) -> Codes | None:
    if given["other"] is not None and search.name != "regions":
        msg = f"other=... is a picture to take regions from: it goes with method='regions', not {search.name!r}."
        raise ValueError(msg)
    codes = {name: given[name] for name in ("decoder", "encoder", "start")}
    found = [name for name, one in codes.items() if one is not None]
    if not isinstance(search, LatentPicture):
        if found:
            msg = f"{', '.join(found)}: codes are for method='latent', not {search.name!r}."
            raise ValueError(msg)
        return None
    if not found:
        msg = "method='latent' needs decoder=..., and either start=... (a code) or encoder=..."
        raise ValueError(msg)
    return Codes.given(**codes)
