"""The pass by which inputs were predicted, kept for what is asked of the same inputs next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.pace import BATCH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from xai_widgets.models.feeds import Feed
    from xai_widgets.models.targets import Target


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


@dataclass(frozen=True)
class Answer:
    """What came of the inputs of one pass, a row each, by these rules, if any; and the passes of each."""

    rows: tuple[Tensor, ...]
    forwards: int
    backwards: int
    by: Any = None


@dataclass
class Passed:
    """What came of the inputs that were predicted last: of one, or of several in one pass.

    Its history, which takes the memory of one pass, or of its part above a layer, is dropped when the next pass begins.
    Where nobody asked for a gradient meanwhile, none is kept of the next prediction; else the same as was asked for.

    Of several, what is asked of one is computed of all in one pass, and kept for when it is their turn.

    Attributes
    ----------
    wanted : str or None
        With respect to what the gradient of the next prediction is worth keeping the way to: `INPUT`, `LATE` or the
        name of a layer.
    targets : sequence of Target
        What is asked about each of several.
    turn : int
        Which of them is explained now.
    answers : dict
        What was computed of all of them, by what was asked; None where that could not be had of several at a time.
    """

    wanted: str | None = INPUT
    targets: Sequence[Target] = ()
    turn: int = 0
    answers: dict[Hashable, Answer | None] = field(default_factory=dict)
    _of: tuple[int, Any] = (0, None)
    _x: Tensor | None = None
    _scores: dict[int, Tensor] = field(default_factory=dict)
    _history: tuple[str, Any, Tensor] | None = None

    def keep(
        self, version: int, feed: Feed, x: Tensor, scores: Tensor, history: tuple[str, Any, Tensor] | None
    ) -> None:
        """Take in the scores (n, outputs) of inputs `x` (n, features…).

        The history says with respect to what, holds that, which is a tensor or several by their layers' names, and the
        scores with their way back.
        """
        self._of, self._x, self._history = (version, feed), x, history
        self._scores = {row: scores[row : row + 1] for row in range(len(scores))}
        self.targets, self.turn, self.answers = (), 0, {}

    def drop(self) -> None:
        """Let go of the history, before another pass."""
        if self._history is not None:
            self.wanted, self._history = None, None

    def take_scores(self, version: int, feed: Feed, x: Tensor) -> Tensor | None:
        """Return the scores (1, outputs) of an input (features…) that has just been predicted, once."""
        self.drop()
        found = self._scores.pop(self.turn, None)
        return found if self._is_of(version, feed, x) else None

    def take_history(self, version: int, feed: Feed, x: Tensor, wanted: str = INPUT) -> tuple[Any, Tensor] | None:
        """Return what the gradient is asked for with respect to, and scores, of inputs (n, …) just predicted, once."""
        if not self._is_of(version, feed, x, whole=True):
            return None
        self.wanted, found, self._history = wanted, self._history, None
        return found[1:] if found is not None and found[0] == wanted else None

    def beside(self, version: int, feed: Feed, x: Tensor, target: Target) -> Tensor | None:
        """Return the inputs (n, …) among which it is the turn of `x` (features…), if this target is asked for."""
        asked = len(self.targets) > 1 and self.targets[self.turn] == target
        return self._x if asked and self._is_of(version, feed, x) else None

    def _is_of(self, version: int, feed: Feed, x: Tensor, *, whole: bool = False) -> bool:
        if self._x is None or self._of[0] != version or self._of[1] is not feed:
            return False
        kept = self._x if whole else self._x[self.turn]
        return kept.shape == x.shape and torch.equal(kept, x)
