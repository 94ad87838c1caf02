"""From making the widget to its first map, beside one prediction and one forward and backward pass by hand."""

from __future__ import annotations

import statistics
import threading
import time
from typing import Any

import torch
from measure import arguments, table
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

METHODS = ("auto", "saliency", "grad_cam", "occlusion")
GOAL = 2.0


def by_hand(model: nn.Module, x: Tensor) -> float:
    """Predict, then differentiate the best score."""
    began = time.perf_counter()
    with torch.no_grad():
        target = int(model(x).argmax())
    leaf = x.clone().requires_grad_()
    torch.autograd.grad(model(leaf)[0, target], leaf)
    return time.perf_counter() - began


def first_map(model: nn.Module, x: Tensor, method: str) -> float:
    """Wait until the widget says its first map to a view."""
    said = threading.Event()

    class Watched(xai.ImageExplainer):
        def send(self, content: Any, buffers: Any = None) -> None:
            if content["kind"] == "map":
                said.set()

        def _post(self, message: Any) -> None:
            self.send(message.content, message.buffers)

    began = time.perf_counter()
    widget = Watched(model, x[0], method=method)
    if not said.wait(60):
        msg = f"{method} sent no map within a minute"
        raise TimeoutError(msg)
    seconds = time.perf_counter() - began
    widget.close()
    widget.wait(60)
    return seconds


def main() -> None:
    given = arguments("From making the widget to its first map")
    rows = []
    for name in ["efficientnet-lite0", "resnet-18", *([] if given.quick else ["resnet-50"])]:
        model, x = net(name)
        times: dict[str, list[float]] = {"one prediction, one forward and backward pass": []}
        times |= {f"widget, {method}": [] for method in METHODS}
        for i in range(4 if given.quick else 10):
            # In turn, so that a machine that slows down slows them all. The first round warms up.
            now = [by_hand(model, x), *(first_map(model, x, method) for method in METHODS)]
            for series, one in zip(times.values(), now, strict=True):
                series.extend([one] if i else [])
        bare = statistics.median(next(iter(times.values())))
        for label, series in times.items():
            middle = statistics.median(series)
            rows.append([name, label, 1000 * middle, 1000 * min(series), middle / bare])
    table(["model", "", "wall ms", "least", f"ratio (goal {GOAL:g})"], rows)


if __name__ == "__main__":
    main()
