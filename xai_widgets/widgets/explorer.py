"""What widgets share that answer several questions beside each other."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.widgets.linked import LinkedWidget
from xai_widgets.widgets.trust import Finished, Trust
from xai_widgets.wire import Doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.jobs import Worker
    from xai_widgets.widgets.aside import Question
    from xai_widgets.wire import Message, Wish


class ExplorerWidget(LinkedWidget):
    """Base of the explorers, which have all their answers from questions, and measure how far that on show goes.

    Parameters
    ----------
    worker : Worker
        Whose thread measures.
    **traits
        As of `LinkedWidget`.
    """

    evaluation = traitlets.Any(None, read_only=True)

    _questions: Mapping[str, Question]
    """By name; there before the widget is made."""

    def __init__(self, worker: Worker, **traits: Any) -> None:
        self._trust = Trust(worker, self._post, self._on_judged)
        self._asks = 0
        super().__init__(**traits)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all that was asked is answered; False when `timeout` seconds passed before."""
        return all(one.wait(timeout) for one in self._questions.values())

    def evaluate(self, timeout: float | None = None) -> Evaluation:
        """Wait for what is on show, measure how far it can be trusted, and return that; views show it as it comes.

        The measures run after everything that somebody waits for.

        Parameters
        ----------
        timeout : float, optional
            Seconds for both.

        Raises
        ------
        TimeoutError
            When the time passed before; `w.evaluation` holds what was measured.
        RuntimeError
            When there is nothing to measure, or the measuring failed, or something else was asked meanwhile.
        """
        self._check_open()
        began = time.monotonic()
        asked = self._on_show()
        if not asked.wait(timeout):
            msg = f"There was no answer to measure within {timeout:.3g} s."
            raise TimeoutError(msg)
        left = None if timeout is None else max(0.0, timeout - (time.monotonic() - began))
        error = asked.error or self._trust.wait("a", left).error
        found: Evaluation | None = self.evaluation
        if error is not None or found is None:
            raise RuntimeError(error or "Something else was asked before the answer was measured.")
        return found

    @abstractmethod
    def _on_show(self) -> Question:
        """Return the question whose answer is on show, asked if it was not yet."""

    def _next(self) -> int:
        """Return the number of a new ask, which shows something else from now on.

        Not with the widget's lock: who measures may want it.
        """
        self._trust.begin("a")
        self._publish(evaluation=None)
        self._asks += 1
        return self._asks

    def _settle(self, number: int, steps: Callable[[], Iterator[Evaluation | None]], **about: Any) -> None:
        """Take what is on show to its end, and how it is measured."""
        if number == self._asks:
            self._trust.settle("a", Finished(number, steps, about))

    def _on_judged(self, _slot: str, number: int, found: Evaluation, told: dict[str, Any]) -> None:
        if self._closed or number != self._asks:
            return
        self._publish(evaluation=found)
        if found.fraction == 1:
            # What was greyed out must not come back in its colours where there is no kernel.
            self._keep({"trust": {**told, "running": False}})

    @abstractmethod
    def _keep(self, kept: dict[str, Any]) -> None:
        """Have this outlive the kernel too."""

    def _on_message(self, message: Wish) -> None:
        if isinstance(message, Doubt) and not self._closed:
            self._trust.answer(Doubt(message.open))

    def _repeat(self, post: Callable[[Message], None]) -> None:
        for one in self._questions.values():
            one.repeat(post)
        self._trust.repeat(post)

    def _paced(self) -> Iterable[Question]:
        return self._questions.values()

    def _stop(self) -> None:
        for one in self._questions.values():
            one.close()
        self._trust.close()
