"""The two functions that transformers' DiNAT asks natten for.

A query attends to the ``kernel_size`` positions of each axis that lie nearest to it among those a multiple of
``dilation`` away, as Hassani et al. write (https://arxiv.org/abs/2204.07143, https://arxiv.org/abs/2209.15001).
"""

from __future__ import annotations

import torch
from torch import Tensor


def natten2dqkrpb(query: Tensor, key: Tensor, rpb: Tensor, kernel_size: int, dilation: int) -> Tensor:
    """Scores of each query with its neighbours, ``[batch, heads, height, width, kernel_size ** 2]``."""
    _, heads, height, width, _ = query.shape
    if rpb.shape != (heads, 2 * kernel_size - 1, 2 * kernel_size - 1):
        msg = f"the biases of {heads} heads cannot have the shape {tuple(rpb.shape)}"
        raise ValueError(msg)
    rows, columns = (_neighbours(n, kernel_size, dilation, query.device) for n in (height, width))
    scores = torch.einsum("bhijd,bhijkld->bhijkl", query, _gathered(key, rows, columns))
    down, right = (_distances(one, dilation) + kernel_size - 1 for one in (rows, columns))
    return (scores + rpb[:, down[:, None, :, None], right[None, :, None, :]]).flatten(-2)


def natten2dav(weights: Tensor, value: Tensor, kernel_size: int, dilation: int) -> Tensor:
    """Mix each query's neighbours by their weights."""
    rows, columns = (_neighbours(n, kernel_size, dilation, value.device) for n in value.shape[2:4])
    return torch.einsum("bhijn,bhijnd->bhijd", weights, _gathered(value, rows, columns).flatten(-3, -2))


def _neighbours(length: int, kernel_size: int, dilation: int, device: torch.device) -> Tensor:
    """Whom each position of an axis sees, ``[length, kernel_size]``."""
    if length < kernel_size * dilation:
        msg = f"{kernel_size} neighbours that are {dilation} apart do not fit into {length}"
        raise ValueError(msg)
    at = torch.arange(length, device=device)
    first = at % dilation  # of those that are a multiple away
    many = (length - first + dilation - 1) // dilation
    start = (at // dilation - kernel_size // 2).clamp(min=0).minimum(many - kernel_size)
    return first[:, None] + dilation * (start[:, None] + torch.arange(kernel_size, device=device))


def _distances(neighbours: Tensor, dilation: int) -> Tensor:
    return (neighbours - torch.arange(len(neighbours), device=neighbours.device)[:, None]) // dilation


def _gathered(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    return x[:, :, rows[:, None, :, None], columns[None, :, None, :]]
