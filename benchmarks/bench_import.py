"""What the package costs before it does anything: seconds to import, bytes to install and to load in the browser."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
from ast import literal_eval
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from measure import arguments, table

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
SECONDS = 0.150
WHEEL, BUNDLE = 500, 60
"""Goals, in kB."""

CHAINS = (
    {
        "torch": "import torch",
        "torch, ipywidgets": "import ipywidgets",
        "xai_widgets beyond these": "import xai_widgets; xai_widgets.attribute",
        "  and xai_widgets.explain": "xai_widgets.explain",
    },
    {"": "import torch, ipywidgets", "captum.attr beyond these": "import captum.attr"},
)
"""What is imported one after the other in one process, by what is told of it."""

FROM = {"torch, ipywidgets": 0, "  and xai_widgets.explain": 2}
"""The step from which on a line counts, where that is not its own."""

MARK = "marks.append((time.process_time(), time.perf_counter()))"


def seconds(steps: Sequence[str], repeats: int, folder: str) -> np.ndarray | None:
    """Medians over new processes of each step's CPU and wall seconds; None where something is not installed."""
    program = "\n".join(["import time; marks = []", MARK, *(f"{step}; {MARK}" for step in steps), "print(marks)"])
    runs = []
    # Compiled, as pip leaves a package behind; the first run compiles.
    compiled = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
    for _ in range(1 + repeats):
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=compiled
        )
        if done.returncode:
            return None
        runs.append(np.diff(literal_eval(done.stdout), axis=0))
    return np.median(runs[1:], axis=0)


def heaviest(count: int = 8) -> list[list[object]]:
    """List the modules of the package, and those it brings along, that take longest to import by themselves."""
    program = "import torch, ipywidgets, sys; print('-' * 9, file=sys.stderr); import xai_widgets.api"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program], capture_output=True, text=True, check=True
    )
    lines = done.stderr.split("-" * 9)[1].strip().splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in lines]
    own = sorted(((int(own), name.strip()) for own, _, name in rows), reverse=True)
    return [[name, microseconds / 1000] for microseconds, name in own[:count]]


def wheel() -> int | None:
    """Build the wheel as it is now and return its size in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, str(ROOT)]
        environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        files = list(Path(folder).glob("*.whl"))
        if done.returncode or not files:
            print(f"  The wheel could not be built: {done.stderr.strip().splitlines()[-1:]}")
            return None
        return files[0].stat().st_size


def main() -> None:
    given = arguments("What import and installation cost")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for chain in CHAINS:
            found = seconds(list(chain.values()), 3 if given.quick else 9, folder)
            if found is None:
                continue
            for i, label in enumerate(chain):
                first = FROM.get(label, i)
                cpu, wall = 1000 * found[first : i + 1].sum(0)
                goal = SECONDS * 1000 if "xai_widgets" in label else None
                if label:
                    rows.append([label, cpu, wall, goal])
    table(["import", "CPU ms", "wall ms", "goal ms"], rows)
    table(["heaviest by themselves", "ms"], heaviest())

    sizes: list[list[object]] = []
    built = None if given.quick else wheel()
    if built is not None:
        sizes.append(["wheel", built / 1000, WHEEL])
    static = ROOT / "xai_widgets" / "static"
    for view, parts in sorted(json.loads((static / "views.json").read_text(encoding="utf-8")).items()):
        plain = b"".join((static / part).read_bytes() for part in parts)
        sizes.append([f"{view}, plain", len(plain) / 1000, None])
        sizes.append([f"{view}, gzip", len(gzip.compress(plain, 9)) / 1000, BUNDLE if view.endswith(".js") else None])
    table(["size", "kB", "goal kB"], sizes)


if __name__ == "__main__":
    main()
