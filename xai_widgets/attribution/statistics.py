"""Running means that know their own standard error."""

from __future__ import annotations

import math

import torch
from torch import Tensor

Z95 = 1.645
"""95 of 100 draws of a standard normal variable lie below."""


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
        return relative(math.sqrt(total) * _quantile(variances, total), float(self.value.norm()))


def _quantile(variances: Tensor, total: float) -> float:
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
