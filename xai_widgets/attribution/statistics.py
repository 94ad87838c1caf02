"""Running means that know their own standard error."""

from __future__ import annotations

import math

import torch
from torch import Tensor

CHECKED = 16
"""The tolerance is looked at after every so many samples, so that where a run stops does not depend on its batches."""

Z95 = 1.645
"""95 of 100 draws of a standard normal variable lie below."""

NEGLIGIBLE = 1e-24
"""Spread below this share of the size is rounding."""


def wide(values: Tensor) -> Tensor:
    """Return the values in at least single precision: in half precision, sums of many rows stop growing."""
    return values.to(torch.promote_types(values.dtype, torch.float32))


class Mean:
    """Mean over rows that come in batches, with its relative standard error (Welford's recurrence, batched)."""

    def __init__(self) -> None:
        self.count = 0
        self.value = torch.empty(0)
        self._squares = torch.empty(0)

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

    def error(self) -> float | None:
        """Bound the relative L2 error of the mean, in 95 of 100 cases; None from a single row."""
        if self.count <= 1:
            return None
        variances = self._squares.double() / ((self.count - 1) * self.count)
        total = float(variances.sum())
        return relative(math.sqrt(total) * quantile(variances, total), float(self.value.norm()))


def quantile(variances: Tensor, total: float) -> float:
    """How far the norm of the error goes beyond its root mean square in the 95th of 100 cases.

    The squared norm is near a chi-squared variable with the number of degrees of freedom that matches its
    spread (Satterthwaite); its quantile by the cube-root rule (Wilson and Hilferty).
    """
    if total == 0:
        return 1.0
    freedom = total**2 / float(variances.square().sum())
    return float((1 - 2 / (9 * freedom) + Z95 * math.sqrt(2 / (9 * freedom))) ** 1.5)


def relative(error: float, size: float) -> float:
    """Error as a share of the size; 0 where both vanish."""
    if error == 0:
        return 0.0
    return error / size if size > 0 else math.inf


def joint_error(covariance: Tensor, values: Tensor, sizes: Tensor, samples: int) -> float:
    """Bound the relative L2 error of a map whose cells share the values of groups, in 95 of 100 cases.

    Parameters
    ----------
    covariance : Tensor, shape (groups, groups)
        Of `values`, estimated.
    values, sizes : Tensor, shape (groups,)
        The value and the number of cells of each group.
    samples : int
        How many independent rows `covariance` was estimated from: few of them may have missed the spread.
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
