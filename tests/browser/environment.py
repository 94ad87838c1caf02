"""An environment with what some packages require and no more, of what this one has: nothing is downloaded."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

from browser.lab import PACKAGE, ROOT
from packaging.requirements import Requirement


def required(*names: str) -> dict[str, importlib.metadata.Distribution]:
    """Return the packages and whatever they require, by name, as pip would install them here."""
    found, waiting = {}, [Requirement(name) for name in names]
    while waiting:
        one = waiting.pop()
        if one.marker is not None and not any(one.marker.evaluate({"extra": extra}) for extra in one.extras or {""}):
            continue
        if one.name.lower() in found and not one.extras:
            continue
        found[one.name.lower()] = distribution = importlib.metadata.distribution(one.name)
        for line in distribution.requires or ():
            needed = Requirement(line)
            # An extra's requirements are marked with its name, which is that of whoever requires.
            extras = one.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                needed.marker = None
                waiting.append(needed)
    return found


def environment(folder: Path, *names: str, alone: tuple[str, ...] = ()) -> Path:
    """Make it, with some packages `alone`, as ``pip install --no-deps`` does, and this one so too.

    Returns its Python.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [packages] = folder.glob("lib/python*/site-packages")
    for distribution in (*required(*names).values(), *map(importlib.metadata.distribution, alone)):
        for file in distribution.files or ():
            if ".." not in file.parts:
                link(packages / file.parts[0], distribution.locate_file(file.parts[0]))
            elif {"etc", "share"} & {*file.parts}:
                # A server hands out no file that a link leads to.
                there = Path(os.path.normpath(distribution.locate_file(file)))
                here = folder / there.relative_to(sys.prefix)
                here.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(there, here)
    link(packages / "xai_widgets", PACKAGE)
    link(folder / "etc/jupyter/jupyter_server_config.d/xai_widgets.json", ROOT / "jupyter_server.json")
    return folder / "bin" / "python"


def link(here: Path, there: Path) -> None:
    if not here.exists():
        here.parent.mkdir(parents=True, exist_ok=True)
        here.symlink_to(there)
