"""With what a result was computed, and when."""

from __future__ import annotations

import platform
import sys
from datetime import datetime, timezone

from xai_widgets._version import __version__

LIBRARIES = ("torch", "numpy")


def provenance() -> dict[str, str]:
    """Return the versions of this package, Python and the libraries in use, and the time, UTC."""
    versions = {name: str(sys.modules[name].__version__) for name in LIBRARIES if name in sys.modules}
    made = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return {"xai_widgets": __version__, "python": platform.python_version(), **versions, "time": made}
