"""The adapter of a ``torch.nn.Module``: scores and gradients, and nothing left behind."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xai_widgets.models.callables import PlainFunction
from xai_widgets.models.errors import ModelError, OutOfMemoryError, is_out_of_memory, no_way_back
from xai_widgets.models.mixing import ALONE, Mixing, find_mixing, rounding, singles
from xai_widgets.models.outputs import probabilities_of
from xai_widgets.models.pace import Spent
from xai_widgets.models.stopwatch import Stopwatch
from xai_widgets.models.tapped import Tapped
from xai_widgets.models.taps import check_layer
from xai_widgets.models.untouched import private_copy
from xai_widgets.models.views import Above, Below, Cut, Trial, check_one, described, find_cut, flat, mean_at
from xai_widgets.results import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from xai_widgets.models.rules import AttentionWatch, Rules
    from xai_widgets.models.targets import Scored, Target
    from xai_widgets.models.views import Fixed
    from xai_widgets.results import Unit


BACK = 3
"""Times as long as a pass forward is one there and back, at most."""


class TorchModel(Tapped):
    """A torch module as the methods see it.

    Parameters
    ----------
    module : Module
        In any mode, on any device, with any hooks; it is never changed.
    labels : sequence of str, optional
        Names of the classes; two of them make a model with one output a binary classifier.
    device : str or torch.device, optional
        Where to compute; by default where the module's parameters are.
    seed : int
        For models that draw random numbers even in evaluation mode.
    feed : callable, optional
        Calls the module, ``feed(module, x)``, where it takes more than the one tensor that is explained: masks,
        keyword arguments. It holds for batches of any size; by default ``module(x)``.
    ours : bool
        Whether nobody else has the module, and it is fit to be run as it is: then that is done, not a copy of it.

    Attributes
    ----------
    device, dtype
        Of the module's first parameter that is no whole number.
    forwards, backwards : int
        Inputs passed so far.
    """

    @property
    def hash(self) -> str:
        """Fingerprint of the weights."""
        return self._original.hash

    def apart(self) -> Self | None:
        """Return the same function with weights of its own, those of its `given`, which may be changed.

        None where the module cannot be copied.
        """
        module = private_copy(self.module, shares=False)
        if module is None:
            return None
        labels, device = self.labels, self.device
        other = type(self)(module, labels=labels, device=device, seed=self.seed, feed=self._feed, ours=True)
        other.task = self.task
        if not self._original.own:  # else the first pass must find those of the other
            other.random = self.random
        return other

    def predict(self, x: Tensor) -> Prediction:
        """Say what the model makes of one input `x` of shape (features…)."""
        return self.predict_each(x[None])[0]

    def predict_each(self, x: Tensor) -> list[Prediction]:
        """Say what the model makes of each input of a batch `x` (n, features…), in one pass; see `share`."""
        self._original.follow()
        kept, version = x.detach().clone(), self.version
        scores, history = self._predicted(kept)
        self._passed.keep(version, self._feed, kept, scores, history)
        if len(x) == 1:
            self._found["predicted"] = version, (kept[0], scores[0])
        task = self.task or "logits"
        probabilities = probabilities_of(scores, task)
        count = probabilities.shape[1]
        if self.labels is not None and task != "value" and len(self.labels) != count:
            msg = f"The model has {count} classes, but {len(self.labels)} labels were given."
            raise ValueError(msg)
        kind = {"value": "value", "logit": "binary", "probability": "binary"}.get(task, "classes")
        labels = self.labels if self.labels is not None and len(self.labels) == count else None
        return [
            Prediction(chances, told, kind, labels)
            for chances, told in zip(probabilities.float().cpu().numpy(), scores.float().cpu().numpy(), strict=True)
        ]

    def forget_history(self) -> None:
        """Let go of the prediction's history, for which nobody will ask."""
        self._passed.drop()

    def unchanged(self, x: Tensor) -> Tensor:
        """Return the scores (1, outputs) of one input `x` (features…).

        Where the input has just been predicted, they are that prediction's, whose pass counts for this run too. Once
        only: later on, the weights may have been written through `.data`, which does not count as a change.
        """
        found = self._passed.take_scores(self.version, self._feed, x)
        if found is None:
            return self.scores(x[None])
        self._spent.forwards += 1
        return found

    @property
    def rounding(self) -> float:
        """Relative difference of scores that is none: batches of other sizes are rounded in another way."""
        # A function may compute in float32 and hand on float64.
        return max(rounding(self.dtype), rounding(torch.float32) if isinstance(self.module, PlainFunction) else 0.0)

    def alone(self, x: Tensor) -> Tensor:
        """Return the scores (outputs,) of one input (features…): the prediction's, where it was the last one."""
        known: tuple[Tensor, Tensor] | None = self.recall("predicted")
        return known[1] if known is not None and torch.equal(known[0], x) else self.scores(x[None])[0]

    def mixing(self, x: Tensor, passed: Tensor | None = None) -> Mixing | None:
        """Tell how the scores of an input depend on the others of its batch; None where they do not.

        Found out once for each state of the weights, by one pass of two: of the input that was predicted last, which is
        known alone, or else of `x` (features…), beside another one; or by scores (2, outputs) so `passed` already.
        """

        def find() -> Mixing | None:
            # What a method passes is counted, and this is none of it.
            probe = self._again(_spent=Spent(), _mixing=[None]).plain()
            known = self.recall("predicted") if passed is None else None
            one, alone = known or (x, probe.alone(x))
            self.random = probe.random if self.random is None else self.random
            limit = max(self.rounding, rounding(alone.dtype))

            def run(x: Tensor) -> Tensor:
                watch = Stopwatch(self.device)
                scores = probe.scores(x)
                seconds = watch.seconds() / len(x)
                self.paces["forward"].begin(seconds)
                self.paces["backward"].begin(BACK * seconds)
                return scores

            return find_mixing(run, one, alone, limit, draws=bool(self.random), passed=passed)

        if not self._mixing:
            self._mixing.append(self.remember("mixing", find))
        return self._mixing[0]

    def mixes(self, x: Tensor, passed: Tensor | None = None) -> bool:
        """Tell whether the rows of a batch (n, features…) must go through one by one, and note it for the reader."""
        if len(x) <= 1:
            return False
        try:
            found = self.mixing(x[0], passed)
        except Exception as error:
            if is_out_of_memory(error):
                return False  # batches of more than one will not fit either
            raise
        if found is not None:
            self._notes.append(ALONE)
        return found is not None

    def scores(self, x: Tensor) -> Tensor:
        """Compute the scores (n, outputs) of a batch `x` (n, features…), without gradients."""
        if (found := self._in_company(x)) is not None:
            return found
        if self.mixes(x):
            return torch.cat([self.scores(one) for one in singles(x)])
        # The first pass keeps its history: the operation that made the scores tells what they stand for.
        history = self.task is None and x.is_floating_point()
        with self._guard(), torch.set_grad_enabled(history):
            scores = self._forward(x.detach().requires_grad_(history), fast=True)
        return scores.detach()

    def _in_company(self, x: Tensor) -> Tensor | None:
        """Return the scores of a first batch `x` of rows, where the row that was predicted may stand among them.

        One more of them costs nothing, and tells whether it is alone what it is beside others. None where that is known
        already, or nothing can be told by it.
        """
        if self._mixing or self.random is not False or not getattr(self._feed, "of_rows", False):
            return None
        known: tuple[Tensor, Tensor] | None = self.recall("predicted")
        if known is None or self._found.get("mixing", (None,))[0] == self.version:
            return None
        if (one := known[0]).shape != x.shape[1:] or torch.equal(one.expand_as(x), x):
            return None
        every = torch.cat([one[None].to(x), x])
        try:
            with self._guard(), torch.no_grad():
                scores = self._forward(every, fast=True)
        except ModelError:
            return None  # what is wrong shows without it
        self._spent.forwards -= 1  # what a method passes is counted, and this is none of it
        return None if self.mixes(every, scores[:2]) else scores[1:]

    def knowing(self, rows: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
        """Return the scores of copies (m, columns) of some rows (n, columns), and the numbers (m,) of those.

        What a feed has found out of the rows is not found out again for their copies, where it can keep that.
        """
        keeping = getattr(self._feed, "keeping", None)
        feed = None if keeping is None or self.mixes(rows[:1].expand(2, -1)) else keeping(self.module, rows)
        if feed is None:
            return lambda copies, _: self.scores(copies)
        model = self._again(_feed=feed, _mixing=[None])  # what was predicted is no such copy
        return lambda copies, which: model.scores(torch.cat([copies, which[:, None].to(copies)], 1))

    def gradients(self, x: Tensor, target: Target, rules: Rules | None = None) -> tuple[Tensor, Tensor]:
        """Compute the target's score and its gradient with respect to each input of a batch.

        Parameters
        ----------
        x : Tensor, shape (n, features…)
        target : Target
        rules : Rules, optional
            What goes back in place of the gradient; new ones for each call.

        Returns
        -------
        scores : Tensor, shape (n,)
        gradients : Tensor, shape of `x`
        """
        self._need_floating(x)
        if (what := "gradient" if rules is None else rules.alike) is not None:
            found = self._of_all(what, x, target, TorchModel._each, rules)
            if found is not None:
                return found[0], found[1]
        return self._each(x, target, rules)

    def _each(self, x: Tensor, target: Scored, rules: Rules | None) -> tuple[Tensor, Tensor]:
        return self._by_any_way(x, lambda: self._each_once(x, target, rules), rules)

    def _each_once(self, x: Tensor, target: Scored, rules: Rules | None) -> tuple[Tensor, Tensor]:
        if rules is None and self.mixes(x):
            found = [self._each(one, target, None) for one in singles(x)]
            return torch.cat([score for score, _ in found]), torch.cat([gradient for _, gradient in found])
        if rules is not None:
            if self.random is None:
                self.scores(x[:1])  # finding that out takes passes that no rule may see
            rules.prepare(self._plain)
        try:
            return self._gradients(x, target, rules)
        except OutOfMemoryError:
            if rules is not None or not self._give_up_copy():
                raise
        return self._gradients(x, target, None)  # what fits alone may not fit beside the copy's own weights

    def _gradients(self, x: Tensor, target: Scored, rules: Rules | None) -> tuple[Tensor, Tensor]:
        plain = rules is None and not self._is_watched()
        if plain and (kept := self._passed.take_history(self.version, self._feed, x)) is not None:
            with suppress(ModelError):  # there is no way back through what was written into meanwhile
                found = self._back(*kept, target)
                self._spent.forwards += len(x)
                return found
        with self._guard(), torch.enable_grad():
            leaf = x.detach().requires_grad_()
            with rules or nullcontext():
                scores = self._forward(leaf, fast=rules is None)
            return self._back(leaf, scores, target, rules)

    def _back(self, leaf: Tensor, scores: Tensor, target: Scored, rules: Rules | None = None) -> tuple[Tensor, Tensor]:
        head = scores if rules is None else rules.head(scores)
        (gradient,) = self._differentiate(target.of(head), [leaf])
        if gradient is None:  # such as through quantised layers, or a function whose own weights have a gradient
            raise no_way_back()
        self._spent.backwards += len(leaf)
        return target.of(scores).detach(), gradient

    def attention(self, x: Tensor, target: Target, watch: AttentionWatch) -> Tensor | None:
        """Watch the attention of one pass, and compute the score's gradient with respect to what the last one puts out.

        Returns
        -------
        Tensor or None
            None where nothing attends, or the score does not depend on it.
        """
        self._need_floating(x)
        return self._by_any_way(x, lambda: self._attention(x, target, watch), watch)

    def _attention(self, x: Tensor, target: Target, watch: AttentionWatch) -> Tensor | None:
        if self.random is None:
            self.scores(x[:1])  # finding that out takes passes that are not to be seen
        with self._guard(), torch.enable_grad(), watch:
            score = target.of(self._forward(x.detach().requires_grad_()))
        if not watch.attended:
            return None
        self._spent.backwards += len(x)
        return self._differentiate(score, [watch.attended[-1].output])[0]

    def above(self, layer: str, x: Fixed) -> Self:
        """Return the scores as a function of what a layer puts out for one input.

        The view is a model like this one, whose inputs (n, …) are activations of the layer as `activations` returns
        them: the whole module runs on the fixed input, and what is given takes the place of the layer's output.

        Parameters
        ----------
        layer : str
            Name of a submodule. Where it runs several times in one pass, its last run counts; where it puts out a
            tuple or mapping, the first tensor.
        x : Tensor or mapping of str to Tensor, each of shape (1, features…)
            What the module itself is given; a mapping goes in by the names of arguments. Whole numbers will do.

        Raises
        ------
        ValueError, TypeError
            For a layer that is not there, naming the nearest ones.
        ModelError
            For a layer that puts out no floating-point numbers, or none that belong to one input.
        """
        return self.fed(Above(self._cut(layer, x), x, self._feed), self.task)

    def activations(self, layer: str, x: Tensor) -> Tensor:
        """Compute what a layer puts out for a batch `x` (n, features…), batch first, as `above` takes it.

        Raises
        ------
        ValueError, TypeError, ModelError
            As for `above`.
        """
        cut = self._cut(layer, x[:1])
        view = self.fed(Below(cut, self._feed, flat), "value").plain()
        return view.scores(x).reshape(len(x), *cut.shape)

    def through(self, layer: str, x: Tensor, target: Target) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the target's score, what a layer puts out, and the score's gradient with respect to that.

        Returns
        -------
        scores : Tensor, shape (n,)
        activations, gradients : Tensor, shape (n, …)
            Batch first.

        Raises
        ------
        ValueError, TypeError, ModelError
            As for `above`, and where the score does not depend on the layer.
        """
        if self.mixes(x):
            found = [self.through(layer, one, target) for one in singles(x)]
            scores, activations, gradients = (torch.cat(parts) for parts in zip(*found, strict=True))
            return scores, activations, gradients
        slot = self._cut(layer, x[:1]).slot
        scores, activation, gradient = self.tap(x, target, layer)
        return scores, slot.rows(activation, len(x)), slot.rows(gradient, len(x))

    def unit(self, unit: Unit, x: Fixed) -> Self:
        """Return a model whose one score (n, 1) is what a unit of a layer puts out.

        Raises
        ------
        ValueError, TypeError, ModelError
            As for `above`, and for an index that the layer's activation does not have.
        """
        cut = self._cut(unit.layer, x)
        if len(unit.path) > len(cut.shape) or any(i >= size for i, size in zip(unit.path, cut.shape, strict=False)):
            msg = f"There is no {unit.label}: for one input, the layer puts out shape {list(cut.shape)}."
            raise ValueError(msg)
        return self.fed(Below(cut, self._feed, lambda rows: mean_at(rows, unit.path)), "value")

    def _cut(self, layer: str, x: Fixed) -> Cut:
        check_layer(self.module, layer)
        check_one(x)

        def find() -> Cut:
            trial = Trial(layer, x, self._feed)
            view = self.fed(trial, "value").plain()
            cut = find_cut(
                layer, trial, lambda count: view.scores(torch.zeros(count, 1, device=self.device, dtype=self.dtype))
            )
            self.random = view.random
            return cut

        # How often a layer runs does not change from input to input, as far as we know of any model; `Cut.at` checks.
        return self.remember(f"cut at {layer} for {described(x, 1)}", find)
