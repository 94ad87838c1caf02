"""The adapter of a ``torch.nn.Module``: scores and gradients, and nothing left behind."""

from __future__ import annotations

import copy
import threading
import weakref
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from xai_widgets.models.errors import ModelError, describe, is_out_of_memory, out_of_memory_on_one
from xai_widgets.models.explanation import ExplanationCopy, Feed, explanation_copy, feed_alone, is_watched, listeners
from xai_widgets.models.fingerprint import fingerprint
from xai_widgets.models.outputs import probabilities_of, scores_of, task_of
from xai_widgets.models.pace import Pace, in_batches
from xai_widgets.models.taps import recording
from xai_widgets.models.untouched import (
    DrawWatch,
    follow,
    moved_between,
    private_copy,
    random_states,
    restore_random_states,
    seeded,
    untouched,
    version_of,
)
from xai_widgets.results import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from xai_widgets.models.rules import Rules
    from xai_widgets.models.targets import Target

T = TypeVar("T")

WARM_UP = 5
"""Inputs that a run passes through the model as it is: making a faster copy would hold up the first picture.

Occlusion has its own then, from the whole and its quarters.
"""

_LOCKS: weakref.WeakKeyDictionary[nn.Module, threading.RLock] = weakref.WeakKeyDictionary()


class TorchModel:
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

    Attributes
    ----------
    device, dtype
        Of the module's first floating-point parameter.
    forwards, backwards : int
        Inputs passed so far.
    """

    def __init__(
        self,
        module: nn.Module,
        *,
        labels: Sequence[str] | None = None,
        device: str | torch.device | None = None,
        seed: int = 0,
        feed: Feed = feed_alone,
    ) -> None:
        # What torch.compile made shares its weights with the module inside, whose operations can be watched.
        compiled_from = getattr(module, "_orig_mod", None)
        module = compiled_from if isinstance(compiled_from, nn.Module) else module
        twin = private_copy(module)
        if device is not None and twin is not None:
            twin = twin.to(device)
        self.module = module if twin is None else twin
        self.private = twin is not None
        self._given = weakref.ref(module)
        self.labels = None if labels is None else tuple(str(one) for one in labels)
        weights: list[Tensor] = [*self.module.parameters(), *self.module.buffers()]
        first = next((w for w in weights if w.is_floating_point()), None)
        self.device = torch.device(device or "cpu") if first is None else first.device
        self.dtype = torch.get_default_dtype() if first is None else first.dtype
        if self.device.type == "meta":
            msg = "The model is on the meta device, where weights have no values: load it onto a real one first."
            raise ValueError(msg)
        self.seed, self._feed = seed, feed
        self.task: str | None = None
        self.random: bool | None = None
        self.paces = {"forward": Pace(), "backward": Pace()}
        self.forwards = self.backwards = 0
        self._notes: list[str] = []
        self._fast: ExplanationCopy | None = None
        self._may_switch = False
        self._listeners = listeners(self.module)
        self._found: dict[str, tuple[int, Any]] = {}
        self._followed = [self.version]
        self._copies: list[ExplanationCopy | None] = []  # one, once it has been tried to make it
        # Without a copy of our own, runs on the same module take turns.
        self._turn = threading.RLock() if self.private else _LOCKS.setdefault(module, threading.RLock())

    def fresh(self) -> TorchModel:
        """Return the same model with counts at zero and notes of its own, for one run."""
        other = copy.copy(self)
        other.forwards = other.backwards = 0
        other._fast, other._may_switch = None, True  # noqa: SLF001  its own kind
        other._notes = []  # noqa: SLF001
        self._follow()
        return other

    def plain(self) -> TorchModel:
        """Keep this run from ever switching to the explanation copy, and return it.

        For methods that watch the model's own operations. Hooks on `module` and modes are noticed without it.
        """
        self._may_switch = False
        return self

    def _follow(self) -> None:
        """Take up the given module's weights and buffers as they are now."""
        given, version = self._given(), self.version
        if self.private and given is not None:
            follow(self.module, given, weights=self._followed != [version])
            self._followed[:] = [version]

    @property
    def version(self) -> int:
        """A number that changes when the given module's weights or buffers do: key by it what depends on them."""
        given = self._given()
        return version_of(self.module if given is None else given)

    @property
    def notes(self) -> tuple[str, ...]:
        """What happened to the batches, for the reader."""
        return tuple(dict.fromkeys(self._notes))

    @property
    def hash(self) -> str:
        """Fingerprint of the weights."""
        return self.remember("hash", lambda: fingerprint(self.module))

    def remember(self, what: str, find: Callable[[], T]) -> T:
        """Return what was found out about this model under a name, finding it once for each state of its weights."""
        version = self.version
        if what not in self._found or self._found[what][0] != version:
            self._found[what] = version, find()
        found: T = self._found[what][1]
        return found

    def predict(self, x: Tensor) -> Prediction:
        """Say what the model makes of one input `x` of shape (features…)."""
        self._follow()
        scores = self.scores(x[None])
        task = self.task or "logits"
        probabilities = probabilities_of(scores, task)[0]
        if self.labels is not None and task != "value" and len(self.labels) != len(probabilities):
            msg = f"The model has {len(probabilities)} classes, but {len(self.labels)} labels were given."
            raise ValueError(msg)
        kind = {"value": "value", "logit": "binary", "probability": "binary"}.get(task, "classes")
        labels = self.labels if self.labels is not None and len(self.labels) == len(probabilities) else None
        return Prediction(probabilities.float().cpu().numpy(), scores[0].float().cpu().numpy(), kind, labels)

    def scores(self, x: Tensor) -> Tensor:
        """Compute the scores (n, outputs) of a batch `x` (n, features…), without gradients."""
        # The first pass keeps its history: the operation that made the scores tells what they stand for.
        history = self.task is None and x.is_floating_point()
        with self._guard(), torch.set_grad_enabled(history):
            scores = self._forward(x.detach().requires_grad_(history), fast=True)
        return scores.detach()

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
        if rules is not None:
            if self.random is None:
                self.scores(x[:1])  # finding that out takes passes that no rule may see
            rules.prepare(self._plain)
        with self._guard(), torch.enable_grad():
            leaf = x.detach().requires_grad_()
            with rules or nullcontext():
                scores = self._forward(leaf, fast=rules is None)
            head = scores if rules is None else rules.head(scores)
            (gradient,) = self._differentiate(target.of(head), [leaf])
        self.backwards += len(x)
        return target.of(scores).detach(), torch.zeros_like(x) if gradient is None else gradient

    def taps(
        self, x: Tensor, target: Target, layer: str | None = None
    ) -> tuple[Tensor, dict[str, tuple[Tensor, Tensor]]]:
        """Compute activations of layers and the target score's gradient with respect to them.

        Parameters
        ----------
        x : Tensor, shape (n, features…)
        target : Target
        layer : str, optional
            Name of one submodule: its gradient needs the network above it alone. By default all submodules.

        Returns
        -------
        scores : Tensor, shape (n,)
        taps : dict of name to (activation, gradient)
            In the order in which the layers ran; layers that do not reach the score are left out.
        """
        with self._guard():
            score, seen = self._record(x, target, layer)
            gradients = self._differentiate(score, list(seen.values()))
        self.backwards += len(x)
        taps = {
            name: (tensor.detach(), gradient)
            for (name, tensor), gradient in zip(seen.items(), gradients, strict=True)
            if gradient is not None
        }
        return score.detach(), taps

    def taps_from_the_top(self, x: Tensor, target: Target) -> Iterator[tuple[str, Tensor, Tensor]]:
        """Yield name, activation and gradient of each layer that reaches the score, the last one first.

        Going on costs the way back through one more layer, so stop reading at the one that is wanted.
        """
        with self._guard():
            score, seen = self._record(x, target, None)
            self.backwards += len(x)
            for name, tensor in reversed(seen.items()):
                (gradient,) = self._differentiate(score, [tensor], again=True)
                if gradient is not None:
                    yield name, tensor.detach(), gradient

    def _record(self, x: Tensor, target: Target, layer: str | None) -> tuple[Tensor, dict[str, Tensor]]:
        """Compute the target score, and the activations on the way to it that can be differentiated."""
        with torch.enable_grad(), recording(self.module, layer) as seen:
            score = target.of(self._forward(x.detach().requires_grad_(layer is None)))
        if not seen:
            what = "No layer" if layer is None else f"The layer {layer!r}"
            msg = f"{what} put out a tensor of floating-point numbers on the way to the score. Choose another method."
            raise ModelError(msg)
        return score, seen

    def batches(
        self, count: int, work: Callable[[slice], T], kind: str = "forward", align: int | None = None
    ) -> Iterator[tuple[slice, T]]:
        """Run ``work(rows)`` over `count` inputs in batches that find their own size; see `pace.in_batches`."""
        return in_batches(count, self.paces[kind], work, self.device, report=self._notes.append, align=align)

    def _plain(self, x: Tensor) -> Tensor:
        """Compute scores by the model itself, in one pass, as rules watch it."""
        with self._guard(), torch.no_grad():
            return self._forward(x.detach())

    def _guard(self) -> AbstractContextManager[Any]:
        if not self.private:
            return _Turn(self._turn, untouched(self.module))
        return seeded(self.device, self.seed) if self.random else nullcontext()

    def _forward(self, x: Tensor, *, fast: bool = False) -> Tensor:
        try:
            output = self._run(x) if fast else self._call(x)
        except Exception as error:
            if is_out_of_memory(error) and len(x) == 1:
                raise out_of_memory_on_one() from error
            if is_out_of_memory(error) or isinstance(error, ModelError):
                raise
            msg = f"The model raised {type(error).__name__} for an input of {describe(x)}: {error}"
            raise ModelError(msg) from error
        self.forwards += len(x)
        scores = scores_of(output)
        if len(scores) != len(x):
            msg = (
                f"The model must return one row of scores an input: for {len(x)} input{'s' * (len(x) != 1)} it "
                f"returned {len(scores)} rows."
            )
            raise ModelError(msg)
        if self.task is None:
            self.task = task_of(self.module, scores, self.labels)
        if bool(torch.isnan(scores).any()):
            msg = f"The model returned NaN for an input of {describe(x)}."
            raise ModelError(msg)
        return scores

    def _call(self, x: Tensor) -> Any:
        # A clone: an operation in place in the first layer must neither meet a leaf nor change our input.
        if self.random is not None:
            return self._feed(self.module, x.clone())
        before = random_states(self.device)
        output = self._feed(self.module, x.clone())
        if not moved_between(before, random_states(self.device)):
            self.random = False
            return output
        with torch.no_grad(), DrawWatch(self.device) as watch:
            again = scores_of(self._feed(self.module, x.clone()))
        # The scores tell of what is drawn inside compiled code, which no watch sees.
        self.random = watch.seen or not torch.equal(scores_of(output).detach(), again)
        if not self.random:
            return output
        restore_random_states(self.device, before)
        with seeded(self.device, self.seed):
            return self._feed(self.module, x.clone())

    def _run(self, x: Tensor) -> Any:
        """Call the explanation copy where there is one."""
        fast = self._fast_copy(x)
        if fast is not None:
            try:
                return fast(x)
            except Exception as error:
                if is_out_of_memory(error):
                    raise
                # Either it is not the same function after all, or the model itself says better what is wrong.
                self._fast = None
                self._copies[:] = [None]
        return self._call(x)

    def _fast_copy(self, x: Tensor) -> ExplanationCopy | None:
        """Return the explanation copy once a run has shown itself to be a long one, while nobody watches the model."""
        if not self._may_switch or not self.private or self.random is not False or self.forwards < WARM_UP:
            return None
        if is_watched() or listeners(self.module) != self._listeners:
            return None
        if self._fast is None:
            if not self._copies:
                self._copies.append(explanation_copy(self.module, x[:1], self._feed))
            self._fast = self._copies[0]
            if self._fast is None:
                return None
            # Once a run in any case, since weights written through `.data` keep their version.
            self._fast.version = None
            for pace in self.paces.values():
                pace.restart()
        if self._fast.version != (version := self.version):
            self._fast.refresh()
            self._fast.version = version
        return self._fast

    def _differentiate(self, score: Tensor, tensors: list[Tensor], *, again: bool = False) -> tuple[Tensor | None, ...]:
        if not score.requires_grad:
            msg = (
                "The model's output does not depend on its input by differentiable operations (was it detached?). "
                "Use a perturbation method, such as occlusion."
            )
            raise ModelError(msg)
        try:
            return torch.autograd.grad(score.sum(), tensors, allow_unused=True, retain_graph=again)
        except Exception as error:
            if is_out_of_memory(error) and len(score) == 1:
                raise out_of_memory_on_one() from error
            raise

    def _need_floating(self, x: Tensor) -> None:
        if not x.is_floating_point():
            msg = f"Gradients need a floating-point input, got {describe(x)}."
            raise ModelError(msg)


class _Turn:
    """Take a lock, then enter a context; leave both in reverse order."""

    def __init__(self, lock: threading.RLock, inner: AbstractContextManager[Any]) -> None:
        self._lock, self._inner = lock, inner

    def __enter__(self) -> None:
        self._lock.acquire()
        self._inner.__enter__()

    def __exit__(self, *error: object) -> None:
        try:
            self._inner.__exit__(*error)  # type: ignore[arg-type]
        finally:
            self._lock.release()
