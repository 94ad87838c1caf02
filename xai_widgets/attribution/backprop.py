"""Gradients that are filtered at each rectifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from xai_widgets.attribution.gradients import OnePass
from xai_widgets.method import Estimate, register
from xai_widgets.models.rules import Rectifiers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target


@dataclass(frozen=True, kw_only=True)
class Filtered(OnePass):
    """A gradient of which only what is positive passes each rectifier."""

    name: ClassVar[Literal["guided_backprop", "deconvolution"]]
    uses: ClassVar[frozenset[str]] = frozenset({"gradients", "rules"})
    slopes: ClassVar[bool] = True

    def maps(self, model: Model, inputs: Inputs, x: Tensor, target: Target) -> Tensor:
        """Compute what passes the rectifiers."""
        return model.gradients(x, target, Rectifiers(self.name))[1]

    def estimates(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield the one exact estimate."""
        rules = Rectifiers(self.name)
        _, values = model.gradients(inputs.x[None], target, rules)
        notes = []
        if not rules.filtered:
            notes.append("The model has no ReLU, so this is the plain gradient.")
        if rules.others:
            notes.append(f"Not filtered, since no paper says how: {', '.join(rules.others)}.")
        yield Estimate(values[0], done=1, total=1, notes=tuple(notes))


@register
@dataclass(frozen=True, kw_only=True)
class GuidedBackprop(Filtered):
    r"""Gradient of which each rectifier lets back only what is positive, where it is open.

    .. math:: R^{in} = R^{out} \cdot [R^{out} > 0] \cdot \sigma'(x)

    for ReLU, ReLU6, a clamp or hard tanh from 0 up and a threshold at 0, written as module, function or method, in
    place or not. Other activations keep their gradient, as in Captum, and are named in a note. It reads more like a
    sketch of the picture than like the model's reasons, and hardly changes when weights are made random (Adebayo et
    al., arXiv:1810.03292).

    References
    ----------
    Springenberg, Dosovitskiy, Brox, Riedmiller: Striving for Simplicity. arXiv:1412.6806 (2014).
    """

    name: ClassVar[Literal["guided_backprop"]] = "guided_backprop"
    title: ClassVar[str] = "Guided backpropagation"
    sentence: ClassVar[str] = "Which fine structures excite the neurons that speak for the class?"


@register
@dataclass(frozen=True, kw_only=True)
class Deconvolution(Filtered):
    r"""Gradient of which each rectifier lets back only what is positive, open or not.

    .. math:: R^{in} = R^{out} \cdot [R^{out} > 0]

    at the operations that `GuidedBackprop` names. Of the input it keeps only where each maximum was.

    References
    ----------
    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks. arXiv:1311.2901 (2013).
    """

    name: ClassVar[Literal["deconvolution"]] = "deconvolution"
    title: ClassVar[str] = "Deconvolution"
    sentence: ClassVar[str] = "Which patterns would the network paint if it ran backwards from the class?"
