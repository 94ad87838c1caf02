"""A widget of requests: what is asked, by its controls or from Python, and what came of it."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from xai_widgets.export import colormaps, mimebundle, payload, to_code
from xai_widgets.export.atomic import write_atomically
from xai_widgets.export.awaited import awaited
from xai_widgets.export.bundle import as_shown
from xai_widgets.export.code import instances
from xai_widgets.export.facts import facts
from xai_widgets.export.fitting import memory, room
from xai_widgets.export.page import page
from xai_widgets.export.picture import png, svg
from xai_widgets.export.words import question, text
from xai_widgets.jobs import Outcome
from xai_widgets.method import create
from xai_widgets.widgets import layers, living, messages
from xai_widgets.widgets.base import AHEAD, Exchange
from xai_widgets.widgets.cells import first_picture_seconds
from xai_widgets.widgets.judged import JudgedWidget
from xai_widgets.widgets.names import names_of
from xai_widgets.widgets.saving import shown
from xai_widgets.widgets.session import Request
from xai_widgets.wire import Message, check_display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.export.fitting import PageContent
    from xai_widgets.findings import Check
    from xai_widgets.method import Method
    from xai_widgets.models import Target
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.aside import Asides
    from xai_widgets.widgets.session import Edits, Observation, Session
    from xai_widgets.wire import Ask, Open, ShowAs

ON_THE_WAY = 0.008
"""Seconds in which the answer to an edit reaches the screen: an explanation that began at once would take the cores
that bring it there, and come before the picture is drawn that it belongs to."""


class Explainer(JudgedWidget):
    """Base of the widgets that explain one input of one model.

    A subclass makes its session; it says how edits are read and how results are told.

    Parameters
    ----------
    session : Session
    given : dict
        What the user gave, by the names of the parameters, so that code can be written with their own names.
    spec : dict
        As in ``docs/protocol.md``.
    request : Request
        What is to be shown first.
    compare : str or Method, optional
        A second method beside it.
    display : dict, optional
    """

    attribution = traitlets.Any(None, read_only=True)
    compared = traitlets.Any(None, read_only=True)
    prediction = traitlets.Any(None, read_only=True)

    _edits_are_called: str
    """The keyword under which users give edits."""

    _asides: Asides
    """What its views ask besides; there before the widget is made."""

    def __init__(
        self,
        session: Session,
        given: dict[str, Any],
        *,
        spec: dict[str, Any],
        request: Request,
        compare: str | Method | None,
        display: dict[str, Any] | None,
    ) -> None:
        self._given = given
        self._requests = {"a": request}
        if compare is not None:
            self._requests["b"] = dataclasses.replace(request, method=session.chosen(compare, {}))
        self._display = checked_display(display)
        super().__init__(session, spec=spec)
        self.state = self._state()
        for slot, one in dict(self._requests).items():
            self._explain(slot, one, 1)

    @abstractmethod
    def _edits_of(self, told: Sequence[dict[str, Any]]) -> Edits:
        """Read edits as the browser tells them, trusting nothing in them."""

    def _told(self, edits: Edits) -> list[dict[str, Any]]:
        """Tell edits as the browser reads them."""
        return [one.to_dict() for one in edits]

    def _target_of(self, asked: Any, edits: Edits) -> Any:
        """Read a target as the browser tells it."""
        return messages.target_of(asked)

    def _told_target(self, request: Request) -> Any:
        """Tell a target as the browser reads it."""
        return payload.jsonable(request.target)

    @abstractmethod
    def _say_prediction(self, number: int, slot: str, seen: Observation, target: Target) -> Message: ...

    @abstractmethod
    def _say_map(self, number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message: ...

    def _publish_seen(self, seen: Observation, target: Target) -> None:
        """Set the traits that show what the model saw; more of them in a subclass."""
        self._publish(prediction=seen.prediction)

    def _ask(
        self, method: str | Method | None, target: Any, edits: Edits | None, compare: Any, params: dict[str, Any]
    ) -> None:
        """Ask for another explanation; what is not given stays as it is: None, and ``...`` where None says something.

        Raises
        ------
        ValueError, TypeError
            For wrong input; what is on show stays as it is.
        RuntimeError
            When the widget is closed.
        """
        self._check_open()
        with self._lock:
            old, session = self._requests["a"], self._session
            if method is None or method == old.method.name:
                known = {field.name: getattr(old.method, field.name) for field in dataclasses.fields(old.method)}
                chosen = session.chosen(old.method.name, {**known, **params})
            else:
                chosen = session.chosen(method, params)
            index = old.target if target is ... else messages.target_index(target, session.names(target))
            edits = old.edits if edits is None else edits
            beside = self._beside(compare)
            number = self._id + AHEAD
            if beside is None:
                self.cancel("b")
                self._forget("b")
            else:
                self._requests["b"] = Request(beside, index, edits)
            self._explain("a", Request(chosen, index, edits), number)
            if beside is not None:
                self._explain("b", Request(beside, index, edits), number)
            self._post(Message("state", state=self._news()))

    def _beside(self, compare: Any) -> Method | None:
        """Return the second method that is asked for, or the one there is."""
        if compare is ...:
            return self._requests["b"].method if "b" in self._requests else None
        return None if compare is None else self._session.chosen(compare, {})

    def result(self, timeout: float | None = None) -> Attribution:
        """Wait for the finished explanation and return it.

        Raises
        ------
        TimeoutError
            When `timeout` seconds passed before.
        RuntimeError
            When the model failed (`w.attribution` keeps what came before), or the explanation was cancelled before
            its first result.
        """
        if not self.wait(timeout):
            msg = f"The explanation was not finished within {timeout} s; `w.attribution` holds what there is."
            raise TimeoutError(msg)
        exchange, error = self._exchanges["a"], self._last.get(("error", "a"))
        if exchange.failed or not exchange.delivered:
            msg = "The explanation was cancelled before its first result."
            raise RuntimeError(msg if error is None else str(error.content["message"]))
        found: Attribution = self.attribution
        return found

    def save(self, path: str | Path) -> None:
        """Wait until the explanation is finished, and write it to `path`; the suffix chooses the format.

        ``.html`` is a page of its own that needs no kernel and no network, with the methods and classes that were
        looked at so far. ``.png`` and ``.svg`` are drawn as they are on show. For the others see
        :meth:`Attribution.save`.

        Raises
        ------
        ValueError
            For a suffix that no format has, naming those there are.
        RuntimeError
            When the widget is closed or there is nothing to save.
        OSError
            Where nothing can be written; what was there before is left as it was.
        """
        self._check_open()
        path, result = Path(path), self.result()
        self.wait(slot="b")
        with self._read():
            self._write(path, result)

    def _write(self, path: Path, result: Attribution) -> None:
        name = path.name.lower()
        if name.endswith(".html"):
            write_atomically(path, page(self._shown(result)))
        elif name.endswith((".png", ".svg")):
            write_atomically(path, as_shown(png if name.endswith(".png") else svg, result, self._display))
        else:
            result.save(path)

    def as_page(self) -> PageContent | None:
        """Return what a page shows of what is known by now; None for nothing."""
        found: Attribution | None = self.attribution
        return None if found is None else self._shown(found)

    def _shown(self, result: Attribution) -> PageContent:
        with self._lock:
            spec, state, said, answers = dict(self.spec), self._state(), self._known(), self._kept.answers
        with self._read():
            more: dict[str, Any] = {"title": question(result), "text": text(result), "facts": facts(result)}
        return shown(spec, state, said, answers, **more, language=self._language)

    def to_code(self) -> str:
        """Write a cell that reproduces what is on show, seed included.

        Raises
        ------
        RuntimeError
            When the widget is closed: it has forgotten what it showed.
        """
        self._check_open()
        request = self._requests["a"]
        return to_code(
            widget=type(self).__name__,
            names=names_of(self._given),
            method=self._told_method(request.method),
            compare=self._told_method(self._requests["b"].method) if "b" in self._requests else None,
            target=messages.target_in_words(request.target, self._session.model.labels),
            more=self._code(),
            seed=self._session.seed,
            time_budget=self._session.time_budget,
            display=self._display,
        )

    def _code(self) -> dict[str, str]:
        """Return what is particular to a kind of input, as Python, by keyword; nothing for what need not be said."""
        edits = self._requests["a"].edits
        return {self._edits_are_called: instances(edits) if edits else ""}

    def _told_method(self, method: Method) -> Method:
        """Return a method as code would make it."""
        return method

    def _repeat(self, post: Callable[[Message], None]) -> None:
        super()._repeat(post)
        self._asides.repeat(post)

    def _stop(self) -> None:
        super()._stop()
        self._asides.close()

    def _release(self) -> None:
        self._given.clear()
        self._session.close()

    def _on_ask(self, message: Ask) -> None:
        asked = message.request
        edits = self._edits_of(asked.edits)
        with self._lock:
            newest = self._exchanges.get(message.slot)
            if newest is not None and message.id <= newest.id:
                # Asked before this view heard of what Python or another view asked since.
                outcome = Outcome.SUPERSEDED.value
                self._post(Message("ended", id=message.id, slot=message.slot, outcome=outcome))
                return
            method = create(asked.method, {**self._kept_parameters(asked.method), **asked.params})
            self._explain(message.slot, Request(method, self._target_of(asked.target, edits), edits), message.id)

    def _check_steps(self) -> Iterator[Check]:
        return self._session.check()

    def _weights(self) -> Any:
        return self._session.model.version

    def _kept_parameters(self, name: str) -> dict[str, Any]:
        """Parameters that no message can carry, such as a baseline's tensor: they stay while the method does."""
        for request in self._requests.values():
            if request.method.name == name:
                return messages.unspoken(request.method)
        return {}

    def _on_open(self, message: Open) -> None:
        layers.ask(self._looking, self._session, message.under, self._post)

    def _on_display(self, message: ShowAs) -> None:
        self._display = checked_display(message.display)

    def _explain(self, slot: str, request: Request, number: int) -> None:
        session = self._session

        def on_prediction(exchange: Exchange, seen: Observation) -> None:
            try:
                target = session.target(request.target)
            except (ValueError, TypeError):  # the explanation fails with it; the classes there are can be shown
                target = session.target(None)
            # What other views of this widget follow goes with it: a message before it would keep it waiting.
            self._remember_and_post(self._say_prediction(exchange.id, slot, seen, target), state=self._news())
            if seen.edited:
                self._explaining[slot].hold(ON_THE_WAY)
            if slot == "a":
                self._publish_seen(seen, target)

        def on_result(exchange: Exchange, result: Attribution) -> None:
            self._remember_and_post(self._say_map(exchange.id, slot, self._request(request), result))
            if slot == "a":
                self._publish(attribution=result)
            elif slot in self._requests:
                self._publish(compared=result)
            exchange.delivered = True
            exchange.answered.set()

        # One ask after the other, whichever threads they come on: state, number and jobs belong together.
        with self._lock:
            self._requests[slot] = request
            exchange = Exchange(number, slot)
            self._doubt_anew(slot, request)
            self._run(
                exchange,
                lambda: session.looks(request),
                lambda: session.explain(request),
                on_prediction,
                on_result,
                beside=lambda: self._ask_beside(slot, request),
            )
        living.tell(self)

    def overview(self) -> dict[str, Any]:
        """Tell in a line what is on show: ``kind``, ``method``, ``label`` and ``running``."""
        found: Attribution | None = self.attribution
        method = type(self._requests["a"].method).title
        label = None if found is None else found.label
        return {**super().overview(), "method": method, "label": label, "running": self.running}

    def _ask_beside(self, slot: str, request: Request) -> None:
        """Ask what is shown beside each explanation, if anything is."""

    def _request(self, asked: Request) -> dict[str, Any]:
        return messages.request(asked, self._told(asked.edits), self._told_target(asked))

    def _state(self) -> dict[str, Any]:
        with self._lock:
            requests = {slot: self._request(one) for slot, one in self._requests.items()}
        return {"request": requests["a"], "compare": requests.get("b"), "display": self._display, "id": self._id}

    def _news(self) -> dict[str, Any]:
        """Return the state, as far as an ask changes it."""
        return self._state()

    def _forget(self, slot: str) -> None:
        with self._lock:
            super()._forget(slot)
            self._requests.pop(slot, None)
            self._doubt_anew(slot, None)
            self._publish(compared=None)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live = super()._repr_mimebundle_(**kwargs)
        if live is None:
            return None
        found, error = self._first_picture(), self._last.get(("error", "a"))
        said = error.content["message"] if error else ""
        page = memory(self.as_page, room())
        with self._read():
            if found is None and not said:
                given, seen = self._session.inputs, None if self._requests["a"].edits else self.prediction
                return awaited(live, given.photo, given.text, (given.names, given.cells), seen)
            return mimebundle(live, found, self._display, said, page=page)

    def _first_picture(self) -> Attribution | None:
        exchange = self._exchanges.get("a")
        if exchange is not None:
            exchange.answered.wait(first_picture_seconds())
        found: Attribution | None = self.attribution
        return found


def checked_display(display: dict[str, Any] | None) -> dict[str, Any]:
    """Refuse what says nothing of how a map is shown."""
    found = check_display(display or {})
    name = found.get("colormap")
    if name and name not in colormaps():
        msg = f"display: there is no colormap {name!r}; there are: {', '.join(colormaps())}."
        raise ValueError(msg)
    return found
