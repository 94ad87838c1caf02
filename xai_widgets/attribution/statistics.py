"""Running means that know their own standard error."""

from __future__ import annotations

import math

import torch
from torch import Tensor


class Mean:
    """Mean over rows that come in batches, with its relative standard error (Welford's recurrence, batched)."""

    def __init__(self) -> None:
        self.count = 0
        self.value = torch.empty(0)
        self._squares = torch.empty(0)

    def add(self, batch: Tensor) -> None:
        """Take in the rows of `batch`, shape (n, …)."""
        n = len(batch)
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
        """Estimate the relative L2 error of the mean; None from a single row."""
        if self.count <= 1:
            return None
        variance = self._squares.sum() / (self.count - 1) / self.count
        return relative(math.sqrt(float(variance)), float(self.value.norm()))


def relative(error: float, size: float) -> float:
    """Error as a share of the size; 0 where both vanish."""
    if error == 0:
        return 0.0
    return error / size if size > 0 else math.inf
