"""Draws that lie more evenly than independent ones, and the contrasts that tell how far off their sum may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xai_widgets.attribution.groups import row_generator
from xai_widgets.attribution.statistics import independent

if TYPE_CHECKING:
    from collections.abc import Callable


def mirrored(rows: Tensor) -> Tensor:
    """Return the contrasts of rows (n, …) of which each two in turn are of opposite draws."""
    return _by_two(rows, independent)


def _by_two(rows: Tensor, contrasts: Callable[[Tensor], Tensor]) -> Tensor:
    """Compare the sums of each two rows, if there are several, and one that is left with the mean of all before it."""
    paired = len(rows) // 2 * 2
    if paired <= 2:  # noqa: PLR2004 -- one pair
        return rows[:0]
    pairs = rows[:paired].reshape(-1, 2, *rows.shape[1:]).sum(1)
    return torch.cat([contrasts(pairs), rows[paired:] - rows[:paired].mean(0)])


@dataclass(frozen=True)
class Paths:
    """Points on paths, one after the other: those of each path, and the first ones of all paths, are stratified.

    The first point lies anywhere, and each new one in the half of a stratum that has none yet: of 2, 4, 8 … points
    there is one in each half, fourth, eighth … of the path, drawn there independently. This is a scrambled sequence of
    van der Corput.

    Parameters
    ----------
    count : int
        How many paths there are, which are taken in turn; 0 where each two points have one to themselves, the second
        from the opposite start.
    seed : int

    References
    ----------
    Owen: Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences. Monte Carlo and Quasi-Monte Carlo Methods (1995).
    Cochran: Sampling Techniques. Wiley (1977), section 5A.12: collapsed strata.
    """

    count: int
    seed: int

    def place(self, row: int) -> float:
        """Return where on its path a row lies, 0..1."""
        return self._place(row % self.count, row // self.count) if self.count else self._place(row // 2, 0)

    def _place(self, path: int, visit: int) -> float:
        generator = row_generator(self.seed, visit * self.count + path)
        share = float(torch.rand(1, generator=generator, dtype=torch.float64))
        number = visit or path
        if not number:
            return share
        strata = 1 << number.bit_length()
        before = number - strata // 2
        beside = self._place(path, before) if visit else self._place(before, 0)
        return ((int(beside * strata) ^ 1) + share) / strata

    def spread(self, rows: Tensor) -> Tensor:
        """Return the contrasts of rows (n, …): of neighbouring strata, which differ by more than chance alone."""
        if not self.count:
            return _by_two(rows, _neighbours)
        visits, others = divmod(len(rows), self.count)
        if visits <= 1:  # nothing to compare on one path
            return _neighbours(rows)
        whole = rows[: len(rows) - others]
        inside = _neighbours(whole.reshape(visits, self.count, -1)).flatten(0, 1)
        return torch.cat([inside, _neighbours(rows[len(whole) :], whole)])


def _neighbours(rows: Tensor, earlier: Tensor | None = None) -> Tensor:
    """Compare rows (n, …) two by two, from the largest power of two of them on: so many strata they were drawn from.

    What is left alone in the end is compared with the mean of all before it.
    """
    found, done = [rows[:0]], 0
    while done < len(rows):
        half = 1 << (len(rows) - done).bit_length() >> 2
        if half:
            found.append(rows[done : done + half] - rows[done + half : done + 2 * half])
        elif done or earlier is not None:
            before = rows[:done] if earlier is None else torch.cat([earlier, rows[:done]])
            found.append(rows[done:] - before.mean(0))
        done += 2 * half or 1
    return torch.cat(found)
