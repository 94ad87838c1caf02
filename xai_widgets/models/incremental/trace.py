"""One clean pass of a model, written down: which operations ran on what, and what they put out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from xai_widgets.models.errors import is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xai_widgets.models.kernels import Convolution

ATEN = torch.ops.aten
REFUSED = (torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape, torch.Tag.nondeterministic_seeded)
"""What makes the way through the model depend on the input's values, or on chance."""

READING = {"numpy", "tolist", "data_ptr", "__array__", "__bool__", "__float__", "__int__", "__index__", "__dlpack__"}
"""Methods of tensors by which values leave them."""


class NotIncrementalError(RuntimeError):
    """The model cannot be recomputed in parts; full passes can do it."""


@dataclass(frozen=True)
class Ref:
    """Stands in an operation's arguments for what another one put out."""

    index: int


@dataclass
class Step:
    """One operation that depends on the input.

    Attributes
    ----------
    name : str
        Of the operation, without overload and without the underscore of those in place.
    func : callable
        Never in place.
    args, kwargs
        With a `Ref` for each tensor that depends on the input.
    outs : list of int
        Numbers of the values it puts out.
    shapes : list of tuple of int
        Of those.
    last : tuple of int
        Values that nobody needs any more after this step.
    kernel : Convolution or None
        What runs the operation faster, from its input and padding.
    """

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outs: list[int]
    shapes: list[tuple[int, ...]]
    last: tuple[int, ...] = ()
    kernel: Convolution | None = None

    refs: tuple[int, ...] = field(init=False)
    """Numbers of the values it takes."""

    def __post_init__(self) -> None:
        self.refs = tuple(one.index for one in leaves(self.args, self.kwargs) if isinstance(one, Ref))


def leaves(args: Iterable[Any], kwargs: dict[str, Any]) -> list[Any]:
    """List an operation's arguments, those in lists one by one."""
    found: list[Any] = []
    for one in (*args, *kwargs.values()):
        found.extend(one) if isinstance(one, (list, tuple)) else found.append(one)
    return found


def replaced(kind: type[Any], change: Callable[[Any], Any], given: Any) -> Any:
    """Change each argument of a kind, in lists too."""
    if isinstance(given, dict):
        return {key: replaced(kind, change, one) for key, one in given.items()} if given else given
    if isinstance(given, (list, tuple)):
        return type(given)([replaced(kind, change, one) for one in given])
    return change(given) if isinstance(given, kind) else given


@dataclass
class Trace:
    """The operations between input (value 0) and scores, and the clean values that patches are put into."""

    steps: list[Step] = field(default_factory=list)
    output: int = 0
    clean: dict[int, Tensor] = field(default_factory=dict)

    def prune(self, needs_clean: Callable[[Step], bool]) -> None:
        """Drop the steps that do not reach the scores, and the clean values that no step takes patches of."""
        needed, kept = {self.output}, []
        for step in reversed(self.steps):
            if needed.intersection(step.outs):
                # Read backwards, the first to take a value is the last to need it.
                step.last = tuple(set(step.refs) - needed)
                needed.update(step.refs)
                kept.append(step)
        self.steps = kept[::-1]
        wanted = {self.output}.union(*(step.refs for step in self.steps if needs_clean(step)))
        self.clean = {index: tensor for index, tensor in self.clean.items() if index in wanted}


def record(run: Callable[[Tensor], Tensor], x: Tensor, constants: Iterable[Tensor], kept: set[str]) -> Trace:
    """Run a model once and write down what it does.

    Parameters
    ----------
    run : callable
        From a batch to scores, the same operations for any batch.
    x : Tensor, shape (1, features…)
    constants : iterable of Tensor
        The model's own: weights, buffers and attributes.
    kept : set of str
        Composite operations to write down as they are; all others are taken apart.

    Raises
    ------
    NotIncrementalError
        For an operation that depends on values or chance, that writes into what others see, or that takes a tensor of
        unknown origin.
    """
    with torch.inference_mode():
        recorder = _Recorder(x.clone(), constants, kept)
        try:
            with _Reading(recorder), recorder:
                scores = run(recorder.x)
        except NotIncrementalError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise
            msg = f"The model raised {type(error).__name__} while it was watched: {error}"
            raise NotIncrementalError(msg) from error
    output = recorder.numbers.get(id(scores))
    if output is None:
        msg = "The scores do not come from operations that torch reports."
        raise NotIncrementalError(msg)
    recorder.trace.output = output
    return recorder.trace


