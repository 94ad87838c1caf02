"""Whether a map stays the same: for inputs that look the same, and for other random numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.attribution.groups import row_generator
from xai_widgets.evaluation.again import AgainMetric, explain_again, explain_each, known
from xai_widgets.evaluation.base import Reading, missing, register_metric
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from xai_widgets.evaluation.subject import Subject

SAME = 1e-3
"""Relative difference of maps that is rounding: gradients in single precision are no more exact."""


@register_metric
@dataclass(frozen=True, kw_only=True)
class SeedSpread(AgainMetric):
    r"""Spread of the maps of several seeds about their mean, as a share of its size.

    :math:`\sqrt{\frac{1}{k-1} \sum_i \|\phi_i - \bar\phi\|^2} \,/\, \|\bar\phi\|`, the given map being one of the
    :math:`k`. 0 for a method that draws nothing, which the first other seed shows; from 0.5 on, maps of two seeds agree
    less than they should.

    References
    ----------
    Nauta et al.: From anecdotal evidence to quantitative evaluation methods. arXiv:2201.08164 (2022), implementation
    invariance and consistency.
    """

    name: ClassVar[str] = "seed_spread"
    title: ClassVar[str] = "Seed spread"
    sentence: ClassVar[str] = "How far maps of other random numbers lie from each other, as a share of their size."
    paper: ClassVar[str] = "Nauta et al., arXiv:2201.08164 (2022)"
    high: ClassVar[float | None] = None
    better: ClassVar[str] = "lower"

    n_seeds: int = parameter(4, "How many maps, the given one among them.", low=2, high=100)
    most: float = parameter(0.5, "Passed up to this spread.", low=0.0, high=10.0)

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading after each map."""
        maps = [known(subject.attribution.values)]
        for i in range(1, self.n_seeds):
            maps.append((yield from explain_again(subject, seed=subject.attribution.seed + 7919 * i + seed)))
            mean = np.mean(maps, axis=0)
            size = float(np.linalg.norm(mean))
            if not size:
                yield missing("The maps are zero everywhere.")
                return
            away = sum(float(np.square(one - mean).sum()) for one in maps)
            value = float(np.sqrt(away / i)) / size
            value, same = (0.0, True) if value <= SAME and i == 1 else (value, False)
            last = same or i + 1 == self.n_seeds
            sentence = (
                "Two seeds give the same map: the method draws nothing."
                if same
                else f"Maps of {i + 1} seeds lie {value:.0%} of their size from their mean."
            )
            passed = value <= self.most if last else None
            yield Reading(value, i, i if same else self.n_seeds - 1, passed=passed, sentence=sentence)
            if same:
                return


@register_metric
@dataclass(frozen=True, kw_only=True)
class MaxSensitivity(AgainMetric):
    r"""The largest change of the map in a small box about the input, as a share of the map.

    :math:`\max_{\|\delta\|_\infty \le r} \|\phi(x + \delta) - \phi(x)\| \,/\, \|\phi(x)\|`, over draws of
    :math:`\delta` (so a lower bound, which more draws raise), for the same target and seed. `radius` is a share of the
    input's range, or of each column's spread where a background tells it. Passed below 1: a change that nobody would
    see should not change the map by more than its own size.

    References
    ----------
    Yeh, Hsieh, Suggala, Inouye, Ravikumar: On the (in)fidelity and sensitivity of explanations. arXiv:1901.09392
    (2019).
    """

    name: ClassVar[str] = "max_sensitivity"
    title: ClassVar[str] = "Max-sensitivity"
    sentence: ClassVar[str] = "How much the map changes at most when the input changes too little to be seen."
    paper: ClassVar[str] = "Yeh et al., arXiv:1901.09392 (2019)"
    high: ClassVar[float | None] = None
    better: ClassVar[str] = "lower"

    n_samples: int = parameter(4, "How many changes to try.", low=1, high=1000)
    radius: float = parameter(0.02, "How far each number may move, as a share of the range.", low=0.0, high=1.0)

    def why_not(self, subject: Subject) -> str | None:
        """Refuse words, which are there or not."""
        text = subject.inputs.text
        if text is not None and subject.inputs.vectors is None:
            return "Words cannot be changed a little."
        return super().why_not(subject)

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading after each map."""
        own, x, worst = known(subject.attribution.values), subject.inputs.x, 0.0
        size = float(np.linalg.norm(own))
        if not size:
            yield missing("The map is zero everywhere.")
            return
        reach = self.radius * _range(subject)
        what = "the input's range" if subject.background is None else "each column's spread"

        def moved(i: int) -> Tensor:
            share = torch.rand(x.shape, generator=row_generator(seed, i), dtype=torch.float64) * 2 - 1
            return x + share.to(x) * reach

        done = 0
        for maps in explain_each(subject, self.n_samples, moved):
            if not maps:
                yield None
                continue
            worst = max(worst, *(float(np.linalg.norm(other - own)) / size for other in maps))
            done += len(maps)
            most = f"{self.radius:.0%} of {what}"
            sentence = f"Changes of up to {most} changed the map by up to {worst:.0%}."
            passed = worst < 1 if done == self.n_samples else None
            yield Reading(worst, done, self.n_samples, passed=passed, sentence=sentence)


def _range(subject: Subject) -> Tensor:
    return subject.inputs.spread if subject.background is None else subject.background.std(0, correction=0)
