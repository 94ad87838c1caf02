"""LIME at equal samples, and the samples it takes to reach the peers' error, beside Captum and the lime package.

All fit the same linear model with the same weights to the same groups of pixels, without a penalty. The error is the
relative L2 distance from the fit to all coalitions. As each library draws its own samples, errors of one run differ by
chance: compared are the root mean square of the peers' and that of a few seeds of ours.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from bench_shapley import SIDE, patches
from measure import arguments, missing, ready, relative_l2, table
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE = (1, 8)
WIDTH = 0.25
GOAL = 1.5
"""How many times as long Captum should take for as many samples."""


def weight(shown: Tensor) -> Tensor:
    """Weigh coalitions (n, groups) by their cosine distance from showing all, as lime does by default."""
    distance = 1 - shown.double().mean(1).sqrt()
    return (-distance.square() / (2 * WIDTH**2)).exp()


def rms(errors: Tensor) -> float:
    return float(errors.square().mean().sqrt())


def limit(model: nn.Module, x: Tensor, target: int, mask: Tensor) -> Tensor:
    """Fit to all coalitions, each once: what endless samples lead to, one value a pixel."""
    count = int(mask.max()) + 1
    every = ((torch.arange(2**count)[:, None] >> torch.arange(count)) & 1).bool()
    with torch.no_grad():
        scores = [model(x * some[:, mask][:, None])[:, target].double() for some in every.split(16)]
    root = weight(every).sqrt()[:, None]
    rows = torch.cat([every.double(), torch.ones(len(every), 1).double()], dim=1)
    return torch.linalg.lstsq(rows * root, torch.cat(scores)[:, None] * root).solution[:-1, 0][mask]


def captum(at_once: int, *, model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int) -> Tensor:
    from captum._utils.models.linear_model import SkLearnLinearRegression  # noqa: PLC0415
    from captum.attr import Lime  # noqa: PLC0415

    def similarity(_x: Tensor, _other: Tensor, shown: Tensor, **_: Any) -> Tensor:
        return weight(shown)

    options: dict[str, Any] = {"n_samples": samples, "perturbations_per_eval": at_once}
    method = Lime(model, interpretable_model=SkLearnLinearRegression(), similarity_func=similarity)
    found: Tensor = method.attribute(x, target=target, feature_mask=mask.expand(1, 3, SIDE, SIDE), **options)
    return found[0, 0]


def lime_image(*, model: nn.Module, x: Tensor, target: int, mask: Tensor, samples: int) -> Tensor:
    from lime.lime_image import LimeImageExplainer  # noqa: PLC0415
    from sklearn.linear_model import LinearRegression  # noqa: PLC0415

    def scores(pictures: Any) -> Any:
        with torch.no_grad():
            return model(torch.as_tensor(pictures).movedim(-1, 1)).numpy()

    options: dict[str, Any] = {"labels": (target,), "top_labels": None, "hide_color": 0, "num_samples": samples}
    found = LimeImageExplainer(kernel_width=WIDTH, random_state=0).explain_instance(
        x[0].movedim(0, -1).numpy(),
        scores,
        **options,
        batch_size=AT_ONCE[-1],
        segmentation_fn=lambda _: mask.numpy(),
        model_regressor=LinearRegression(),
    )
    values = dict(found.local_exp[target])
    return torch.tensor([values[i] for i in range(len(values))])[mask]


def main() -> None:
    given = arguments(f"LIME of one photo at {SIDE}², ResNet-18")
    model, photo = net("resnet-18")
    x = nn.functional.interpolate(photo, size=(SIDE, SIDE), mode="bilinear", antialias=True)
    with torch.no_grad():
        target = int(model(x).argmax())
    mask = patches(3, 3) if given.quick else patches(3, 4)
    samples = 250 if given.quick else 500
    count = int(mask.max()) + 1
    wanted = limit(model, x, target, mask)
    print(f"{count} patches, {samples} samples, error against all {2**count} coalitions")

    work: dict[str, Callable[..., Tensor]] = {}
    if not missing("captum==0.9.0"):
        ready("captum.attr", "sklearn.linear_model")
        work |= {f"captum, {n} at once": partial(captum, n) for n in AT_ONCE}
    if not missing("lime==0.2.0.1"):
        ready("lime.lime_image", "sklearn.linear_model")
        work["lime_image"] = lime_image
    rows: list[list[Any]] = []
    for seed, (label, one) in enumerate(work.items()):
        torch.manual_seed(seed)
        cpu, wall = time.process_time(), time.perf_counter()
        found = one(model=model, x=x, target=target, mask=mask, samples=samples)
        spent = time.process_time() - cpu, time.perf_counter() - wall
        rows.append([label, *spent, samples, relative_l2(found, wanted)])
    params: dict[str, Any] = {
        "feature_mask": mask,
        "n_samples": samples,
        "tolerance": 0.0,
        "ridge": 0.0,
        "kernel_width": WIDTH,
    }
    runs: list[dict[int, list[float]]] = []
    for seed in range(2 if given.quick else 4):
        run: dict[int, list[float]] = {}
        cpu, wall = time.process_time(), time.perf_counter()
        for estimate in xai.attribute_iter(model, x[0], "lime", target=target, seed=seed, **params):
            spent = time.process_time() - cpu, time.perf_counter() - wall
            error = relative_l2(torch.as_tensor(estimate.values)[0], wanted)
            run[estimate.steps[0]] = [*spent, estimate.forwards, error]
        runs.append(run)
    # Every run stops at multiples of 16, whatever its batches.
    common = {n: torch.tensor([run[n] for run in runs]) for n in runs[0] if all(n in run for run in runs)}
    mean = {n: [*one[:, :2].mean(0).tolist(), int(one[0, 2]), rms(one[:, 3])] for n, one in common.items()}
    reach = rms(torch.tensor([row[-1] for row in rows])) if rows else 0.0
    first = next((n for n, one in mean.items() if one[-1] <= reach), None)
    if first is not None:
        rows.append([f"ours, at the peers' {reach:.3f}", *mean[first]])
    rows.append(["ours, as many samples", *mean[samples]])
    table(
        ["", "CPU s", "wall s", "passes", "error", "ours = 1", "goal"],
        [[*row, row[1] / rows[-1][1], GOAL if row[0] == f"captum, {AT_ONCE[0]} at once" else None] for row in rows],
    )


if __name__ == "__main__":
    main()
