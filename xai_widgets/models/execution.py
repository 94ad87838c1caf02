"""Running a module for the adapter: errors in words, random numbers put back, the fastest copy in long runs."""

from __future__ import annotations

import copy
import threading
import weakref
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn

from xai_widgets.models.backends import differentiable_pass, multiplied
from xai_widgets.models.copying import Copying
from xai_widgets.models.errors import (
    ModelError,
    OutOfMemoryError,
    describe,
    is_out_of_memory,
    no_way_back,
    out_of_memory_on_one,
    raised,
)
from xai_widgets.models.explanation import is_watched, listeners
from xai_widgets.models.feeds import Feed, Reduced, feed_alone
from xai_widgets.models.keras_models import show_layers
from xai_widgets.models.original import Original
from xai_widgets.models.outputs import rows_of, scores_of, scores_of_parts, task_of, without_nan
from xai_widgets.models.pace import BATCH_SECONDS, Pace, Paces, Spent, in_batches, release
from xai_widgets.models.passed import Lone, Passed
from xai_widgets.models.rules.functions import Functions, differentiated
from xai_widgets.models.tokens import Embedded
from xai_widgets.models.untouched import (
    DrawWatch,
    Turn,
    moved_between,
    private_copy,
    random_states,
    restore_random_states,
    seeded,
    untouched,
)
from xai_widgets.models.writing import OwnWeights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Self

    from xai_widgets.models.explanation import ExplanationCopy
    from xai_widgets.models.mixing import Mixing
    from xai_widgets.models.rules import Rules

T = TypeVar("T")

WARM_UP = 5
"""Inputs that a run passes through the model as it is: making a faster copy would hold up the first picture."""

WORTH = BATCH_SECONDS
"""Of passes to come, from which on a faster copy is worth making: of a small network that alone takes 2 ms, and each
pass is a fifth shorter then."""

_LOCKS: weakref.WeakKeyDictionary[nn.Module, threading.RLock] = weakref.WeakKeyDictionary()


