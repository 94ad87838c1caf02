"""What is asked of a model: about one input, or about each of several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.attribution.relevance import RelevanceMethod
from xai_widgets.attribution.runs import asked_of, choose, persistent, run
from xai_widgets.inputs import batch_of, rows_of
from xai_widgets.inputs.decode import NotFiniteError
from xai_widgets.inputs.read import UNBATCHED
from xai_widgets.models import ModelError, OutOfMemoryError, Target, WeightsChangedError, resolve_target
from xai_widgets.prepare import read_for, read_span
from xai_widgets.results import Unit
from xai_widgets.text import TextSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from xai_widgets.api.rows import Background
    from xai_widgets.inputs import Inputs
    from xai_widgets.method import Method
    from xai_widgets.models import Model
    from xai_widgets.results import Attribution, Prediction

REFUSED = (ModelError, ValueError, TypeError)
"""What is raised for an input that is none of the model's."""


@dataclass(frozen=True)
class Question:
    """What is asked of a model about an input."""

    method: str | Method
    params: dict[str, Any]
    target: Any
    preprocess: Callable[[Any], Any] | None
    tokenizer: Any
    seed: int
    seconds: float | None
    table: Background

    def each(self, count: int) -> list[Question]:
        """Ask about each of several inputs: for a list or an array of targets, each for its own.

        Raises
        ------
        ValueError
            For another number of targets than there are inputs.
        """
        listed = isinstance(self.target, list) or getattr(self.target, "ndim", 0) == 1
        if not listed:
            return [self] * count
        targets = self.target if isinstance(self.target, list) else self.target.tolist()
        if len(targets) != count:
            msg = f"A list of targets has one for each of the {count} inputs, got {len(targets)}."
            raise ValueError(msg)
        return [replace(self, target=one) for one in targets]

    def about(self, adapter: Model, x: Any) -> Asked:
        """Read an input, and refuse what is wrong with it or with the method."""
        reduce = self.target if callable(self.target) else None
        span = isinstance(self.target, TextSpan)
        if self.table.tells(self.method):
            weights = adapter.weights
            model, inputs, method, told = self.table.read(
                adapter, x, self.method, self.params, target=self.target, seed=self.seed
            )
            # A method with gradients wants the prediction's way back too.
            again = model.weights != weights or "gradients" in method.uses
            return Asked(self, model, inputs, method, None if again or told is None else Predicted(weights, [told]))
        if span:
            model, inputs = read_span(adapter, x, self.tokenizer, self.target)
            method = choose(self.method, self.params, model, inputs)
        else:
            model, inputs = read_for(adapter, x, preprocess=self.preprocess, tokenizer=self.tokenizer, reduce=reduce)
            method = choose(self.method, self.table.params(self.params), model, inputs)
        if span and isinstance(method, RelevanceMethod):
            model, inputs = read_span(adapter, x, self.tokenizer, self.target, scores=True)
        return Asked(self, model, inputs, method)


@dataclass(frozen=True)
class Predicted:
    """What a model makes of some inputs, and of which state its weights were then."""

    weights: int
    predictions: Sequence[Prediction]


@dataclass(frozen=True)
class Asked:
    """What is asked about one input, which has been read, and what the model said of it meanwhile, if anything."""

    question: Question
    model: Model
    inputs: Inputs
    method: Method
    told: Predicted | None = None

    def predicted(self, others: Sequence[Asked] = ()) -> Predicted:
        """Say what the model makes of it, and of others of its kind in the same pass."""
        weights = self.model.weights
        self.model.expect(self.method.asks())
        x = self.inputs.x[None] if not others else torch.stack([one.inputs.x for one in (self, *others)])
        try:
            return Predicted(weights, self.model.predict_each(x))
        except (OutOfMemoryError, WeightsChangedError):
            raise
        except ModelError:
            unit = self.question.target
            if not isinstance(unit, Unit):
                raise
        # What comes of it above the layer need not be scores, such as the map of a segmentation.
        return Predicted(weights, asked_of(self.model, self.inputs, Target(unit)).predict_each(x))

    def target(self, prediction: Prediction) -> Target:
        """Return the target, and refuse one that is not there."""
        asked = self.question.target
        return resolve_target(None if callable(asked) or isinstance(asked, TextSpan) else asked, prediction)

    def begin(self, *, strict: bool, spent: float = 0.0) -> Iterator[Attribution | None]:
        """Predict, and begin to explain; see `Begin`."""
        found = self.predicted()
        return self.steps(found.predictions[0], found.weights if strict else None, spent)

    def steps(self, prediction: Prediction, weights: int | None, spent: float = 0.0) -> Iterator[Attribution | None]:
        """Begin to explain what was predicted so; a unit that is not there is refused at once."""
        target, question = self.target(prediction), self.question
        asked_of(self.model, self.inputs, target)
        options: dict[str, Any] = {"seed": question.seed, "time_budget": question.seconds, "spent": spent}
        return run(self.method, self.model, self.inputs, target, prediction, weights=weights, **options)

    def like(self, other: Asked) -> bool:
        """Tell whether the same function is asked about an input of the same shape."""
        mine, others = self.inputs.x, other.inputs.x
        return self.model is other.model and (mine.shape, mine.dtype) == (others.shape, others.dtype)


