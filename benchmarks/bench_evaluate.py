"""Measuring an explanation beside Quantus: CPU seconds of whole runs, of the same measure with as many perturbations.

Deletion is pixel flipping, but follows several orders: Quantus takes as many steps as that has passes, or fewer where
steps must divide the picture. Infidelity hides as many parts; max-sensitivity explains as many changed inputs; model
randomisation explains once a layer; ROAD fills as many pictures. What is explained again is a saliency map on either
side, Quantus's by Captum. One run of all measures is what the panel makes: model and input are made ready for it once.
That the numbers agree, and where they are defined otherwise, is in tests.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from measure import arguments, missing, ready, table, took
from nets import net
from torch import nn

import xai_widgets as xai
from xai_widgets.evaluation import Deletion, Infidelity, MaxSensitivity, Randomisation, Road

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from xai_widgets.evaluation import Metric

QUIET = {"disable_warnings": True, "display_progressbar": False, "normalise": False, "abs": False}
Jobs = dict[str, tuple[Any, Any, int]]
"""Our metric, Quantus's, and how many passes, or explanations, that makes; by job."""

GOALS = {"resnet-18": 1.4, "small": 4.0}


def small() -> tuple[nn.Module, Tensor]:
    """Return a small network for a picture of 28 x 28, and one for it."""
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    return model.eval(), torch.rand(1, 1, 28, 28)


def explained(model: nn.Module, inputs: Any, targets: Any, **_: Any) -> Any:
    """Explain by Captum, as Quantus does by default."""
    from captum.attr import Saliency  # noqa: PLC0415  what it imports is ready

    found = Saliency(model).attribute(torch.as_tensor(inputs).float(), torch.as_tensor(targets), abs=False)
    return found.detach().numpy()


def jobs(
    quantus: Any, x: Tensor, forwards: Callable[[Metric], int], *, fine: bool
) -> dict[str, tuple[Metric, Any, int]]:
    """Return our metric and Quantus's by job, and how many passes, or explanations, Quantus makes."""
    flip, road = Deletion(n_steps=34 if fine else 16), Road(n_random=4)
    steps = max(n for n in range(1, forwards(flip) + 1) if x.numel() % n == 0)
    found: Jobs = {}
    peer = quantus.PixelFlipping(features_in_step=x.numel() // steps, perturb_baseline=0.0, **QUIET)
    found["pixel flipping"] = flip, peer, steps
    patch = x.shape[-1] // 4
    peer = quantus.Infidelity(perturb_patch_sizes=[patch], n_perturb_samples=6, perturb_baseline=0.0, **QUIET)
    found["infidelity"] = Infidelity(n_samples=96), peer, 97
    found["max-sensitivity"] = MaxSensitivity(n_samples=10), quantus.MaxSensitivity(nr_samples=10, **QUIET), 10
    found["randomisation"] = Randomisation(n_stages=1000), quantus.MPRT(**QUIET), 0
    if fine:  # of a photo, Quantus solves for minutes
        count = forwards(road)
        shares = np.linspace(5, 95, count).tolist()
        found["ROAD"] = road, quantus.ROAD(percentages=shares, **QUIET), count
    return found


def compare(name: str, model: nn.Module, x: Tensor, *, repeats: int) -> list[list[Any]]:
    import quantus  # noqa: PLC0415  once what it imports is ready

    found = xai.attribute(model, x[0], method="saliency")
    values = np.broadcast_to(found.values, x.shape[1:]).copy()

    def ours(*metrics: Metric) -> Callable[[], Any]:
        return lambda: xai.evaluate(model, x[0], found, metrics)

    def theirs(*metrics: Any) -> Callable[[], Any]:
        batch = {"x_batch": x.numpy(), "y_batch": np.array([found.target]), "a_batch": values[None]}
        how = {"device": "cpu", "softmax": True, "explain_func": explained}
        return lambda: [metric(model=model, **batch, **how) for metric in metrics]

    rows = []
    single = jobs(quantus, x, lambda metric: ours(metric)().forwards, fine=name == "small")
    every = {job: [one] for job, one in single.items()}
    every["all in one run"] = list(single.values())
    for job, some in every.items():
        mine, peers, counts = zip(*some, strict=True)
        count = sum(counts)
        a, b = took(ours(*mine), theirs(*peers), repeats=repeats)
        ratio = b.cpu / a.cpu
        goal = GOALS[name] if name == "small" or job == "pixel flipping" else None
        met = "" if goal is None else "yes" if ratio >= goal else "no"
        rows.append([name, job, a.result.forwards, count or "a layer", 1e3 * a.cpu, 1e3 * b.cpu, ratio, goal, met])
    return rows


def main() -> None:
    given = arguments("Measures beside Quantus", ["resnet-18", "small"])
    if missing("quantus==0.6.0"):
        return
    sys.modules["zennit"] = None  # type: ignore[assignment]  # it would import torchvision, of which nothing is used
    ready("quantus")
    rows = []
    for name in given.only or ["small", "resnet-18"]:
        model, x = small() if name == "small" else net(name)
        rows += compare(name, model, x, repeats=1 if given.quick else 9 if name == "small" else 3)
    table(["network", "job", "passes", "Quantus's", "ms a run", "Quantus's", "ratio", "goal", "met"], rows)


if __name__ == "__main__":
    main()
