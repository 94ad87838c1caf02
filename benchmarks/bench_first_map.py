"""From making the widget to its first map, beside one forward and backward pass by hand.

The floor is the same way with next to no model: threads, messages, maps made into bytes. It is measured in turn with
the others, and taken off.
"""

from __future__ import annotations

import statistics
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from measure import arguments, table
from nets import net
from torch import Tensor, nn

import xai_widgets as xai

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = ("auto", "saliency", "grad_cam", "occlusion")
GOAL = 2.0
PASS = "one forward and backward pass"
FLOOR = "floor: widget without a model"


def by_hand(model: nn.Module, x: Tensor, *, predicted: bool) -> float:
    """Differentiate the best score, which may have been found by a prediction before, as explanations do."""
    began = time.perf_counter()
    target = None
    if predicted:
        with torch.no_grad():
            target = model(x).argmax()
    leaf = x.clone().requires_grad_()
    scores = model(leaf)[0]
    torch.autograd.grad(scores[scores.argmax() if target is None else target], leaf)
    return time.perf_counter() - began


def trivial() -> nn.Module:
    """Return as little of a classifier of pictures as there can be."""
    return nn.Sequential(nn.AvgPool2d(32), nn.Flatten(), nn.Linear(3 * 49, 1000)).eval()


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
    rows, tiny = [], trivial()
    for name in ["efficientnet-lite0", "resnet-18", *([] if given.quick else ["resnet-50"])]:
        model, x = net(name)
        work: dict[str, Callable[[], float]] = {
            PASS: partial(by_hand, model, x, predicted=False),
            "a prediction before": partial(by_hand, model, x, predicted=True),
            FLOOR: partial(first_map, tiny, x, "saliency"),
        }
        work |= {f"widget, {method}": partial(first_map, model, x, method) for method in METHODS}
        times: dict[str, list[float]] = {label: [] for label in work}
        for i in range(4 if given.quick else 10):
            # In turn, so that a machine that slows down slows them all. The first round warms up.
            for label, one in work.items():
                seconds = one()
                times[label].extend([seconds] if i else [])
        middle = {label: statistics.median(series) for label, series in times.items()}
        for label, series in times.items():
            beyond = middle[label] - (middle[FLOOR] if label.startswith("widget") else 0.0)
            rows.append([name, label, 1000 * middle[label], 1000 * min(series), beyond / middle[PASS]])
    table(["model", "", "wall ms", "least", f"without floor ÷ pass (goal {GOAL:g})"], rows)


if __name__ == "__main__":
    main()
