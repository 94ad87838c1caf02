"""Grad-CAM of one layer, beside pytorch-grad-cam and Captum. The same map up to scale is a condition, not a hope.

Ours is measured as it is at first, by the model itself, and as it is asked again and again of one model, by its faster
copy. With the prediction, each is one pass; the maps are those of the photo and of one that has been edited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from measure import arguments, missing, stand_in_for_unused, table, took
from nets import net
from torch import Tensor, nn

import xai_widgets as xai
from xai_widgets.attribution import GradCam
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel
from xai_widgets.models.passed import OFTEN

if TYPE_CHECKING:
    from collections.abc import Callable

LAYERS = {"efficientnet-lite0": "head", "resnet-18": "blocks", "resnet-50": "blocks"}
SAME = 1e-3
AGAIN = "ours, again"


def captum(model: nn.Module, x: Tensor, layer: str, target: int) -> Callable[[], Any]:
    from captum.attr import LayerGradCam  # noqa: PLC0415

    def work() -> Any:
        found = LayerGradCam(model, model.get_submodule(layer)).attribute(x, target=target, relu_attributions=True)
        size = tuple(x.shape[2:])
        return nn.functional.interpolate(found, size=size, mode="bilinear", align_corners=False)[0, 0].detach().numpy()

    return work


def grad_cam(model: nn.Module, x: Tensor, layer: str, target: int) -> Callable[[], Any]:
    stand_in_for_unused()
    from pytorch_grad_cam import GradCAM  # noqa: PLC0415
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: PLC0415

    def work() -> Any:
        with GradCAM(model, [model.get_submodule(layer)]) as cam:
            return cam(x, [ClassifierOutputTarget(target)])[0]

    return work


def apart(a: Any, b: Any) -> float:
    """Relative distance of two maps after the best scale and offset."""
    a, b = np.asarray(a, float).ravel(), np.asarray(b, float).ravel()
    a, b = a - a.mean(), b - b.mean()
    return float(np.linalg.norm(b - a * (a @ b) / (a @ a)) / np.linalg.norm(b))


def ours(model: nn.Module, x: Tensor, layer: str, target: int) -> dict[str, Callable[[], Any]]:
    adapter = TorchModel(model)
    inputs = read_inputs(x[0], device=adapter.device, dtype=adapter.dtype)
    method = GradCam(layer=layer)
    adapter.predict(inputs.x)

    def first() -> Any:
        [found] = method.run(adapter.fresh().plain(), inputs, Target(target))
        return found.values[0].numpy()

    def again() -> Any:
        [found] = method.run(adapter.fresh(), inputs, Target(target))
        return found.values[0].numpy()

    def edited() -> None:
        other = replace(inputs, x=inputs.x + 0.01 * torch.randn(()))
        adapter.predict(other.x)
        for _ in method.run(adapter.fresh(), other, Target(target)):
            pass

    def whole() -> Any:
        return xai.attribute(model, x[0], "grad_cam", layer=layer, target=target).values[0]

    for _ in range(2 * OFTEN):
        edited()
    return {"ours, first": first, AGAIN: again, "ours, edited": edited, "ours, attribute()": whole}


def main() -> None:
    given = arguments("Grad-CAM, one photo, one layer")
    peers: dict[str, Callable[[nn.Module, Tensor, str, int], Callable[[], Any]]] = {}
    if not missing("captum==0.9.0"):
        peers["captum"] = captum
    if not missing("grad-cam==1.5.5", "opencv-python-headless"):
        peers["grad-cam"] = grad_cam
    rows = []
    for name in ["efficientnet-lite0", "resnet-18", *([] if given.quick else ["resnet-50"])]:
        model, x = net(name)
        with torch.no_grad():
            target = int(model(x).argmax())

        def forward(model: Any = model, x: Tensor = x) -> None:
            with torch.no_grad():
                model(x)

        here = {"one forward": forward, **ours(model, x, LAYERS[name], target)}
        here |= {label: build(model, x, LAYERS[name], target) for label, build in peers.items()}
        for work in here.values():
            work()
        times = dict(zip(here, took(*here.values(), repeats=3 if given.quick else 9), strict=True))
        bare, least = times["one forward"].cpu, times[AGAIN].cpu
        for label, one in times.items():
            error = None if one.result is None else apart(one.result, times["ours, first"].result)
            if error is not None and error > SAME:
                print(f"  {name}: {label} drew another map, {error:.2%} apart")
            rows.append([name, label, 1000 * one.cpu, 1000 * one.wall, one.cpu / bare, error, one.cpu / least])
    table(["model", "", "CPU ms", "wall ms", "forwards' worth", "map differs", f"{AGAIN} = 1"], rows)


if __name__ == "__main__":
    main()
