"""A widget whose maps are measured: how far each can be trusted, and how far those of other methods."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.jobs import worker_for
from xai_widgets.method import create
from xai_widgets.widgets.base import Exchange, ExplainerWidget
from xai_widgets.widgets.trust import Trials
from xai_widgets.wire import Doubt, Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Request, Session
    from xai_widgets.wire import Message, Wish


class JudgedWidget(ExplainerWidget):
    """Base of the widgets of requests, as far as the trust in their maps goes.

    Parameters
    ----------
    session : Session
    **traits
        As of `ExplainerWidget`.
    """

    evaluation = traitlets.Any(None, read_only=True)

    attribution: Any
    compared: Any
    _requests: dict[str, Request]

    def __init__(self, session: Session, **traits: Any) -> None:
        device = str(session.model.device)
        self._session = session
        self._trust = Trials(worker_for(device), session, self._post, self._on_judged)
        self._believed: dict[str, dict[str, Any]] = {}
        """What was found of the maps on show, as views are told, by slot."""
        super().__init__(device, **traits)

    @abstractmethod
    def result(self, timeout: float | None = None) -> Attribution:
        """Wait for the finished explanation and return it."""

    @abstractmethod
    def _kept_parameters(self, name: str) -> dict[str, Any]:
        """Return the parameters of a method that no message can carry."""

    def evaluate(self, timeout: float | None = None) -> Evaluation:
        """Wait for the explanation, measure how far it can be trusted, and return that; views show it as it comes.

        The measures are those of :func:`xai_widgets.evaluate`. They run after everything that somebody waits for.

        Parameters
        ----------
        timeout : float, optional
            Seconds for both.

        Raises
        ------
        TimeoutError
            When the time passed before; `w.evaluation` holds what was measured.
        RuntimeError
            When there is no explanation to measure, or the measuring failed, or something else was asked meanwhile.
        """
        self._check_open()
        began = time.monotonic()
        self.result(timeout)
        left = None if timeout is None else max(0.0, timeout - (time.monotonic() - began))
        error = self._trust.wait("a", left).error
        found: Evaluation | None = self.evaluation
        if error is not None or found is None:
            raise RuntimeError(error or "Something else was asked before the explanation was measured.")
        return found

    def results(self) -> list[Any]:
        """Wait until all that was asked is found, and return it, as :func:`xai_widgets.report` tells it."""
        self.wait()
        found = (self.attribution, self.compared, getattr(self, "counterfactuals", None), self.evaluation)
        return [one for one in found if one is not None]

    def _on_message(self, message: Wish) -> None:
        if isinstance(message, Doubt):
            if not self._closed:
                self._trust.answer(message)
        elif isinstance(message, Trial):
            self._on_trial(message)
        else:
            super()._on_message(message)

    def _on_trial(self, message: Trial) -> None:
        with self._lock:
            if self._closed:
                return
            shown = {one.method.name: one.method for one in self._requests.values()}
            names = dict.fromkeys(message.methods)
            methods = [shown.get(name) or create(name, self._kept_parameters(name)) for name in names]
            self._trust.try_out(message, self._requests["a"], methods)

    def _on_judged(self, slot: str, number: int, found: Evaluation, told: dict[str, Any]) -> None:
        with self._lock:
            exchange = self._exchanges.get(slot)
            if self._closed or exchange is None or exchange.id != number:
                return
            if slot == "a":
                self.set_trait("evaluation", found)
            if found.fraction == 1:
                # A map that was greyed out must not come back in its colours where there is no kernel.
                self._believed[slot] = {**told, "running": False}
                self._keep()

    def _kept_beside(self) -> dict[str, Any]:
        return {"trust": self._believed}

    def _settled(self, exchange: Exchange) -> None:
        result = self.attribution if exchange.slot == "a" else self.compared
        if exchange.delivered and not exchange.failed and exchange.slot in self._requests:
            self._trust.finish(exchange.slot, exchange.id, self._requests[exchange.slot], result)

    def _repeat(self, post: Callable[[Message], None]) -> None:
        super()._repeat(post)
        self._trust.repeat(post)

    def _stop(self) -> None:
        super()._stop()
        self._trust.close()

    def _doubt_anew(self, slot: str, request: Request | None) -> None:
        """Forget how far the map that was on show could be trusted."""
        self._trust.renew(slot, request)
        self._believed.pop(slot, None)
        if slot == "a":
            self.set_trait("evaluation", None)
