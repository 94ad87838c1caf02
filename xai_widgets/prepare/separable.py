"""What a user's encoder does, learned column by column, so that a search need not make a frame for each batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from xai_widgets.inputs.table import Table

TRIED = 256
CLOSE = 1e-5


def separable(table: Table, encode: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor] | None:
    """Return the same function of numbers (n, columns), where it is a sum over columns, linear in numbers; else None.

    Scalers and one-hot columns are. It is tried on rows that mix the values of real ones.
    """
    data = table.data[: 100 * TRIED]
    if np.isnan(table.data).any():
        return None
    base = data[0]
    kinds = [
        np.arange(float(len(one.choices))) if one.choices else np.array([one.low, one.high]) for one in table.columns
    ]
    probes = np.repeat(base[None], 1 + sum(map(len, kinds)), axis=0)
    at = np.repeat(np.arange(len(kinds)), [len(one) for one in kinds])
    probes[1 + np.arange(len(at)), at] = np.concatenate(kinds)
    found = encode(torch.as_tensor(probes)).double()
    if found.ndim != 2:  # noqa: PLR2004
        return None
    origin, parts = found[0], torch.split(found[1:], [len(one) for one in kinds])
    slopes = torch.zeros(len(kinds), found.shape[1], dtype=torch.float64, device=found.device)
    chosen = []
    for i, (column, part) in enumerate(zip(table.columns, parts, strict=True)):
        if column.choices:
            chosen.append((i, part - origin))
        elif column.high > column.low:
            slopes[i] = (part[1] - part[0]) / (column.high - column.low)
    start = origin - torch.as_tensor(base, device=found.device) @ slopes

    def encoded(rows: Tensor) -> Tensor:
        rows = rows.double()
        made = start + rows @ slopes
        for i, ways in chosen:
            made += ways[rows[:, i].long()]
        return made

    random = np.random.default_rng(0)
    mixed = torch.as_tensor(random.permuted(data[random.integers(len(data), size=TRIED)], axis=0))
    wanted = encode(mixed)
    if not bool(((encoded(mixed) - wanted).abs() <= CLOSE * (1 + wanted.double().abs())).all()):
        return None
    return lambda rows: encoded(rows).to(wanted)