@dataclass(frozen=True)
class AskedAll:
    """What is asked about one or several inputs, of which the first has been predicted."""

    every: Sequence[Asked]
    first: Predicted
    several: bool

    def runs(self, *, persist: bool) -> Iterator[Iterator[Attribution | None]]:
        """Yield a run for each, one after the other, begun when it is asked for.

        What is alike is predicted in batches, whose rows share the passes that all of them ask for.

        Raises
        ------
        ValueError, TypeError
            For a target that is not there, of whichever input, before any is explained.
        """
        for one in self.every:
            one.target(self.first.predictions[0])
        for asked, found in self._predicted():
            model = asked[0].model
            model.share([one.target(told) for one, told in zip(asked, found.predictions, strict=True)])
            for row, (one, told) in enumerate(zip(asked, found.predictions, strict=True)):
                model.turn(row)
                steps = one.steps(told, found.weights)
                yield persistent(one.begin, steps) if persist else steps

    def _predicted(self) -> Iterator[tuple[Sequence[Asked], Predicted]]:
        """Yield some of them at a time, with what the model makes of these."""
        yield self.every[:1], self.first  # alone: what it tells of the model holds for those like it
        start = 1
        while start < len(self.every):
            before, one = self.every[start - 1], self.every[start]
            stop = start + 1
            while stop < len(self.every) and one.like(self.every[stop]):
                stop += 1
            alike = self.every[start:stop]
            if len(alike) == 1 or not one.like(before) or not _may_share(one.model, one.inputs.x):
                for alone in alike:
                    yield [alone], alone.predicted()
            else:
                yield from _in_batches(alike)
            start = stop


def _may_share(model: Model, x: torch.Tensor) -> bool:
    """Tell whether an input in a batch is what it is alone: neither rows nor random numbers see the others."""
    return not model.random and not model.mixes(torch.stack([x, x]))


def _in_batches(alike: Sequence[Asked]) -> Iterator[tuple[Sequence[Asked], Predicted]]:
    def predict(rows: slice) -> Predicted:
        one, *others = alike[rows]
        return one.predicted(others)

    for rows, found in alike[0].model.batches(len(alike), predict):
        yield alike[rows], found


def sample_of(x: Any) -> Any:
    """Return one of several inputs, by which a function shows what it takes; or the one there is."""
    listed = batch_of(x)
    if listed is None:
        return x
    if not listed:
        msg = "the list of inputs is empty."
        raise ValueError(msg)
    return listed[0]


def ask(question: Question, adapter: Model, x: Any) -> AskedAll:
    """Read what is asked about, one input or several, and predict the first.

    A list is several. An array, or a tuple or mapping of arrays, is one input if the model takes it as one, and
    otherwise a batch of those along its first axis, if it takes these.

    Raises
    ------
    ValueError, TypeError, ModelError
        For wrong input, saying what was expected and what came.
    """
    listed = batch_of(x)
    if listed is not None:
        questions = question.each(len(listed))
        every = [asked.about(adapter, one) for asked, one in zip(questions, listed, strict=True)]
        return AskedAll(every, every[0].predicted(), several=True)
    try:
        one = question.about(adapter, x)
        return AskedAll([one], one.told or one.predicted(), several=False)
    except (OutOfMemoryError, WeightsChangedError, NotFiniteError):
        raise
    except REFUSED as error:
        try:
            rows = rows_of(x)  # which cells of a table's row, such as texts, refuse too
            if rows is not None:
                one = question.about(adapter, rows[0])
                first = one.predicted()
        except REFUSED as other:
            raise error from other
        if rows is None:
            raise
    if len(rows) == 1:
        inputs = replace(one.inputs, notes=(UNBATCHED, *one.inputs.notes))
        return AskedAll([replace(one, inputs=inputs)], first, several=False)
    questions = question.each(len(rows))
    others = [asked.about(adapter, one) for asked, one in zip(questions[1:], rows[1:], strict=True)]
    return AskedAll([replace(one, question=questions[0]), *others], first, several=True)


def gathered(runs: Iterable[Iterator[Attribution]]) -> Iterator[list[Attribution]]:
    """Yield the results so far: the last of each run that has ended, and that of the one under way."""
    done: list[Attribution] = []
    for steps in runs:
        done.append(next(steps))
        yield [*done]
        for one in steps:
            done[-1] = one
            yield [*done]
