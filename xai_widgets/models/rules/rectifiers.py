"""Guided backpropagation and deconvolution: the rectifiers' gradients, filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from xai_widgets.models.rules.mode import Call, Rules, carry
from xai_widgets.models.rules.operations import ELEMENTWISE

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor
    from typing_extensions import Self


class Rectifiers(Rules):
    """Let only what is positive back through each rectifier, and note other activations."""

    strict = False

    def __init__(self, name: Literal["guided_backprop", "deconvolution"]) -> None:
        super().__init__()
        self.alike = name
        self.name = name  # type: ignore[misc]  # of the class where a class has one
        self.filtered = 0
        self.others: list[str] = []
        self.writes = name == "guided_backprop"
        self._rule = self._guided if self.writes else self._deconvolved

    def handler(self, name: str) -> Callable[[Call], Any] | None:
        """Return the rule of activations; the rest has none."""
        return self._activation if name in ELEMENTWISE else None

    def learn(self, others: Self) -> None:
        """Take over which rectifiers there are, and what others."""
        self.filtered, self.others = others.filtered, others.others

    def _activation(self, call: Call) -> Tensor:
        if is_rectifier(call):
            self.filtered += 1
            return self._rule(call)
        if call.name not in self.others:
            self.others.append(call.name)
        result: Tensor = call()
        return result

    @staticmethod
    def _guided(call: Call) -> Tensor:
        result: Tensor = call()
        result.register_hook(lambda came: came if came is None else came.clamp(min=0))  # type: ignore[no-untyped-call]
        return result

    @staticmethod
    def _deconvolved(call: Call) -> Tensor:
        return carry(call, lambda came: (came.clamp(min=0),), call.dependents[0])


def is_rectifier(call: Call) -> bool:
    """Tell whether a call cuts off what is negative, and changes nothing just above."""
    if call.name in {"relu", "relu6"}:
        return True
    if call.name in {"clamp", "clamp_min"}:
        return _is_zero(call.bind("input", "min", "max").get("min"))
    if call.name == "hardtanh":
        return _is_zero(call.bind("input", "min_val", "max_val").get("min_val"))
    if call.name == "threshold":
        given = call.bind("input", "threshold", "value")
        return _is_zero(given.get("threshold")) and _is_zero(given.get("value"))
    return False


def _is_zero(value: Any) -> bool:
    return isinstance(value, (int, float)) and value == 0
