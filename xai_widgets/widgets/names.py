"""What the user calls the things that were given to a widget, so that generated code reads like theirs."""

from __future__ import annotations

from typing import Any

from xai_widgets.export.code import quoted


def names_of(given: dict[str, Any]) -> dict[str, str | None]:
    """Find each object's name in the notebook.

    Parameters
    ----------
    given : dict
        Parameter names and what was given for them.

    Returns
    -------
    dict
        For each parameter the user's variable, else a text itself, in quotes, else the parameter's own name; None where
        nothing was given.
    """
    try:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415  notebooks have it, scripts need not
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    variables = {} if shell is None else dict(shell.user_ns)
    return {
        key: None if value is None else _name(value, variables) or (quoted(value) if isinstance(value, str) else key)
        for key, value in given.items()
    }


def _name(value: Any, variables: dict[str, Any]) -> str | None:
    for name, one in variables.items():
        if one is value and name.isidentifier() and not name.startswith("_"):
            return name
    # An attribute of something the user named, such as `sample.model`.
    for name, one in variables.items():
        if name.isidentifier() and not name.startswith("_"):
            for attribute, inner in vars(one).items() if hasattr(one, "__dict__") else ():
                if inner is value and attribute.isidentifier() and not attribute.startswith("_"):
                    return f"{name}.{attribute}"
    return None
