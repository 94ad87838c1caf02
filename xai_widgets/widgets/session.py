"""What one widget computes: predictions of edited inputs, and explanations of them. No messages, no threads."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.attribution.runs import run
from xai_widgets.inputs import Inputs, perturb
from xai_widgets.models import Model, Target, resolve_target

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """

    def __init__(self, model: Model, inputs: Inputs, seed: int) -> None:
        self.model, self.inputs, self.seed = model, inputs, seed
        self._seen: OrderedDict[Edits, Seen] = OrderedDict()
        self._original: Prediction | None = None

    @property
    def original(self) -> Prediction:
        """What the model says of the unedited input."""
        if self._original is None:
            self._original = self.model.predict(self.inputs.x)
        return self._original

    def see(self, edits: Edits) -> Seen:
        """Apply the edits and predict; remembered for the last few."""
        if edits not in self._seen:
            original = self.original
            inputs = perturb(self.inputs, edits, self.seed)
            edited = inputs is not self.inputs
            prediction = self.model.predict(inputs.x) if edited else original
            self._seen[edits] = Seen(inputs, prediction, original, edited)
        self._seen.move_to_end(edits)
        while len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return self._seen[edits]

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
        yield from run(request.method, self.model, seen.inputs, target, seen.prediction, self.seed)

    def close(self) -> None:
        """Let go of everything that may hold much memory."""
        self._seen.clear()
