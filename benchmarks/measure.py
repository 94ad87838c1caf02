"""What all benchmarks share: CPU seconds beside wall seconds, medians of repeats, aligned tables."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import statistics
import sys
import time
import types
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Took:
    """Medians of the repeats, and what the last of them returned."""

    cpu: float
    wall: float
    result: Any


def arguments(what: str, only: Sequence[str] = ()) -> argparse.Namespace:
    """Read ``--quick``, ``--threads`` and which of some cases are wanted, set the threads and print a heading."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--quick", action="store_true", help="less work and fewer repeats, for a first look")
    parser.add_argument("--threads", type=int, default=1, help="of torch; with one, CPU seconds can be compared")
    if only:
        parser.add_argument("--only", nargs="+", choices=sorted(set(only)), help="leave out all others")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    print(f"{what}  (torch {torch.__version__}, {given.threads} thread{'s' if given.threads > 1 else ''})")
    return given


def took(*work: Callable[[], Any], repeats: int = 3) -> list[Took]:
    """Time several pieces of work in turn, so that a machine that slows down slows them all; medians."""
    times: list[list[tuple[float, float]]] = [[] for _ in work]
    results: list[Any] = [None] * len(work)
    for _ in range(repeats):
        for i, one in enumerate(work):
            cpu, wall = time.process_time(), time.perf_counter()
            results[i] = one()
            times[i].append((time.process_time() - cpu, time.perf_counter() - wall))
    return [
        Took(*(statistics.median(column) for column in zip(*rows, strict=True)), result)
        for rows, result in zip(times, results, strict=True)
    ]


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under their heads, numbers to the right."""
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(one) for one in column) for column in zip(heads, *cells, strict=True)]
    for i, row in enumerate([list(heads), *cells]):
        parts = [
            c.ljust(w) if not j or (rows and isinstance(rows[0][j], str)) else c.rjust(w)
            for j, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(parts).rstrip())
        if not i:
            print("  " + "  ".join("-" * w for w in widths))
    print()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2e}" if cell and abs(cell) < 1e-3 else f"{cell:.3g}" if abs(cell) < 100 else f"{cell:.0f}"
    return str(cell)


def difference(a: Tensor, b: Tensor) -> float:
    """Largest difference, as a share of the largest value."""
    a, b = a.detach().double(), b.detach().double()
    return float((a - b).abs().max() / b.abs().max())


def relative_l2(a: Tensor, b: Tensor) -> float:
    """Distance, as a share of the norm of `b`."""
    a, b = a.detach().double(), b.detach().double()
    return float((a - b).norm() / b.norm())


def missing(package: str, *more: str) -> bool:
    """Tell whether a peer is not there, and say how to get it."""
    if importlib.util.find_spec(package.partition("=")[0].replace("grad-cam", "pytorch_grad_cam")) is not None:
        return False
    print(f"  For the comparison: pip install --no-deps {' '.join((package, *more))}\n")
    return True


def ready(*modules: str) -> None:
    """Import peers before they are timed."""
    for name in modules:
        importlib.import_module(name)


UNUSED = {
    "torchvision": ["transforms", "models", "models.resnet", "models.vgg"],
    "sklearn": ["decomposition"],
    "ttach": [],
    "matplotlib": ["pyplot"],
}
"""What pytorch-grad-cam and zennit import, by package, for other things than are measured."""


def stand_in_for_unused() -> None:
    """Let peers be imported without the packages of which what is measured uses nothing."""
    for package, parts in UNUSED.items():
        if package in sys.modules or importlib.util.find_spec(package) is not None:
            continue
        for name in (package, *(f"{package}.{part}" for part in parts)):
            sys.modules[name] = _StandIn(name)
        for part in parts:
            above, _, last = f"{package}.{part}".rpartition(".")
            setattr(sys.modules[above], last, sys.modules[f"{package}.{part}"])


def stand_in_for_numba() -> None:
    """Let SHAP be imported without Numba, which only compiles loops of it that run as they are."""
    if "numba" in sys.modules or importlib.util.find_spec("numba") is not None:
        return
    numba, typed = types.ModuleType("numba"), types.ModuleType("numba.typed")
    vars(typed)["List"] = list
    plain = lambda *args, **_: args[0] if args and callable(args[0]) else lambda work: work  # noqa: E731
    vars(numba).update(njit=plain, jit=plain, typed=typed)
    sys.modules |= {"numba": numba, "numba.typed": typed}


class _StandIn(types.ModuleType):
    """A module that has a class of every name."""

    __path__: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__init__": lambda *_, **__: None})
