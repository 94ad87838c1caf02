"""Integrated gradients at equal attribution error, beside Captum.

The error is the relative L2 distance from the integral over very many midpoints. Captum sets the error to reach; ours
is the first estimate of one run, from nothing, that reaches it.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from measure import arguments, missing, relative_l2, table
from nets import net
from torch import Tensor, nn

from xai_widgets.attribution import IntegratedGradients
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel
from xai_widgets.samples import digits

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 257
PEERS = {
    "captum, 50 steps": (50, None),
    "captum, 50 steps, 8 at once": (50, 8),
    "captum, 100 steps, 8 at once": (100, 8),
}


class Point(NamedTuple):
    """What one run came to."""

    label: str
    cpu: float
    wall: float
    passes: int
    error: float
    megabytes: float


class Saved:
    """Watch how much memory autograd keeps for backward passes, apart from parameters."""

    def __init__(self, model: nn.Module) -> None:
        self.own = {p.untyped_storage().data_ptr() for p in model.parameters()}
        self.alive: Counter[int] = Counter()
        self.now = self.most = 0

    def __enter__(self) -> None:
        self.hooks = torch.autograd.graph.saved_tensors_hooks(lambda t: _Kept(self, t), lambda kept: kept.tensor)
        self.hooks.__enter__()

    def __exit__(self, *error: object) -> None:
        self.hooks.__exit__(*error)


class _Kept:
    def __init__(self, book: Saved, tensor: Tensor) -> None:
        self.book, self.tensor = book, tensor
        storage = tensor.untyped_storage()
        self.key, self.size = storage.data_ptr(), 0 if storage.data_ptr() in book.own else storage.nbytes()
        book.alive[self.key] += 1
        if book.alive[self.key] == 1:
            book.now += self.size
            book.most = max(book.most, book.now)

    def __del__(self) -> None:
        self.book.alive[self.key] -= 1
        if not self.book.alive[self.key]:
            self.book.now -= self.size


def reference(model: nn.Module, x: Tensor, target: int, points: int, at_once: int = 4) -> Tensor:
    """Integrate over midpoints, with nothing but torch."""
    total = torch.zeros(x.shape[1:], dtype=torch.float64)
    for alpha in ((torch.arange(points, dtype=torch.float64) + 0.5) / points).split(at_once):
        leaf = (alpha.to(x).reshape(-1, *[1] * (x.ndim - 1)) * x).requires_grad_()
        (gradients,) = torch.autograd.grad(model(leaf)[:, target].sum(), leaf)
        total += gradients.double().sum(0)
    return total / points * x[0]


def ours(model: nn.Module, x: Tensor, target: int, wanted: Tensor) -> list[Point]:
    """Note time and true error of each estimate of one run, the making of the adapter included."""
    points = []
    saved = Saved(model)
    cpu, wall = time.process_time(), time.perf_counter()
    adapter = TorchModel(model).fresh()
    adapter.predict(x[0])
    inputs = read_inputs(x[0], device=adapter.device, dtype=adapter.dtype)
    for estimate in IntegratedGradients(n_steps=MOST, tolerance=0.0).run(adapter, inputs, Target(target)):
        spent = time.process_time() - cpu, time.perf_counter() - wall
        error = relative_l2(estimate.values, wanted)
        points.append(Point(f"ours, {estimate.done} points", *spent, adapter.backwards, error, 0.0))
        # The clock stands while the error is measured.
        cpu, wall = time.process_time() - spent[0], time.perf_counter() - spent[1]
    with saved:
        again = IntegratedGradients(n_steps=33, tolerance=0.0)
        for _ in again.run(adapter.fresh(), inputs, Target(target)):
            pass
    return [point._replace(megabytes=saved.most / 1e6) for point in points]


def captum(label: str, model: nn.Module, x: Tensor, target: int, wanted: Tensor) -> Point:
    from captum.attr import IntegratedGradients as Peer  # noqa: PLC0415

    steps, at_once = PEERS[label]

    def work() -> Tensor:
        found: Tensor = Peer(model).attribute(x, target=target, n_steps=steps, internal_batch_size=at_once)
        return found

    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    saved = Saved(model)
    with saved:
        work()
    return Point(label, cpu, wall, steps, relative_l2(found[0], wanted), saved.most / 1e6)


def digit() -> tuple[nn.Module, Tensor]:
    sample = digits()
    return sample.model.double(), sample.preprocess(sample.images[3])[None].double()


def main() -> None:
    given = arguments("Integrated gradients from black to one picture, at equal attribution error")
    if missing("captum==0.9.0"):
        return
    nets: dict[str, Callable[[], tuple[nn.Module, Tensor]]] = {
        "digits, float64": digit,
        "efficientnet-lite0": lambda: net("efficientnet-lite0"),
    }
    if not given.quick:
        nets |= {"resnet-18": lambda: net("resnet-18"), "resnet-50": lambda: net("resnet-50")}
    for name, load in nets.items():
        model, x = load()
        with torch.no_grad():
            target = int(model(x).argmax())
        points = 2048 if name.startswith("digits") or not given.quick else 256
        wanted = reference(model, x, target, points)
        print(f"{name}, error against {points} midpoints")
        peers = [captum(label, model, x, target, wanted) for label in PEERS]
        found = ours(model, x, target, wanted)
        rows: list[list[Any]] = []
        for peer in peers:
            rows.append([*peer, None, None, None])
            reached = next((one for one in found if one.error <= peer.error), None)
            if reached is not None:
                ratios = (peer.cpu / reached.cpu, peer.wall / reached.wall, peer.megabytes / reached.megabytes)
                rows.append([f"  {reached.label}", *reached[1:], *ratios])
        table(["", "CPU s", "wall s", "passes", "error", "saved MB", "CPU ratio", "wall ratio", "MB ratio"], rows)


if __name__ == "__main__":
    main()
