"""What shows widgets and is none of ours: boxes, and outputs, which know by its name what was put out in them."""

from __future__ import annotations

import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ipywidgets import Output
from ipywidgets.widgets.widget import Widget, _instances

from xai_widgets.widgets.living import lives

if TYPE_CHECKING:
    from collections.abc import Iterator

VIEW = "application/vnd.jupyter.widget-view+json"
_SHOWN = "_xai_shown"


def within(root: Any) -> Iterator[Any]:
    """Yield a widget and all that it is made of or shows; what ours are made of ends with them."""
    seen, waiting = set[int](), [root]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if not lives(one):
            waiting.extend(_parts(one))


def is_box(one: Any) -> bool:
    """Whether it is a widget that is none of ours, or one of these no longer."""
    return isinstance(one, Widget) and not lives(one)


def shows_ours(root: Any) -> bool:
    """Whether a widget is or shows one of ours that lives."""
    return any(lives(one) for one in within(root))


@contextmanager
def outputs_hold() -> Iterator[None]:
    """Let outputs meanwhile lead to what they show, as boxes do: no collector follows the names that they have."""
    marked = _marked()
    try:
        yield
    finally:
        for one in marked:
            delattr(one, _SHOWN)


def _marked() -> weakref.WeakSet[Any]:
    marked = weakref.WeakSet[Any]()
    for one in list(_instances.values()):
        if isinstance(one, Output) and one.outputs:
            setattr(one, _SHOWN, list(_put_out(one)))
            marked.add(one)
    return marked


def hear_weakly(widget: Any) -> None:
    """Let a widget that nobody has any more not be kept by those who bring its messages."""
    known = weakref.WeakMethod(widget._handle_msg)  # noqa: SLF001  as ipywidgets does, but for the weakness

    def call(*args: Any) -> None:
        found = known()
        if found is not None:
            found(*args)

    widget.comm.on_msg(call)


def _parts(one: Any) -> Iterator[Any]:
    for name in one.keys:
        value = getattr(one, name, None)
        # Lists of widgets hold nothing else; others may be long.
        values = value if isinstance(value, (list, tuple)) and value and isinstance(value[0], Widget) else (value,)
        yield from (found for found in values if isinstance(found, Widget))
    if isinstance(one, Output):
        yield from _put_out(one)


def _put_out(output: Any) -> Iterator[Any]:
    """Yield the widgets that a page says it shows there."""
    for one in output.outputs:
        data = one.get("data")
        view = data.get(VIEW) if isinstance(data, dict) else None
        found = _instances.get(str(view.get("model_id"))) if isinstance(view, dict) else None
        if found is not None:
            yield found
