"""Coarse first pictures, from fewer passes than the asked-for ones need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from xai_widgets.attribution.groups import Groups
    from xai_widgets.inputs import Inputs

SPARE = 16
"""So many samples must there be for each pass of a coarse picture: fewer are not worth one."""

NEAR = 0.25
"""How far groups act alike, as a share of the input's extent: on photos, more than half or twice of it helps less."""


def alone_and_without(count: int) -> Tensor:
    """Return the coalitions (2 count, count) that show each part alone, and then those that hide each alone."""
    shown = torch.eye(count, dtype=torch.bool)
    return torch.cat([shown, ~shown])


def effects(scores: Tensor, count: int) -> Tensor:
    """Return what each part does to the score beyond the mean of all, from the first scores of `alone_and_without`.

    From what each does alone, and once that is known, also from what is lost without it: a model tells little of a
    small part if either nothing or everything else is there.
    """
    shown, hidden = scores[:count], scores[count:]
    found = shown - shown.mean()
    return found if len(hidden) < count else (found - (hidden - hidden.mean())) / 2


def blended(fine: Tensor, coarse: Tensor, doubt: float) -> Tensor:
    r"""Add up an estimate without bias and a coarse picture so that the error is least.

    What both differ by, beyond the expected squared norm `doubt` of the estimate's error, is wrong with the picture:
    the estimate counts by the share that this has in their squared distance (James and Stein). The picture's scale is
    the one that comes nearest.
    """
    power = float(coarse.square().sum())
    picture = max(0.0, float((coarse * fine).sum()) / power) * coarse if power > 0 else coarse
    away = float((fine - picture).square().sum())
    return fine + (picture - fine) * (min(1.0, doubt / away) if away > 0 else 0.0)


def lies(inputs: Inputs) -> bool:
    """Tell whether what lies side by side belongs together, as in pictures and texts; the columns of a table do not."""
    return inputs.x.ndim > 1 or inputs.text is not None or bool(inputs.motion)


def alike(groups: Groups) -> Tensor:
    """Return a root of how coefficients of groups go together, half of it with the neighbours', half each alone.

    Returns
    -------
    Tensor, float64, shape (groups, groups)
    """
    index = groups.index.cpu()
    flat = index.flatten()
    along = torch.meshgrid(*[torch.linspace(0, 1, n, dtype=torch.float64) for n in index.shape], indexing="ij")
    sums = [torch.bincount(flat, one.flatten(), minlength=groups.count) for one in along]
    places = torch.stack(sums, 1) / torch.bincount(flat, minlength=groups.count)[:, None]
    near = (-torch.cdist(places, places).square() / (2 * NEAR**2)).exp()
    root: Tensor = torch.linalg.cholesky(near + torch.eye(groups.count, dtype=torch.float64))
    return root
