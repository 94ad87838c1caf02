"""A widget as a page of its own, or in a notebook: asked for by the JupyterLab extension, which saves it."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from xai_widgets.export.fitting import memory
from xai_widgets.widgets.living import living


def page(name: str) -> str:
    """Return the page of the widget whose model in the browser has this name, in base64.

    Raises
    ------
    ValueError
        Where there is no such widget (any more), and what ``save`` of the widget raises.
    """
    widget = _named(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        widget.save(path)
        return base64.b64encode(path.read_bytes()).decode("ascii")


def kept(name: str, most: int) -> str:
    """Return by what the view of a widget is alive in a notebook without a kernel, as JSON in ASCII.

    It waits for nothing: what runs is kept as if it had been stopped.

    Parameters
    ----------
    name : str
        As of :func:`page`.
    most : int
        Bytes that the view may take of the notebook.
    """
    return json.dumps(memory(_named(name).as_page, most))


def _named(name: str) -> Any:
    widget = next((one for one in living() if one.model_id == name), None)
    if widget is None:
        msg = "The kernel does not know this widget any more. Run its cell again."
        raise ValueError(msg)
    return widget
