"""The one protocol of everything slow: a method is a frozen dataclass that yields ever-better estimates.

A method's fields are its parameters. Each is declared with :func:`parameter`, so that range, default and
one plain sentence stand in one place: validation, documentation and the widget's controls all read them
there. Registering the class is all it takes to appear in ``xai.methods()``, ``xai.attribute`` and the
widgets.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from xai_widgets.inputs import STAND_INS

if TYPE_CHECKING:
    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


@dataclass(frozen=True)
class Estimate:
    """What a method knows so far.

    Attributes
    ----------
    values : Tensor
        On the model's device, of the input's shape without the batch axis (or of the layer's), or
        broadcastable to it: a map that does not tell channels apart has a channel axis of 1.
    done, total : int
        Units of work finished and planned, ``0 <= done <= total``. ``done`` never falls from one
        estimate of a run to the next.
    error : float or None
        L2 distance of `values` to the true map as a share of the true map's norm, estimated so that it is below in 95
        of 100 cases; infinite where the map may be nothing but error. None where they are exact, and where no estimate
        exists: then ``done < total``, or all that was asked is done and one sample knows no spread.
    gap : float or None
        Completeness gap in units of the score: sum of the values minus what they should sum to.
    notes : tuple of str
        Sentences the reader should see, such as the layer that was chosen.
    ready : bool
        Whether this is worth showing. A method that must do several batches before its first picture yields
        in between all the same, so that it can be cancelled there.
    """

    values: Tensor
    done: int
    total: int
    error: float | None = None
    gap: float | None = None
    notes: tuple[str, ...] = ()
    ready: bool = True


@dataclass(frozen=True)
class Parameter:
    """One parameter of a method, as validation and the widget's controls see it."""

    name: str
    kind: str
    default: Any
    sentence: str
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    hidden: bool = False
    needs: str = ""

    def check(self, method: str, value: Any) -> None:
        """Refuse a value of the wrong type or out of range.

        Raises
        ------
        TypeError, ValueError
            Saying what was expected and what came.
        """
        if self.hidden or (value is None and self.optional) or (self.kind == "baseline" and not isinstance(value, str)):
            return  # what no control can set, only the method or the input can check
        what = f"{method}: {self.name}"
        if self.kind == "size" and isinstance(value, Sequence):
            for one in value:
                self.check(method, one)
        elif self.choices:
            if value not in self.choices and not (self.kind == "baseline" and value in STAND_INS):
                msg = f"{what} must be one of {', '.join(map(repr, self.choices))}, got {value!r}."
                raise ValueError(msg)
        elif self.kind == "layer":
            if not isinstance(value, str):
                msg = f"{what} must be the name of a layer, as model.named_modules() has it, got {value!r}."
                raise TypeError(msg)
        elif self.kind == "bool":
            if not isinstance(value, bool):
                msg = f"{what} must be True or False, got {value!r}."
                raise TypeError(msg)
        else:
            self._check_number(what, value)

    def _check_number(self, what: str, value: Any) -> None:
        numbers = (int, float) if self.kind == "float" else (int,)
        if isinstance(value, bool) or not isinstance(value, numbers):
            msg = f"{what} must be {'a number' if self.kind == 'float' else 'a whole number'}, got {value!r}."
            raise TypeError(msg)
        low, high = self.low, self.high
        # Written so that NaN fails too.
        if not ((low is None or value >= low) and (high is None or value <= high)):
            msg = f"{what} must lie in {low}..{high}, got {value}."
            raise ValueError(msg)


def parameter(
    default: Any,
    sentence: str,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: Sequence[str] = (),
    optional: bool = False,
    hidden: bool = False,
    kind: str | None = None,
    needs: str = "",
) -> Any:
    """Declare a dataclass field as a parameter of a method.

    Parameters
    ----------
    default : object
        Its type decides the control: bool, int, float, or str with `choices`.
    sentence : str
        One plain sentence that says what the parameter does.
    low, high, step : float, optional
        Range and step of a number; both ends are allowed values.
    choices : sequence of str
        The values of a str parameter.
    optional : bool
        Whether None is allowed as well.
    hidden : bool
        For values that have no control, such as tensors; the method checks them itself.
    kind : str, optional
        ``"bool"``, ``"int"``, ``"float"``, ``"choice"``, ``"size"`` (a whole number, or one an axis),
        ``"baseline"`` (a choice, a number or a tensor) or ``"layer"`` (the name of one of the model's submodules),
        where the default does not tell.
    needs : str
        What a layer must put out to serve: ``"map"``, something with height and width; empty for any tensor.
    """
    if kind is None:
        kind = "choice" if choices else {bool: "bool", int: "int"}.get(type(default), "float")
    metadata = {
        "kind": kind,
        "sentence": sentence,
        "low": low,
        "high": high,
        "step": step,
        "choices": tuple(choices),
        "optional": optional,
        "hidden": hidden,
        "needs": needs,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Parametrised(ABC):
    """Base of everything that has parameters: a frozen dataclass whose fields they are."""

    name: ClassVar[str]
    """As given to ``method=``."""
    title: ClassVar[str]
    """As shown in the widget."""
    sentence: ClassVar[str]
    """What it asks of the model, in one plain sentence."""

    def __post_init__(self) -> None:
        for one in self.parameters():
            one.check(self.name, getattr(self, one.name))

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """Every parameter with its range, default and sentence."""
        return tuple(
            Parameter(name=field.name, default=None if field.default is MISSING else field.default, **field.metadata)
            for field in dataclasses.fields(cls)
        )


@dataclass(frozen=True, kw_only=True)
class Method(Parametrised):
    """Base of every method of attribution."""

    family: ClassVar[str]
    """The group it is listed in."""
    uses: ClassVar[frozenset[str]] = frozenset({"batches"})
    """What must be right for its values to mean what they say, as the model check goes by it: ``"gradients"`` (it
    differentiates), ``"batches"`` (several inputs go through in one pass, or one by one where rows depend on each
    other), ``"rules"`` (each operation needs one), ``"map"`` (a layer with height and width) and ``"attention"``
    (over all tokens in every layer)."""
    slopes: ClassVar[bool] = False
    """Whether its values are slopes of the score, not shares of it, so that their sum says nothing."""

    inner: ClassVar[bool] = False
    """Whether its values are those of a layer's units even if no layer is named."""
    compares: ClassVar[bool] = False
    """Whether it takes several `baselines` itself; any other is run against each, and the mean of all is its map."""

    otherwise: ClassVar[str | None] = None
    """Of the method that is run in its place where the model has an operation that it has no rule for."""

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """One sentence on why this method does not fit the model or input; None when it fits."""
        return None

    def asks(self) -> str:
        """Name what it takes the score's gradient with respect to, for `Passed.wanted`; the input, if anything."""
        return ""

    @abstractmethod
    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield a coarse estimate as soon as there is one, then better ones, at most one batch apart.

        The reader may stop at any yield; nothing is left behind then.
        """


M = TypeVar("M", bound=type[Parametrised])
P = TypeVar("P", bound=Parametrised)
REGISTRY: dict[str, type[Method]] = {}

OPTIONS = ("preprocess", "labels", "target", "method", "tokenizer", "background", "features", "compare", "time_budget")
"""What is asked beside a method's parameters: misspelt, it comes among these."""


def register(cls: M) -> M:
    """Add a method class to the registry, under its `name`."""
    return enter(REGISTRY, cls)


def enter(registry: dict[str, Any], cls: M) -> M:
    """Add a class to a registry, under its `name`."""
    if cls.name in registry:
        msg = f"a method named {cls.name!r} is registered already: {registry[cls.name]!r}"
        raise ValueError(msg)
    registry[cls.name] = cls
    return cls


def create(name: str, params: Mapping[str, Any]) -> Method:
    """Build the registered method `name` with `params`.

    Raises
    ------
    ValueError
        For an unknown method, naming the nearest ones.
    TypeError
        For an unknown parameter, naming the known ones.
    """
    return build(REGISTRY, name, params)


def build(registry: Mapping[str, type[P]], name: str, params: Mapping[str, Any], what: str = "method") -> P:
    """Build what a registry has under `name`; see `create`."""
    if name not in registry:
        raise ValueError(unknown(what, name, registry))
    cls = registry[name]
    known = [one.name for one in cls.parameters()]
    for key in params:
        if key not in known:
            near = difflib.get_close_matches(key, (*known, *OPTIONS), 1)
            meant = f" Did you mean {near[0]}=?" if near else ""
            msg = f"{name} has no parameter {key!r}; it has: {', '.join(known) or 'none'}.{meant}"
            raise TypeError(msg)
    return cls(**params)


def unknown(what: str, name: Any, known: Iterable[str]) -> str:
    """Say that there is none of this name, and which were meant: case, hyphens and underscores do not count."""

    def plain(text: str) -> str:
        return re.sub(r"[\W_]", "", text).lower()

    by_plain = {plain(one): one for one in known}
    near = [by_plain[one] for one in difflib.get_close_matches(plain(str(name)), by_plain)]
    meant = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(sorted(by_plain.values()))}."
    return f"There is no {what} {name!r}. {meant}"
