"""Listing the methods, and why some do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xai_widgets.method import REGISTRY, Parameter
from xai_widgets.prepare import adapt, read_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model


@dataclass(frozen=True)
class MethodInfo:
    """One method: what it asks, its parameters, and why it does not fit, if so."""

    name: str
    title: str
    family: str
    sentence: str
    parameters: tuple[Parameter, ...]
    why_not: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it fits the model."""
        return self.why_not is None


class MethodList(tuple[MethodInfo, ...]):
    """Every method, one a line when printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        width = max(len(one.name) for one in self)
        return "\n".join(f"{one.name:{width}}  {one.why_not or one.sentence}" for one in self)


def methods(
    model: Any = None,
    x: Any = None,
    *,
    preprocess: Callable[[Any], Any] | None = None,
    tokenizer: Any = None,
) -> MethodList:
    """List every method; with a model and an input, say of each whether it fits them, and why not.

    Parameters as in :func:`attribute`.

    Raises
    ------
    TypeError
        When `model` is no model.
    """
    adapter = None if model is None else adapt(model, x)
    if adapter is None or x is None:
        return method_list(adapter, None)
    return method_list(*read_for(adapter, x, preprocess=preprocess, tokenizer=tokenizer))


def method_list(model: Model | None, inputs: Inputs | None) -> MethodList:
    """List every method for an adapted model and read inputs."""
    return MethodList(
        MethodInfo(
            name=cls.name,
            title=cls.title,
            family=cls.family,
            sentence=cls.sentence,
            parameters=cls.parameters(),
            why_not=None if model is None or inputs is None else cls().why_not(model, inputs),
        )
        for cls in sorted(REGISTRY.values(), key=lambda cls: _place(cls.family))
    )


FAMILIES = (
    "Gradients",
    "Paths",
    "Class activation maps",
    "Relevance",
    "Transformers",
    "Perturbation",
    "Surrogates",
    "Shapley values",
)
"""In the order in which they are listed; those of other people's methods come last."""


def _place(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)
