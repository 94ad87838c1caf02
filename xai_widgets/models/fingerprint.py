"""A fingerprint of a model's weights, the same on every machine and device."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch import Tensor, nn

ROW, ROWS = 1024, 64
"""64-bit words summed at a time, as a matrix: so many as stay in the processor's cache between its two sums."""

FEW = 16384
"""Words of a tensor up to which it is summed together with others."""


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
    named = [*module.named_parameters(), *module.named_buffers()]
    words = [_words(tensor.detach()) for _, tensor in named]
    # The small ones together: there are hundreds, each of which takes longer to begin with than to sum up.
    together: dict[torch.device, list[int]] = {}
    for i, one in enumerate(words):
        if one.numel() <= FEW:
            together.setdefault(one.device, []).append(i)
    known = {
        i: sums for few in together.values() for i, sums in zip(few, _sums_of([words[i] for i in few]), strict=True)
    }
    for i, (name, tensor) in enumerate(named):
        sums = known[i] if i in known else _sums(words[i])
        digest.update(repr((name, tuple(tensor.shape), str(tensor.dtype), sums)).encode())
    return digest.hexdigest()


def dense(tensor: Tensor) -> Tensor:
    """Return a tensor that can be compared and hashed, whatever it is."""
    return tensor if tensor.layout is torch.strided else tensor.to_dense()


def _words(tensor: Tensor) -> Tensor:
    flat = dense(tensor).contiguous().flatten()
    if tensor.is_complex():
        flat = torch.view_as_real(flat).flatten()
    size = flat.element_size()
    word = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[size]
    return flat.view(torch.uint8 if flat.dtype == torch.bool else word)


def _sums_of(few: list[Tensor]) -> list[tuple[int, int]]:
    """Return the sums of several short tensors on one device."""
    sizes = [words.numel() for words in few]
    edges = np.cumsum([0, *sizes])
    values = torch.cat(few).cpu().numpy().astype(np.int64)
    places = np.arange(1, len(values) + 1) - np.repeat(edges[:-1], sizes)
    running = (np.concatenate([edges[:1], one.cumsum()]) for one in (values, values * places))
    plain, weighted = (np.diff(one[edges]).tolist() for one in running)
    return [(a % (1 << 64), b % (1 << 64)) for a, b in zip(plain, weighted, strict=True)]


def _sums(words: Tensor) -> tuple[int, int]:
    """Return the sums of a long tensor, of whose words several are summed as one of 64 bits, which need no widening."""
    each = 8 // words.element_size()
    words = words.clone() if words.storage_offset() % each else words  # its memory begins within one of those
    wide, over = words[: len(words) // each * each].view(torch.int64), words[len(words) // each * each :]
    # As a matrix, so that sums of its rows and columns hold both: what is at (i, j) has the weight i * ROW + j + 1.
    full = len(wide) // ROW
    rest = torch.cat([wide[full * ROW :], over.long()])
    grid = wide[: full * ROW].view(full, ROW)
    parts = [grid[start : start + ROWS] for start in range(0, max(full, 1), ROWS)]
    rows, columns = torch.cat([part.sum(1) for part in parts]), torch.stack([part.sum(0) for part in parts]).sum(0)
    weighted = ROW * _dot(rows, _ramp(rows) - 1) + _dot(columns, _ramp(columns)) + _dot(rest, _ramp(rest) + full * ROW)
    return int(rows.sum() + rest.sum()) % (1 << 64), weighted % (1 << 64)


def _ramp(like: Tensor) -> Tensor:
    return torch.arange(1, len(like) + 1, device=like.device)


def _dot(a: Tensor, b: Tensor) -> int:
    return int((a * b).sum())
