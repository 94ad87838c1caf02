"""Every sentence that reports and pictures may say of their own, as it stands in the source: {} for what differs."""

import ast
from pathlib import Path

import xai_widgets

PACKAGE = Path(xai_widgets.__file__).parent
FOLDERS = ("reports", "export")


def said():
    """Return what is given to `say` and `phrase`, there or by a constant of the module."""
    found = set()
    for path in (one for folder in FOLDERS for one in PACKAGE.glob(f"{folder}/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        given = [
            call.args[0]
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"say", "phrase"}
        ]
        # Which of several sentences is said may be chosen by a name, a place or an attribute: then all of them count.
        chosen = any(not isinstance(one, ast.Constant) for one in given)
        constants = [one.value for one in tree.body if chosen and isinstance(one, ast.Assign)]
        found |= {
            inner.value
            for one in (*given, *constants)
            for inner in ast.walk(one)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        }
    return found
