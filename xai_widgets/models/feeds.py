"""Ways to call a module that takes more than one tensor, or returns more than scores."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from xai_widgets.models.callables import PlainFunction
from xai_widgets.models.errors import describe
from xai_widgets.models.keras_models import is_functional

if TYPE_CHECKING:
    from collections.abc import Sequence

Feed = Callable[[nn.Module, Any], Any]
"""How a module is called with a batch."""


def feed_alone(module: nn.Module, x: Any) -> Any:
    """Call a module that takes one tensor, or tensors by the names of its arguments."""
    return module(**x) if isinstance(x, Mapping) else module(x)


@dataclass(frozen=True)
class Member:
    """One of several inputs.

    Attributes
    ----------
    name : str
        Of the model's argument, or the place among them as a number.
    shape : tuple of int or None
        Without batch axis, for one that is explained; None for one that stays as it is.
    fixed : object
        What stays: a tensor without batch axis, or anything else, which is passed on as it is.
    """

    name: str
    shape: tuple[int, ...] | None = None
    fixed: Any = None


class Several:
    """Feed of a model of several inputs: the methods see one row of numbers, the model sees its inputs.

    Parameters
    ----------
    members : sequence of Member
    named : bool
        Whether they go in by the names of arguments.
    together : bool
        Whether all of them are one argument; see `takes_together`.
    more : mapping, optional
        Arguments besides, by names.
    """

    def __init__(
        self,
        members: Sequence[Member],
        *,
        named: bool,
        together: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self._members, self._named, self._together, self._more = tuple(members), named, together, more or {}
        self._alone = sum(one.shape is not None for one in members) == 1

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output for rows (n, numbers), or (n, features…) where one input alone is explained."""
        given, start = {}, 0
        for one in self._members:
            if one.shape is None:
                given[one.name] = _repeated(one.fixed, len(rows))
            elif self._alone:
                given[one.name] = rows
            else:
                stop = start + math.prod(one.shape)
                given[one.name] = rows[:, start:stop].reshape(len(rows), *one.shape)
                start = stop
        if self._together:
            return module(given if self._named else list(given.values()), **self._more)
        return module(**given, **self._more) if self._named else module(*given.values(), **self._more)

    @property
    def unmasked(self) -> bool:
        """Whether besides one input nothing goes in but a mask that leaves nothing out."""
        fixed = [one for one in self._members if one.shape is None]
        return self._alone and all(one.name == "attention_mask" and bool(one.fixed.all()) for one in fixed)

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        shapes = {one.name: one.fixed.shape if one.shape is None else one.shape for one in self._members if _told(one)}
        words = (f"{name} of shape {[len(rows), *shape]}" for name, shape in shapes.items())
        return f"{' and '.join(words)} on {rows.device}"


def takes_together(module: nn.Module, names: Sequence[str], *, named: bool) -> bool:
    """Tell whether a model takes all of its inputs as one argument, a list or a mapping."""
    if is_functional(module):
        return True
    try:
        wanted = inspect.signature(module.function if isinstance(module, PlainFunction) else module.forward)
    except (TypeError, ValueError):  # compiled code tells nothing
        return False
    return not _takes(wanted, *(() if named else names), **dict.fromkeys(names if named else ())) and _takes(wanted, 0)


def _takes(wanted: inspect.Signature, *given: Any, **named: Any) -> bool:
    try:
        wanted.bind(*given, **named)
    except TypeError:
        return False
    return True


class ChannelsLast:
    """Feed of a model of pictures (n, height, width, channels), given (n, channels, height, width)."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def __call__(self, module: nn.Module, x: Tensor) -> Any:
        """Return the model's output."""
        return self._feed(module, x.movedim(1, -1))

    def describe(self, x: Tensor) -> str:
        """Say what was fed."""
        return getattr(self._feed, "describe", describe)(x.movedim(1, -1))


class Reduced:
    """Feed of a model whose output is made into scores by a function.

    Parameters
    ----------
    feed : callable
        Calls the module.
    reduce : callable
        From the model's output for n inputs to scores (n, outputs) or (n,).
    """

    def __init__(self, feed: Feed, reduce: Callable[[Any], Any]) -> None:
        self.feed, self.reduce = feed, reduce

    def __call__(self, module: nn.Module, x: Any) -> Any:
        """Return the scores."""
        return self.reduce(self.feed(module, x))

    def describe(self, x: Any) -> str:
        """Say what was fed."""
        return getattr(self.feed, "describe", describe)(x) if isinstance(x, Tensor) else "several tensors"


def _told(member: Member) -> bool:
    return member.shape is not None or isinstance(member.fixed, Tensor)


def _repeated(fixed: Any, count: int) -> Any:
    # New memory each time, since a model may write into it.
    return fixed[None].repeat(count, *[1] * fixed.ndim) if isinstance(fixed, Tensor) else fixed
