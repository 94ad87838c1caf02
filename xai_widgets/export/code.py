"""A cell of Python that reproduces what is on show."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from xai_widgets.results import Unit
from xai_widgets.text import TextSpan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xai_widgets.method import Method

WIDTH = 88
"""A longer argument is broken into lines."""


def to_code(
    *,
    widget: str = "ImageExplainer",
    names: Mapping[str, str | None],
    method: Method,
    compare: Method | None = None,
    target: int | str | tuple[int | str, int | str] | Unit | None,
    more: Mapping[str, str] | None = None,
    seed: int = 0,
    time_budget: float | None = None,
    display: Mapping[str, Any] | None = None,
) -> str:
    """Write the call that shows the same again.

    Parameters
    ----------
    widget : str
        Name of its class.
    names : mapping
        The user's names of what was given, by parameter: the model first, then what is explained, then what goes in
        by name. None for what was not given.
    method : Method
        Parameters that have their default are left out.
    compare : Method, optional
        The method beside it.
    target : None, int, str, a pair of these, or Unit
    more : mapping, optional
        Further arguments, as Python; empty ones are left out.
    seed : int
    time_budget : float, optional
    display : mapping, optional
        As in ``docs/protocol.md``.
    """
    (model, its_name), (x, its_own), *others = names.items()
    lines = [its_name or model, its_own or x]
    lines += [f"{key}={name}" for key, name in others if name]
    if target is not None:
        lines.append(f"target={literal(target)}")
    lines.append(f"method={literal(method.name)}")
    lines += [f"{name}={literal(value)}" for name, value in _changed(method).items()]
    if compare is not None:
        lines.append(f"compare={_made(compare)}")
    lines += [f"{keyword}={code}" for keyword, code in (more or {}).items() if code]
    lines.append(f"seed={literal(seed)}")
    if time_budget is not None:
        lines.append(f"time_budget={literal(time_budget)}")
    if display:
        lines.append(f"display={literal(dict(display))}")
    arguments = "".join(f"    {line},\n" for line in lines)
    return f"import xai_widgets as xai\n\nw = xai.{widget}(\n{arguments})\nw\n"


def _made(method: Method) -> str:
    """Return Python that makes a method again: its name where it has all its defaults, else an instance."""
    changed = ", ".join(f"{name}={literal(value)}" for name, value in _changed(method).items())
    if not changed:
        return literal(method.name)
    ours = type(method).__module__.startswith("xai_widgets.attribution.")
    return f"{'xai.attribution.' if ours else ''}{type(method).__name__}({changed})"


def _changed(method: Method) -> dict[str, Any]:
    """Return the parameters that differ from their default."""
    found = {}
    for field in dataclasses.fields(method):
        value = getattr(method, field.name)
        same = type(value) is type(field.default) and value == field.default
        if not same:
            found[field.name] = value
    return found


def literal(value: Any) -> str:
    """Return Python that means `value`; what has no literal, such as a tensor, is for the user to fill in."""
    if isinstance(value, np.generic):
        value = str(value) if isinstance(value, np.datetime64) else value.item()
    said = "..."
    if isinstance(value, float) and not math.isfinite(value):
        said = f'float("{value}")'
    elif value is None or isinstance(value, (bool, int, float)):
        said = repr(value)
    elif isinstance(value, str):
        said = quoted(value)
    elif isinstance(value, Unit):
        said = f"xai.Unit({quoted(value.layer)}, {literal(value.index)})"
    elif isinstance(value, TextSpan):
        said = f"xai.{value!r}"
    elif isinstance(value, dict):
        said = "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
    elif isinstance(value, list):
        said = "[" + ", ".join(map(literal, value)) + "]"
    elif isinstance(value, tuple):
        said = "(" + ", ".join(map(literal, value)) + ("," if len(value) == 1 else "") + ")"
    return said


def quoted(value: str) -> str:
    """Return a string literal with double quotes, as the formatters write it; hostile characters are escaped."""
    literal = repr(value)
    if literal[0] == '"' or '"' in value:
        return literal
    return f'"{literal[1:-1]}"'


def called(name: str, arguments: Mapping[str, Any]) -> str:
    """Return a call with arguments by name; nothing where there are none."""
    said = ", ".join(f"{key}={literal(value)}" for key, value in arguments.items())
    return f"{name}({said})" if said else ""


def instances(made: Sequence[Any]) -> str:
    """Return a list of what this package defines, over several lines where it is long."""
    items = [f"xai.{one!r}" for one in made]
    flat = f"[{', '.join(items)}]"
    if len(flat) <= WIDTH:
        return flat
    return "[\n" + "".join(f"        {one},\n" for one in items) + "    ]"
