"""Several inputs of one model, read into one row of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from xai_widgets.inputs.read import read_inputs
from xai_widgets.inputs.rows import row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xai_widgets.inputs.base import Inputs


@dataclass(frozen=True, eq=False)
class SeveralInputs:
    """Several inputs as the user gave them.

    Attributes
    ----------
    named : bool
        Whether they go in by the names of arguments, or by their places.
    explained : dict of str to Inputs
        Those of floating-point numbers.
    fixed : dict of str to object
        The others: whole numbers, masks and what is no tensor.
    order : sequence of str
        Of all names.
    """

    named: bool
    explained: dict[str, Inputs]
    fixed: dict[str, Any]
    order: Sequence[str]

    def joined(self) -> Inputs:
        """Return all that is explained as one input: one alone as it is, several as a row of all their numbers."""
        layout = tuple((name, tuple(one.x.shape)) for name, one in self.explained.items())
        found = list(self.explained.values())
        if len(found) == 1:
            return replace(found[0], layout=layout)
        levels = ([one.x, _level(one.black, one), _level(one.white, one)] for one in found)
        x, black, white = (torch.cat([t.flatten() for t in every]) for every in zip(*levels, strict=True))
        notes = tuple(dict.fromkeys(note for one in found for note in one.notes))
        return replace(found[0], x=x, kind="tensor", black=black, white=white, photo=None, region=None,
                       photo_size=None, notes=notes, layout=layout, names=None)  # fmt: skip


def is_several(x: Any) -> bool:
    """Tell several inputs, a tuple or mapping of tensors or arrays, from one."""
    return isinstance(x, (tuple, Mapping)) and any(map(_is_array, _values(x))) and row_of(x) is None


def read_several(x: Any, device: torch.device | str, dtype: torch.dtype) -> SeveralInputs:
    """Read a tuple or mapping of tensors.

    Parameters
    ----------
    x : tuple or mapping
        Of tensors and arrays without batch axis, and of whatever else the model takes. What a transformers
        tokenizer or processor returns may have its batch axis of 1.
    device, dtype : torch.device, torch.dtype
        The model's.

    Raises
    ------
    ValueError, TypeError
        For an input that is empty, not finite or no number, with its name; or a batch of several.
    """
    named = isinstance(x, Mapping)
    given = {str(name): one for name, one in (x.items() if named else enumerate(x))}
    if _has_batch_axis(given):
        given = {name: _first(name, one) if _is_array(one) else one for name, one in given.items()}
    explained: dict[str, Inputs] = {}
    fixed: dict[str, Any] = {}
    for name, one in given.items():
        tensor = torch.as_tensor(one) if _is_array(one) else None
        if tensor is None:
            fixed[name] = one
        elif not tensor.is_floating_point() or "mask" in name:
            fixed[name] = tensor.detach().to(device, dtype if tensor.is_floating_point() else tensor.dtype)
        else:
            try:
                explained[name] = read_inputs(tensor, device=device, dtype=dtype)
            except (TypeError, ValueError) as error:
                msg = f"input {name!r}: {error}"
                raise type(error)(msg) from None
    return SeveralInputs(named, explained, fixed, tuple(given))


def rows_of(x: Any) -> list[Any] | None:
    """Take apart by the first axis what may be a batch, an array or several inputs' arrays; None for all else."""
    if _is_array(x):
        return list(x) if x.ndim > 1 and len(x) else None
    arrays = [one for one in _values(x) if _is_array(one)] if is_several(x) else []
    counts = {len(one) if one.ndim else 0 for one in arrays}
    if len(counts) != 1 or not (count := counts.pop()) or all(one.ndim == 1 for one in arrays):
        return None
    if isinstance(x, Mapping):
        return [{name: one[i] if _is_array(one) else one for name, one in x.items()} for i in range(count)]
    return [tuple(one[i] if _is_array(one) else one for one in x) for i in range(count)]


def _values(x: Any) -> list[Any]:
    return list(x.values() if isinstance(x, Mapping) else x)


def _is_array(x: Any) -> bool:
    return isinstance(x, (Tensor, np.ndarray))


def _has_batch_axis(given: Mapping[str, Any]) -> bool:
    ids, pixels = given.get("input_ids"), given.get("pixel_values")
    return getattr(ids, "ndim", 0) == 2 or (ids is None and getattr(pixels, "ndim", 0) == 4)  # noqa: PLR2004


def _first(name: str, one: Any) -> Any:
    if one.ndim and len(one) != 1:
        msg = f"input {name!r} is a batch of {len(one)}: give one of it."
        raise ValueError(msg)
    return one[0] if one.ndim else one


def _level(level: Tensor | None, one: Inputs) -> Tensor:
    return torch.zeros_like(one.x) if level is None else level.expand_as(one.x)
