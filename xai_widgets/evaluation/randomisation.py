"""Whether a map depends on what the model has learned."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.agreement import correlation, ranks
from xai_widgets.evaluation.again import AgainMetric, explain_again, known
from xai_widgets.evaluation.base import Reading, hundredths, missing, register_metric
from xai_widgets.evaluation.ssim import Look
from xai_widgets.evaluations import Z95, Curve
from xai_widgets.method import parameter
from xai_widgets.models.stand_ins import StandIns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import nn

    from xai_widgets.evaluation.subject import Subject
    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model


@register_metric
@dataclass(frozen=True, kw_only=True)
class Randomisation(AgainMetric):
    """How much a map still looks like the given one while the model's weights are drawn anew, layer by layer.

    The layers are drawn anew from the last one down, on a copy of the weights: each tensor from a normal distribution
    of its own mean and spread. The value is the mean of the rank correlations on the way, which the curve shows, beside
    the structural similarity of pictures' maps. The way counts and not its end alone: what ignores the upper layers,
    which know the classes, follows the lowest ones all the same. Guided backpropagation of a sample photo stays at 0.8
    until two thirds of EfficientNet are drawn anew, and so has 0.7; saliency has 0.3. Quantus resets layers to what
    torch begins with, whatever their size was, and its average counts the model that nothing was done to.

    Of a few values, such as a row's four columns, orders are alike by chance: more than `most` says nothing then, up to
    what one of 20 random orders reaches.

    References
    ----------
    Adebayo, Gilmer, Muelly, Goodfellow, Hardt, Kim: Sanity checks for saliency maps. arXiv:1810.03292 (2018).
    """

    name: ClassVar[str] = "randomisation"
    title: ClassVar[str] = "Model randomisation"
    sentence: ClassVar[str] = (
        "How like itself the map stays while the model forgets what it has learned, layer by layer."
    )
    paper: ClassVar[str] = "Adebayo et al., arXiv:1810.03292 (2018)"
    low: ClassVar[float | None] = -1.0
    better: ClassVar[str] = "lower"

    n_stages: int = parameter(6, "How many groups of layers are drawn anew, one after another.", low=1, high=1000)
    most: float = parameter(0.5, "Passed up to this mean rank correlation.", low=0.0, high=1.0)

    def why_not(self, subject: Subject) -> str | None:
        """Refuse what has no weights."""
        weights = any(one.is_floating_point() for one in subject.model.module.parameters())
        return super().why_not(subject) if weights else "The model has no weights that could be drawn anew."

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading after each group of layers."""
        model = subject.model.apart()
        if model is None:
            yield missing("The model cannot be copied, and its own weights are not to be touched.")
            return
        order, parts = layers_from_the_top(model, subject), dict(model.given.named_modules())
        stages = np.array_split(np.array(order), min(self.n_stages, len(order)))
        draw, drawn = torch.Generator().manual_seed(seed), set[int]()
        likeness = Likeness(known(subject.attribution.values), subject.inputs.kind)
        points = [(0.0, 1.0, 1.0)]
        for i, names in enumerate(stages):
            for name in names:
                draw_anew(parts[str(name)], draw, drawn)
            other = yield from explain_again(subject, inputs=inputs_of(model, subject.inputs), model=model)
            agreement = likeness.of(other)
            if agreement is None:
                yield missing("A map has the same value everywhere, which puts nothing in an order.")
                return
            points.append(((i + 1) / len(stages), *agreement))
            yield self._reading(points, subject, len(stages), likeness.values)

    def _reading(self, points: list[tuple[float, float, float]], subject: Subject, total: int, values: int) -> Reading:
        x, ranks, looks = np.array(points, np.float32).T
        done, value = len(points) - 1, float(ranks[1:].mean())
        curves = [Curve("rank correlation", x, ranks)]
        curves += [Curve("SSIM", x, looks)] if subject.inputs.kind == "image" else []
        passed = value <= self.most
        unsure = not passed and value <= Z95 / math.sqrt(max(1, values - 1))
        words = "of so few values, that may be chance" if unsure else "it hardly depends on them"
        words = "it depends on them" if passed else words
        return Reading(
            value,
            done,
            total,
            passed=None if unsure or done < total else passed,
            sentence=f"While {x[-1]:.0%} of the layers were drawn anew, the mean rank correlation with the map was "
            f"{hundredths(value)}: {words}.",
            curves=tuple(curves),
        )


def layers_from_the_top(model: Model, subject: Subject) -> list[str]:
    """Name the modules that have weights of their own, the one that runs last first."""
    runs = {name: place for place, name in enumerate(model.shapes(subject.inputs.x))}
    places: list[tuple[int, int, str]] = []
    last = -1
    for name, module in model.given.named_modules():
        # What is not called as a module, such as the last projection of torch's attention, goes with its neighbour.
        last = runs.get(name, last)
        if any(one.is_floating_point() for one in module.parameters(recurse=False)):
            places.append((last, len(places), name))
    return [name for _, _, name in sorted(places, reverse=True)]


def inputs_of(model: Model, inputs: Inputs) -> Inputs:
    """Return the input of a model whose weights were drawn anew: of tokens it is made by the lowest of its layers."""
    vectors = model.vectors()
    if vectors is None:
        return inputs
    x = vectors.to(inputs.x).reshape(inputs.x.shape)
    known = inputs.vectors
    return replace(inputs, x=x, vectors=known.of(model.given, x) if isinstance(known, StandIns) else known)


def draw_anew(module: nn.Module, draw: torch.Generator, drawn: set[int]) -> None:
    """Draw a module's own weights from a normal distribution of their mean and spread; those in `drawn` stay."""
    for weight in module.parameters(recurse=False):
        if id(weight) in drawn or not weight.is_floating_point():
            continue
        drawn.add(id(weight))
        with torch.no_grad():
            noise = torch.randn(weight.shape, generator=draw).to(weight)
            weight.copy_(noise.mul_(weight.std(correction=0)).add_(weight.mean()))


class Likeness:
    """How like a map, of which ranks and look are found once, others are: without NaN, of the same shape."""

    def __init__(self, own: NDArray[np.float64], kind: str) -> None:
        self._picture = kind == "image"
        flat = self._flat(own)
        self.values = flat.size
        self._ranks, self._look = ranks(flat.ravel()), Look(flat) if self._picture else None

    def of(self, other: NDArray[np.float64]) -> tuple[float, float] | None:
        """Return rank correlation and structural similarity; None where a map puts nothing in an order."""
        other = self._flat(other)
        found = correlation(self._ranks, ranks(other.ravel()))
        if np.isnan(found):
            return None
        return found, found if self._look is None else self._look.similarity(other)

    def _flat(self, map_: NDArray[np.float64]) -> NDArray[np.float64]:
        return map_.sum(0) if self._picture and map_.ndim == 3 else map_  # noqa: PLR2004
