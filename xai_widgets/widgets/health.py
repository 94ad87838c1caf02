"""The model check in a widget: made when a view asks for it, kept while the weights stay as they are."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from xai_widgets.jobs import Slot
from xai_widgets.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.findings import Check
    from xai_widgets.jobs import Worker

PRIORITY = -1
"""After everything that somebody sees."""


class Health:
    """What is known of a model's health, and the job that finds more.

    Its methods may be called on any thread and return at once.

    Parameters
    ----------
    worker : Worker
        Whose thread looks.
    steps : callable
        Makes the check's steps.
    version : callable
        Returns a number that changes with the model's weights: the check is made anew then.
    post : callable
        Sends a message to the views.
    """

    def __init__(
        self,
        worker: Worker,
        steps: Callable[[], Iterator[Check]],
        version: Callable[[], Any],
        post: Callable[[Message], None],
    ) -> None:
        self._slot = Slot(worker, priority=PRIORITY)
        self._steps, self._version, self._post = steps, version, post
        # Held while a message goes out, so that none overtakes a newer one; and while asking, which answers where no
        # thread can start.
        self._lock = threading.RLock()
        self._check: Check | None = None
        self._error: str | None = None
        self._made_for: Any = None
        self._turn = 0
        """Of the newest check: what an earlier one still says does not count."""
        self._running = False

    def ask(self) -> None:
        """Look at the model, unless that was done, or is being done, for the weights as they are."""
        with self._lock:
            version = self._version()
            whole = self._check is not None and self._check.fraction == 1
            if self._made_for != version or not (self._running or whole):
                self._check = self._error = None
                self._made_for, self._running = version, True
                self._turn += 1
                turn = self._turn
                self._slot.submit(
                    self._steps,
                    publish=lambda check: self._take(turn, check=check),
                    ended=lambda _outcome, error: self._take(turn, error=error, running=False),
                )
            self._say()

    def stop(self) -> None:
        """Stop after the look that is being taken; what was found stays."""
        self._slot.cancel()
        with self._lock:
            if self._running:
                self._turn, self._running = self._turn + 1, False
                self._say()

    def repeat(self, post: Callable[[Message], None]) -> None:
        """Say again what is known, for a view that has just opened."""
        with self._lock:
            if self._running or self._check is not None or self._error is not None:
                post(self._told())

    def close(self) -> None:
        """Stop for good, and forget."""
        self._slot.close()
        with self._lock:
            self._check, self._error, self._turn = None, None, self._turn + 1

    def _take(
        self, turn: int, *, check: Check | None = None, error: BaseException | None = None, running: bool = True
    ) -> None:
        with self._lock:
            if turn != self._turn:
                return
            self._running = running
            self._check = check or self._check
            self._error = None if error is None else next(iter(str(error).splitlines()), type(error).__name__)
            self._say()

    def _say(self) -> None:
        self._post(self._told())

    def _told(self) -> Message:
        check = None if self._check is None else self._check.to_dict()
        return Message("check", check=check, running=self._running, error=self._error)
