"""Integrated gradients at equal attribution error, beside Captum.

The error is the relative L2 distance from the integral over very many midpoints. Captum sets the error to reach; ours
is the first estimate of a run that reaches it. What it takes to make the adapter and its merged copy counts for the
first picture; sums over the pictures are shown.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, NamedTuple

import torch
from measure import arguments, missing, ready, relative_l2, table
from nets import batch_of_photos, net
from torch import Tensor, nn

from xai_widgets.attribution import IntegratedGradients
from xai_widgets.inputs import read_inputs
from xai_widgets.models import Target, TorchModel
from xai_widgets.samples import digits

MOST = 257
NAMES = ("digits-float64", "efficientnet-lite0", "resnet-18", "resnet-50")
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


def ours(adapter: TorchModel, x: Tensor, target: int, wanted: Tensor, spent: tuple[float, float]) -> list[Point]:
    """Note time and true error of each estimate of one run, and of what was `spent` before it."""
    points = []
    cpu, wall = time.process_time() - spent[0], time.perf_counter() - spent[1]
    run = adapter.fresh()
    run.predict(x[0])
    inputs = read_inputs(x[0], device=run.device, dtype=run.dtype)
    for estimate in IntegratedGradients(n_steps=MOST, tolerance=0.0).run(run, inputs, Target(target)):
        now = time.process_time() - cpu, time.perf_counter() - wall
        error = relative_l2(estimate.values, wanted)
        points.append(Point("", *now, run.backwards, error, 0.0))
        # The clock stands while the error is measured.
        cpu, wall = time.process_time() - now[0], time.perf_counter() - now[1]
    with (saved := Saved(adapter.module)):
        for _ in IntegratedGradients(n_steps=33, tolerance=0.0).run(adapter.fresh(), inputs, Target(target)):
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


def total(label: str, points: list[Point]) -> list[Any]:
    """Sum over pictures; the error is their mean, the memory the most."""
    _, cpu, wall, passes, error, megabytes = zip(*points, strict=True)
    return [label, sum(cpu), sum(wall), sum(passes), sum(error) / len(error), max(megabytes)]


def pictures(name: str, count: int) -> tuple[nn.Module, list[Tensor]]:
    if name == NAMES[0]:
        sample = digits()
        return sample.model.double(), [sample.preprocess(one)[None].double() for one in sample.images[3 : 3 + count]]
    return net(name)[0], list(batch_of_photos()[:count].split(1))


def main() -> None:
    given = arguments("Integrated gradients from black to pictures, at equal attribution error", NAMES)
    if missing("captum==0.9.0"):
        return
    ready("captum.attr")
    for name in given.only or NAMES[: 2 if given.quick else None]:
        model, photos = pictures(name, 2 if given.quick else 3)
        points = 2048 if name == NAMES[0] or not given.quick else 256
        print(f"{name}, {len(photos)} pictures, error against {points} midpoints")
        peers: dict[str, list[Point]] = {label: [] for label in PEERS}
        reached: dict[str, list[Point]] = {label: [] for label in PEERS}
        adapter, spent = None, (0.0, 0.0)
        for x in photos:
            with torch.no_grad():
                target = int(model(x).argmax())
            wanted = reference(model, x, target, points)
            for label, found in peers.items():
                found.append(captum(label, model, x, target, wanted))
            if adapter is None:
                cpu, wall = time.process_time(), time.perf_counter()
                adapter = TorchModel(model)
                spent = time.process_time() - cpu, time.perf_counter() - wall
            run = ours(adapter, x, target, wanted, spent)
            spent = 0.0, 0.0
            for label, found in reached.items():
                found.extend([one for one in run if one.error <= peers[label][-1].error][:1])
        rows: list[list[Any]] = []
        for label in PEERS:
            rows.append([*total(label, peers[label]), None, None, None])
            if len(reached[label]) == len(photos):
                mine = total("  ours, at its error", reached[label])
                rows.append([*mine, *(rows[-1][i] / mine[i] for i in (1, 2, 5))])
        table(["", "CPU s", "wall s", "passes", "error", "saved MB", "CPU ratio", "wall ratio", "MB ratio"], rows)


if __name__ == "__main__":
    main()