class Execution:
    """A module, and how it is run: see `TorchModel`, which says what is asked of it."""

    def __init__(
        self,
        module: nn.Module,
        *,
        labels: Sequence[str] | None = None,
        device: str | torch.device | None = None,
        seed: int = 0,
        feed: Feed = feed_alone,
        ours: bool = False,
    ) -> None:
        # What torch.compile made shares its weights with the module inside, whose operations can be watched.
        compiled_from = getattr(module, "_orig_mod", None)
        module = compiled_from if isinstance(compiled_from, nn.Module) else module
        twin = module if ours else private_copy(module)
        if twin is not None and not ours:
            show_layers(twin)
        if device is not None and twin is not None:
            twin = twin.to(device)
        self.module = module if twin is None else twin
        self.private = twin is not None
        self._original = Original(module, self.module, ours=ours)
        self.labels: Sequence[str] | None = None if labels is None else tuple(str(one) for one in labels)
        weights: list[Tensor] = [*self.module.parameters(), *self.module.buffers()]
        first = next((w for w in weights if w.is_floating_point() or w.is_complex()), None)
        self.device = torch.device(device or "cpu") if first is None else first.device
        self.dtype = torch.get_default_dtype() if first is None else first.dtype.to_real()
        if self.device.type == "meta":
            msg = "The model is on the meta device, where weights have no values: load it onto a real one first."
            raise ValueError(msg)
        if self.dtype.itemsize == 1:
            msg = f"Nothing can be computed with weights of {self.dtype}: give model.bfloat16() or model.float()."
            raise ValueError(msg)
        self.seed, self._feed = seed, feed
        self.task: str | None = None
        self.random: bool | None = None
        # Two patches of a picture take about as long as one whole picture.
        self.paces = Paces(forward=Pace(), backward=Pace(), patches=Pace(size=4, least=2))
        self._spent, self._from = Spent(), 0
        self._notes: list[str] = []
        self._fast: ExplanationCopy | None = None
        self._may_switch = False
        self._listeners = listeners(self.module)
        self._found: dict[str, tuple[int, Any]] = {}
        self._passed, self._lone, self._functions = Passed(), Lone(), Functions()
        self._mixing: list[Mixing | None] = []  # one, once a run has found it out, whatever is trained meanwhile
        self._copying = Copying(self.module, feed, self._original)
        # Without a copy of our own, runs on the same module take turns.
        self._turn = threading.RLock() if self.private else _LOCKS.setdefault(module, threading.RLock())

    @property
    def given(self) -> nn.Module:
        """The module this was made of: to be looked at, never to be run. The copy of it where it is gone."""
        return self._original.module

    @property
    def forwards(self) -> int:
        """Inputs passed forward."""
        return self._spent.forwards

    @property
    def backwards(self) -> int:
        """Inputs passed back."""
        return self._spent.backwards

    def fresh(self) -> Self:
        """Return the same model with counts at zero and notes of its own, for one run."""
        self._original.look()
        self._original.follow()
        return self._again(_spent=Spent(), _from=0, _notes=[], _mixing=[], _fast=None, _may_switch=True)

    def fed(self, feed: Feed, task: str | None = None) -> Self:
        """Return the same module called in another way: another function of another input.

        It counts and notes together with this one, and finds out anew whatever depends on the function.
        """
        known: dict[str, Any] = {"_found": {}, "_mixing": [], "_lone": Lone(), "_fast": None, "_from": self.forwards}
        copying = Copying(self.module, feed, self._original)
        return self._again(_feed=feed, task=task, paces=self.paces.anew(), _copying=copying, **known)

    def reduced(self, reduce: Callable[[Any], Any], task: str | None = None) -> Self:
        """Return the same model with its output made into scores by a function; `Reduced` says which."""
        return self.fed(Reduced(self._feed, reduce), task)

    def embedded(self, layer: str, ids: Tensor) -> Self:
        """Return the same model of tokens as a function of what its embedding layer puts out; see `Embedded`."""
        return self.fed(Embedded(layer, ids, self._feed), self.task)

    def _again(self, **other: Any) -> Self:
        """Return a copy that shares all but some attributes."""
        twin = copy.copy(self)
        vars(twin).update(other)
        return twin

    def plain(self) -> Self:
        """Keep this run from ever switching to the explanation copy, and return it.

        For methods that watch the model's own operations. Hooks on `module` and modes are noticed without it.
        """
        self._may_switch = False
        return self

    def look(self) -> None:
        """Look whether weights were written through `.data`, which torch does not count; then `version` changes too."""
        self._original.look()

    @property
    def version(self) -> int:
        """A number that changes when the given module's weights or buffers do: key by it what depends on them."""
        return self._original.version

    @property
    def weights(self) -> int:
        """A number that changes when the given module's weights do, which a run sees at once; buffers, at its start."""
        return self._original.weights

    @property
    def notes(self) -> tuple[str, ...]:
        """What happened to the batches, for the reader."""
        return tuple(dict.fromkeys(self._notes))

    def remember(self, what: str, find: Callable[[], T]) -> T:
        """Return what was found out about this model under a name, finding it once for each state of its weights."""
        version = self.version
        if what not in self._found or self._found[what][0] != version:
            self._found[what] = version, find()
        found: T = self._found[what][1]
        return found

    def recall(self, what: str) -> Any:
        """Return what `remember` has found for the weights as they are; None where nobody asked yet."""
        version, found = self._found.get(what, (None, None))
        return found if version == self.version else None

    def batches(
        self, count: int, work: Callable[[slice], T], kind: str = "forward", align: int | None = None
    ) -> Iterator[tuple[slice, T]]:
        """Run ``work(rows)`` over `count` inputs in batches that find their own size; see `pace.in_batches`."""
        pace, spent = self.paces[kind], self._spent
        spent.left = count * (each := pace.best)
        try:
            for rows, result in in_batches(count, pace, work, self.device, report=self._notes.append, align=align):
                each = min(each, pace.best)  # which is forgotten where sizes are learned anew
                spent.left = (count - rows.stop) * each
                yield rows, result
                del result
        finally:
            spent.left = Spent.left

    def outputs(self, call: Callable[[nn.Module], T]) -> T:
        """Return what the module puts out when it is called so, without gradients and left as it was.

        Raises
        ------
        ModelError
            When it fails.
        """
        self._original.follow()
        try:
            with self._guard(), torch.no_grad(), multiplied(self.module):
                return call(self.module)
        except Exception as error:
            if is_out_of_memory(error) or isinstance(error, ModelError):
                raise
            msg = f"The model raised {type(error).__name__}: {error}"
            raise ModelError(msg) from error

    def _plain(self, x: Tensor) -> Tensor:
        """Compute scores by the model itself, in one pass, as rules watch it."""
        with self._guard(), torch.no_grad():
            return self._forward(x.detach())

    def _guard(self) -> AbstractContextManager[Any]:
        if not self.private:
            return Turn(
                self._turn, untouched(self.module), OwnWeights(self.module) if self._original.own else nullcontext()
            )
        return seeded(self.device, self.seed) if self.random else nullcontext()

    def _forward(self, x: Tensor, *, fast: bool = False, by: ExplanationCopy | None = None) -> Tensor:
        self._passed.drop()
        try:
            with (
                differentiable_pass(self.module, self.device),
                differentiated(self._functions.failing),
                multiplied(self.module, len(x)),
            ):
                output = by(x) if by is not None else self._run(x) if fast else self._call(x)
        except Exception as error:
            if is_out_of_memory(error) and len(x) == 1:
                raise out_of_memory_on_one() from error
            if is_out_of_memory(error) or isinstance(error, ModelError):
                raise
            raise ModelError(raised(error, self.module, x, getattr(self._feed, "describe", describe)(x))) from error
        self._spent.forwards += len(x)
        scores = rows_of(output, len(x))
        if self.task is None:
            self.task = task_of(self.module, scores, self.labels, lambda: scores_of_parts(self._call, x))
        return without_nan(scores, x, getattr(self._feed, "describe", describe))

    def _call(self, x: Tensor) -> Any:
        # A clone: an operation in place in the first layer must neither meet a leaf nor change our input.
        if self.random is not None:
            return self._feed(self.module, x.clone())
        before, version = random_states(self.device), self.version
        weights = OwnWeights(self.module)
        with weights if weights.any else nullcontext():
            output = self._feed(self.module, x.clone())
        self._original.own.update(map(id, weights.owned))
        if not moved_between(before, random_states(self.device)):
            self.random = False
            return output
        with torch.no_grad(), DrawWatch(self.device) as watch:
            again = scores_of(self._feed(self.module, x.clone()))
        # The scores tell of what is drawn inside compiled code, which no watch sees.
        differs = not torch.equal(scores_of(output).detach(), again)
        if differs and not watch.seen and self.version != version:
            return output  # weights that are trained meanwhile change the scores too: the next pass may tell
        self.random = watch.seen or differs
        if not self.random:
            return output
        restore_random_states(self.device, before)
        with seeded(self.device, self.seed):
            return self._feed(self.module, x.clone())

    def _run(self, x: Tensor) -> Any:
        """Call the explanation copy where there is one."""
        try:
            fast = self._fast_copy(x)
            if fast is not None:
                return fast(x)
        except Exception as error:
            if is_out_of_memory(error) and len(x) > 1:
                raise
        else:
            return self._call(x)
        # It is not the same function after all, or is what fits no more, or the model says better what is wrong.
        fast = None
        self._give_up_copy()
        return self._call(x)

    def _give_up_copy(self) -> bool:
        """Run the model itself from now on; tell whether anything else was used or made until now."""
        used = self._copying.give_up() or self._fast is not None
        self._fast = None
        if used:
            release(self.device)
        return used

    def _fast_copy(self, x: Tensor) -> ExplanationCopy | None:
        """Return the explanation copy once a run has shown itself to be a long one."""
        short = self._fast is None and self._spent.left < WORTH
        if short or not self._may_switch or self.forwards - self._from < WARM_UP:
            return None
        # Weights are taken up once a run in any case, since those written through `.data` keep their version.
        found = self._copy(x, anew=self._fast is None)
        if found is not None and self._fast is None:
            self._fast = found
            for pace in self.paces.values():
                pace.restart()
        return found

    def _copy(self, x: Tensor, *, anew: bool = False) -> ExplanationCopy | None:
        """Return the explanation copy with the weights as they are, while nobody watches the model."""
        if not self.private or self.random is not False or is_watched() or listeners(self.module) != self._listeners:
            return None
        return self._copying.current(x, anew=anew)

    def _differentiate(self, score: Tensor, tensors: list[Tensor], *, again: bool = False) -> tuple[Tensor | None, ...]:
        if not score.requires_grad:
            raise no_way_back()
        try:
            return torch.autograd.grad(score.sum(), tensors, allow_unused=True, retain_graph=again)
        except Exception as error:
            if is_out_of_memory(error) and len(score) == 1:
                raise out_of_memory_on_one() from error
            if is_out_of_memory(error) or isinstance(error, ModelError):
                raise
            raise no_way_back(error) from error

    def _by_any_way(self, x: Tensor, work: Callable[[], T], rules: Rules | None = None) -> T:
        """Do some work that goes back from a score, and where custom functions refuse that, go back through them."""
        failing = self._functions.failing
        try:
            return work()
        except OutOfMemoryError:
            raise
        except ModelError:
            if not x.is_floating_point():
                raise
            self._look_for_functions(x)
            if self._functions.failing == failing:
                raise
        if rules is not None:
            rules.restart()
        return work()

    def _look_for_functions(self, x: Tensor) -> None:
        probe, states = self._again(_spent=Spent()).plain(), random_states(self.device)
        try:
            with self._guard(), torch.enable_grad():
                self._functions.look(lambda: probe._forward(x[:1].detach().requires_grad_()))  # noqa: SLF001
        except ModelError:
            pass  # what was met first says better what is wrong
        finally:
            restore_random_states(self.device, states)

    def _need_floating(self, x: Tensor) -> None:
        if not x.is_floating_point():
            msg = f"Gradients need a floating-point input, got {describe(x)}."
            raise ModelError(msg)
