"""The pass by which an input was predicted, kept for what is asked of the same input next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from xai_widgets.models.explanation import Feed


@dataclass
class Passed:
    """What came of the input that was predicted last.

    Its history, which takes the memory of one pass, is dropped when the next pass begins. Where nobody asked for a
    gradient meanwhile, none is kept of the next prediction.

    Attributes
    ----------
    wanted : bool
        Whether the history of the next prediction is worth keeping.
    """

    wanted: bool = True
    _of: tuple[int, Any] = (0, None)
    _x: Tensor | None = None
    _scores: Tensor | None = None
    _history: tuple[Tensor, Tensor] | None = None

    def keep(self, version: int, feed: Feed, x: Tensor, scores: Tensor, history: tuple[Tensor, Tensor] | None) -> None:
        """Take in the scores (1, outputs) of one input `x` (features…); the history is the leaf and its scores."""
        self._of, self._x, self._scores, self._history = (version, feed), x, scores, history

    def drop(self) -> None:
        """Let go of the history, before another pass."""
        if self._history is not None:
            self.wanted, self._history = False, None

    def take_scores(self, version: int, feed: Feed, x: Tensor) -> Tensor | None:
        """Return the scores (1, outputs) of an input (features…) that has just been predicted, once."""
        self.drop()
        found, self._scores = self._scores, None
        return found if self._is_of(version, feed, x) else None

    def take_history(self, version: int, feed: Feed, x: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return the leaf (1, features…) and scores of an input that has just been predicted, once."""
        if not self._is_of(version, feed, x):
            return None
        self.wanted, found, self._history = True, self._history, None
        return found

    def _is_of(self, version: int, feed: Feed, x: Tensor) -> bool:
        if self._x is None or self._of[0] != version or self._of[1] is not feed:
            return False
        return self._x.shape == x.shape and torch.equal(self._x, x)
