"""The pass by which an input was predicted, kept for what is asked of the same input next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.pace import BATCH_SECONDS

if TYPE_CHECKING:
    from xai_widgets.models.feeds import Feed


INPUT, LATE = "", "*"
"""What a gradient is asked for with respect to, in the place of a layer's name: the input; any of the last layers."""


SPATIAL = "spatial layer"
"""By this name it is remembered which of the last layers has the map to show."""

OFTEN = 12
"""Passes that were asked for one by one, from which on a faster copy is worth making for those to come: it takes about
five, and each is a quarter to a half shorter then. Nor is it for passes that take next to no time."""


@dataclass
class Lone:
    """Passes that were asked for one by one, as by a reader who looks at one input after the other, and their time."""

    passes: int = 0
    seconds: float = 0.0

    @property
    def are_many(self) -> bool:
        """Tell whether a faster copy is worth making for those to come."""
        return self.passes >= OFTEN and self.seconds >= BATCH_SECONDS


@dataclass
class Passed:
    """What came of the input that was predicted last.

    Its history, which takes the memory of one pass, or of its part above a layer, is dropped when the next pass begins.
    Where nobody asked for a gradient meanwhile, none is kept of the next prediction; else the same as was asked for.

    Attributes
    ----------
    wanted : str or None
        With respect to what the gradient of the next prediction is worth keeping the way to: `INPUT`, `LATE` or the
        name of a layer.
    """

    wanted: str | None = INPUT
    _of: tuple[int, Any] = (0, None)
    _x: Tensor | None = None
    _scores: Tensor | None = None
    _history: tuple[str, Any, Tensor] | None = None

    def keep(
        self, version: int, feed: Feed, x: Tensor, scores: Tensor, history: tuple[str, Any, Tensor] | None
    ) -> None:
        """Take in the scores (1, outputs) of one input `x` (features…).

        The history says with respect to what, holds that, which is a tensor or several by their layers' names, and the
        scores with their way back.
        """
        self._of, self._x, self._scores, self._history = (version, feed), x, scores, history

    def drop(self) -> None:
        """Let go of the history, before another pass."""
        if self._history is not None:
            self.wanted, self._history = None, None

    def take_scores(self, version: int, feed: Feed, x: Tensor) -> Tensor | None:
        """Return the scores (1, outputs) of an input (features…) that has just been predicted, once."""
        self.drop()
        found, self._scores = self._scores, None
        return found if self._is_of(version, feed, x) else None

    def take_history(self, version: int, feed: Feed, x: Tensor, wanted: str = INPUT) -> tuple[Any, Tensor] | None:
        """Return what the gradient is asked for with respect to, and scores, of what has just been predicted, once."""
        if not self._is_of(version, feed, x):
            return None
        self.wanted, found, self._history = wanted, self._history, None
        return found[1:] if found is not None and found[0] == wanted else None

    def _is_of(self, version: int, feed: Feed, x: Tensor) -> bool:
        if self._x is None or self._of[0] != version or self._of[1] is not feed:
            return False
        return self._x.shape == x.shape and torch.equal(self._x, x)
