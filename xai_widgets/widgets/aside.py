"""Questions beside the explanation: the newest wins, and a view that opens is told the newest answer again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from xai_widgets.jobs import Slot
from xai_widgets.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.jobs import Worker

T = TypeVar("T")


class Question:
    """One kind of question, and the job that answers it. Its methods may be called on any thread and return at once.

    Parameters
    ----------
    worker : Worker
        Whose thread answers.
    kind : str
        Of the messages that answer.
    priority : int
    post : callable
        Sends a message to the views.
    empty : dict
        What is said before anything is known.
    told_at_once : bool
        Whether that is said as soon as it is asked. Of what is asked by itself beside each explanation it need not be:
        the prediction would come later for it.
    whole : bool
        Whether the first answer is the last one, so that its end need not be told apart.
    """

    def __init__(
        self,
        worker: Worker,
        kind: str,
        *,
        priority: int,
        post: Callable[[Message], None],
        empty: dict[str, Any],
        told_at_once: bool = True,
        whole: bool = False,
    ) -> None:
        self._slot = Slot(worker, priority=priority)
        self._kind, self._post, self._empty, self._told_at_once = kind, post, empty, told_at_once
        self._whole = whole
        # Held while a message goes out, so that none overtakes a newer one; and while asking, which answers where no
        # thread can start.
        self._lock = threading.RLock()
        self._turn = 0
        self._said: Message | None = None
        self._finished = threading.Event()
        self._finished.set()

    def ask(
        self, steps: Callable[[], Iterator[T | None]], tell: Callable[[Message, T], None], about: dict[str, Any]
    ) -> None:
        """Answer anew.

        Parameters
        ----------
        steps : callable
            Makes the generator of answers that get better.
        tell : callable
            Writes an answer into a message.
        about : dict
            What was asked, which each message repeats.
        """
        with self._lock:
            self._turn += 1
            turn = self._turn
            self._finished.clear()
            self._said = self._message(about)
            if self._told_at_once:
                self._post(self._said)

            def publish(found: T) -> None:
                message = self._message(about)
                tell(message, found)
                self._take(turn, message, running=not self._whole, error=None)

            def ended(_outcome: Any, error: BaseException | None) -> None:
                said = None if error is None else next(iter(str(error).splitlines()), type(error).__name__)
                self._take(turn, None, running=False, error=said)

            self._slot.submit(steps, publish=publish, ended=ended)

    @property
    def priority(self) -> int:
        """Answers of a higher priority come first, whichever was asked for first; it may be changed at any time."""
        return self._slot.priority

    @priority.setter
    def priority(self, value: int) -> None:
        self._slot.priority = value

    @property
    def interval(self) -> float:
        """Least seconds between two answers that get better; it may be changed at any time."""
        return self._slot.interval

    @interval.setter
    def interval(self, value: float) -> None:
        self._slot.interval = value

    def stop(self) -> None:
        """Stop within one step; what was found stays."""
        self._slot.cancel()

    def clear(self, about: dict[str, Any]) -> None:
        """Stop, and forget what was found: it is about something that is no longer on show."""
        self._slot.cancel()
        with self._lock:
            self._turn += 1
            if self._said is not None:
                message = self._message(about)
                message.content["running"] = False
                self._say(message)
            self._finished.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the newest has been answered; False when the time passed before."""
        return self._finished.wait(timeout)

    @property
    def running(self) -> bool:
        """Whether the newest has not been answered yet."""
        return self._said is not None and bool(self._said.content["running"])

    @property
    def error(self) -> str | None:
        """Why the newest failed, if it did."""
        return None if self._said is None else self._said.content["error"]

    def repeat(self, post: Callable[[Message], None]) -> None:
        """Say again what is known, for a view that has just opened."""
        with self._lock:
            if self._said is not None:
                post(self._said)

    def close(self) -> None:
        """Stop for good, and forget."""
        self._slot.close()
        with self._lock:
            self._said, self._turn = None, self._turn + 1
            self._finished.set()

    def _message(self, about: dict[str, Any]) -> Message:
        return Message(self._kind, **about, **self._empty, running=True, error=None)

    def _take(self, turn: int, message: Message | None, *, running: bool, error: str | None) -> None:
        with self._lock:
            if turn != self._turn or self._said is None:
                return
            if message is not None or error is not None or self._said.content["running"]:
                self._say((message or self._said).saying(running=running, error=error))
            if not running:
                self._finished.set()

    def _say(self, message: Message) -> None:
        self._said = message
        self._post(message)


class Asides:
    """The questions of one widget; a subclass asks them."""

    def __init__(self, *questions: Question) -> None:
        self._questions = questions

    def repeat(self, post: Callable[[Message], None]) -> None:
        """Say again what is known, for a view that has just opened."""
        for one in self._questions:
            one.repeat(post)

    def close(self) -> None:
        """Stop for good, and forget."""
        for one in self._questions:
            one.close()
