"""Occlusion with equal windows and steps, beside Captum. The maps must be the same."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from measure import arguments, difference, missing, table, took
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

AT_ONCE = (1, 8, 32)
CASES = [
    ("resnet-18", 32, 16),
    ("efficientnet-lite0", 32, 16),
    ("resnet-18", 16, 8),
    ("resnet-50", 32, 16),
    ("vgg-16", 32, 16),
]
"""Network, window and step; the first ones take least."""

GOALS = {("resnet-18", 16): 3.0, ("resnet-18", 32): 2.5, ("resnet-50", 32): 2.0, ("vgg-16", 32): 5.0}
"""How many times as long Captum should take with one window at once."""


def ours(*, model: nn.Module, x: Tensor, target: int, window: int, step: int) -> Any:
    sizes = {"sliding_window_shapes": window, "strides": step}
    return xai.attribute(model, x[0], "occlusion", target=target, baselines="zero", **sizes)


def captum(at_once: int, *, model: nn.Module, x: Tensor, target: int, window: int, step: int) -> Any:
    from captum.attr import Occlusion  # noqa: PLC0415

    windows: dict[str, Any] = {"sliding_window_shapes": (3, window, window), "strides": (3, step, step)}
    return Occlusion(model).attribute(x, target=target, baselines=0.0, perturbations_per_eval=at_once, **windows)[0]


def main() -> None:
    given = arguments("Occlusion of one photo, windows of zeros", only=[name for name, *_ in CASES])
    work = {"ours": ours}
    if not missing("captum==0.9.0"):
        work |= {f"captum, {n} at once": partial(captum, n) for n in (AT_ONCE[:1] if given.quick else AT_ONCE)}
    rows = []
    for name, window, step in CASES[:2] if given.quick and not given.only else CASES:
        if given.only and name not in given.only:
            continue
        model, x = net(name)
        with torch.no_grad():
            target = int(model(x).argmax())
        runs = [partial(one, model=model, x=x, target=target, window=window, step=step) for one in work.values()]
        times = took(*runs, repeats=1 if given.quick or name in {"vgg-16", "resnet-50"} else 3)
        mine = times[0]
        for label, one in zip(work, times, strict=True):
            own = label == "ours"
            passes = one.result.forwards if own else 1 + (-(-(x.shape[-1] - window) // step) + 1) ** 2
            error = None if own else difference(torch.as_tensor(mine.result.values).expand(3, -1, -1), one.result)
            goal = GOALS.get((name, window)) if label.endswith(" 1 at once") else None
            rows.append(
                [f"{name} w{window} s{step}", label, one.cpu, one.wall, passes, error, one.cpu / mine.cpu, goal]
            )
        table(["model", "", "CPU s", "wall s", "passes", "map differs", "ours = 1", "goal"], rows[-len(work) :])


if __name__ == "__main__":
    main()
