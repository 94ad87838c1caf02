"""Random small networks, and what each method's map is in the limit of endless work on them, with nothing but torch."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import nn

from xai_widgets.attribution import Rise

ACTIVATIONS = (nn.ReLU, nn.Softplus, nn.Tanh, nn.GELU)
FEATURES, SIDE, CLASSES = 8, 8, 3
MEMBERS = torch.tensor([[n >> i & 1 for i in range(FEATURES)] for n in range(2**FEATURES)], dtype=torch.float64)
CELLS = 3


def _stretched(model: nn.Sequential, gain: float) -> nn.Sequential:
    """Make a network more curved than it was drawn."""
    model = model.double().eval()
    with torch.no_grad():
        for layer in model:
            if isinstance(layer, (nn.Linear, nn.Conv2d)):
                layer.weight *= gain
    return model


def dense(seed: int) -> tuple[nn.Module, torch.Tensor]:
    """A network of one to three hidden layers, nearly linear or far from it, and a row."""
    torch.manual_seed(seed)
    act = ACTIVATIONS[seed % 4]
    layers = [nn.Linear(FEATURES, 16), act()]
    for _ in range(seed // 4 % 3):
        layers += [nn.Linear(16, 16), act()]
    model = _stretched(nn.Sequential(*layers, nn.Linear(16, CLASSES)), 2.0 ** (seed // 12 % 3))
    return model, torch.randn(FEATURES, dtype=torch.float64)


def convolutional(seed: int, channels: int = 4) -> tuple[nn.Module, torch.Tensor]:
    """A network with pooled or flattened maps, nearly linear or far from it, and a picture."""
    torch.manual_seed(seed)
    act = ACTIVATIONS[seed % 4]
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]
    flat = [nn.Flatten(), nn.Linear(channels * SIDE**2 // 4, 16), act(), nn.Linear(16, CLASSES)]
    maps = [nn.Conv2d(3, channels, 3, padding=1), act(), nn.MaxPool2d(2), nn.Conv2d(channels, channels, 3, padding=1)]
    model = _stretched(nn.Sequential(*maps, act(), *(pooled if seed // 4 % 2 else flat)), 2.0 ** (seed // 8 % 3))
    return model, torch.rand(3, SIDE, SIDE, dtype=torch.float64)


def wide(seed: int) -> tuple[nn.Module, torch.Tensor]:
    """A convolutional network with many channels."""
    return convolutional(seed, 32)


def either(seed: int) -> tuple[nn.Module, torch.Tensor]:
    return dense(seed) if seed % 2 else convolutional(seed)


def gradients(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    batch = batch.detach().requires_grad_()
    return torch.autograd.grad(model(batch)[:, 1].sum(), batch)[0]


def scores(model: nn.Module, batch: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model(batch)[:, 1]


def noisy_gradients(model: nn.Module, x: torch.Tensor, count: int = 1200) -> torch.Tensor:
    """Return those of half as many draws and their opposites, whose mean and variance are of all noise."""
    noise = torch.randn(count // 2, *x.shape, generator=torch.Generator().manual_seed(999)).to(x)
    noise = torch.cat([noise, -noise])
    return gradients(model, x + 0.15 * (x.max() - x.min()) * noise)


def along_paths(model: nn.Module, x: torch.Tensor, baselines: torch.Tensor, points: int) -> torch.Tensor:
    """Integrate by midpoints from each of the baselines, and average."""
    alpha = ((torch.arange(points, dtype=torch.float64) + 0.5) / points).reshape(-1, *[1] * x.ndim)
    parts = alpha.split(1024)  # memory that is asked for in small pieces is not asked of the system each time
    sums = [sum(gradients(model, base + part * (x - base)).sum(0) for part in parts) for base in baselines]
    return sum(total * (x - base) for total, base in zip(sums, baselines, strict=True)) / (points * len(baselines))


def through_hidden(model: nn.Sequential, x: torch.Tensor, points: int = 4096) -> torch.Tensor:
    """Add up what each unit behind the first activation passes on, step by step on the way from zero."""
    alpha = torch.linspace(0, 1, points + 1, dtype=torch.float64)[:, None]
    with torch.no_grad():
        units = model[:2](alpha * x)
    return (gradients(model[2:], (units[1:] + units[:-1]) / 2) * units.diff(dim=0)).sum(0)


def shapley(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Sum over all coalitions with their weights."""
    sizes = MEMBERS.sum(1, keepdim=True)
    ways = torch.tensor([math.comb(FEATURES - 1, k) for k in range(FEATURES)], dtype=torch.float64)
    joined = 1 / (FEATURES * ways[(sizes - 1).clamp(min=0).long()])
    absent = 1 / (FEATURES * ways[sizes.clamp(max=FEATURES - 1).long()])
    return torch.where(MEMBERS > 0, joined, -absent).T @ scores(model, MEMBERS * x)


def surrogate(
    model: nn.Module, x: torch.Tensor, width: float = 0.25, index: torch.Tensor | None = None
) -> torch.Tensor:
    """Fit LIME's weighted linear model to all coalitions, of features or of the groups of an index."""
    index = torch.arange(FEATURES) if index is None else index
    count = int(index.max()) + 1
    members = (torch.arange(2**count)[:, None] >> torch.arange(count) & 1).double()
    weights = (-((1 - (members.sum(1) / count).sqrt()) ** 2) / (2 * width**2)).exp().sqrt()
    columns = torch.cat([members, torch.ones(len(members), 1, dtype=torch.float64)], 1)
    targets = scores(model, members[:, index] * x) * weights
    return torch.linalg.lstsq(columns * weights[:, None], targets[:, None]).solution[:-1, 0]


@cache
def masks(cells: int) -> torch.Tensor:
    return Rise(cells=cells)._masks(slice(0, 2000), (SIDE, SIDE), 10_000).double()


def shown_among_others(model: nn.Module, x: torch.Tensor, cells: int = CELLS) -> torch.Tensor:
    """Apply RISE's formula to many masks of another seed."""
    shown = masks(cells)
    found = scores(model, x * shown[:, None])
    return (torch.einsum("n,nhw->hw", found, shown) / shown.sum(0) - found.mean())[None]
