"""A picture explains itself: the heat map, the classes, the brush and the sliders."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import traitlets
from PIL import Image

from xai_widgets.api import method_list
from xai_widgets.attribution.runs import check_time_budget, choose
from xai_widgets.export import colormaps, mimebundle, to_code
from xai_widgets.inputs import Perturbation, perturbation_from
from xai_widgets.jobs import Outcome
from xai_widgets.method import create
from xai_widgets.prepare import adapt, read_for
from xai_widgets.widgets import layers, messages
from xai_widgets.widgets.base import AHEAD, Exchange, ExplainerWidget
from xai_widgets.widgets.esm import asset
from xai_widgets.widgets.names import names_of
from xai_widgets.widgets.session import Request, Session
from xai_widgets.wire import Message, check_display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import nn

    from xai_widgets.findings import Check
    from xai_widgets.method import Method
    from xai_widgets.results import Attribution, Prediction
    from xai_widgets.widgets.session import Seen
    from xai_widgets.wire import Ask, Open, ShowAs

FIRST_PICTURE_SECONDS = 2.0
"""How long displaying waits for the first picture, so that a saved notebook has one."""


class ImageExplainer(ExplainerWidget):
    """Show why a model sees what it sees in a picture.

    Returns at once; prediction and explanation are computed in the background and appear as they get better.

    Parameters
    ----------
    model : torch.nn.Module
        Takes a batch of pictures and returns scores ``[n, classes]``. It is left exactly as it was.
    image : PIL image, path, ndarray or Tensor
        Without batch axis. A tensor of the shape that the model eats needs no `preprocess`.
    preprocess : callable, optional
        From a PIL image to the tensor that the model eats.
    labels : sequence of str, optional
        Names of the classes.
    target : None, int, str, a pair of these, or Unit
        The class to explain: by default the most likely one; ``(a, b)`` asks "why a rather than b"; or a unit of a
        layer, ``xai.Unit("layer4", 12)``.
    method : str or Method
        A name of ``xai.methods()``, an instance such as ``IntegratedGradients(n_steps=65)``, or ``"auto"``.
    compare : None, str or Method
        A second method to show beside it, for the same question.
    seed : int
        For methods that draw random numbers, and for noise.
    perturbations : sequence of Perturbation
        Changes to begin with, such as ``[xai.Blur(2.0)]``.
    display : dict, optional
        How to show the map, as in ``docs/protocol.md``; :meth:`to_code` writes it.
    device : str or torch.device, optional
        Where to compute; by default where the model is.
    time_budget : float, optional
        Seconds of computing after which each explanation stops with the best map so far.
    **params
        Parameters of the method.

    Attributes
    ----------
    attribution : Attribution or None
        The newest result; observe it by ``w.observe(handler, "attribution")``. Handlers run on the computing
        thread.
    compared : Attribution or None
        The same of the method it is compared with; ``w.attribution.agreement(w.compared)`` tells how far both agree.
    prediction : Prediction or None
        What the model says of the picture as it is edited now.
    perturbed : PIL image or None
        What the model sees: the edited picture, in its pixels.

    Raises
    ------
    ValueError, TypeError
        For wrong input, saying what was expected and what came. What only running the model can show appears
        in the widget.
    """

    _esm = asset("image.js")
    _css = asset("image.css")

    attribution = traitlets.Any(None, read_only=True)
    compared = traitlets.Any(None, read_only=True)
    prediction = traitlets.Any(None, read_only=True)
    perturbed = traitlets.Any(None, read_only=True)

    def __init__(
        self,
        model: nn.Module,
        image: Any,
        *,
        preprocess: Callable[[Any], Any] | None = None,
        labels: Sequence[str] | None = None,
        target: Any = None,
        method: str | Method = "auto",
        compare: str | Method | None = None,
        seed: int = 0,
        perturbations: Sequence[Perturbation] = (),
        display: dict[str, Any] | None = None,
        device: Any = None,
        time_budget: float | None = None,
        **params: Any,
    ) -> None:
        seconds = check_time_budget(time_budget)
        adapter = adapt(model, image, labels=labels, device=device, seed=seed)
        adapter, inputs = read_for(adapter, image, preprocess=preprocess)
        if inputs.kind != "image":
            msg = f"ImageExplainer needs a picture [channels, height, width], got shape {list(inputs.x.shape)}."
            raise ValueError(msg)
        self._session = Session(adapter, inputs, seed, seconds)
        self._given = {"model": model, "image": image, "preprocess": preprocess, "labels": labels}
        chosen = choose(method, params, adapter, inputs)
        index = messages.target_index(target, adapter.labels)
        self._requests = {"a": Request(chosen, index, checked(perturbations))}
        if compare is not None:
            self._requests["b"] = dataclasses.replace(self._requests["a"], method=choose(compare, {}, adapter, inputs))
        self._display = checked_display(display)
        spec = messages.spec(inputs, adapter.labels, method_list(adapter, inputs), layers.outline(adapter.module))
        super().__init__(str(adapter.device), spec=spec)
        self.state = self._state()
        for slot, request in dict(self._requests).items():
            self._explain(slot, request, 1)

    def explain(
        self,
        method: str | Method | None = None,
        *,
        target: Any = ...,
        perturbations: Any = ...,
        compare: Any = ...,
        **params: Any,
    ) -> None:
        """Ask for another explanation, as if by the controls; what is not given stays as it is.

        Parameters
        ----------
        method : str or Method, optional
        target : None, int, str, a pair of these, or Unit, optional
        perturbations : sequence of Perturbation, optional
        compare : None, str or Method, optional
            The method to show beside it; None ends the comparison.
        **params
            Parameters of the method; for another method, those not given take their defaults.

        Raises
        ------
        ValueError, TypeError
            For wrong input; what is on show stays as it is.
        RuntimeError
            When the widget is closed.
        """
        self._check_open()
        with self._lock:
            old, model, inputs = self._requests["a"], self._session.model, self._session.inputs
            if method is None or method == old.method.name:
                known = {field.name: getattr(old.method, field.name) for field in dataclasses.fields(old.method)}
                chosen = choose(old.method.name, {**known, **params}, model, inputs)
            else:
                chosen = choose(method, params, model, inputs)
            index = old.target if target is ... else messages.target_index(target, model.labels)
            edits = old.edits if perturbations is ... else checked(perturbations)
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

    def _beside(self, compare: Any) -> Method | None:
        """Return the second method that is asked for, or the one there is."""
        if compare is ...:
            return self._requests["b"].method if "b" in self._requests else None
        return None if compare is None else choose(compare, {}, self._session.model, self._session.inputs)

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
            names=names_of(self._given),
            method=request.method,
            compare=self._requests["b"].method if "b" in self._requests else None,
            target=messages.target_in_words(request.target, self._session.model.labels),
            perturbations=request.edits,
            seed=self._session.seed,
            time_budget=self._session.time_budget,
            display=self._display,
        )

    def _check_open(self) -> None:
        if self._closed:
            msg = "This widget is closed. Make a new one with xai.explain(...)."
            raise RuntimeError(msg)

    def _release(self) -> None:
        self._given.clear()
        self._session.close()
        self.set_trait("perturbed", None)

    def _on_ask(self, message: Ask) -> None:
        asked = message.request
        edits = tuple(perturbation_from(one) for one in asked.edits)
        with self._lock:
            newest = self._exchanges.get(message.slot)
            if newest is not None and message.id <= newest.id:
                # Asked before this view heard of what Python or another view asked since.
                outcome = Outcome.SUPERSEDED.value
                self._post(Message("ended", id=message.id, slot=message.slot, outcome=outcome))
                return
            method = create(asked.method, {**self._kept_parameters(asked.method), **asked.params})
            self._explain(message.slot, Request(method, messages.target_of(asked.target), edits), message.id)

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
        session, under = self._session, message.under
        model = session.model

        def look() -> Iterator[list[Any]]:
            yield layers.outline(model.module, under, layers.survey(model.fresh(), session.inputs))

        def ended(outcome: Outcome, _error: BaseException | None) -> None:
            # Where the model fails for this input the explanation says so; what is inside it is known all the same.
            if outcome is not Outcome.DONE:
                self._post(layers.told(under, layers.outline(model.module, under)))

        self._looking.submit(look, publish=lambda found: self._post(layers.told(under, found)), ended=ended)

    def _on_display(self, message: ShowAs) -> None:
        self._display = checked_display(message.display)

    def _explain(self, slot: str, request: Request, number: int) -> None:
        session = self._session

        def predict() -> Iterator[Seen]:
            yield session.see(request.edits)

        def on_prediction(exchange: Exchange, seen: Seen) -> None:
            try:
                target = session.target(request.target)
            except (ValueError, TypeError):  # the explanation fails with it; the classes there are can be shown
                target = session.target(None)
            self._remember_and_post(messages.prediction(exchange.id, slot, seen, target))
            if slot == "a":
                self._publish(prediction=seen.prediction, perturbed=Image.fromarray(seen.inputs.view()))

        def on_result(exchange: Exchange, result: Attribution) -> None:
            self._remember_and_post(messages.heat_map(exchange.id, slot, request, result))
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
            self._run(exchange, predict, lambda: session.explain(request), on_prediction, on_result)
            # Other views of this widget follow; the one that asked knows already.
            self._post(messages.state(self._state()))

    def _publish(self, **traits: Attribution | Prediction | Image.Image | None) -> None:
        with self._lock:
            if not self._closed:
                for name, value in traits.items():
                    self.set_trait(name, value)

    def _state(self) -> dict[str, Any]:
        with self._lock:
            requests = {slot: messages.request(one) for slot, one in self._requests.items()}
        return {"request": requests["a"], "compare": requests.get("b"), "display": self._display, "id": self._id}

    def _forget(self, slot: str) -> None:
        with self._lock:
            super()._forget(slot)
            self._requests.pop(slot, None)
            self._publish(compared=None)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        live = super()._repr_mimebundle_(**kwargs)
        return live if live is None else mimebundle(live, self._first_picture(), self._display)

    def _first_picture(self) -> Attribution | None:
        exchange = self._exchanges.get("a")
        if exchange is not None:
            exchange.answered.wait(FIRST_PICTURE_SECONDS)
        found: Attribution | None = self.attribution
        return found


def checked(perturbations: Sequence[Any]) -> tuple[Perturbation, ...]:
    """Refuse what is no perturbation.

    Raises
    ------
    TypeError
        Saying what was expected and what came.
    """
    for one in perturbations:
        if not isinstance(one, Perturbation):
            msg = f"perturbations must be a list of perturbations such as xai.Blur(2.0), got {one!r} in it."
            raise TypeError(msg)
    return tuple(perturbations)


def checked_display(display: dict[str, Any] | None) -> dict[str, Any]:
    """Refuse what says nothing of how a map is shown."""
    found = check_display(display or {})
    name = found.get("colormap")
    if name and name not in colormaps():
        msg = f"display: there is no colormap {name!r}; there are: {', '.join(colormaps())}."
        raise ValueError(msg)
    return found
