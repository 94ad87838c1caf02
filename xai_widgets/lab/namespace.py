"""What of a notebook's variables could be explained: asked by the JupyterLab extension, answered as JSON.

It looks at types alone: nothing is copied, run or imported, and no library that the notebook has not imported itself.
"""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST = 200
"""Models, and inputs."""

SHORTEST_TEXT = 3
PICTURE_AXES, ROWS_AXES, ROW_AXES = (2, 3), 2, 1
CHANNELS = (1, 3, 4)
NARROWEST = 8
"""Pixels of a picture; what has fewer is a table."""


def offers(namespace: Mapping[str, Any]) -> str:
    """Tell which variables are models, which could be their inputs, and with which keywords.

    Parameters
    ----------
    namespace : dict
        A notebook's ``globals()``.

    Returns
    -------
    str
        JSON: ``{"module": str | null, "models": [{"name", "type"}], "inputs": [{"name", "type", "options"}]}``.
        `module` is what the notebook calls this package; `options` follows the input in a call of ``explain``.
    """
    named = {
        name: value
        for name, value in list(namespace.items())
        if name.isidentifier() and not name.startswith("_") and name not in {"In", "Out"}
    }
    # A class has what its objects have, and numpy itself a shape, a dtype and an ndim: all of them functions.
    seen = {name: value for name, value in named.items() if not isinstance(value, (type, ModuleType))}
    models = [{"name": name, "type": type(value).__name__} for name, value in seen.items() if is_model(value)]
    names = {one["name"] for one in models}
    more: dict[str, str] = {key: key for key in ("labels", "preprocess") if key in seen}
    tokenizer = next((name for name, value in seen.items() if hasattr(value, "convert_ids_to_tokens")), None)
    table = next((name for name, value in seen.items() if _is_table(value)), None)
    inputs = [
        {"name": told, "type": type(value).__name__, "options": _options(kind, more, tokenizer, own or table)}
        for name, value in seen.items()
        if name not in names
        for told, kind, own in _as_inputs(name, value)
    ]
    module = next((name for name, value in named.items() if value is sys.modules.get("xai_widgets")), None)
    return json.dumps({"module": module, "models": models[:MOST], "inputs": inputs[:MOST]})


def is_model(value: Any) -> bool:
    """Whether it has learnt something and answers inputs."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.nn.Module):
        return next(value.parameters(), None) is not None  # a loss has none
    keras = getattr(sys.modules.get("keras"), "Model", None)
    if keras is not None and isinstance(value, keras):
        return True
    return hasattr(value, "get_params") and callable(getattr(value, "predict", None))


def _as_inputs(name: str, value: Any) -> Iterator[tuple[str, str, str | None]]:
    """Yield how a variable, or a part of it, is written as an input, its kind, and the table that it is of."""
    image = getattr(sys.modules.get("PIL.Image"), "Image", None)
    if isinstance(value, str):
        if len(value) >= SHORTEST_TEXT:
            yield name, "text", None
    elif image is not None and isinstance(value, image):
        yield name, "picture", None
    elif isinstance(value, dict):
        if value and all(isinstance(one, (str, int, float)) for one in value.values()):
            yield name, "row", None
    elif hasattr(value, "iloc"):
        if not hasattr(value, "columns"):
            yield name, "row", None
        elif len(value):
            yield f"{name}.iloc[0]", "row", name
    elif _is_array(value):
        yield from _of_array(name, tuple(value.shape))


def _of_array(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, str, str | None]]:
    if _is_picture(shape):
        yield name, "picture", None
    elif len(shape) == ROW_AXES and shape[0] > 1:
        yield name, "row", None
    elif len(shape) == ROWS_AXES and shape[0]:
        yield f"{name}[0]", "row", name
    elif len(shape) > 1 and shape[0] and _is_picture(shape[1:]):
        yield f"{name}[0]", "picture", None


def _is_picture(shape: tuple[int, ...]) -> bool:
    return (
        len(shape) == PICTURE_AXES[1]
        and (shape[0] in CHANNELS or shape[-1] in CHANNELS)
        and min(sorted(shape)[1:]) >= NARROWEST
    )


def _is_array(value: Any) -> bool:
    """Whether it is an array of numbers; a model's weights and the answers of labels are none that is asked about."""
    if not hasattr(value, "shape") or not hasattr(value, "dtype") or not hasattr(value, "ndim"):
        return False
    torch = sys.modules.get("torch")
    return torch is None or not isinstance(value, torch.nn.Parameter)


def _is_table(value: Any) -> bool:
    return hasattr(value, "iloc") and hasattr(value, "columns")


def _options(kind: str, more: Mapping[str, str], tokenizer: str | None, table: str | None) -> str:
    given = {"labels": more.get("labels")}
    if kind == "picture":
        given["preprocess"] = more.get("preprocess")
    elif kind == "text":
        given["tokenizer"] = tokenizer
    else:
        given["background"] = table
    return "".join(f", {key}={name}" for key, name in given.items() if name is not None)
