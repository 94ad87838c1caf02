"""Whether the scores of an input depend on the others of its batch, as under normalisation by the batch's statistics.

What is explained is the model as it is for one input. Where rows know of each other, a batch of them says something
else, so that each must go through alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xai_widgets.models.errors import ModelError
from xai_widgets.models.stopwatch import aside

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDING = {torch.float64: 1e-8, torch.float32: 1e-3}
"""Relative difference of scores that batches of other sizes may cause by rounding alone."""
HALF = 5e-2
"""The same in half precision."""

ALONE = "The scores of an input depend on which others are in its batch, so each is passed alone: right, but slower."
"""What a reader is told of it."""


@dataclass(frozen=True)
class Mixing:
    """How the rows of a batch disturb each other.

    Attributes
    ----------
    difference : float
        Of an input's scores alone and beside others, as a share of the largest score.
    error : str
        What the model says of several inputs at a time, where it takes one only; empty otherwise.
    """

    difference: float
    error: str = ""


def rounding(dtype: torch.dtype) -> float:
    """Return the relative difference of scores that is none."""
    return ROUNDING.get(dtype, HALF)


def difference(a: Tensor, b: Tensor, *others: Tensor) -> float:
    """Return the largest difference of two rows of scores, as a share of the largest score, of other rows too."""
    size = max(float(one.abs().max()) for one in (a, b, *others))
    return 0.0 if size == 0 else float((a - b).abs().max()) / size


def singles(x: Tensor) -> list[Tensor]:
    """Take a batch apart into batches of one."""
    return [x[row : row + 1] for row in range(len(x))]


def company(x: Tensor, seed: int = 0) -> Tensor:
    """Make a batch of an input (features…) and another one of its kind: like it, but larger and with noise.

    Statistics of the batch notice what differs; attention from row to row what is alike.
    """
    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(seed)).to(x) - 0.5
    return torch.stack([x, (1.3 * x + 0.2 * (x.max() - x.min() + 1) * noise).to(x)])


@aside()
def find_mixing(
    run: Callable[[Tensor], Tensor],
    x: Tensor,
    alone: Tensor,
    limit: float,
    *,
    draws: bool,
    passed: Tensor | None = None,
) -> Mixing | None:
    """Pass an input in company; None where its scores stay what they are.

    Parameters
    ----------
    run : callable
        From a batch (n, features…) to its scores (n, outputs).
    x : Tensor, shape (features…)
    alone : Tensor, shape (outputs,)
        Its scores in a batch of its own.
    limit : float
        The relative difference of scores that is none.
    draws : bool
        Whether the model draws random numbers, which differ by the size of the batch: then two batches are compared.
    passed : Tensor, optional, shape (2, outputs)
        Scores of the input in some company, where they are known.

    Raises
    ------
    OutOfMemoryError
        Where two do not fit.
    """
    try:
        together = _together(run, x, 0) if passed is None or draws else passed
        wanted = _together(run, x, 1)[0] if draws else alone
    except ModelError as error:
        return Mixing(float("inf"), str(error))
    found = difference(wanted, *together)
    if found <= limit:
        return None
    # A model that keeps something from pass to pass, or is trained meanwhile, says something else each time.
    drifts = difference(wanted, _together(run, x, 1)[0] if draws else run(x[None])[0]) > limit
    return None if drifts else Mixing(found)


def _together(run: Callable[[Tensor], Tensor], x: Tensor, seed: int) -> Tensor:
    try:
        return run(company(x, seed))
    except ModelError:
        # It may refuse inputs that are not of its kind: beside itself one is not alone either.
        return run(torch.stack([x, x]))
