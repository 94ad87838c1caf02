"""The kernel's end of the side panel *Explanations*: says what lives here, and does what is asked of it.

The panel opens a comm while somebody looks at it; each browser tab has its own. Messages may come on any thread.
``docs/protocol.md`` describes what is said.
"""

from __future__ import annotations

import base64
import contextlib
import threading
from typing import TYPE_CHECKING, Any

from comm import get_comm_manager

from xai_widgets._version import __version__
from xai_widgets.export.picture import drawing_for
from xai_widgets.jobs import Slot, worker_for
from xai_widgets.lab.entries import attribution_of, result_entries, titled, widget_entry
from xai_widgets.widgets.base import PREDICT
from xai_widgets.widgets.cells import notebook
from xai_widgets.widgets.linked import pin_routing
from xai_widgets.widgets.living import listen, lives, living

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = "xai_widgets.explanations"
MOST_PANELS = 8
"""A tab that is closed or reloaded does not say so: the oldest panels are hung up on."""

WIDTH = 420
"""Pixels of each picture of two that are compared."""

_panels: list[Panel] = []


def offer() -> None:
    """Let side panels open a comm to this kernel."""
    get_comm_manager().register_target(TARGET, _opened)


def _opened(comm: Any, _message: Any) -> None:
    Panel(comm)


class Panel:
    """One open side panel."""

    def __init__(self, comm: Any) -> None:
        self._comm = comm
        self._told: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._comparing = Slot(worker_for("cpu"), priority=PREDICT)  # somebody waits for it, whatever else is computed
        self._shell = notebook()
        pin_routing(comm)
        comm.on_msg(self._receive)
        comm.on_close(self._hung_up)
        self._stop = listen(self._changed)
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._cell_ran)
        _panels.append(self)
        while len(_panels) > MOST_PANELS:
            _panels[0].close()
        self._send("welcome", version=__version__)
        for widget in living():
            self._changed(widget)
        self._cell_ran()

    def close(self) -> None:
        """Hang up."""
        self._hung_up()
        self._comm.close()

    def _hung_up(self, _message: Any = None) -> None:
        if self not in _panels:
            return
        _panels.remove(self)
        self._stop()
        self._comparing.close()
        if self._shell is not None:
            with contextlib.suppress(ValueError):
                self._shell.events.unregister("post_run_cell", self._cell_ran)

    def _receive(self, message: dict[str, Any]) -> None:
        asked = message["content"]["data"]
        try:
            self._do(asked)
        except Exception as error:  # noqa: BLE001  a traceback from here is seen nowhere
            self._send("error", message=_sentence(error))

    def _do(self, asked: dict[str, Any]) -> None:
        kind = asked.get("kind")
        if kind == "compare":
            told = str(asked.get("language", ""))
            self._compare([str(one) for one in asked["ids"]], told, dark=asked.get("dark") is True)
            return
        if kind == "leave":
            self.close()
            return
        for widget in living():
            if kind == "close" and widget.model_id == asked["id"]:
                widget.close()
            elif kind == "cancel" and asked.get("id", widget.model_id) == widget.model_id:
                for slot in "ab" if hasattr(widget, "compared") else ("",):
                    widget.cancel(*slot)

    def _compare(self, ids: list[str], language: str, *, dark: bool) -> None:
        variables = {} if self._shell is None else self._shell.user_ns
        pair = [attribution_of(one, variables) for one in ids]

        def look() -> Iterator[dict[str, Any]]:
            one, other = pair
            try:
                agreement = one.agreement(other)
            except ValueError:
                msg = "These two explain different inputs: what one has a value for, the other has not."
                raise ValueError(msg) from None
            pictures = [drawing_for(found, language=language, dark=dark, width=WIDTH) for found in pair]
            maps = [
                {
                    "method": titled(found.method),
                    "label": found.label,
                    "svg": base64.b64encode(svg).decode("ascii"),
                }
                for found, svg in zip(pair, pictures, strict=True)
            ]
            yield {"ids": ids, "agreement": _finite(agreement), "maps": maps}

        def ended(_outcome: Any, error: BaseException | None) -> None:
            if error is not None:
                self._send("error", message=_sentence(error))

        self._comparing.submit(look, publish=lambda found: self._send("compared", **found), ended=ended)

    def _changed(self, widget: Any) -> None:
        if not lives(widget):
            self._say(widget.model_id, None)
        else:
            self._say(widget.model_id, widget_entry(widget))

    def _say(self, name: str | None, entry: Any) -> None:
        """Send what is new of a widget; None for one that is gone."""
        with self._lock:
            if name is None or self._told.get(name) == entry:
                return
            if entry is None:
                del self._told[name]
                self._send("gone", id=name)
            else:
                self._told[name] = entry
                self._send("widget", entry=entry)

    def _cell_ran(self, _result: Any = None) -> None:
        found = [] if self._shell is None else result_entries(self._shell.user_ns)
        if self._told.get("") != found:
            self._told[""] = found
            self._send("results", entries=found)

    def _send(self, kind: str, **content: Any) -> None:
        self._comm.send({"kind": kind, **content})


def _sentence(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _finite(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124  JSON has no NaN
