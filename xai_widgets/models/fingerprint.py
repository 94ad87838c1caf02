"""A fingerprint of a model's weights, the same on every machine and device."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

ROW, ROWS = 1024, 256
"""Words summed at a time, as a matrix: so many as stay in the processor's cache when they are widened to 64 bits."""


def fingerprint(module: nn.Module) -> str:
    """Hash names, shapes, types and contents of all parameters and buffers.

    Contents enter by two sums in wrapping integer arithmetic, plain and weighted by position. They are
    computed where the weights are and do not depend on the order of summation, as floating-point sums would.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest = hashlib.blake2b(digest_size=8)
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        sums = _sums(tensor.detach())
        digest.update(repr((name, tuple(tensor.shape), str(tensor.dtype), sums)).encode())
    return digest.hexdigest()


def _sums(tensor: Tensor) -> tuple[int, int]:
    flat = tensor.contiguous().flatten()
    if tensor.is_complex():
        flat = torch.view_as_real(flat).flatten()
    size = flat.element_size()
    word = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[size]
    words = flat.view(torch.uint8 if flat.dtype == torch.bool else word)
    # As a matrix, so that sums of its rows and columns hold both: what is at (i, j) has the weight i * ROW + j + 1.
    full = len(words) // ROW
    grid, rest = words[: full * ROW].view(full, ROW), words[full * ROW :].long()
    plain, weighted = _dot(rest, torch.ones_like(rest)), _dot(rest, _ramp(rest) + full * ROW)
    for start in range(0, full, ROWS):
        part = grid[start : start + ROWS].long()
        rows = part.sum(1)
        plain += int(rows.sum())
        weighted += ROW * _dot(rows, _ramp(rows) + start - 1) + _dot(part.sum(0), _ramp(part[0]))
    return plain % (1 << 64), weighted % (1 << 64)


def _ramp(like: Tensor) -> Tensor:
    return torch.arange(1, len(like) + 1, device=like.device)


def _dot(a: Tensor, b: Tensor) -> int:
    return int((a * b).sum())
