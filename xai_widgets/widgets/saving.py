"""What is on show, as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xai_widgets.export.fitting import PageContent
from xai_widgets.jobs import Outcome
from xai_widgets.wire import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xai_widgets.widgets.answers import Answer


def shown(
    spec: Mapping[str, Any],
    state: Mapping[str, Any],
    said: Sequence[Message],
    answers: Sequence[Answer] = (),
    **more: Any,
) -> PageContent:
    """Gather what a page shows: what a view that opens would be told, as if all that runs had been cancelled.

    Parameters
    ----------
    spec, state : dict
        The widget's own.
    said : sequence of Message
    answers : sequence of (Message, Message)
    **more
        Title, text, facts and language.
    """
    told = [_ended(one) for one in said]
    ended = {one.content["slot"] for one in told if one.content["kind"] == "ended"}
    cut = [one.content for one in told if one.content["kind"] == "map" and one.content["slot"] not in ended]
    outcome = Outcome.CANCELLED.value
    told += [Message("ended", id=one["id"], slot=one["slot"], outcome=outcome) for one in cut]
    # Layers are for a parameter's list, and parameters are shown of what was computed.
    used = {found.content["request"]["method"] for _, found in answers}
    methods = [one if one["name"] in used else {**one, "parameters": []} for one in spec["methods"]]
    return PageContent({**spec, "layers": [], "methods": methods}, state, told, answers, **more)


def _ended(message: Message) -> Message:
    """Return a question's answer as the last one."""
    if not message.content.get("running"):
        return message
    ended = Message(**{**message.content, "running": False})
    ended.buffers = message.buffers
    return ended
