"""RISE: the masks it takes to be as near the map of endless masks as the paper's estimate, and the time of equal masks.

Near is Pearson's r, as a map's scale and offset are of no interest: up to them both have the same limit, for masks of
the same kind. The paper's estimate is written out here: the mean of scores times masks, over the masks' expected value.
The scores are probabilities of a trained network, as in the paper; of logits, whose offset has no meaning, its estimate
is mostly the noise of the masks.
"""

from __future__ import annotations

import time
from typing import Any

import torch
from bench_shapley import SIDE
from measure import arguments, table
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

CELLS, SHOWN, AT_ONCE = 7, 0.5, 8
GOAL = 2.0
"""How many times as many masks the paper's estimate should take."""

COARSE = 18
"""Passes of ours before its masks."""


def draw(count: int, seed: int) -> Tensor:
    """Draw masks (count, SIDE, SIDE): random cells, enlarged and shifted."""
    generator = torch.Generator().manual_seed(seed)
    cell = -(-SIDE // CELLS)
    coarse = (torch.rand(count, 1, CELLS + 1, CELLS + 1, generator=generator) < SHOWN).float()
    large = nn.functional.interpolate(coarse, size=(CELLS + 1) * cell, mode="bilinear", align_corners=False)[:, 0]
    corners = torch.randint(0, cell, (count, 2), generator=generator).tolist()
    return torch.stack([one[i : i + SIDE, j : j + SIDE] for one, (i, j) in zip(large, corners, strict=True)])


def plain(model: nn.Module, x: Tensor, target: int, count: int, seed: int) -> dict[int, Tensor]:
    """Compute the paper's map, after each batch."""
    total, maps, done = torch.zeros(SIDE, SIDE), {}, 0
    for masks in draw(count, seed).split(AT_ONCE):
        with torch.no_grad():
            scores = model(masks[:, None] * x)[:, target]
        total += torch.einsum("n,nhw->hw", scores, masks)
        done += len(masks)
        maps[done] = total / (done * SHOWN)
    return maps


def ours(model: nn.Module, x: Tensor, target: int, count: int, seed: int) -> dict[int, Tensor]:
    # The passes of the coarse picture count as masks.
    sizes: dict[str, Any] = {
        "n_samples": count - COARSE,
        "cells": CELLS,
        "shown": SHOWN,
        "baselines": "zero",
        "tolerance": 0.0,
    }
    found = xai.attribute_iter(model, x[0], "rise", target=target, seed=seed, **sizes)
    return {one.steps[0]: torch.as_tensor(one.values)[0] for one in found}


def pearson(a: Tensor, b: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]).double())[0, 1])


def main() -> None:
    given = arguments(f"RISE of one photo at {SIDE}², probabilities of EfficientNet-Lite0")
    network, photo = net("efficientnet-lite0")
    model = nn.Sequential(network, nn.Softmax(dim=1)).eval()
    x = nn.functional.interpolate(photo, size=(SIDE, SIDE), mode="bilinear", antialias=True)
    with torch.no_grad():
        target = int(model(x).argmax())
    count, many, seeds = (256, 2048, 2) if given.quick else (512, 16384, 4)
    limit = ours(model, x, target, many, seed=99)[many]
    print(f"{count} masks, {seeds} seeds, r to the map of {many} others")
    found: dict[str, list[dict[int, float]]] = {}
    spent: dict[str, list[float]] = {}
    # In turn, so that a machine that slows down slows both.
    for seed in range(seeds):
        for label, one in (("plain", plain), ("ours", ours)):
            cpu, wall = time.process_time(), time.perf_counter()
            maps = one(model, x, target, count, seed)
            once = time.process_time() - cpu, time.perf_counter() - wall
            spent[label] = [a + b / seeds for a, b in zip(spent.get(label, (0.0, 0.0)), once, strict=True)]
            near = {n: pearson(values, limit) for n, values in maps.items() if n % 16 in {0, COARSE % 16}}
            found.setdefault(label, []).append(near)
    mean = {
        label: {n: sum(run[n] for run in runs) / seeds for n in runs[0] if all(n in run for run in runs)}
        for label, runs in found.items()
    }
    wanted = mean["plain"][count]
    first = next((n for n, r in mean["ours"].items() if r >= wanted), None)
    rows: list[list[Any]] = [
        [label, *spent[label], count, mean[label][count], spent[label][0] / spent["ours"][0], None, None]
        for label in ("plain", "ours")
    ]
    if first is not None:
        rows.append(["ours, at plain's r", None, None, first, mean["ours"][first], None, count / first, GOAL])
    table(["", "CPU s", "wall s", "masks", "r", "ours = 1", "times fewer", "goal"], rows)


if __name__ == "__main__":
    main()
