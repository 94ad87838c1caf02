"""What takes a minute to make, made once and kept in the user's cache."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable


def cache_folder() -> Path:
    """Return where made samples are kept.

    Returns
    -------
    Path
        ``xai_widgets/samples`` in ``$XDG_CACHE_HOME``, or where the system keeps caches. It may be deleted at any time.
    """
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):  # noqa: PTH117  as the specification wants: a relative one is ignored
        home = Path(chosen)
    elif sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path.home() / ".cache"
    return home / "xai_widgets" / "samples"


def kept(name: str, make: Callable[[Path], None], message: str) -> Path:
    """Return a folder of the cache; make it where it is not there yet.

    Parameters
    ----------
    name : str
        Of the folder. What is made in another way has another name.
    make : callable
        Fills an empty folder. What it leaves there appears in the cache all at once, and not at all where it raises.
    message : str
        Told on stderr before it is made.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OSError
        Where the cache cannot be written; the text says how to choose another place.
    """
    folder = cache_folder() / name
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
    except OSError as error:
        msg = f"cannot write to the cache: {error}. Set XDG_CACHE_HOME to a folder that can be written."
        raise OSError(msg) from error
    try:
        with FileLock(folder.with_name(f".{name}.lock")):
            if not folder.is_dir():  # or else another process was first; the system lets go of its lock when it ends
                print(message, file=sys.stderr, flush=True)  # noqa: T201  who waits for a minute is told
                make(aside)
                aside.replace(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder
