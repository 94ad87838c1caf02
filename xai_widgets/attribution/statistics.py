"""Running means that know their own standard error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from xai_widgets.models.precision import widened

if TYPE_CHECKING:
    from collections.abc import Callable

SKETCH = 256
"""Numbers kept of each row."""

PART = 64 * SKETCH
"""Values of a map that are worked on at once, where it takes several working copies of them."""

CHECKED = 16
"""The tolerance is looked at after every so many samples, so that where a run stops does not depend on its batches."""

Z95 = 1.645
"""95 of 100 draws of a standard normal variable lie below."""

NEGLIGIBLE = 1e-24
"""Spread below this share of the size is rounding."""


def wide(values: Tensor) -> Tensor:
    """Return the values in at least single precision: in half precision, sums of many rows stop growing."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


class Sketch:
    """A few numbers for each row of a run, whose inner products are near those of the rows.

    The values are added up with random signs into `SKETCH` sums, the same for all rows; fewer values are kept as they
    are. How rows differ together can be told from it, where the covariance of all values would not fit into memory.

    References
    ----------
    Charikar, Chen, Farach-Colton: Finding frequent items in data streams. Theor. Comput. Sci. 312 (2004).
    """

    def __init__(self) -> None:
        self.rows = torch.empty(0)
        self._signs = torch.empty(0)

    def add(self, batch: Tensor) -> None:
        """Take in the rows of `batch`, shape (n, …)."""
        flat = batch.flatten(1)
        size = flat.shape[1]
        if size > SKETCH:
            if not self._signs.numel():
                generator = torch.Generator().manual_seed(0)
                signs = torch.randint(0, 2, (size,), generator=generator, dtype=torch.int8)
                self._signs = signs.mul_(2).sub_(1).to(flat.device)
            # Part by part: products of a whole map would be another one.
            pieces = (flat[:, at : at + PART] * self._signs[at : at + PART] for at in range(0, size, PART))
            padded = (nn.functional.pad(piece, (0, -piece.shape[1] % SKETCH)) for piece in pieces)
            flat = torch.stack([piece.view(len(flat), -1, SKETCH).sum(1) for piece in padded]).sum(0)
        self.rows = torch.cat([self.rows, flat.cpu().double()])


def freedom(away: Tensor) -> float:
    """How many independent directions rows point in, which is what the spread of a sum of squares tells."""
    products = away @ away.T if len(away) < away.shape[1] else away.T @ away
    squares = float(products.square().sum())
    return float(products.trace()) ** 2 / squares if squares > 0 else 1.0


def independent(rows: Tensor) -> Tensor:
    """Return the contrasts of independent rows (n, …): of each with the mean of those before it.

    Contrasts tell how far the sum of all rows may be from what it is on average: the sum of their squares is, on
    average, no less than the square of that, and each is independent of the others.
    """
    n = len(rows)
    before = torch.arange(1, n, dtype=rows.dtype)[:, None]
    return (rows[1:] - rows[:-1].cumsum(0) / before) * (n * before / ((n - 1) * (before + 1))).sqrt()


