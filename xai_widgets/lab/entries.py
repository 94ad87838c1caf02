"""What the side panel lists: the widgets that live, and the results among the notebook's variables."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.export.words import title_of
from xai_widgets.lab.memory import held
from xai_widgets.widgets.living import living

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xai_widgets.results import Attribution
    from xai_widgets.widgets.linked import LinkedWidget

RESULTS = tuple(f"xai_widgets.{name}" for name in ("results", "changes", "populations", "evaluations"))
MOST = 200
LONGEST = 200

Entry = dict[str, Any]


def widget_entry(widget: LinkedWidget) -> Entry:
    """Describe a widget; its id is that of its model in the browser."""
    seen = widget.overview()
    return {
        **seen,
        "id": widget.model_id,
        "label": _shortened(seen["label"]),
        "made": widget.made,
        "bytes": held(vars(widget)),
    }


def result_entries(variables: Mapping[str, Any]) -> list[Entry]:
    """Describe the results among variables; their ids are their names."""
    return [
        {
            "id": name,
            "kind": type(value).__name__,
            "method": titled(str(value.method)[:LONGEST]),
            "label": _shortened(getattr(value, "label", None)),
            "bytes": held(value),
        }
        for name, value in list(variables.items())
        if is_result(value) and not name.startswith("_")
    ][:MOST]


def is_result(value: Any) -> bool:
    """Whether it is something that this package has found out."""
    return is_dataclass(value) and not isinstance(value, type) and hasattr(value, "method") and _ours(type(value))


def attribution_of(name: str, variables: Mapping[str, Any]) -> Attribution:
    """Return what an entry shows.

    Raises
    ------
    ValueError
        Where there is no map (any more).
    """
    widget = next((one for one in living() if one.model_id == name), None)
    shown: Any = variables.get(name) if widget is None else getattr(widget, "attribution", None)
    if not hasattr(shown, "agreement"):
        msg = "Both must show an explanation of one input: a map, or one value a word or column."
        raise ValueError(msg)
    found: Attribution = shown
    return found


def titled(method: str) -> str:
    """Return what a method is called, its name in words where no method of that name explains an input."""
    found = title_of(method)
    return method.replace("_", " ").capitalize() if found == method else found


def _shortened(label: Any) -> str | None:
    return None if label is None else str(label)[:LONGEST]


def _ours(kind: type) -> bool:
    return kind.__module__.startswith(RESULTS)
