"""What the widgets of two slots share: asks that are answered by two jobs each, and what is remembered of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from xai_widgets.jobs import Outcome, Slot, worker_for
from xai_widgets.widgets import living
from xai_widgets.widgets.answers import AnswerCache
from xai_widgets.widgets.health import Health
from xai_widgets.widgets.linked import LinkedWidget, error_message
from xai_widgets.wire import LIMIT, Ask, Cancel, CheckModel, Close, Message, Open, ProtocolError, ShowAs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from xai_widgets.findings import Check
    from xai_widgets.widgets.aside import Question
    from xai_widgets.wire import Aside, Wish

PREDICT, EXPLAIN, COMPARE = 2, 1, 0
"""Priorities: predictions come before pictures, the picture on show before the one it is compared with."""


MIRROR_SECONDS = 0.5
"""So long nothing new must have come before a view is told what shall outlive the kernel: it is as large as all answers
together, and behind each step of a slider it would hold up the answers to the next."""

AHEAD = 1000
"""Python numbers its asks so far beyond the last one seen that none meets what a browser has on its way."""


class Exchange:
    """One ask and its answers: two jobs work for it, and when both have ended the view is told so, once."""

    def __init__(self, number: int, slot: str) -> None:
        self.id, self.slot = number, slot
        self.outcome = Outcome.DONE
        self.answered = threading.Event()
        """Set by the first result, or by the end."""
        self.finished = threading.Event()
        self.delivered = False
        """Whether a result came, so that a partial one can be told from that of an earlier ask."""
        self._open = 2
        self._lock = threading.Lock()

    def end(self, outcome: Outcome) -> bool:
        """Note that one of the jobs has ended; True when that was the last."""
        with self._lock:
            if self.outcome is Outcome.DONE or outcome is Outcome.FAILED:
                self.outcome = outcome
            self._open -= 1
            return self._open == 0

    @property
    def failed(self) -> bool:
        """Whether one of the jobs has failed already, so that the other need not begin."""
        return self.outcome is Outcome.FAILED


class ExplainerWidget(LinkedWidget):
    """Base of the explainer widgets: a slot on show, one it is compared with, and jobs on the worker.

    Messages are put into a slot; the worker computes and publishes.
    """

    def __init__(self, device: str, **traits: Any) -> None:
        worker = worker_for(device)
        self._last: dict[tuple[str, str], Message] = {}
        self._predicting = {slot: Slot(worker, priority=PREDICT) for slot in "ab"}
        self._explaining = {
            "a": Slot(worker, priority=EXPLAIN, deliver_first=True),
            "b": Slot(worker, priority=COMPARE, deliver_first=True),
        }
        self._looking = Slot(worker, priority=PREDICT, deliver_first=True)
        self._mirroring = Slot(worker, priority=COMPARE - 1, delay=MIRROR_SECONDS)
        self._exchanges: dict[str, Exchange] = {}
        self._kept = AnswerCache()
        self._health = Health(worker, self._check_steps, self._weights, self._post)
        super().__init__(**traits)

    def _on_message(self, message: Wish) -> None:
        if isinstance(message, Ask):
            self._on_ask(message)
        elif isinstance(message, Cancel):
            self.cancel(message.slot, message.id)
        elif isinstance(message, Close):
            self.cancel(message.slot)
            self._forget(message.slot)
        elif isinstance(message, CheckModel):
            self._on_check(message)
        elif isinstance(message, ShowAs):
            self._on_display(message)
        elif isinstance(message, Open):
            self._on_open(message)
        else:
            self._on_aside(message)

    def _repeat(self, post: Callable[[Message], None]) -> None:
        for message in self._last.values():
            post(message)
        self._health.repeat(post)

    def _paced(self) -> Iterable[Slot | Question]:
        return self._explaining.values()

    def _on_check(self, message: CheckModel) -> None:
        if not message.open:
            self._health.stop()
        elif not self._closed:
            self._health.ask()

    def _check_steps(self) -> Iterator[Check]:
        raise NotImplementedError

    def _weights(self) -> Any:
        """Return what changes with the model's weights."""
        raise NotImplementedError

    def _on_ask(self, message: Ask) -> None:
        raise NotImplementedError

    def _on_display(self, message: ShowAs) -> None:
        raise NotImplementedError

    def _on_aside(self, message: Aside) -> None:
        """Answer what only views of some widgets ask."""
        msg = f"{type(self).__name__} has no answer to {type(message).__name__.lower()!r}."
        raise ProtocolError(msg)

    def _on_open(self, message: Open) -> None:
        raise NotImplementedError

    def _run(
        self,
        exchange: Exchange,
        predict: Callable[[], Iterator[Any]],
        explain: Callable[[], Iterator[Any]],
        on_prediction: Callable[[Exchange, Any], None],
        on_result: Callable[[Exchange, Any], None],
        *,
        beside: Callable[[], None],
    ) -> None:
        """Hand the two halves of an ask to the worker; call with the lock held, so that asks come one by one.

        What `beside` submits at the priority of explanations has its first turn between the two.
        """
        self._id = max(self._id, exchange.id)
        self._exchanges[exchange.slot] = exchange
        for kind in ("error", "ended"):
            self._last.pop((kind, exchange.slot), None)

        def explain_unless_failed() -> Iterator[Any]:
            return iter(()) if exchange.failed else explain()

        def ended(outcome: Outcome, error: BaseException | None) -> None:
            self._on_ended(exchange, outcome, error)

        self._predicting[exchange.slot].submit(
            predict, publish=lambda found: on_prediction(exchange, found), ended=ended
        )
        beside()
        self._explaining[exchange.slot].submit(
            explain_unless_failed, publish=lambda found: on_result(exchange, found), ended=ended
        )

    def _on_ended(self, exchange: Exchange, outcome: Outcome, error: BaseException | None) -> None:
        if error is not None and not exchange.failed:
            self._remember_and_post(error_message(exchange.id, exchange.slot, error))
        if not exchange.end(outcome):
            return
        try:
            with self._lock:
                # In a drag, the newest of the asks is kept, not each one that it superseded.
                newest = not self._closed and self._exchanges.get(exchange.slot) is exchange
                if newest:
                    self._keep()
                    if exchange.outcome is Outcome.DONE:
                        answer = (self._last.get((kind, exchange.slot)) for kind in ("prediction", "map"))
                        self._kept.keep(*answer, weights=self._weights())
                self._remember_and_post(
                    Message("ended", id=exchange.id, slot=exchange.slot, outcome=exchange.outcome.value)
                )
                if newest:
                    self._settled(exchange)
        finally:
            exchange.answered.set()
            exchange.finished.set()
            living.tell(self)

    @property
    def running(self) -> bool:
        """Whether an explanation, or the one that it is compared with, is being computed."""
        return any(not exchange.finished.is_set() for exchange in list(self._exchanges.values()))

    def _keep(self) -> None:
        """Mirror what is on show into the traits that outlive the kernel, as far as one message may hold it."""
        kept = {
            key: self._inline(key) for key in (("prediction", "a"), ("map", "a"), ("map", "b")) if key in self._last
        }
        while sum(one.nbytes for message in kept.values() for one in message["buffers"]) > LIMIT:
            kept.popitem()
        with self.hold_sync():
            self.state = self._state()
            self.snapshot = {
                "prediction": kept.get(("prediction", "a")),
                "maps": {slot: message for (kind, slot), message in kept.items() if kind == "map"},
                **self._kept_beside(),
            }

    def send_state(self, key: Any = None) -> None:
        """Send traits to the views; what outlives the kernel only when nothing new came for a while."""
        keys = {key} if isinstance(key, str) else set(key or ())
        if "snapshot" not in keys or self._closed:
            super().send_state(key)
            return

        def send(named: set[str]) -> None:
            with self._lock:
                if not self._closed:
                    super(ExplainerWidget, self).send_state(named)

        self._mirroring.submit(lambda: iter((keys,)), publish=send, ended=lambda *_: None)

    def _kept_beside(self) -> dict[str, Any]:
        """Return what else of the last view outlives the kernel."""
        raise NotImplementedError

    def _settled(self, exchange: Exchange) -> None:
        """Take note that the newest ask of a slot has ended; called with the lock held."""
        raise NotImplementedError

    def _inline(self, key: tuple[str, str]) -> dict[str, Any]:
        message = self._last[key]
        return {**message.content, "buffers": list(message.buffers)}

    def _forget(self, slot: str) -> None:
        with self._lock:
            for key in [key for key in self._last if key[1] == slot]:
                del self._last[key]

    def _remember_and_post(self, message: Message, **once: Any) -> None:
        """Send a message, now and again to views that open later; `once` is what only those of now are told with it."""
        with self._lock:
            if not self._closed:
                self._last[message.content["kind"], message.content["slot"]] = message
                self._post(message.saying(**once))

    def cancel(self, slot: str = "a", number: int | None = None) -> None:
        """Stop computing within one batch; the partial result stays.

        Parameters
        ----------
        slot : {"a", "b"}
            The explanation on show, or the one it is compared with.
        number : int, optional
            Only if no newer request than this has come.
        """
        with self._lock:
            exchange = self._exchanges.get(slot)
            if exchange is None or (number is not None and exchange.id > number):
                return
            self._predicting[slot].cancel()
            self._explaining[slot].cancel()

    def wait(self, timeout: float | None = None, slot: str = "a") -> bool:
        """Wait until the newest request has ended.

        Returns
        -------
        bool
            False when `timeout` seconds passed before.
        """
        exchange = self._exchanges.get(slot)
        return exchange is None or exchange.finished.wait(timeout)

    def _stop(self) -> None:
        for slot in (*self._predicting.values(), *self._explaining.values(), self._looking, self._mirroring):
            slot.close()
        self._health.close()
        with self._lock:
            self._last.clear()
            self._kept = AnswerCache()
