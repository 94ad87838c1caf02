"""Models and data whose importances and effects are known."""

from __future__ import annotations

import numpy as np
import torch


def linear(weights: list[float], bias: float = 0.0) -> torch.nn.Module:
    """A regression in float64."""
    layer = torch.nn.Linear(len(weights), 1).double()
    layer.weight.data[:] = torch.tensor(weights).double()
    layer.bias.data[:] = bias
    return layer


def mlp(columns: int = 5, outputs: int = 2, *, seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    parts = [torch.nn.Linear(columns, 16), torch.nn.ReLU(), torch.nn.Linear(16, 16), torch.nn.Tanh()]
    return torch.nn.Sequential(*parts, torch.nn.Linear(16, outputs)).eval()


class Skips(torch.nn.Module):
    """A network whose rows go round its first linear layer, so that it cannot be divided behind it."""

    def __init__(self, columns: int = 5) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last = torch.nn.Linear(columns, 8), torch.nn.Linear(8 + columns, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.cat([self.first(x).relu(), x], 1))


class Scaled(torch.nn.Module):
    """A network that scales its rows itself."""

    def __init__(self, columns: int = 5) -> None:
        super().__init__()
        self.inner = mlp(columns)
        self.register_buffer("mean", torch.arange(columns).float())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner((x - self.mean) / 3)


def rows(count: int = 500, columns: int = 5, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, columns))
