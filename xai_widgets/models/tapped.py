"""The adapter's passes that watch what layers put out."""

from __future__ import annotations

from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import torch

from xai_widgets.models.errors import ModelError, is_out_of_memory, no_way_back
from xai_widgets.models.execution import Execution
from xai_widgets.models.explanation import is_watched, listeners
from xai_widgets.models.pace import Spent
from xai_widgets.models.passed import INPUT, LATE, SPATIAL, Answer
from xai_widgets.models.stand_ins import vectors_of
from xai_widgets.models.stopwatch import Stopwatch
from xai_widgets.models.taps import recording, recording_shapes
from xai_widgets.models.targets import EachTarget
from xai_widgets.models.tokens import Embedded

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Sequence

    from torch import Tensor

    from xai_widgets.models.explanation import ExplanationCopy
    from xai_widgets.models.rules import Rules
    from xai_widgets.models.targets import Scored, Target

TOP = 4
"""So many-th a part of the layers, as the module lists them, is looked at before all are."""


class Tapped(Execution):
    """A module whose layers can be looked at while it runs."""

    def tap(self, x: Tensor, target: Target, layer: str) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the target score, a layer's activation, and the score's gradient with respect to that.

        The way back goes through the network above the layer alone.

        Raises
        ------
        ModelError
            Where the layer puts out no floating-point numbers, or the score does not depend on them.
        """
        found = self._of_all(("tap", layer), x, target, Tapped._tap, layer)
        score, activation, gradient = found or self._tap(x, target, layer)
        return score, activation, gradient

    def _tap(self, x: Tensor, target: Scored, layer: str) -> tuple[Tensor, Tensor, Tensor]:
        return self._by_any_way(x, lambda: self._tap_once(x, target, layer))

    def _tap_once(self, x: Tensor, target: Scored, layer: str) -> tuple[Tensor, Tensor, Tensor]:
        with self._guard():
            score, seen = self._taken(x, target, layer) or self._record(x, target, {layer}, cut=True)
            if layer not in seen:
                raise _nothing(layer)
            activation = seen[layer]
            # Cut off from the input, a score that does not come from the layer comes from nothing.
            gradient = self._differentiate(score, [activation])[0] if score.requires_grad else None
        self._spent.backwards += len(x)
        if gradient is None:
            msg = (
                f"The score does not depend on the layer {layer!r} by differentiable operations. Choose another layer."
            )
            raise ModelError(msg)
        return score.detach(), activation.detach(), gradient

    def taps_from_the_top(self, x: Tensor, target: Target) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yield name, activation and gradient of each layer that reaches the score, the last one first.

        Going on costs the way back through one more layer, so stop reading at the one that is wanted.
        """
        told: set[str] = set()
        steps: Iterator[tuple[str, Tensor, Tensor]] | None = None

        def go_on() -> tuple[str, Tensor, Tensor] | None:
            nonlocal steps
            steps = steps or self._from_the_top(x, target, told)
            try:
                return next(steps, None)
            except ModelError:
                steps = None
                raise

        while (found := self._by_any_way(x, go_on)) is not None:
            yield found

    def _from_the_top(self, x: Tensor, target: Target, told: set[str]) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yield the layers that are not `told` yet."""
        # Mostly it is one of the last, or what these are in: to go on beyond them costs another pass.
        for layers in (self._layers(LATE), {name for name, _ in self.module.named_modules() if name}):
            with self._guard():
                kept = None if told else self._taken(x, target, LATE)
                score, seen = kept or self._record(x, target, layers)
                self._spent.backwards += len(x)
                for name, tensor in reversed(seen.items()):
                    if name in told:
                        continue
                    told.add(name)
                    (gradient,) = self._differentiate(score, [tensor], again=True)
                    if gradient is not None:
                        yield name, tensor.detach(), gradient
        if not told:
            raise _nothing(None) if score.requires_grad else no_way_back()

    def vectors(self) -> Tensor | None:
        """Return what its embedding layer makes of its tokens by now (tokens, features).

        None where it eats no tokens, or only a pass would tell.
        """
        feed: Any = self._feed
        while feed is not None and not isinstance(feed, Embedded):
            feed = getattr(feed, "feed", None)
        return None if feed is None else vectors_of(self.given, feed.layer, feed.ids)

    def shapes(self, x: Tensor) -> dict[str, tuple[int, ...]]:
        """Tell the shape of what each layer puts out for one input `x` (features…), with its batch axis of 1.

        Layers that put out no floating-point tensor, or do not run, are left out.
        """
        with self._guard(), torch.no_grad(), recording_shapes(self.module) as seen:
            self._forward(x[None].detach())
        return seen

    def expect(self, wanted: str) -> None:
        """Keep the next prediction's way back to a layer, to the input or to the last layers; see `Passed`."""
        self._passed.wanted = (wanted == LATE and self.recall(SPATIAL)) or wanted

    def share(self, targets: Sequence[Target]) -> None:
        """Tell what will be asked about each of the inputs that `predict_each` has passed, one after the other."""
        self._passed.targets = targets

    def turn(self, row: int) -> None:
        """Tell which of these inputs is explained from now on."""
        self._passed.turn = row

    def _of_all(
        self,
        what: Hashable,
        x: Tensor,
        target: Target,
        compute: Callable[[Any, Tensor, Scored, Any], tuple[Tensor, ...]],
        by: Rules | str | None,
    ) -> tuple[Tensor, ...] | None:
        """Return what is asked of one input `x` (1, …), computed for all that were predicted in one pass with it.

        None where it was predicted alone, or something else is asked than was to be expected. It is computed by rules,
        or of the layer of a name.
        """
        passed = self._passed
        if len(x) != 1 or len(passed.targets) <= 1 or self._is_watched():
            return None
        every = passed.beside(self.version, self._feed, x[0], target)
        if every is None:
            return None
        if what not in passed.answers:
            one = self._again(_spent=Spent())
            passed.answers[what] = None
            try:
                rows = compute(one, every, EachTarget(passed.targets), by)
            except Exception as error:
                if not isinstance(error, ModelError) and not is_out_of_memory(error):
                    raise
                return None  # what is wrong with one shows when it is asked alone
            if all(len(found) == len(every) for found in rows):
                forwards, backwards = one.forwards // len(every), one.backwards // len(every)
                passed.answers[what] = Answer(rows, forwards, backwards, by)
        answer = passed.answers[what]
        if answer is None:
            return None
        self._spent.forwards += answer.forwards
        self._spent.backwards += answer.backwards
        if by is not None and not isinstance(by, str):
            by.learn(answer.by)
        return tuple(found[passed.turn : passed.turn + 1] for found in answer.rows)

    def _is_watched(self) -> bool:
        """Tell whether somebody else sees what passes through the module."""
        return is_watched() or listeners(self.module) != self._listeners

    def _predicted(self, x: Tensor) -> tuple[Tensor, tuple[str, Any, Tensor] | None]:
        """Compute the scores (n, outputs) of inputs `x` (n, features…), and keep the way back that is wanted."""
        wanted, task = self._passed.wanted if x.is_floating_point() and self.private else None, self.task
        layers = self._layers(wanted) if wanted else set()
        if wanted and layers:
            cut = wanted != LATE
            # Whatever is wrong with a layer, the prediction does not suffer from it.
            with suppress(ModelError), self._guard():
                found, seen = self._watched(x, layers, cut=cut, fast=cut)
                if seen and found.requires_grad:
                    return found.detach(), (wanted, seen, found)
            self.task = task
        history = x.is_floating_point() and (wanted is not None or task is None)
        leaf = x.detach().requires_grad_(history)
        with self._guard(), torch.set_grad_enabled(history):
            found = self._forward(leaf, fast=True)
        return found.detach(), (INPUT, leaf, found) if history and self.private else None

    def _layers(self, wanted: str) -> set[str]:
        """Name the layers that are wanted and there."""
        names = [name for name, _ in self.module.named_modules() if name]
        if wanted != LATE:
            return {wanted} & set(names)
        return {outer for name in names[-len(names) // TOP :] for outer in accumulate(name.split("."), "{}.{}".format)}

    def _taken(self, x: Tensor, target: Scored, wanted: str) -> tuple[Tensor, dict[str, Tensor]] | None:
        """Return what `_record` does, of inputs that have just been predicted; None where that was not kept."""
        if self._is_watched():
            return None
        kept = self._passed.take_history(self.version, self._feed, x, wanted)
        if kept is None:
            return None
        self._spent.forwards += len(x)
        return target.of(kept[1]), kept[0]

    def _record(
        self, x: Tensor, target: Scored, layers: Collection[str], *, cut: bool = False
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Compute the target score, and the activations on the way to it that can be differentiated."""
        scores, seen = self._watched(x, layers, cut=cut, fast=cut and self._may_switch)
        with torch.enable_grad():
            return target.of(scores), seen

    def _watched(
        self, x: Tensor, layers: Collection[str], *, cut: bool, fast: bool
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Compute the scores, and the activations on the way to them; by the explanation copy where it is `fast`."""
        copy = self._copy(x) if fast and self._lone.are_many else None
        if copy is not None and copy.hidden.isdisjoint(layers):
            try:
                return self._recorded(x, layers, copy, cut=cut)
            except Exception as error:  # noqa: BLE001  the model itself says better what is wrong
                if is_out_of_memory(error):
                    self._give_up_copy()
                # Such as a module around one convolution: it puts out what a BatchNorm takes.
                copy.hidden.update(layers)
                copy = None
        watch = Stopwatch(self.device)
        found = self._recorded(x, layers, None, cut=cut)
        self._lone.passes += 1
        self._lone.seconds += watch.seconds()
        return found

    def _recorded(
        self, x: Tensor, layers: Collection[str], by: ExplanationCopy | None, *, cut: bool
    ) -> tuple[Tensor, dict[str, Tensor]]:
        module = self.module if by is None else by.module
        with torch.enable_grad(), recording(module, layers, cut=cut) as seen:
            return self._forward(x.detach().requires_grad_(not cut), by=by), seen


def _nothing(layer: str | None) -> ModelError:
    if layer is None:
        return ModelError(
            "No layer put out a tensor of floating-point numbers on the way to the score. Of functions, TorchScript "
            "and exported graphs no layer can be seen: give the module itself."
        )
    msg = f"The layer {layer!r} put out no tensor of floating-point numbers on the way to the score. Choose another."
    return ModelError(msg)
