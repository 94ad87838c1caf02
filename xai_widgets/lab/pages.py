"""A widget as a page of its own: asked for by the JupyterLab extension, which lets the browser save it."""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

from xai_widgets.widgets.living import living


def page(name: str) -> str:
    """Return the page of the widget whose model in the browser has this name, in base64.

    Raises
    ------
    ValueError
        Where there is no such widget (any more), and what ``save`` of the widget raises.
    """
    widget = next((one for one in living() if one.model_id == name), None)
    if widget is None:
        msg = "The kernel does not know this widget any more. Run its cell again."
        raise ValueError(msg)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        widget.save(path)
        return base64.b64encode(path.read_bytes()).decode("ascii")
