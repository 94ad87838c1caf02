"""The explanation copy over a model's life: made bit by bit, kept up to date, given up where it fails."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from xai_widgets.models.explanation import ExplanationCopy, copy_in_steps
from xai_widgets.models.pace import BATCH_SECONDS
from xai_widgets.models.stopwatch import aside

if TYPE_CHECKING:
    from collections.abc import Generator

    from torch import Tensor, nn

    from xai_widgets.models.feeds import Feed
    from xai_widgets.models.original import Original


class Copying:
    """Make and keep the explanation copy of a module as one function.

    Parameters
    ----------
    module : Module
    feed : callable
        Calls the module.
    original : Original
        Whose weights the module has.

    Attributes
    ----------
    copy : ExplanationCopy or None
    tried : bool
        Whether `copy` is all there will be.
    """

    def __init__(self, module: nn.Module, feed: Feed, original: Original) -> None:
        self._module, self._feed, self._original = module, feed, original
        self.copy: ExplanationCopy | None = None
        self.tried = False
        self._steps: Generator[None, None, ExplanationCopy | None] | None = None
        self._version: int | None = None  # of the weights that are in the copy, or in what is on its way to it

    def current(self, x: Tensor, *, anew: bool) -> ExplanationCopy | None:
        """Return the copy with the weights as they are, taken up in any case if `anew`; make more of it if need be."""
        if not self.tried:
            self._go_on(x[:1])
        if self.copy is not None and (anew or self._version != self._original.version):
            self.copy.refresh()
            self._version = self._original.version
        return self.copy

    def give_up(self) -> bool:
        """Have no copy from now on; tell whether one was being made."""
        making, self._steps = self._steps is not None, None
        self.copy, self.tried = None, True
        return making

    @aside()
    def _go_on(self, x: Tensor) -> None:
        """Make it for as long as a batch may take: a run does not stand still for it."""
        version = self._original.version
        if self._steps is None or self._version != version:
            self._steps, self._version = copy_in_steps(self._module, x.clone(), self._feed), version
        began = time.perf_counter()
        try:
            next(self._steps)
            while time.perf_counter() - began < BATCH_SECONDS:
                next(self._steps)
        except StopIteration as end:
            self.copy, self.tried, self._steps = end.value, True, None
