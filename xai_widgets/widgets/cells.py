"""Which cells of a notebook hold which widgets: those that made them, and those that show them.

A notebook tells which cell it runs, by the same name each time, and which it has deleted since. What an earlier run of
a cell made or showed is nobody's any more, unless another cell shows it, a page still does or a variable leads to it.
"""

from __future__ import annotations

import sys
import weakref
from types import FunctionType
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

from xai_widgets.widgets import forgetting
from xai_widgets.widgets.boxes import shows_ours

if TYPE_CHECKING:
    from collections.abc import Iterable

UNDERSCORES = ("_", "__", "___")

FIRST_PICTURE_SECONDS = 2.0
"""How long displaying waits for the first picture, so that a saved notebook has one: its reader waits as well."""

UNATTENDED_SECONDS = 20.0
"""The same where nobody looks. Such programs may give a cell 30 seconds, as myst-nb does."""


def notebook() -> Any:
    """Return IPython's shell; None where there is none."""
    try:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415  notebooks have it, scripts need not
    except ImportError:
        return None
    return get_ipython()


def told(shell: Any) -> dict[str, Any]:
    """Return the message that made the kernel run this cell; empty where there is none."""
    parent: dict[str, Any] = getattr(getattr(shell, "kernel", None), "get_parent", dict)()
    return parent


def first_picture_seconds() -> float:
    """Return how long displaying waits for the first picture: longer where a program runs the notebook.

    Such programs, nbconvert and papermill among them, say that nobody could answer a question, and keep what a cell
    has put out when it ends. Where somebody could, a live view shows the picture as soon as there is one.
    """
    content = told(notebook()).get("content") or {}
    return FIRST_PICTURE_SECONDS if content.get("allow_stdin", True) else UNATTENDED_SECONDS


def hold(widget: Any) -> None:
    """Note that the cell that runs, if any does, made or shows this widget."""
    shell = notebook()
    if shell is not None:
        _cells_of(shell).hold(widget)
    else:
        forgetting.keep(widget)
    marimo = sys.modules.get("marimo._runtime.context")
    if marimo is not None and marimo.runtime_context_installed():
        marimo.get_context().cell_lifecycle_registry.add(MarimoHold(widget))


class Cells:
    """The widgets of the cells of one notebook.

    Parameters
    ----------
    shell : IPython.InteractiveShell
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._held: dict[str, weakref.WeakSet[Any]] = {}
        self._left: weakref.WeakSet[Any] = weakref.WeakSet()
        """Held by no cell any more since the one that runs began."""
        shell.events.register("pre_run_cell", self._begins)
        shell.events.register("post_run_cell", self._ended)
        # A cell may show a box that has one of ours in it: no box would say so.
        shell.display_formatter.mimebundle_formatter.for_type(Widget, self._displayed)

    def hold(self, widget: Any) -> None:
        """Let the cell that runs hold a widget."""
        forgetting.keep(widget)
        cell = self._told().get("cellId")
        if isinstance(cell, str):
            self._held.setdefault(cell, weakref.WeakSet()).add(widget)
        elif self._held and told(self._shell).get("msg_type") == "comm_msg" and not self._holds(widget):
            forgetting.loose(widget)

    def _holds(self, widget: Any) -> bool:
        return any(widget in held for held in self._held.values())

    def _displayed(self, widget: Any) -> Any:
        self.hold(widget)
        # A widget that is closed has None in its place.
        return widget._repr_mimebundle_ and widget._repr_mimebundle_()

    def _told(self) -> dict[str, Any]:
        """Return what the notebook says of the cell that runs."""
        return told(self._shell).get("metadata") or {}

    def _begins(self, _info: Any = None) -> None:
        forgetting.cell_begins()
        told = self._told()
        for cell in (told.get("cellId"), *(told.get("deletedCells") or ())):
            self._left |= self._held.pop(cell, ())

    def _ended(self, _result: Any = None) -> None:
        left, self._left = self._left, weakref.WeakSet()
        orphans = [one for one in left if not self._holds(one)]
        ours = [one for one in orphans if shows_ours(one)]
        if ours:
            uncache(self._shell, ours)
        forgetting.cell_ends(orphans)


def uncache(shell: Any, widgets: Iterable[Any]) -> None:
    """Take widgets from what IPython remembers of outputs: nobody gave them these names."""
    known = {id(one) for one in widgets}

    def holds(value: Any) -> bool:
        if isinstance(value, FunctionType):
            value = getattr(value, "widget", None)  # that of `interact`
        return id(value) in known or (isinstance(value, (list, tuple)) and any(id(one) in known for one in value))

    hook, outputs = shell.displayhook, shell.user_ns.get("_oh", {})
    numbers = [number for number, value in list(outputs.items()) if holds(value)]
    for number in numbers:
        del outputs[number]
    for names in (shell.user_ns, shell.user_ns_hidden):
        for number in numbers:
            names.pop(f"_{number}", None)
        for name in UNDERSCORES:
            if holds(names.get(name)):
                names[name] = ""
    for name in UNDERSCORES:
        if holds(getattr(hook, name, None)):
            setattr(hook, name, "")


class MarimoHold:
    """Told by marimo when the cell that made a widget, or shows it, is run again or deleted."""

    def __init__(self, widget: Any) -> None:
        self._widget = weakref.ref(widget)

    def create(self, context: Any) -> None:
        """Nothing to do: the widget is there."""

    def dispose(self, context: Any, deletion: bool) -> bool:  # noqa: FBT001  so marimo calls it
        """Let go; True, since that needs no other time."""
        widget = self._widget()
        if widget is not None:
            # marimo takes its views from the page, which need not tell.
            widget.unseen()
            forgetting.leave([widget])
        return True


_known: weakref.WeakKeyDictionary[Any, Cells] = weakref.WeakKeyDictionary()


def _cells_of(shell: Any) -> Cells:
    if shell not in _known:
        _known[shell] = Cells(shell)
    return _known[shell]
