"""Kernel SHAP at equal samples, and the samples it takes to reach the peers' error, beside Captum and the SHAP library.

The error is the relative L2 distance from the values of all coalitions of a grid of patches.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from measure import arguments, missing, ready, relative_l2, stand_in_for_numba, table
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

SIDE = 128
AT_ONCE = 8


def patches(rows: int, columns: int) -> Tensor:
    """Number the patches of a grid over the picture, shape (SIDE, SIDE)."""
    down, right = (torch.arange(SIDE) * count // SIDE for count in (rows, columns))
    return down[:, None] * columns + right


def captum(model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int) -> Tensor:
    from captum.attr import KernelShap  # noqa: PLC0415

    options: dict[str, Any] = {"n_samples": samples, "perturbations_per_eval": AT_ONCE}
    full = mask.expand(1, 3, SIDE, SIDE)
    found: Tensor = KernelShap(model).attribute(x, target=target, feature_mask=full, **options)
    return found[0, 0]


def library(model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int) -> Tensor:
    import shap  # noqa: PLC0415

    def scores(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        with torch.no_grad():
            parts = torch.from_numpy(rows).float().split(AT_ONCE)
            return torch.cat([model(x * one[:, mask][:, None])[:, target] for one in parts]).double().numpy()

    count = int(mask.max()) + 1
    np.random.seed(0)  # noqa: NPY002  the generator that it draws from
    found = shap.KernelExplainer(scores, np.zeros((1, count))).shap_values(
        np.ones((1, count)), nsamples=samples, l1_reg=0, silent=True
    )
    return torch.from_numpy(found[0])[mask]


def main() -> None:
    given = arguments(f"Kernel SHAP of one photo at {SIDE}², ResNet-18")
    model, photo = net("resnet-18")
    x = nn.functional.interpolate(photo, size=(SIDE, SIDE), mode="bilinear", antialias=True)
    with torch.no_grad():
        target = int(model(x).argmax())
    mask = patches(3, 3) if given.quick else patches(3, 4)
    samples = 200 if given.quick else 500
    count = int(mask.max()) + 1
    exact = xai.attribute(model, x[0], "exact_shapley", target=target, feature_mask=mask).values
    wanted = torch.as_tensor(exact)[0]
    print(f"{count} patches, {samples} samples, error against all {2**count} coalitions")

    rows: list[list[Any]] = []
    reach = None
    peers = {}
    if not missing("shap==0.51.0", "slicer==0.0.8", "cloudpickle"):
        stand_in_for_numba()
        ready("shap")
        peers["shap"] = library
    if not missing("captum==0.9.0"):
        ready("captum.attr", "sklearn.linear_model")
        peers[f"captum, {AT_ONCE} at once"] = captum
    for label, peer in peers.items():
        torch.manual_seed(0)
        cpu, wall = time.process_time(), time.perf_counter()
        found = peer(model, x, target, mask, samples)
        reach = relative_l2(found, wanted)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        rows.append([label, *spent, samples, reach])
    params: dict[str, Any] = {"feature_mask": mask, "n_samples": samples, "tolerance": 0.0}
    cpu, wall = time.process_time(), time.perf_counter()
    first = None
    for one in xai.attribute_iter(model, x[0], "kernel_shap", target=target, **params):
        spent = time.process_time() - cpu, time.perf_counter() - wall
        line = [*spent, one.forwards, relative_l2(torch.as_tensor(one.values)[0], wanted)]
        if first is None and reach is not None and line[-1] <= reach:
            first = ["ours, at captum's error", *line]
    rows += [["ours, as many samples", *line], *([] if first is None else [first])]
    table(
        ["", "CPU s", "wall s", "passes", "error", "ours = 1"],
        [[*row, row[1] / line[0]] for row in rows],
    )


if __name__ == "__main__":
    main()
