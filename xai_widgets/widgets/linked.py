"""What every widget shares, whatever it shows: the link to its views, and an end that leaves nothing behind."""

from __future__ import annotations

import threading
import time
import traceback
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from xai_widgets._version import __version__
from xai_widgets.esm import language
from xai_widgets.jobs import Outcome
from xai_widgets.language import read_by
from xai_widgets.widgets import cells, forgetting, living
from xai_widgets.widgets.boxes import hear_weakly
from xai_widgets.wire import Hello, Message, Seen, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from xai_widgets.export.fitting import PageContent
    from xai_widgets.jobs import Slot
    from xai_widgets.widgets.aside import Question
    from xai_widgets.wire import Wish


MOST_PAGES = 100
"""Pages that are told apart: of more, those that spoke last."""


class LinkedWidget(anywidget.AnyWidget):
    """Base of all widgets: traits that Python alone writes, and messages both ways.

    Messages may come on any thread and are only checked there; what is to be computed goes into a slot.
    ``docs/protocol.md`` describes what is said.
    """

    spec = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    snapshot = traitlets.Dict().tag(sync=True)

    _made_by = "explain"
    """What of ours makes a new one."""

    _closed = True
    """Until it is open: `close` is also called for a widget whose making failed."""

    def __init__(self, **traits: Any) -> None:
        # Reentrant: publishing sets traits, and their observers may call the widget.
        self._lock = threading.RLock()
        self._id = 0
        self._viewed, self._bits, self._language = False, 16, ""
        self._pages: dict[str, int] = {}
        self._silent: set[str] = set()
        """Pages that were asked whether they still have a view, and have not answered."""
        self._closed = False
        self.made = time.time()
        super().__init__(**traits)
        self._first_layout = self.layout
        self.on_msg(self._receive)
        hear_weakly(self)
        pin_routing(self.comm)
        living.begin(self)
        cells.hold(self)

    # The browser asks by messages and writes no trait: `_esm` among them would be code for other people's browsers.
    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Ignore what a browser wants to write into the widget's state."""

    def _receive(self, _widget: Any, content: Any, buffers: Any) -> None:
        try:
            message = parse(content, buffers or ())
            if isinstance(message, Hello):
                self._on_hello(message)
            elif isinstance(message, Seen):
                self._on_seen(message)
            else:
                self._on_message(message)
        except Exception as error:  # noqa: BLE001  shown in the widget: a handler's traceback appears nowhere else
            known = content if isinstance(content, dict) else {}
            number, slot = known.get("id", self._id), known.get("slot", "a")
            self._post(error_message(number, slot, error))
            if known.get("kind") == "ask":
                self._post(Message("ended", id=number, slot=slot, outcome=Outcome.FAILED.value))

    def _on_hello(self, message: Hello) -> None:
        # Under the lock, so that no newer result overtakes the ones that are repeated.
        with self._lock:
            self._viewed, self._bits, self._language = True, message.bits, message.language
            for one in self._paced():
                one.interval = 1 / message.rate
            self._post(Message("welcome", v=1, version=__version__, id=self._id, state=self._state()))
            words = language(message.language)
            if words is not None:
                self._post(Message("language", language=message.language, module=words))
            self._repeat(self._post)

    def _on_seen(self, message: Seen) -> None:
        with self._lock:
            self._pages.pop(message.page, None)
            self._silent.discard(message.page)
            if message.views:
                self._pages[message.page] = message.views
                while len(self._pages) > MOST_PAGES:
                    del self._pages[next(iter(self._pages))]
        forgetting.heard(self)

    @property
    def seen(self) -> bool:
        """Whether a page has a view of it."""
        return bool(self._pages)

    @property
    def viewed(self) -> bool:
        """Whether a page ever had one."""
        return self._viewed

    @property
    def awaited(self) -> bool:
        """Whether a page that was asked has not answered yet."""
        return bool(self._silent)

    def unseen(self) -> None:
        """Take note that no page has a view any more."""
        with self._lock:
            self._pages.clear()
            self._silent.clear()
        forgetting.heard(self)

    def call_roll(self) -> bool:
        """Ask the pages that had a view whether they still have one; tell whether an answer is awaited."""
        with self._lock:
            self._silent = set(self._pages)
            if self._silent:
                self._post(Message("rollcall"))
            return self.awaited

    def end_roll(self) -> None:
        """Take the pages that have not answered for gone: a last word can be lost, and a crash says none."""
        with self._lock:
            silent, self._silent = self._silent, set()
            for page in silent:
                self._pages.pop(page, None)
        if silent:
            forgetting.heard(self)

    @abstractmethod
    def _on_message(self, message: Wish) -> None:
        """Take what a view asks."""

    @abstractmethod
    def _state(self) -> dict[str, Any]:
        """Tell what is on show."""

    @abstractmethod
    def _repeat(self, post: Callable[[Message], None]) -> None:
        """Say again what is known, for a view that has just opened."""

    @abstractmethod
    def _paced(self) -> Iterable[Slot | Question]:
        """Return what tells ever better pictures, at most so often as a reader prefers."""

    @property
    def language(self) -> str:
        """First part of the BCP 47 tag of the language that it is read in; empty before anybody looks."""
        return self._language

    def _read(self) -> AbstractContextManager[str]:
        """Write meanwhile in the language that it is read in."""
        return read_by(self._language)

    @abstractmethod
    def as_page(self) -> PageContent | None:
        """Return what a page shows of what is known by now; None for nothing."""

    @abstractmethod
    def results(self) -> list[Any]:
        """Wait until all that was asked is found, and return it, as :func:`xai_widgets.report` tells it."""

    def _known(self) -> list[Message]:
        """Return what a view that opens now is told."""
        said: list[Message] = []
        with self._lock:
            self._repeat(said.append)
        return said

    def _publish(self, **traits: Any) -> None:
        with self._lock:
            if not self._closed:
                for name, value in traits.items():
                    self.set_trait(name, value)

    def _show_state(self) -> None:
        """Tell what is on show now, and keep it."""
        with self._lock:
            if not self._closed:
                self.state = self._state()
                self._post(Message("state", state=self.state))

    def _check_open(self) -> None:
        if self._closed:
            msg = f"This widget is closed. Make a new one with xai.{self._made_by}(...)."
            raise RuntimeError(msg)

    def _post(self, message: Message) -> None:
        # Until a view has said hello nobody listens; it is sent the last results when it does.
        if self._viewed and not self._closed:
            told = message if self._bits == 16 else message.coarse()  # noqa: PLR2004
            self.send(told.content, buffers=told.buffers)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        cells.hold(self)
        return super()._repr_mimebundle_(**kwargs)

    def __del__(self) -> None:
        # ipywidgets would close it here, on whichever thread the collector runs, which may have any lock.
        if not self._closed:
            forgetting.lost(self)

    def close(self) -> None:
        """Stop computing, forget what was given, and close all views."""
        if self._closed or not self._shut():
            return
        self._stop()
        with self._lock:
            self._release()
        living.end(self)
        super().close()
        # ipywidgets makes one for each widget, and keeps it here and in the browser until it is closed.
        self._first_layout.close()

    def _shut(self) -> bool:
        """Let nothing more come; False where another thread has closed it meanwhile."""
        with self._lock:
            was, self._closed = self._closed, True
        return not was

    def overview(self) -> dict[str, Any]:
        """Tell in a line what is on show: ``kind``, ``method`` and ``label`` where there are such, and ``running``."""
        return {"kind": self.spec.get("kind"), "method": None, "label": None, "running": False}

    @abstractmethod
    def _stop(self) -> None:
        """Stop computing for good; without the lock, since what is being published may want it."""

    @abstractmethod
    def _release(self) -> None:
        """Let go of what may hold much memory."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def error_message(number: int, slot: str, error: BaseException) -> Message:
    """Tell a view what went wrong: one line, and the traceback to fold out."""
    detail = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    # One line: what torch says on further ones is of use to those who fold out the traceback, where it stands too.
    message = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return Message("error", id=number, slot=slot, message=message, detail=detail)


def pin_routing(comm: Any) -> None:
    """Let messages from the browser reach the thread they were sent to.

    ipykernel 7.4 routes a message for a comm to the (sub)shell that last *sent* on it instead of the one named
    in the message, so that any output from a running cell would make the widget wait for that cell. A browser
    test (live while a cell runs) guards this touch of a private name.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = None  # noqa: SLF001
