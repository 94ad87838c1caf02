"""Kernel SHAP at equal samples and at equal error, beside Captum and the SHAP library.

The error is the relative L2 distance from the values of all coalitions of a grid of patches. In one run it is a matter
of chance: it is the root mean square over many seeds, for which the scores of all coalitions are computed once and
looked up. Times are of the network itself.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from measure import arguments, missing, ready, relative_l2, stand_in_for_numba, table, took
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 128
AT_ONCE = 8


def patches(rows: int, columns: int) -> Tensor:
    """Number the patches of a grid over the picture, shape (SIDE, SIDE)."""
    down, right = (torch.arange(SIDE) * count // SIDE for count in (rows, columns))
    return down[:, None] * columns + right


class Table(nn.Module):
    """The scores of all coalitions, looked up by which groups are 1 and which 0."""

    def __init__(self, worths: Tensor) -> None:
        super().__init__()
        self.register_buffer("worths", worths)

    def forward(self, x: Tensor) -> Tensor:
        numbers = ((x > 1 / 2).long() << torch.arange(x.shape[1])).sum(1)
        scores: Tensor = self.get_buffer("worths")[numbers, None]
        return scores


def all_worths(model: nn.Module, x: Tensor, target: int, mask: Tensor) -> Tensor:
    count = int(mask.max()) + 1
    every = (torch.arange(2**count)[:, None] >> torch.arange(count) & 1).bool()
    with torch.no_grad():
        return torch.cat([model(x * some[:, mask][:, None])[:, target].double() for some in every.split(16)])


def captum(  # noqa: PLR0917  as the others, and one more
    at_once: int, model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int, *, seed: int = 0
) -> Tensor:
    from captum.attr import KernelShap  # noqa: PLC0415

    torch.manual_seed(seed)
    full = mask.expand_as(x[:1])
    found: Tensor = KernelShap(model).attribute(
        x, target=target, feature_mask=full, n_samples=samples, perturbations_per_eval=at_once
    )
    return found[0].reshape(-1, *mask.shape)[0]  # the same in all channels


def library(model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int, *, seed: int = 0) -> Tensor:
    import shap  # noqa: PLC0415

    def scores(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        with torch.no_grad():
            parts = torch.from_numpy(rows).to(x).split(AT_ONCE)
            shown = (one[:, mask].reshape(-1, *[1] * (x.ndim - 1 - mask.ndim), *mask.shape) for one in parts)
            return torch.cat([model(x * one)[:, target] for one in shown]).double().numpy()

    count = int(mask.max()) + 1
    np.random.seed(seed)  # noqa: NPY002  the generator that it draws from
    found = shap.KernelExplainer(scores, np.zeros((1, count))).shap_values(
        np.ones((1, count)), nsamples=samples, l1_reg=0, silent=True
    )
    return torch.from_numpy(found[0])[mask]


def ours(model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int, *, seed: int = 0) -> Tensor:
    options: dict[str, Any] = {"feature_mask": mask, "n_samples": samples, "tolerance": 0.0}
    found = xai.attribute(model, x[0], "kernel_shap", target=target, seed=seed, **options)
    return torch.as_tensor(found.values)


def typical_error(work: Callable[..., Tensor], worths: Tensor, wanted: Tensor, samples: int, seeds: int) -> float:
    """Return the root mean square of the error over seeds, by table."""
    model, count = Table(worths), len(wanted)
    row, mask = torch.ones(1, count, dtype=torch.float64), torch.arange(count)
    errors = [relative_l2(work(model, row, 0, mask, samples, seed=seed), wanted) for seed in range(seeds)]
    return float(torch.tensor(errors).square().mean().sqrt())


def samples_for(error: float, worths: Tensor, wanted: Tensor, seeds: int, most: int) -> int:
    """Find how many samples ours needs to be as near, in steps of 16."""
    low, high = 1, -(-most // 16)
    while low < high:
        middle = (low + high) // 2
        if typical_error(ours, worths, wanted, 16 * middle, seeds) <= error:
            high = middle
        else:
            low = middle + 1
    return 16 * low


def main() -> None:
    given = arguments(f"Kernel SHAP of one photo at {SIDE}², ResNet-18")
    model, photo = net("resnet-18")
    x = nn.functional.interpolate(photo, size=(SIDE, SIDE), mode="bilinear", antialias=True)
    with torch.no_grad():
        target = int(model(x).argmax())
    mask = patches(3, 3) if given.quick else patches(3, 4)
    samples, seeds = (200, 16) if given.quick else (500, 48)
    count = int(mask.max()) + 1
    worths = all_worths(model, x, target, mask)
    exact = xai.attribute(Table(worths), torch.ones(count, dtype=torch.float64), "exact_shapley", target=0).values
    wanted = torch.as_tensor(exact)
    print(f"{count} patches, {samples} samples, error against all {2**count} coalitions, over {seeds} seeds")

    peers: dict[str, tuple[Callable[..., Tensor], float | None]] = {}
    if not missing("shap==0.51.0", "slicer==0.0.8", "cloudpickle"):
        stand_in_for_numba()
        ready("shap")
        peers["shap"] = library, 1.5
    if not missing("captum==0.9.0"):
        ready("captum.attr", "sklearn.linear_model")
        peers["captum, one at a time"] = partial(captum, 1), 6.0
        peers[f"captum, {AT_ONCE} at once"] = partial(captum, AT_ONCE), None
    error = {label: typical_error(peer, worths, wanted, samples, seeds) for label, (peer, _) in peers.items()}
    need = {label: samples_for(one, worths, wanted, seeds, 2 * samples) for label, one in error.items()}
    runs = [partial(peer, model, x, target, mask, samples) for peer, _ in peers.values()]
    runs += [partial(ours, model, x, target, mask, n) for n in (samples, *need.values())]
    times = took(*runs, repeats=1 if given.quick else 3)
    alike = times[len(peers)]
    rows: list[list[Any]] = [
        ["ours", alike.cpu, alike.wall, samples, typical_error(ours, worths, wanted, samples, seeds), 1.0, None]
    ]
    for i, (label, (_, goal)) in enumerate(peers.items()):
        peer, same = times[i], times[len(peers) + 1 + i]
        reached = typical_error(ours, worths, wanted, need[label], seeds)
        rows.append([label, peer.cpu, peer.wall, samples, error[label], peer.cpu / alike.cpu, None])
        rows.append(["  ours, at its error", same.cpu, same.wall, need[label], reached, peer.cpu / same.cpu, goal])
    table(["", "CPU s", "wall s", "samples", "error", "peer / ours", "goal"], rows)


if __name__ == "__main__":
    main()
