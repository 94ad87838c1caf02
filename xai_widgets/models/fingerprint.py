"""A fingerprint of a model's weights, the same on every machine and device."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

CHUNK = 1 << 22
"""Words summed at a time, so that a large layer needs little memory beside itself."""


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
    plain = weighted = 0
    for start in range(0, len(words), CHUNK):
        part = words[start : start + CHUNK].long()
        position = torch.arange(start + 1, start + 1 + len(part), device=part.device)
        plain += int(part.sum())
        weighted += int((part * position).sum())
    return plain % (1 << 64), weighted % (1 << 64)
