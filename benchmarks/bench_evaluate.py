"""Measuring an explanation beside Quantus: CPU time a pass of the same network, in one run.

Pixel flipping beside deletion in 32 steps, which follows several orders and shares their ends; of ResNet-18 in 16.
Quantus takes steps that divide the picture, so it has as many passes at most. Faithfulness correlation beside
infidelity: both hide random parts of an input, 100 times. That the numbers of pixel flipping are the same where cells
are pixels is a test.
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
from xai_widgets.evaluation import Deletion, Infidelity

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from xai_widgets.evaluation import Metric

QUIET = {"disable_warnings": True, "display_progressbar": False, "normalise": False, "abs": False}
GOALS = {"resnet-18": 1.4, "small": 4.0}


def small() -> tuple[nn.Module, Tensor]:
    """Return a small network for a picture of 28 x 28, and one for it."""
    torch.manual_seed(0)
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )
    return model.eval(), torch.rand(1, 1, 28, 28)


def compare(name: str, model: nn.Module, x: Tensor, *, repeats: int) -> list[list[Any]]:
    import quantus  # noqa: PLC0415  once what it imports is ready

    found = xai.attribute(model, x[0], method="saliency")
    values = np.broadcast_to(found.values, x.shape[1:]).copy()

    def ours(metric: Metric) -> Callable[[], Any]:
        return lambda: xai.evaluate(model, x[0], found, [metric])

    def theirs(metric: Any) -> Callable[[], Any]:
        batch = {"x_batch": x.numpy(), "y_batch": np.array([found.target]), "a_batch": values[None]}
        return lambda: metric(model=model, **batch, device="cpu", softmax=True)

    rows = []
    flip, hide = Deletion(n_steps=32 if name == "small" else 16), Infidelity(n_samples=100)
    passes = ours(flip)().forwards
    steps = max(n for n in range(1, passes + 1) if x.numel() % n == 0)
    pairs = {
        "pixel flipping": (
            steps,
            flip,
            quantus.PixelFlipping(features_in_step=x.numel() // steps, perturb_baseline=0.0, **QUIET),
        ),
        "random parts": (
            hide.n_samples + 1,
            hide,
            quantus.FaithfulnessCorrelation(
                nr_runs=hide.n_samples, subset_size=x.numel() // 4, perturb_baseline=0.0, **QUIET
            ),
        ),
    }
    for job, (count, mine, peer) in pairs.items():
        a, b = took(ours(mine), theirs(peer), repeats=repeats)
        mine_each, theirs_each = (1e3 * one.cpu / n for one, n in ((a, a.result.forwards), (b, count)))
        ratio = theirs_each / mine_each
        met = "" if job != "pixel flipping" and name != "small" else "yes" if ratio >= GOALS[name] else "no"
        rows.append(
            [name, job, a.result.forwards, count, mine_each, theirs_each, ratio, GOALS[name] if met else None, met]
        )
    return rows


def main() -> None:
    given = arguments("Deletion and infidelity beside Quantus", ["resnet-18", "small"])
    if missing("quantus==0.6.0"):
        return
    sys.modules["zennit"] = None  # type: ignore[assignment]  # it would import torchvision, of which nothing is used
    ready("quantus")
    rows = []
    for name in given.only or ["small", "resnet-18"]:
        model, x = small() if name == "small" else net(name)
        rows += compare(name, model, x, repeats=1 if given.quick else 9 if name == "small" else 3)
    table(["network", "job", "passes", "Quantus's", "ms a pass", "Quantus's", "ratio", "goal", "met"], rows)


if __name__ == "__main__":
    main()
