"""A model cut at one of its layers: what the layer puts out, and the scores as a function of that.

Both are the same module, called in another way (`Feed`), so all that is done with a model can be done with its views:
gradients by any rule, batches, the explanation copy, the promise that the user's model stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from xai_widgets.models.errors import ModelError, describe
from xai_widgets.models.taps import listening, tensor_in, with_tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.models.feeds import Feed

Fixed = Tensor | Mapping[str, Any]
"""One input with a batch axis of 1: a tensor, or tensors by the names of the model's arguments."""


def check_one(x: Fixed) -> None:
    """Refuse a batch of other than one input.

    Raises
    ------
    ValueError
        Naming the shape.
    """
    for one in x.values() if isinstance(x, Mapping) else [x]:
        if isinstance(one, Tensor) and one.ndim and len(one) != 1:
            msg = f"A view of a model is of one input, with a batch axis of 1; got shape {list(one.shape)}."
            raise ValueError(msg)


def repeated(x: Fixed, count: int) -> Any:
    """Repeat one input, new memory each time, since a model may write into it."""
    if isinstance(x, Mapping):
        return {k: repeated(one, count) if isinstance(one, Tensor) and one.ndim else one for k, one in x.items()}
    return x.detach().repeat(count, *[1] * (x.ndim - 1))


@dataclass(frozen=True)
class Slot:
    """Where the batch is in what a layer puts out.

    Attributes
    ----------
    axis : int or None
        None where one activation serves all inputs, such as that of positions.
    each : int
        How many places of the axis belong to one input: more than one where windows or steps are folded into it.
    minor : bool
        Whether the places of one input are `n` apart, not next to each other.
    """

    axis: int | None
    each: int = 1
    minor: bool = False

    @classmethod
    def find(cls, one: Tensor, two: Tensor) -> Slot | None:
        """Find it by the activations for one input and for the same one twice; None if it is not to be found."""
        if one.shape == two.shape:
            return cls(None)
        grown = [k for k, (a, b) in enumerate(zip(one.shape, two.shape, strict=False)) if a != b]
        if one.ndim != two.ndim or len(grown) != 1 or two.shape[grown[0]] != 2 * one.shape[grown[0]]:
            return None
        slots = [cls(grown[0], one.shape[grown[0]], minor) for minor in (False, True)]
        if slots[0].each == 1:
            return slots[0]
        rows = slots[0].rows(one, 1)
        return min(slots, key=lambda slot: float((slot.rows(two, 2) - rows).abs_().sum()))

    def rows(self, output: Tensor, count: int) -> Tensor:
        """Arrange an activation as (n, …), one row an input."""
        axis = self.axis
        if axis is None:
            return output.expand(count, *(output.shape[1:] if len(output) == 1 else output.shape))
        if self.each == 1:
            return output.movedim(axis, 0)
        before, after = output.shape[:axis], output.shape[axis + 1 :]
        if self.minor:
            return output.reshape(*before, self.each, count, *after).movedim(axis + 1, 0)
        return output.reshape(*before, count, self.each, *after).movedim(axis, 0)

    def output(self, rows: Tensor) -> Tensor:
        """Arrange rows (n, …) as the layer would have put them out."""
        axis = self.axis
        if axis is None or self.each == 1:
            return rows.movedim(0, axis or 0)
        return rows.movedim(0, axis + self.minor).flatten(axis, axis + 1)


@dataclass(frozen=True)
class Cut:
    """Where a model is cut.

    Attributes
    ----------
    layer : str
        Its name.
    runs : int
        How often it runs in one pass; the last time counts.
    slot : Slot
        Where the batch is in what it puts out.
    shape : torch.Size
        Of the activation for one input, without batch axis.
    """

    layer: str
    runs: int
    slot: Slot
    shape: torch.Size

    @contextmanager
    def at(self, module: nn.Module, last: Callable[[Any], Any]) -> Iterator[None]:
        """Pass what the layer puts out last through a function, whose result takes its place unless it is None.

        Raises
        ------
        ModelError
            When the layer runs another number of times than it did before.
        """
        count = 0

        def hook(_name: str, _given: tuple[Any, ...], output: Any) -> Any:
            nonlocal count
            count += 1
            return last(output) if count == self.runs else None

        with listening(module, hook, [self.layer]):
            yield
        if not count:
            msg = f"The layer {self.layer!r} did not run this time. Choose another layer."
            raise ModelError(msg)
        if count != self.runs:
            msg = (
                f"The layer {self.layer!r} ran {count} times where it had run {self.runs} times before, so its last "
                "run cannot be told. Choose another layer."
            )
            raise ModelError(msg)


