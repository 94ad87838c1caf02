"""A picture explains itself: the heat map, the classes, the brush and the sliders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets
from PIL import Image

from xai_widgets.api import method_list
from xai_widgets.api.picture_changes import second_picture
from xai_widgets.api.picture_codes import Codes
from xai_widgets.budget import check_time_budget
from xai_widgets.esm import asset
from xai_widgets.evaluation import mask_of
from xai_widgets.inputs import Perturbation, perturbation_from
from xai_widgets.jobs import worker_for
from xai_widgets.prepare import adapt, read_for
from xai_widgets.widgets import image_messages, layers, messages
from xai_widgets.widgets.explainer import Explainer
from xai_widgets.widgets.image_asides import ImageAsides
from xai_widgets.widgets.image_other import OtherPicture
from xai_widgets.widgets.image_session import ImageSession
from xai_widgets.widgets.image_ways import ways
from xai_widgets.widgets.session import Request
from xai_widgets.wire import Other, Seek

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import nn

    from xai_widgets.evaluations import Evaluation
    from xai_widgets.method import Method
    from xai_widgets.models import Target
    from xai_widgets.results import Attribution
    from xai_widgets.widgets.session import Edits, Observation
    from xai_widgets.wire import Aside, Message


class ImageExplainer(Explainer):
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
    labels : sequence of str or dict, optional
        Names of the classes; by number, or numbers by name, such as ``class_to_idx`` of torchvision.
    target : None, int, str, a pair of these, Unit or function
        The class to explain: by default the most likely one; ``(a, b)`` asks "why a rather than b"; or a unit of a
        layer, ``xai.Unit("layer4", 12)``; or a function of what the model returns that makes one number of each input,
        such as ``lambda out: out["masks"][:, 3].flatten(1).mean(1)``.
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
    other : picture, optional
        A second picture, of another class: what would have to be taken over from it? It becomes the model's input as
        `image` does. A reader may choose a file in its place.
    decoder : Module or callable, optional
        From codes ``[n, …]`` to what the model eats: which picture that it makes would be answered otherwise? With
    encoder : Module or callable, optional
        from what the model eats, ``[1, …]``, to its code, or
    start : Tensor or ndarray, optional
        the code of `image` itself.
    **params
        Parameters of the method.

    Attributes
    ----------
    attribution : Attribution or None
        The newest result; observe it by ``w.observe(handler, "attribution")``. Handlers run on the computing
        thread.
    compared : Attribution or None
        The same of the method it is compared with; ``w.attribution.agreement(w.compared)`` tells how far both agree.
    counterfactuals : Counterfactuals or None
        What the newest search for changes has found so far.
    other : object or None
        The second picture as it was given, or the file that a reader chose, as a PIL image.
    prediction : Prediction or None
        What the model says of the picture as it is edited now.
    evaluation : Evaluation or None
        How far the map on show can be trusted, as far as it is measured: a view asks for it, or :meth:`evaluate`.
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

    _edits_are_called = "perturbations"

    counterfactuals = traitlets.Any(None, read_only=True)
    other = traitlets.Any(None, read_only=True)
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
        other: Any = None,
        decoder: nn.Module | Callable[[Any], Any] | None = None,
        encoder: nn.Module | Callable[[Any], Any] | None = None,
        start: Any = None,
        **params: Any,
    ) -> None:
        seconds = check_time_budget(time_budget)
        adapter = adapt(model, image, labels=labels, device=device, seed=seed)
        asked = target if callable(target) else None
        adapter, inputs = read_for(adapter, image, preprocess=preprocess, reduce=asked, at_once=False)
        if inputs.kind != "image":
            msg = (
                f"ImageExplainer needs one picture [channels, height, width], got shape {list(inputs.x.shape)}. "
                "A row of a table takes background=; xai.attribute explains an input of any shape."
            )
            raise ValueError(msg)
        given = {
            "model": model, "image": image, "preprocess": preprocess, "labels": labels, "target": asked,
            "other": other, "decoder": decoder, "encoder": encoder, "start": start,
        }  # fmt: skip
        session = ImageSession(adapter, inputs, seed, seconds)
        index = None if asked else messages.target_index(target, adapter.labels)
        request = Request(session.chosen(method, params), index, checked(perturbations))
        outline = layers.outline(adapter.module)
        possible = ways(adapter.module, decoder=decoder is not None)
        spec = image_messages.spec(inputs, adapter.labels, method_list(adapter, inputs), outline, possible)
        session.codes = Codes.given(decoder, encoder, start)
        beside = None if other is None else second_picture(adapter, inputs, other, preprocess)
        self._traced = inputs.traced is None
        worker = worker_for(str(adapter.device))
        self._other = OtherPicture(worker, session, self._post, preprocess, self._take_other)
        self._asides = ImageAsides(
            worker, session, self._post, lambda found: self._publish(counterfactuals=found), self._other
        )
        super().__init__(session, given, spec=spec, request=request, compare=compare, display=display)
        self._publish(other=other)
        if beside is not None:
            self._other.give(beside)

    _asides: ImageAsides

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
        self._ask(method, target, None if perturbations is ... else checked(perturbations), compare, params)

    def evaluate(self, timeout: float | None = None, *, mask: Any = None) -> Evaluation:
        """Wait for the explanation, measure how far it can be trusted, and return that; views show it as it comes.

        The measures are those of :func:`xai_widgets.evaluate`. They run after everything that somebody waits for.

        Parameters
        ----------
        timeout : float, optional
            Seconds for both.
        mask : ndarray or Tensor, optional
            True where the explanation should point, of the model's picture or the photo: whether it does is measured
            too, from now on of all maps on show.

        Raises
        ------
        ValueError
            For a mask of another shape, and one that marks everything or nothing.
        TimeoutError
            When the time passed before; `w.evaluation` holds what was measured.
        RuntimeError
            When there is no explanation to measure, or the measuring failed, or something else was asked meanwhile.
        """
        self._check_open()
        session = self._session
        if mask is not None:
            marked = mask_of(mask, session.inputs, session.inputs.grid)
            if session.marked is None or not np.array_equal(session.marked, marked):
                session.marked = marked
                self._trust.anew()
        return super().evaluate(timeout)

    def _edits_of(self, told: Sequence[dict[str, Any]]) -> Edits:
        return tuple(perturbation_from(one) for one in told)

    def _say_prediction(self, number: int, slot: str, seen: Observation, target: Target) -> Message:
        if not self._traced:
            self._traced = True
            self._publish(spec={**self.spec, **image_messages.placed(self._session.inputs)})
        return image_messages.prediction(number, slot, seen, target)

    def _say_map(self, number: int, slot: str, request: dict[str, Any], result: Attribution) -> Message:
        return image_messages.heat_map(number, slot, request, result)

    def _publish_seen(self, seen: Observation, target: Target) -> None:
        self._publish(prediction=seen.prediction, perturbed=Image.fromarray(seen.inputs.view()))

    def _on_aside(self, message: Aside) -> None:
        if not isinstance(message, (Seek, Other)):
            super()._on_aside(message)
        elif self._closed:
            return
        elif isinstance(message, Seek):
            self._asides.ask_search(message, self._requests["a"])
        else:
            self._other.choose(message)

    def _take_other(self, picture: Image.Image) -> None:
        with self._lock:
            if not self._closed:
                self._given["other"] = picture
        self._publish(other=picture)

    def _release(self) -> None:
        super()._release()
        self.set_trait("perturbed", None)
        self.set_trait("other", None)


def checked(perturbations: Sequence[Any] | Perturbation) -> tuple[Perturbation, ...]:
    """Refuse what is no perturbation; one alone is a list of it.

    Raises
    ------
    TypeError
        Saying what was expected and what came.
    """
    given = (perturbations,) if isinstance(perturbations, Perturbation) else tuple(perturbations)
    for one in given:
        if not isinstance(one, Perturbation):
            msg = f"perturbations must be a list of perturbations such as xai.Blur(2.0), got {one!r} in it."
            raise TypeError(msg)
    return given
