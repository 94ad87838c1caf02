"""A fingerprint of a model's weights, the same on every machine and device."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

ROW, ROWS = 1024, 256
"""Words summed at a time, as a matrix: so many as stay in the processor's cache when they are widened to 64 bits."""

FEW = 4096
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
        if len(one) <= FEW:
            together.setdefault(one.device, []).append(i)
    known = {
        i: sums for few in together.values() for i, sums in zip(few, _sums_of([words[i] for i in few]), strict=True)
    }
    for i, (name, tensor) in enumerate(named):
        sums = known[i] if i in known else _sums(words[i])
        digest.update(repr((name, tuple(tensor.shape), str(tensor.dtype), sums)).encode())
    return digest.hexdigest()


def _words(tensor: Tensor) -> Tensor:
    flat = tensor.contiguous().flatten()
    if tensor.is_complex():
        flat = torch.view_as_real(flat).flatten()
    size = flat.element_size()
    word = {1: torch.uint8, 2: torch.int16, 4: torch.int32, 8: torch.int64}[size]
    return flat.view(torch.uint8 if flat.dtype == torch.bool else word)


def _sums_of(few: list[Tensor]) -> list[tuple[int, int]]:
    """Return the sums of several short tensors on one device."""
    values, sizes = torch.cat([words.long() for words in few]), torch.tensor([len(words) for words in few])
    ends = sizes.cumsum(0)
    places = torch.arange(1, len(values) + 1) - (ends - sizes).repeat_interleave(sizes)
    running = torch.stack([values, values * places.to(values.device)]).cumsum(1).cpu()
    until = torch.nn.functional.pad(running, (1, 0))
    plain, weighted = (until[:, ends] - until[:, ends - sizes]).tolist()
    return [(a % (1 << 64), b % (1 << 64)) for a, b in zip(plain, weighted, strict=True)]


def _sums(words: Tensor) -> tuple[int, int]:
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