class Mean:
    """Mean over rows that come in batches, with its relative standard error (Welford's recurrence, batched).

    Parameters
    ----------
    summed : bool
        Whether the mean is summed over its last axis before it is read. The error is then that of the sums: what is
        drawn for a row moves all values of a vector together, so it does not follow from the errors of these.
    spread : callable
        Returns the contrasts of all rows, in the order that they came: of `independent` ones, unless they were drawn
        so as to lie more evenly.
    """

    def __init__(self, *, summed: bool = False, spread: Callable[[Tensor], Tensor] = independent) -> None:
        self._sums = Mean(spread=spread) if summed else None
        self._spread = spread
        self.count = 0
        self.value = torch.empty(0)
        self._squares = torch.empty(0)
        self._sketch = Sketch()

    def add(self, batch: Tensor) -> None:
        """Take in the rows of `batch`, shape (n, …)."""
        n, batch = len(batch), wide(batch)
        mean = batch.mean(0)
        squares = (batch - mean).square().sum(0)
        if self.count == 0:
            self.value, self._squares = mean, squares
        else:
            delta = mean - self.value
            total = self.count + n
            self.value = self.value + delta * (n / total)
            self._squares = self._squares + squares + delta.square() * (self.count * n / total)
        self.count += n
        if self._sums is None:
            self._sketch.add(batch)
        else:
            self._sums.add(batch.sum(-1))

    def error(self, missing: float = 0.0) -> float | None:
        """Bound the relative L2 error of the mean, in 95 of 100 cases; None from a single row.

        It is no less than what its values are known to sum to too little or too much, `missing`, proves.
        """
        if self._sums is not None:
            return self._sums.error(missing)
        if self.count <= 1:
            return None
        size, contrasts = float(self.value.norm()), self._spread(self._sketch.rows)
        if not len(contrasts):
            return None
        found, total = 0.0, self._scatter(contrasts) / self.count**2
        if total > NEGLIGIBLE * size**2:
            free = freedom(contrasts)
            found = relative(math.sqrt(total * _f_quantile(free, free * len(contrasts))), size)
        return max(found, relative(abs(missing) / math.sqrt(self.value.numel()), size))

    def _scatter(self, contrasts: Tensor) -> float:
        """Return the sum of their squares: the sketch has its share of the rows' scatter, which is known itself."""
        rows, scatter = self._sketch.rows, float(widened(self._squares).sum())
        seen = float((rows - rows.mean(0)).square().sum())
        return scatter * float(contrasts.square().sum()) / seen if seen else 0.0


def quantile(variances: Tensor, total: float) -> float:
    """How far the norm of the error goes beyond its root mean square in the 95th of 100 cases.

    The squared norm is near a chi-squared variable with the number of degrees of freedom that matches its
    spread (Satterthwaite).
    """
    return beyond(total**2 / float(variances.square().sum())) if total else 1.0


def beyond(freedom: float) -> float:
    """Return the root of the 95 % quantile of a chi-squared variable, as a multiple of its root mean square.

    By the cube-root rule (Wilson and Hilferty).
    """
    return float((1 - 2 / (9 * freedom) + Z95 * math.sqrt(2 / (9 * freedom))) ** 1.5)


def most_likely(freedom: float) -> float:
    """Bound a mean square in 95 of 100 cases, as a multiple of one found with so many degrees of freedom."""
    return float(max(0.1, 1 - 2 / (9 * freedom) - Z95 * math.sqrt(2 / (9 * freedom))) ** -3)


def relative(error: float, size: float) -> float:
    """Error as a share of the true map's norm; 0 where there is none, infinite where the map may be nothing but error.

    `size` is the norm of the map as estimated, to which the error adds like the side of a right triangle.
    """
    if error == 0:
        return 0.0
    return error / math.sqrt(size**2 - error**2) if size > error else math.inf


def joint_error(covariance: Tensor, values: Tensor, sizes: Tensor, samples: int) -> float:
    """Bound the relative L2 error of a map whose cells share the values of groups, in 95 of 100 cases.

    The `covariance` of the groups' `values` was estimated from so many independent `samples`: few of them may have
    missed the spread. `sizes` are the groups' numbers of cells.
    """
    scale = sizes.sqrt()
    spread = covariance * scale[:, None] * scale
    total, size = float(spread.trace()), float((values * scale).norm())
    if total <= NEGLIGIBLE * size**2:
        return 0.0
    freedom = total**2 / float(spread.square().sum())
    return relative(math.sqrt(total * _f_quantile(freedom, freedom * max(1, samples - 1))), size)


def _f_quantile(m: float, n: float) -> float:
    """Return the 95 % quantile of Fisher's F with `m` and `n` degrees of freedom (Wilson and Hilferty, Paulson)."""
    c, e = 2 / (9 * n), 2 / (9 * m)
    a, b = 1 - c, 1 - e
    lead = max(a**2 - Z95**2 * c, 0.01)
    return float(((a * b + math.sqrt(max(0.0, (a * b) ** 2 - lead * (b**2 - Z95**2 * e)))) / lead) ** 3)
