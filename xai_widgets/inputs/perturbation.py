"""What a perturbation is: a frozen dataclass that changes pixels, named and limited in one place."""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch
    from torch import Tensor


@dataclass(frozen=True)
class Perturbation(ABC):
    """Base of every change a user makes to a picture.

    The ``repr`` is Python that builds it again, and :meth:`to_dict` is the `Edit` of ``docs/protocol.md``.
    """

    name: ClassVar[str]
    """As in the protocol."""
    title: ClassVar[str]
    """As shown in the widget."""
    sentence: ClassVar[str]
    """What it does, in one plain sentence."""

    @property
    @abstractmethod
    def is_neutral(self) -> bool:
        """Whether it leaves every picture as it is."""

    @abstractmethod
    def apply(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        """Return changed `pixels`, on their device.

        Parameters
        ----------
        pixels : Tensor, shape (channels, height, width)
            Black is 0 and white is 1; channels in the order red, green, blue.
        generator : torch.Generator
            On the CPU, so that every device sees the same noise.
        """

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the protocol's `Edit`."""

    @classmethod
    @abstractmethod
    def from_dict(cls, edit: Mapping[str, Any]) -> Perturbation:
        """Build it from the protocol's `Edit`; :func:`~xai_widgets.inputs.perturbation_from` is the way in."""


@dataclass(frozen=True)
class Slider(Perturbation):
    """A perturbation of one number. Subclasses declare that one field, under its natural name."""

    low: ClassVar[float]
    high: ClassVar[float]
    step: ClassVar[float]
    neutral: ClassVar[float]
    unit: ClassVar[str]

    def __post_init__(self) -> None:
        name = dataclasses.fields(self)[0].name
        value = number(f"{type(self).__name__}: {name}", self.value, self.low, self.high, self.unit)
        object.__setattr__(self, name, value)

    @property
    def value(self) -> float:
        """The number, whatever its field is called."""
        value: float = getattr(self, dataclasses.fields(self)[0].name)
        return value

    @property
    def is_neutral(self) -> bool:
        """Whether the slider stands where it changes nothing."""
        return self.value == self.neutral

    def to_dict(self) -> dict[str, Any]:
        """Return the protocol's `Edit`."""
        return {"name": self.name, "value": self.value}

    @classmethod
    def from_dict(cls, edit: Mapping[str, Any]) -> Perturbation:
        """Build it from the protocol's `Edit`."""
        check_keys(cls.name, edit, required={"value"})
        return cls(edit["value"])  # type: ignore[call-arg]  # every subclass has exactly one field

    @classmethod
    def spec(cls) -> dict[str, Any]:
        """Return what the browser needs to draw the slider: an entry of the protocol's ``spec["edits"]``."""
        names = ("name", "title", "sentence", "low", "high", "step", "neutral", "unit")
        return {name: getattr(cls, name) for name in names}


def number(what: str, value: Any, low: float, high: float, unit: str = "") -> float:
    """Return `value` as a float in ``low..high``, or raise an error that says the range."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        msg = f"{what} must be a number, got {value!r}."
        raise TypeError(msg)
    # Compared before it becomes a float: a huge int has none.
    if not (low <= value <= high) or not math.isfinite(value):
        msg = f"{what} must lie in {low:g}..{high:g}{f' {unit}' if unit else ''}, got {value}."
        raise ValueError(msg)
    return float(value)


def check_keys(name: str, edit: Mapping[str, Any], required: set[str], optional: frozenset[str] = frozenset()) -> None:
    """Refuse an `Edit` that lacks a key or has one that nothing reads."""
    missing, unknown = required - edit.keys(), edit.keys() - required - optional - {"name"}
    if missing or unknown:
        problem = f"lacks {', '.join(sorted(missing))}" if missing else f"has no {', '.join(sorted(map(str, unknown)))}"
        msg = f"the edit {name!r} {problem}; its keys are: {', '.join(sorted({'name'} | required | optional))}."
        raise ValueError(msg)
