"""What one widget computes: predictions of edited inputs, and explanations of them. No messages, no threads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor

from xai_widgets.attribution.runs import choose, persistent, run
from xai_widgets.checks import check_steps
from xai_widgets.evaluation import Subject, compare_steps, create_metrics, evaluate_steps
from xai_widgets.models import Model, Target, resolve_target
from xai_widgets.widgets.answers import ResultCache

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from xai_widgets.evaluations import Comparison, Evaluation
    from xai_widgets.findings import Check
    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.results import Attribution, Prediction

Edits = tuple[Any, ...]
"""Of a kind that can be keyed by: frozen dataclasses with `to_dict`."""


@dataclass(frozen=True)
class Request:
    """What is to be explained: the kernel's form of the protocol's `Request`."""

    method: Method
    target: Any = None
    edits: Edits = ()

    @property
    def key(self) -> Hashable | None:
        """The same for equal requests; None for one whose parameters may be written into, such as a tensor."""
        values = tuple(getattr(self.method, field.name) for field in fields(self.method))
        key = (type(self.method), self.method.otherwise, values, self.target, self.edits)
        try:
            hash(key)
        except TypeError:
            return None
        return None if any(isinstance(one, Tensor) for one in values) else key


@dataclass(frozen=True)
class Observation:
    """An edited input and what the model says of it, beside the original.

    Attributes
    ----------
    model : Model
        That eats `inputs`: a text of other tokens is fed in another way.
    instead : (Prediction, int) or None
        Where part of a text is asked about: what was expected there, and the token that came.
    """

    model: Model
    inputs: Inputs
    prediction: Prediction
    original: Prediction
    edited: bool
    instead: tuple[Prediction, int] | None = None


class Session(ABC):
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

    kept: ClassVar[int] = 4
    """Edited inputs remembered: the newest of each slot and what undo returns to next."""

    references: Tensor | None = None
    """Rows whose cells take the place of what is hidden, of a table."""

    marked: NDArray[np.bool_] | None = None
    """Where explanations should point, where that is known."""

    def __init__(self, model: Model, inputs: Inputs, seed: int, time_budget: float | None = None) -> None:
        self.model, self.inputs, self.seed, self.time_budget = model, inputs, seed, time_budget
        # Keyed by the weights too: the model may be trained further while it is looked at.
        self._seen: OrderedDict[tuple[Any, Edits], Observation] = OrderedDict()
        self._results = ResultCache()

    def ready(self) -> None:  # noqa: B027  not every input needs it
        """Find out by passes through the model what was not known when this was made, unless that is done."""

    def names(self, target: Any) -> Sequence[str] | None:
        """Return what the classes are called, for a target that may be given by such a name."""
        return self.model.labels

    def chosen(self, method: str | Method, params: dict[str, Any]) -> Method:
        """Build the method that is asked for; see :func:`~xai_widgets.attribution.runs.choose`."""
        return choose(method, params, self.model, self.inputs)

    @property
    def original(self) -> Prediction:
        """What the model says of the unedited input."""
        return self.see(()).prediction

    def see(self, edits: Edits) -> Observation:
        """Apply the edits and predict; remembered for the last few."""
        self.ready()
        self.model.look()
        key = (self.model.version, edits)
        found = self._seen.get(key)
        if found is None:
            model, inputs = self._edited(edits)
            edited = inputs is not self.inputs
            original = self.original if edited else None
            prediction = model.predict(inputs.x)
            found = Observation(model, inputs, prediction, original or prediction, edited)
        self._seen[key] = found
        self._seen.move_to_end(key)
        while len(self._seen) > self.kept:
            self._seen.popitem(last=False)
        return found

    def looks(self, request: Request) -> Iterator[Observation]:
        """Look at the edited input."""
        yield self.see(request.edits)

    def target(self, target: Any) -> Target:
        """Resolve what the user asked for; None stays with the class of the unedited input while it is edited."""
        return resolve_target(target, self.original)

    def explain(self, request: Request) -> Iterator[Attribution | None]:
        """Run the request's method on the edited input, unless it is known what comes of it.

        What a run has come to whose time was up is shown at once, and then what goes further. None is a step with
        nothing to show yet.
        """
        self.ready()
        self.model.look()
        version, key = self.model.version, request.key
        result = None if key is None else self._results.get((version, key))
        if result is not None:
            yield result
            if result.fraction == 1:
                return
        known = result
        for step in persistent(partial(self._explain, request)):
            behind = known is not None and step is not None and step.fraction <= known.fraction
            if behind and self.model.version == version:
                yield None
                continue
            result = result if step is None else step
            yield step
        if known is not None and result is known:
            yield known
        if key is not None and result is not None and self.model.version == version:
            self._results.keep((version, key), result)

    def _explain(self, request: Request, *, strict: bool, spent: float) -> Iterator[Attribution | None]:
        weights = self.model.weights if strict else None
        seen = self.see(request.edits)
        check_fit(request.method, seen.model, seen.inputs)
        target = self.target(request.target)
        options: dict[str, Any] = {"seed": self.seed, "time_budget": self.time_budget, "spent": spent}
        for result in run(request.method, seen.model, seen.inputs, target, seen.prediction, weights=weights, **options):
            yield None if result is None else self._dressed(result, seen, request.edits)

    def check(self) -> Iterator[Check]:
        """Look at whether the model is fit for explaining the unedited input, step by step."""
        self.ready()
        yield from check_steps(self.model, self.inputs)

    def evaluate(self, request: Request, result: Attribution) -> Iterator[Evaluation | None]:
        """Measure how far a map that `request` came to can be trusted."""
        options: dict[str, Any] = {"seed": self.seed, "time_budget": self.time_budget}
        subject = self.explained(request, result)
        yield from evaluate_steps(subject, create_metrics(None, masked=subject.mask is not None), **options)

    def compare(self, request: Request, methods: Sequence[Method]) -> Iterator[Comparison]:
        """Measure the same of what each of `methods` says to the same question."""
        options: dict[str, Any] = {"seed": self.seed, "time_budget": self.time_budget}
        asked = {one.title: replace(request, method=one) for one in methods}
        runs = {title: partial(self.explain, one) for title, one in asked.items()}

        def about(title: str, result: Attribution) -> Subject:
            return self.explained(asked[title], result)

        yield from compare_steps(runs, about, create_metrics(None, masked=self.marked is not None), **options)

    def explained(self, request: Request, result: Attribution) -> Subject:
        """Put a map beside what it explains."""
        seen = self.see(request.edits)
        more: dict[str, Any] = {"background": self.references, "method": request.method, "mask": self.marked}
        return Subject.of(seen.model, seen.inputs, self.target(request.target), seen.prediction, result, **more)

    def close(self) -> None:
        """Let go of model, input and results; a step under way keeps its own hold on them until it ends."""
        self._seen, self._results = OrderedDict(), ResultCache()
        del self.model, self.inputs

    @abstractmethod
    def _edited(self, edits: Edits) -> tuple[Model, Inputs]:
        """Return the edited input and the model that eats it; the very inputs where nothing changes."""

    @abstractmethod
    def _dressed(self, result: Attribution, seen: Observation, edits: Edits) -> Attribution:
        """Return a result that knows what was edited.

        Raises
        ------
        ValueError
            For one that cannot be shown, saying why.
        """


def check_fit(method: Method, model: Model, inputs: Inputs) -> None:
    """Refuse a method that does not fit.

    Raises
    ------
    ValueError
        Saying why.
    """
    reason = method.why_not(model, inputs)
    if reason is not None:
        msg = f"{method.title} does not fit here. {reason}"
        raise ValueError(msg)
