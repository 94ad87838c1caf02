"""A batch of pictures in one call, beside Captum's batched call and beside our own calls, one for each picture.

Integrated gradients take 17 evenly spaced points here and there, as many at once in Captum as there are pictures.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from measure import arguments, missing, ready, table, took
from nets import batch_of_photos, net
from torch import Tensor, nn

import xai_widgets as xai

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT, STEPS = 16, 17
METHODS: dict[str, dict[str, Any]] = {
    "saliency": {},
    "guided_backprop": {},
    "grad_cam": {"layer": "last"},
    "integrated_gradients": {"n_steps": STEPS, "tolerance": 0.0, "spacing": "even"},
}


def small() -> tuple[nn.Module, Tensor]:
    """Return a network that alone takes a millisecond a picture."""
    torch.manual_seed(0)
    body = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)).eval(), torch.rand(
        COUNT, 3, 32, 32
    )


def large() -> tuple[nn.Module, Tensor]:
    photos = batch_of_photos()
    more = photos.repeat(-(-COUNT // len(photos)), 1, 1, 1)[:COUNT]
    return net("resnet-18")[0], more + 0.1 * torch.randn(COUNT, 1, 1, 1)


def peer(model: nn.Module, x: Tensor, method: str, layer: str) -> Callable[[], Any]:
    from captum.attr import GuidedBackprop, IntegratedGradients, LayerGradCam, Saliency  # noqa: PLC0415

    def work() -> Any:
        target = model(x).argmax(1)  # which our calls find out and return too
        if method == "integrated_gradients":
            at_once = {"n_steps": STEPS, "internal_batch_size": COUNT, "method": "riemann_trapezoid"}
            return IntegratedGradients(model).attribute(x, target=target, **at_once)
        if method == "grad_cam":
            return LayerGradCam(model, model.get_submodule(layer)).attribute(x, target=target)
        return {"saliency": Saliency, "guided_backprop": GuidedBackprop}[method](model).attribute(x, target=target)

    return work


def one_by_one(model: nn.Module, x: Tensor, method: str, params: dict[str, Any]) -> list[Any]:
    return [xai.attribute(model, one, method, **params) for one in x]


def _at(params: dict[str, Any], layer: str) -> dict[str, Any]:
    return {**params, "layer": layer} if "layer" in params else params


def main() -> None:
    given = arguments(f"{COUNT} pictures in one call")
    if missing("captum==0.9.0"):
        return
    ready("captum.attr")
    rows = []
    for name, (model, x), layer in (("small", small(), "4"), ("resnet-18", large(), "blocks")):
        for method, params in METHODS.items():
            if given.quick and name != "small" and method == "integrated_gradients":
                continue
            ours = partial(xai.attribute, model, x, method, **_at(params, layer))
            each = partial(one_by_one, model, x, method, _at(params, layer))
            repeats = 9 if name == "small" else 3
            found = took(peer(model, x, method, layer), ours, each, repeats=repeats)
            captum, batch, alone = (one.cpu for one in found)
            rows.append([name, method, captum, batch, alone, captum / batch, alone / batch])
    table(["model", "method", "captum, CPU s", "a batch", "one by one", "captum ÷ batch", "one by one ÷ batch"], rows)


if __name__ == "__main__":
    main()
