"""What a pass tells of a module, kept while the module lives and is as it was: not asked again in every call."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, TypeVar

from xai_widgets.models.explanation import listeners

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from torch import nn

    from xai_widgets.models import TorchModel

T = TypeVar("T")

_TOLD: weakref.WeakKeyDictionary[nn.Module, tuple[Hashable, Any]] = weakref.WeakKeyDictionary()
"""The last answer of each module; none may hold on to its module, or neither would ever go."""


def once(model: TorchModel, about: Hashable, ask: Callable[[], T]) -> T:
    """Return what was asked about a module, asking again where anything about it has changed.

    Parameters
    ----------
    model : TorchModel
        Any adapter of the module.
    about : hashable
        The question.
    ask : callable
        Finds the answer, which must be small and of plain values.
    """
    given = model.given
    now = (about, model.version, *listeners(given), *_settings(given))
    known = _TOLD.get(given)
    if known is None or known[0] != now:
        known = _TOLD[given] = now, ask()
    found: T = known[1]
    return found


def _settings(module: nn.Module) -> list[Hashable]:
    """List what a module's own code may go by: plain attributes, and a configuration."""
    plain = (bool, int, float, str, type(None))
    found: list[Hashable] = [
        value for one in module.modules() for name, value in vars(one).items() if isinstance(value, plain)
    ]
    return [*found, str(getattr(module, "config", None))]
