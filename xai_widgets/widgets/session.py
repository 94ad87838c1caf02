"""What one widget computes: predictions of edited inputs, and explanations of them. No messages, no threads."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from xai_widgets.attribution.runs import run
from xai_widgets.checks import check_steps
from xai_widgets.inputs import Inputs, perturb
from xai_widgets.models import Model, Target, resolve_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.findings import Check
    from xai_widgets.inputs import Perturbation
    from xai_widgets.method import Method
    from xai_widgets.results import Attribution, Prediction

Edits = tuple["Perturbation", ...]
KEPT = 4
"""Edited inputs remembered: the newest of each slot and what undo returns to next."""


@dataclass(frozen=True)
class Request:
    """What is to be explained: the kernel's form of the protocol's `Request`."""

    method: Method
    target: Any = None
    edits: Edits = ()


@dataclass(frozen=True)
class Seen:
    """An edited input and what the model says of it, beside the original."""

    inputs: Inputs
    prediction: Prediction
    original: Prediction
    edited: bool


class Session:
    """Model and input of one widget. Its methods compute, so they belong on the worker.

    Parameters
    ----------
    model : Model
    inputs : Inputs
        The unedited input.
    seed : int
        Of methods and of noise.
    time_budget : float, optional
        Seconds of computing after which an explanation ends with what it has.
    """

    def __init__(self, model: Model, inputs: Inputs, seed: int, time_budget: float | None = None) -> None:
        self.model, self.inputs, self.seed, self.time_budget = model, inputs, seed, time_budget
        # Keyed by the weights too: the model may be trained further while it is looked at.
        self._seen: OrderedDict[tuple[Any, Edits], Seen] = OrderedDict()

    @property
    def original(self) -> Prediction:
        """What the model says of the unedited input."""
        return self.see(()).prediction

    def see(self, edits: Edits) -> Seen:
        """Apply the edits and predict; remembered for the last few."""
        key = (self.model.version, edits)
        found = self._seen.get(key)
        if found is None:
            inputs = perturb(self.inputs, edits, self.seed)
            edited = inputs is not self.inputs
            original = self.original if edited else None
            prediction = self.model.predict(inputs.x)
            found = Seen(inputs, prediction, original or prediction, edited)
        self._seen[key] = found
        self._seen.move_to_end(key)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return found

    def target(self, target: Any) -> Target:
        """Resolve what the user asked for; None stays with the class of the unedited input while it is edited."""
        return resolve_target(target, self.original)

    def explain(self, request: Request) -> Iterator[Attribution | None]:
        """Run the request's method on the edited input; None is a step with nothing to show yet."""
        seen = self.see(request.edits)
        reason = request.method.why_not(self.model, seen.inputs)
        if reason is not None:
            msg = f"{request.method.title} does not fit here. {reason}"
            raise ValueError(msg)
        target = self.target(request.target)
        edits = tuple(one.to_dict() for one in request.edits)
        photo = edited_photo(seen.inputs) if seen.edited else seen.inputs.photo
        options: dict[str, Any] = {"seed": self.seed, "time_budget": self.time_budget}
        for result in run(request.method, self.model, seen.inputs, target, seen.prediction, **options):
            if result is not None and result.photo is None:
                shape = list(result.values.shape)
                msg = f"Values of shape {shape} are no map of the picture. Choose a layer with height and width."
                raise ValueError(msg)
            yield None if result is None else replace(result, photo=photo, edits=edits)

    def check(self) -> Iterator[Check]:
        """Look at whether the model is fit for explaining the unedited input, step by step."""
        yield from check_steps(self.model, self.inputs)

    def close(self) -> None:
        """Let go of model, input and results; a step under way keeps its own hold on them until it ends."""
        self._seen = OrderedDict()
        del self.model, self.inputs


def edited_photo(inputs: Inputs) -> NDArray[np.uint8]:
    """Return the display photo with what the model sees of the edited picture in its place."""
    assert inputs.photo is not None
    assert inputs.region is not None
    photo = Image.fromarray(inputs.photo)
    x0, y0, x1, y1 = (round(edge) for edge in inputs.region)
    view = Image.fromarray(inputs.view()).resize((max(1, x1 - x0), max(1, y1 - y0)), Image.Resampling.BILINEAR)
    photo.paste(view, (x0, y0))
    return np.asarray(photo)
