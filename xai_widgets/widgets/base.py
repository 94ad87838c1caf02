"""What every explainer widget shares: the link to its views, and an end that leaves nothing behind."""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from xai_widgets._version import __version__
from xai_widgets.jobs import Outcome, Slot, worker_for
from xai_widgets.widgets.health import Health
from xai_widgets.wire import LIMIT, Ask, Cancel, CheckModel, Close, Hello, Message, Open, ProtocolError, ShowAs, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.findings import Check
    from xai_widgets.wire import Aside

PREDICT, EXPLAIN, COMPARE = 2, 1, 0
"""Priorities: predictions come before pictures, the picture on show before the one it is compared with."""


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


class ExplainerWidget(anywidget.AnyWidget):
    """Base of the explainer widgets: traits that Python alone writes, messages both ways, jobs on the worker.

    Messages may come on any thread and are only checked and put into a slot there. The worker computes and
    publishes. ``docs/protocol.md`` describes what is said.
    """

    spec = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)

    _closed = True
    """Until it is open: `close` is also called for a widget whose making failed."""

    def __init__(self, device: str, **traits: Any) -> None:
        worker = worker_for(device)
        # Reentrant: publishing sets traits, and their observers may call the widget.
        self._lock = threading.RLock()
        self._last: dict[tuple[str, str], Message] = {}
        self._id = 0
        self._viewed = False
        self._closed = False
        self._predicting = {slot: Slot(worker, priority=PREDICT) for slot in "ab"}
        self._explaining = {
            "a": Slot(worker, priority=EXPLAIN, deliver_first=True),
            "b": Slot(worker, priority=COMPARE, deliver_first=True),
        }
        self._looking = Slot(worker, priority=PREDICT, deliver_first=True)
        self._exchanges: dict[str, Exchange] = {}
        self._health = Health(worker, self._check_steps, self._weights, self._post)
        super().__init__(**traits)
        self.on_msg(self._receive)
        pin_routing(self)

    # The browser asks by messages and writes no trait: `_esm` among them would be code for other people's browsers.
    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Ignore what a browser wants to write into the widget's state."""

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            message = parse(content)
            if isinstance(message, Hello):
                self._on_hello(message)
            elif isinstance(message, Ask):
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
        except Exception as error:  # noqa: BLE001  shown in the widget: a handler's traceback appears nowhere else
            known = content if isinstance(content, dict) else {}
            number, slot = known.get("id", self._id), known.get("slot", "a")
            self._post(_error(number, slot, error))
            if known.get("kind") == "ask":
                self._post(Message("ended", id=number, slot=slot, outcome=Outcome.FAILED.value))

    def _on_hello(self, _message: Hello) -> None:
        # Under the lock, so that no newer result overtakes the ones that are repeated.
        with self._lock:
            self._viewed = True
            self._post(Message("welcome", v=1, version=__version__, id=self._id, state=self._state()))
            for message in self._last.values():
                self._post(message)
            self._health.repeat()

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

    def _state(self) -> dict[str, Any]:
        raise NotImplementedError

    def _run(
        self,
        exchange: Exchange,
        predict: Callable[[], Iterator[Any]],
        explain: Callable[[], Iterator[Any]],
        on_prediction: Callable[[Exchange, Any], None],
        on_result: Callable[[Exchange, Any], None],
    ) -> None:
        """Hand the two halves of an ask to the worker; call with the lock held, so that asks come one by one."""
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
        self._explaining[exchange.slot].submit(
            explain_unless_failed, publish=lambda found: on_result(exchange, found), ended=ended
        )

    def _on_ended(self, exchange: Exchange, outcome: Outcome, error: BaseException | None) -> None:
        if error is not None and not exchange.failed:
            self._remember_and_post(_error(exchange.id, exchange.slot, error))
        if not exchange.end(outcome):
            return
        try:
            with self._lock:
                # In a drag, the newest of the asks is kept, not each one that it superseded.
                if not self._closed and self._exchanges.get(exchange.slot) is exchange:
                    self._keep()
                self._remember_and_post(
                    Message("ended", id=exchange.id, slot=exchange.slot, outcome=exchange.outcome.value)
                )
        finally:
            exchange.answered.set()
            exchange.finished.set()

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
            }

    def _inline(self, key: tuple[str, str]) -> dict[str, Any]:
        message = self._last[key]
        return {**message.content, "buffers": list(message.buffers)}

    def _forget(self, slot: str) -> None:
        with self._lock:
            for key in [key for key in self._last if key[1] == slot]:
                del self._last[key]

    def _remember_and_post(self, message: Message) -> None:
        with self._lock:
            if not self._closed:
                self._last[message.content["kind"], message.content["slot"]] = message
                self._post(message)

    def _post(self, message: Message) -> None:
        # Until a view has said hello nobody listens; it is sent the last results when it does.
        if self._viewed and not self._closed:
            self.send(message.content, buffers=message.buffers)

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

    def close(self) -> None:
        """Stop computing, forget model, input and all but the newest result, and close all views."""
        if self._closed:
            return
        with self._lock:
            self._closed = True
        for slot in (*self._predicting.values(), *self._explaining.values(), self._looking):
            slot.close()
        self._health.close()
        with self._lock:
            self._last.clear()
            self._release()
        super().close()

    def _release(self) -> None:
        """Let go of what may hold much memory."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _error(number: int, slot: str, error: BaseException) -> Message:
    detail = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    # One line: what torch says on further ones is of use to those who fold out the traceback, where it stands too.
    message = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return Message("error", id=number, slot=slot, message=message, detail=detail)


def pin_routing(widget: Any) -> None:
    """Let messages from the browser reach the thread they were sent to.

    ipykernel 7.4 routes a message for a comm to the (sub)shell that last *sent* on it instead of the one named
    in the message, so that any output from a running cell would make the widget wait for that cell. A browser
    test (live while a cell runs) guards this touch of a private name.
    """
    comm = getattr(widget, "comm", None)
    if comm is not None and hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = None  # noqa: SLF001
