"""Inputs for which a model fails, among others: found by halves, left out and counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xai_widgets.models.errors import ModelError, OutOfMemoryError, WeightsChangedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HOPELESS = 64
"""Inputs that failed one after the other, after which the rest is not tried: the model is broken, or broke since."""


class LeftOut:
    """What a model fails for is left out, and counted; running out of memory and changed weights remain errors.

    Parameters
    ----------
    hopeless : float
        After so many failures and not one answer between them, the last error is raised.
    most : float
        After so many, failures are no longer looked for one by one: whole batches are left out.

    Attributes
    ----------
    count, answered : int
        Inputs that failed, and the others.
    error : ModelError or None
        The first.
    """

    def __init__(self, *, hopeless: float = HOPELESS, most: float = math.inf) -> None:
        self.count, self.answered = 0, 0
        self.error: ModelError | None = None
        self._hopeless, self._most, self._in_turn = hopeless, most, 0

    def tried(self, ask: Callable[..., Tensor], *rows: Any, shape: Sequence[int] = ()) -> Tensor:
        """Ask about rows (n, …), tensors or arrays that go together; NaN of this shape for each that fails."""
        try:
            found = ask(*rows)
        except (OutOfMemoryError, WeightsChangedError):
            raise
        except ModelError as error:
            count = len(rows[0])
            if count == 1 or self.count >= self._most:
                self.error = self.error or error
                self.count += count
                self._in_turn += count
                if self._in_turn >= self._hopeless:
                    raise
                return torch.full((count, *shape), math.nan, dtype=torch.float64)
        else:
            self.answered += len(rows[0])
            self._in_turn = 0
            return found
        middle = count // 2
        halves = [[one[:middle] for one in rows], [one[middle:] for one in rows]]
        first, second = [self.tried(ask, *half, shape=shape) for half in halves]
        like = second if first.isnan().all() else first
        return torch.cat([first.to(like), second.to(like)])

    def check(self) -> None:
        """Raise the first error where not one was answered."""
        if self.error is not None and not self.answered:
            raise self.error

    @property
    def notes(self) -> tuple[str, ...]:
        """Say how many of how many were left out, and why."""
        if self.error is None:
            return ()
        of = self.count + self.answered
        said = f"{self.count:,} of {of:,} inputs with hidden parts were left out: the model fails for them."
        return (f"{said} {self.error}",)
