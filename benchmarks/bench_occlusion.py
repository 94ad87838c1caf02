"""Occlusion with equal windows and steps, beside Captum. The maps must be the same."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from measure import arguments, difference, missing, table, took
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

WINDOW, STEP = 32, 16
AT_ONCE = (1, 8, 32)


def ours(model: nn.Module, x: Tensor, target: int, step: int) -> Any:
    sizes = {"sliding_window_shapes": WINDOW, "strides": step}
    return xai.attribute(model, x[0], "occlusion", target=target, baselines="zero", **sizes)


def captum(at_once: int, model: nn.Module, x: Tensor, target: int, step: int) -> Any:
    from captum.attr import Occlusion  # noqa: PLC0415

    windows: dict[str, Any] = {"sliding_window_shapes": (3, WINDOW, WINDOW), "strides": (3, step, step)}
    return Occlusion(model).attribute(x, target=target, baselines=0.0, perturbations_per_eval=at_once, **windows)[0]


def main() -> None:
    given = arguments("Occlusion of one photo, windows of zeros")
    step = 2 * STEP if given.quick else STEP
    work = {"ours": ours}
    if not missing("captum==0.9.0"):
        work |= {f"captum, {n} at once": partial(captum, n) for n in AT_ONCE}
    rows = []
    for name in ("resnet-18", "efficientnet-lite0"):
        model, x = net(name)
        with torch.no_grad():
            target = int(model(x).argmax())
        runs = [partial(one, model=model, x=x, target=target, step=step) for one in work.values()]
        times = took(*runs, repeats=1 if given.quick else 3)
        mine = times[0]
        for label, one in zip(work, times, strict=True):
            own = label == "ours"
            passes = one.result.forwards if own else 1 + (-(-(x.shape[-1] - WINDOW) // step) + 1) ** 2
            error = None if own else difference(torch.as_tensor(mine.result.values).expand(3, -1, -1), one.result)
            rows.append([f"{name} w{WINDOW} s{step}", label, one.cpu, one.wall, passes, error, one.cpu / mine.cpu])
    table(["model", "", "CPU s", "wall s", "passes", "map differs", "ours = 1"], rows)


if __name__ == "__main__":
    main()