class _Reading(TorchFunctionMode):
    """Notices when the model looks at values in ways of which the dispatcher learns nothing."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__()
        self._recorder = recorder

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        if getattr(func, "__name__", "") in READING and id(args[0]) in self._recorder.numbers:
            self._recorder.refuse(func)
        return func(*args, **(kwargs or {}))


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Writes down each operation that depends on the input, as torch's dispatcher sees it."""

    def __init__(self, x: Tensor, constants: Iterable[Tensor], kept: set[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.x, self.trace, self.kept = x, Trace(), kept
        self.numbers: dict[int, int] = {}
        """Of values, by the tensors' id; the tensors are kept alive below, so that ids stay theirs."""
        self._constants = {id(one) for one in constants}
        self._alive: list[Tensor] = []
        self._storages: dict[int, int] = {}
        self._used: set[int] = set()
        self._count = 0
        self._number(x)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # torch would import its compiler, for a second or more, to keep that away from this mode

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        kwargs = kwargs or {}
        tensors = [one for one in leaves(args, kwargs) if isinstance(one, Tensor)]
        name = func._schema.name.partition("::")[2]  # noqa: SLF001
        if not any(id(one) in self.numbers for one in tensors):
            return self._constant(func, args, kwargs)
        if name.removesuffix("_") not in self.kept:
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        if any(tag in func.tags for tag in REFUSED) and name not in self.kept:
            self.refuse(func)
        self._check_origins(func, tensors)
        # What the arguments were numbered before the operation, which may write into them.
        named = [replaced(Tensor, self._name, given) for given in (args, kwargs)]
        inside = func._schema.is_mutable  # noqa: SLF001
        if inside:
            functional = self._out_of_place(func, name, args)
        result = func(*args, **kwargs)
        outs = [one for one in leaves([result], {}) if isinstance(one, Tensor)]
        if not inside and len(outs) == 1 and any(outs[0] is one for one in tensors):
            return result
        step = Step(name.removesuffix("_"), functional if inside else func, named[0], named[1], [], [])
        self._used.update(step.refs)
        for one in outs:
            step.outs.append(self._number(one))
            step.shapes.append(tuple(one.shape))
        self.trace.steps.append(step)
        return result

    def _constant(self, func: Any, args: Any, kwargs: Any) -> Any:
        """Run what does not depend on the input; what comes out is another constant."""
        if torch.Tag.nondeterministic_seeded in func.tags:
            self.refuse(func)
        self._check_origins(func, leaves(args, kwargs))
        result = func(*args, **kwargs)
        made = [one for one in leaves([result], {}) if isinstance(one, Tensor)]
        self._alive.extend(made)
        self._constants.update(id(one) for one in made)
        return result

    def _check_origins(self, func: Any, operands: list[Any]) -> None:
        for one in operands:
            if isinstance(one, Tensor) and id(one) not in self.numbers and id(one) not in self._constants:
                self.refuse(func, " on a tensor of unknown origin")

    def _out_of_place(self, func: Any, name: str, args: Any) -> Any:
        """Return the operation that makes a new tensor, and keep what this one is about to overwrite."""
        packet = getattr(ATEN, name.removesuffix("_"), None) if name.endswith("_") else None
        functional = getattr(packet, func._overloadname, None)  # noqa: SLF001
        old = self.numbers.get(id(args[0])) if args and isinstance(args[0], Tensor) else None
        if functional is None or old is None or self._storages[args[0].untyped_storage().data_ptr()] > 1:
            self.refuse(func, ", which writes into what others see")
        single = sum(id(one) in self.numbers for one in leaves(args, {})) == 1
        if old in self._used or not single:
            self.trace.clean[old] = args[0].clone()
        else:
            # Only this operation takes it, cell by cell: nobody needs it clean.
            del self.trace.clean[old]
        return functional

    def _number(self, tensor: Tensor) -> int:
        number, self._count = self._count, self._count + 1
        if id(tensor) not in self.numbers:
            self._alive.append(tensor)
            storage = tensor.untyped_storage().data_ptr()
            self._storages[storage] = self._storages.get(storage, 0) + 1
        self.numbers[id(tensor)] = number
        self.trace.clean[number] = tensor
        return number

    def _name(self, tensor: Tensor) -> Any:
        number = self.numbers.get(id(tensor))
        return tensor if number is None else Ref(number)

    def refuse(self, func: Any, why: str = "") -> NoReturn:
        """Give up, naming the operation.

        Raises
        ------
        NotIncrementalError
        """
        msg = f"The model uses {func}{why}."
        raise NotIncrementalError(msg)