class Trial:
    """Feed that passes one input `n` times, for `n` rows of anything, and keeps what a layer puts out."""

    def __init__(self, layer: str, x: Fixed, feed: Feed) -> None:
        self._layer, self._x, self._feed = layer, x, feed
        self.runs, self.output = 0, None

    def __call__(self, module: nn.Module, rows: Tensor) -> Tensor:
        """Return the rows."""
        self.runs, self.output = 0, None

        def hook(_name: str, _given: tuple[Any, ...], output: Any) -> None:
            self.runs, self.output = self.runs + 1, output

        with listening(module, hook, [self._layer]):
            self._feed(module, repeated(self._x, len(rows)))
        return rows

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return described(self._x, len(rows))

    def activation(self) -> Tensor:
        """Return what the layer put out last.

        Raises
        ------
        ModelError
            Where that is no tensor of floating-point numbers, or nothing at all.
        """
        found = tensor_in(self.output)
        if found is None:
            why = f"puts out {type(self.output).__name__}" if self.runs else "does not run on the way to the score"
            msg = f"The layer {self._layer!r} put out no tensor of floating-point numbers: it {why}. Choose another."
            raise ModelError(msg)
        return found.detach()


def find_cut(layer: str, trial: Trial, run: Callable[[int], object]) -> Cut:
    """Find how a layer is cut, by passing one input once and twice.

    Parameters
    ----------
    layer : str
    trial : Trial
    run : callable
        Passes so many rows through the trial.

    Raises
    ------
    ModelError
        Where the layer has no activation of its own for each input.
    """
    run(1)
    runs, one = trial.runs, trial.activation()
    run(2)
    slot = Slot.find(one, trial.activation())
    if slot is None or trial.runs != runs:
        shapes = f"{list(one.shape)} in {runs} runs for one input, {list(trial.activation().shape)} in {trial.runs}"
        msg = f"The layer {layer!r} puts out {shapes} for two, so none can be told from the other. Choose another."
        raise ModelError(msg)
    return Cut(layer, runs, slot, slot.rows(one, 1).shape[1:])


class Above:
    """Feed of a model above a layer: rows take the place of the layer's activation for a fixed input."""

    def __init__(self, cut: Cut, x: Fixed, feed: Feed) -> None:
        self._cut, self._x, self._feed = cut, x, feed

    def __call__(self, module: nn.Module, rows: Tensor) -> Any:
        """Return the model's output."""

        def put(output: Any) -> Any:
            return with_tensor(output, self._cut.slot.output(rows).to(tensor_in(output)))

        with self._cut.at(module, put):
            return self._feed(module, repeated(self._x, len(rows)))

    def describe(self, rows: Tensor) -> str:
        """Say what was fed."""
        return f"{described(self._x, len(rows))}, where the layer {self._cut.layer!r} puts out {describe(rows)}"


class EnoughError(BaseException):
    """What was wanted of a pass is there: no exception, so that no model catches it."""


class Below:
    """Feed of a model below a layer: what it puts out are the scores, and nothing above it is run.

    Parameters
    ----------
    pick : callable
        From activations (n, …) to scores (n, outputs).
    """

    def __init__(self, cut: Cut, feed: Feed, pick: Callable[[Tensor], Tensor]) -> None:
        self._cut, self._feed, self._pick = cut, feed, pick

    def __call__(self, module: nn.Module, x: Tensor) -> Tensor:
        """Return what was picked."""
        found: list[Tensor] = []
        enough = EnoughError()

        def take(output: Any) -> Any:
            tensor = tensor_in(output)
            if tensor is not None:
                found.append(tensor)
                raise enough

        try:
            with self._cut.at(module, take):
                self._feed(module, x)
        except EnoughError as reason:
            if reason is not enough:  # but what a view of this view has waited for
                raise
        finally:
            enough.__traceback__ = None  # through which it would keep alive itself and all that the pass has left
        return self._pick(self._cut.slot.rows(found[0], len(x)))

    def describe(self, x: Tensor) -> str:
        """Say what was fed."""
        return getattr(self._feed, "describe", describe)(x)


def described(x: Fixed, count: int) -> str:
    """Describe an input that is repeated."""
    if isinstance(x, Tensor):
        return describe(x.expand(count, *x.shape[1:]))
    named = {name: one for name, one in x.items() if isinstance(one, Tensor)}
    return " and ".join(f"{name} of {described(one, count)}" for name, one in named.items())


def mean_at(rows: Tensor, path: tuple[int, ...]) -> Tensor:
    """Return the value at a place of activations (n, …), shape (n, 1); what the place leaves open is averaged."""
    place: tuple[Any, ...] = (slice(None), *path)
    found: Tensor = rows[place]
    return found.flatten(1).mean(1, keepdim=True) if found.ndim > 1 else found[:, None]


def flat(rows: Tensor) -> Tensor:
    """Return every value of an activation."""
    return rows.flatten(1) if rows.ndim > 1 else rows[:, None]
