"""The ways in which a picture may be changed for another answer, and what each needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.counterfactual import FewestRegions, LatentPicture, Search, SmoothPicture
from xai_widgets.models import why_no_gradient

if TYPE_CHECKING:
    from torch import nn

    from xai_widgets.wire import Seek

WAYS = ("cover", "other", "smooth", "latent")

NO_DECODER = "No decoder was given: xai.explain(..., decoder=..., encoder=...) brings one."


def ways(module: nn.Module, *, decoder: bool) -> list[dict[str, Any]]:
    """Tell the ways, and why some are closed to this widget."""
    slopes = why_no_gradient(module)
    reasons = {"smooth": slopes, "latent": slopes or (None if decoder else NO_DECODER)}
    return [{"name": name, "why_not": reasons.get(name)} for name in WAYS]


def search_of(asked: Seek) -> Search:
    """Return the search that a view asks for.

    Raises
    ------
    ValueError
        For a way that is none.
    """
    if asked.way not in WAYS:
        msg = f"way must be one of {', '.join(map(repr, WAYS))}, got {asked.way!r}."
        raise ValueError(msg)
    if asked.way == "smooth":
        return SmoothPicture()
    return LatentPicture() if asked.way == "latent" else FewestRegions(most=asked.most, fill=asked.fill)
