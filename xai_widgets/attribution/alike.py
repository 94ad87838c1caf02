"""What is known of a game already: coalitions that differ only in groups that look alike hidden or shown are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 2**21
"""Worths that are remembered: 16 megabytes."""


class Worths:
    """Worths of coalitions beside each of several inputs that stand in for what is hidden.

    A group that is the same in the input and in what stands in for it changes nothing, as in most columns of two rows
    that have the same few categories: of 2^d coalitions as few differ as there are subsets of the other groups.

    Parameters
    ----------
    differ : Tensor, bool, shape (bases, groups)
        Whether a group of the input is another beside a base.
    """

    def __init__(self, differ: Tensor) -> None:
        counts = differ.sum(1)
        ends = (2**counts).cumsum(0)
        self._starts = ends - 2**counts
        # Each base numbers the coalitions of the groups in which it differs, as the digits of binary numbers.
        self._digits = torch.where(differ, 2 ** (differ.cumsum(1) - 1).clamp(min=0), 0).double()
        self._worths = torch.full((int(ends[-1]),), torch.nan, dtype=torch.float64)

    @classmethod
    def of(cls, x: Tensor, bases: Tensor, index: Tensor, count: int) -> Worths | None:
        """Look which groups differ; None where all do, or too many to remember all coalitions of them."""
        other = (bases != x) & ~(bases.isnan() & x.isnan())
        cells = torch.zeros(len(bases), count, device=x.device)
        cells.index_add_(1, index.expand(x.shape).flatten(), other.flatten(1).to(cells))
        differ = cells.cpu() > 0
        if bool(differ.all()) or float((2.0 ** differ.sum(1).double()).sum()) > MOST:
            return None
        return cls(differ)

    def mean(self, coalitions: Tensor, ask: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        """Return the mean worth over bases of each coalition (n, groups).

        Parameters
        ----------
        coalitions : Tensor, bool
        ask : callable
            Computes the worths that are not known yet of some coalitions, each beside the base of a number.
        """
        places = (coalitions.double() @ self._digits.T).long() + self._starts
        bases = len(self._starts)
        lacking = self._worths[places].isnan().flatten().nonzero()[:, 0]
        if len(lacking):
            wanted, which = torch.unique(places.flatten()[lacking], return_inverse=True)
            one = torch.empty_like(wanted).scatter_(0, which, lacking)
            self._worths[wanted] = ask(coalitions[one // bases], one % bases)
        return self._worths[places].mean(1)
