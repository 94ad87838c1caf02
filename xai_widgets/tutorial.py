"""Steps of a tutorial: each ticks itself off when the reader has done it, in any widget and on any model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import ipywidgets

from xai_widgets.esm import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.widgets.linked import LinkedWidget

OPEN, DONE, FAILED = "☐", "☑", "⚠"
UNCHECKED = "It could not be checked: {}."
W = TypeVar("W", bound="LinkedWidget")


class Step(ipywidgets.Label, Generic[W]):  # type: ignore[misc]  # ipywidgets has no types
    """Ask the reader to do something in a widget, and tick it off when it is done.

    The widget is looked at after each change of its traits, by hand or from another cell. What is done stays so.

    Parameters
    ----------
    ask : str
        What to do, in one sentence.
    widget : LinkedWidget
        The widget to watch: what `xai.explain` returned.
    done : callable
        From the widget to whether it is done, such as a comparison of `w.prediction`. It runs on the thread that
        changes the widget, so it should be quick. It need not care for what is None as long as nothing was computed.
    then : str
        What to say once it is done.

    Attributes
    ----------
    done : bool
        Whether it has been done.

    Raises
    ------
    TypeError
        For a `done` that cannot be called.

    Examples
    --------
    >>> Step("Blur the photo until the answer changes.", w, lambda w: w.prediction.top(1)[0][0] != "tiger cat")
    """

    def __init__(self, ask: str, widget: W, done: Callable[[W], object], *, then: str = "") -> None:
        given: Any = done
        if not callable(given):
            msg = f"done must be a function of the widget that tells whether it is done, got {type(given).__name__}."
            raise TypeError(msg)
        super().__init__(value=f"{OPEN} {ask}")
        self.done = False
        self._ask, self._then, self._is_done = ask, then, done
        widget.observe(self._look)
        self._look({"owner": widget})

    def _look(self, change: Any) -> None:
        widget = change["owner"]
        try:
            self.done = bool(self._is_done(widget))
        except Exception as error:  # noqa: BLE001  the tutorial's own mistake: told where the reader looks
            if not (isinstance(error, (AttributeError, TypeError)) and "NoneType" in str(error)):
                said = sentences(getattr(widget, "_language", "")).get(UNCHECKED, UNCHECKED)
                self.value = f"{FAILED} {self._ask} {said.format(f'{type(error).__name__}: {error}')}"
            return
        if self.done:
            self.value = " ".join(filter(None, (DONE, self._ask, self._then)))
            widget.unobserve(self._look)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show it as text too, where no kernel runs."""
        return {**super()._repr_mimebundle_(**options), "text/plain": self.value}

    def __repr__(self) -> str:
        return str(self.value)
