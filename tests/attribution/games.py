"""Random small networks and exact answers for methods that hide groups."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from torch import nn


def brute_force(model: nn.Module, x: torch.Tensor, target: int) -> np.ndarray:
    """Shapley values by walking through every order of the features, baseline zero."""
    values = np.zeros(len(x))
    for order in itertools.permutations(range(len(x))):
        shown = torch.zeros_like(x)
        before = float(model(shown[None])[0, target].detach())
        for one in order:
            shown[one] = x[one]
            now = float(model(shown[None])[0, target].detach())
            values[one] += now - before
            before = now
    return values / math.factorial(len(x))


class Constant(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.ones(len(x), 2, dtype=x.dtype)


class Symmetric(nn.Module):
    """Features 0 and 1 play the same part, feature 2 none."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        score = torch.tanh(x[:, 0] + x[:, 1]) * x[:, 3] + x[:, 0] * x[:, 1] * x[:, 4]
        return torch.stack([score, -score], 1)


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Distance from `a` to the true `b`, as a share of the norm of `a`."""
    return float(np.linalg.norm(a - b) / np.linalg.norm(a))
