"""The browser's half of a widget, as text."""

from __future__ import annotations

import json
import os
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"


def asset(name: str, *, needed: bool = True) -> str | Path:
    """Return a built file of the frontend.

    As text: anywidget keeps every instance of a class alive whose ``_esm`` is a path
    (https://github.com/manzt/anywidget/issues/929). With ``ANYWIDGET_HMR=1`` (``make dev``) as a path, for
    hot reload.

    Parameters
    ----------
    name : str
    needed : bool
        Whether a file that has not been built is an error; else the widget says so where it would be shown.

    Raises
    ------
    FileNotFoundError
        When the frontend has not been built, saying how to.
    """
    path = STATIC / name
    if not path.is_file():
        msg = (
            f"{path} is missing: the frontend is not built. Run `make setup` in a checkout, else reinstall xai-widgets."
        )
        if needed:
            raise FileNotFoundError(msg)
        return (
            f"export default {{ render({{ el }}) {{ el.textContent = {json.dumps(msg)}; }} }};\n"
            if path.suffix == ".js"
            else ""
        )
    return path if os.environ.get("ANYWIDGET_HMR") == "1" else path.read_text(encoding="utf-8")
