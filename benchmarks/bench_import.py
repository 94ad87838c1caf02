"""What the package costs before it does anything: seconds to import, bytes to install and to load in the browser."""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import arguments, table

ROOT = Path(__file__).parents[1]
SECONDS = 0.150
WHEEL, BUNDLE = 500, 60
"""Goals, in kB."""

PROGRAM = """
import time
{before}
cpu, wall = time.process_time(), time.perf_counter()
{work}
print(time.process_time() - cpu, time.perf_counter() - wall)
"""

IMPORTS = {
    "torch": ("", "import torch"),
    "torch, ipywidgets": ("", "import torch, ipywidgets"),
    "xai_widgets beyond these": ("import torch, ipywidgets", "import xai_widgets; xai_widgets.attribute"),
    "  and xai_widgets.explain": ("import torch, ipywidgets", "import xai_widgets; xai_widgets.explain"),
    "captum.attr beyond these": ("import torch, ipywidgets", "import captum.attr"),
}


def seconds(before: str, work: str, repeats: int) -> tuple[float, float] | None:
    """Medians over new processes; None where something is not installed."""
    program = PROGRAM.format(before=before, work=work)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        # Compiled, as pip leaves a package behind; the first run compiles.
        compiled = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for _ in range(1 + repeats):
            done = subprocess.run(
                [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=compiled
            )
            if done.returncode:
                return None
            rows.append([float(one) for one in done.stdout.split()])
    rows = rows[1:]
    cpu, wall = (statistics.median(column) for column in zip(*rows, strict=True))
    return cpu, wall


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
    for label, (before, work) in IMPORTS.items():
        found = seconds(before, work, 3 if given.quick else 9)
        if found is not None:
            goal = SECONDS * 1000 if label.strip().startswith(("xai", "and")) else None
            rows.append([label, 1000 * found[0], 1000 * found[1], goal])
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
