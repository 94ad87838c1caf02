"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write aside and put into place at once, so that nobody ever sees half a file.

    Raises
    ------
    OSError
        Naming `path`; what was there before is left as it was.
    """
    try:
        _write(path, data)
    except OSError as error:
        # The name of what is written aside says nothing to whoever reads it.
        raise type(error)(error.errno, f"could not write it: {error.strerror or error}", str(path)) from error


def _write(path: Path, data: bytes) -> None:
    handle, aside = tempfile.mkstemp(prefix=f".{path.name[:80]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # some disks say only here that they are full
        with contextlib.suppress(OSError):  # mkstemp lets nobody else read; a file of ours is as any other
            Path(aside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(aside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(aside).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
