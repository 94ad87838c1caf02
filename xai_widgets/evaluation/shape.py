"""How a map spreads its weight: numbers of the map alone, without the model."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.evaluation.base import Metric, Reading, missing, register_metric

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.evaluation.subject import Subject


@dataclass(frozen=True, kw_only=True)
class ShapeMetric(Metric):
    """Base of the two: a number of the sizes of all values, channels too."""

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield the one exact reading."""
        sizes = np.abs(np.nan_to_num(subject.attribution.values.astype(np.float64), posinf=0, neginf=0)).ravel()
        total = float(sizes.sum())
        yield self._of(np.sort(sizes) / total) if total else missing("The map is zero everywhere.")

    @abstractmethod
    def _of(self, shares: NDArray[np.float64]) -> Reading:
        """Read each value's share of the whole, in rising order."""


@register_metric
@dataclass(frozen=True, kw_only=True)
class Sparseness(ShapeMetric):
    r"""Gini index of the values' sizes: with shares :math:`s_1 \le \dots \le s_n`, :math:`\sum_i (2i - n - 1) s_i / n`.

    0 where all are equal, :math:`1 - 1/n` where one has all. It tells how short the explanation is, not whether it is
    right, so it has no bar.

    References
    ----------
    Chalasani, Chen, Chowdhury, Jha, Wu: Concise explanations of neural networks using adversarial training.
    arXiv:1810.06583 (2018).
    """

    name: ClassVar[str] = "sparseness"
    title: ClassVar[str] = "Sparseness"
    sentence: ClassVar[str] = "How unevenly the map's weight lies (Gini index): 0 where all values are equal in size."
    paper: ClassVar[str] = "Chalasani et al., arXiv:1810.06583 (2018)"

    def _of(self, shares: NDArray[np.float64]) -> Reading:
        n = len(shares)
        gini = max(0.0, float((2 * np.arange(1, n + 1) - n - 1) @ shares) / n)
        first = math.ceil(n / 10)
        weight = f"{shares[-first:].sum():.0%} of the map's weight"
        one = f"The largest of {n:,} values has {weight}."
        return Reading(gini, sentence=one if first == 1 else f"The {first:,} largest of {n:,} values have {weight}.")


@register_metric
@dataclass(frozen=True, kw_only=True)
class Complexity(ShapeMetric):
    r"""Entropy of the values' shares of the map, in nats: :math:`-\sum_i s_i \ln s_i`.

    0 where one value has all, :math:`\ln n` where all are equal; without a bar, as :class:`Sparseness`.

    References
    ----------
    Bhatt, Weller, Moura: Evaluating and aggregating feature-based model explanations. arXiv:2005.00631 (2020).
    """

    name: ClassVar[str] = "complexity"
    title: ClassVar[str] = "Complexity"
    sentence: ClassVar[str] = "Over how many values the map spreads its weight (entropy): 0 where one has it all."
    paper: ClassVar[str] = "Bhatt et al., arXiv:2005.00631 (2020)"
    better: ClassVar[str] = "lower"

    def _of(self, shares: NDArray[np.float64]) -> Reading:
        there = shares[shares > 0]
        entropy = max(0.0, -float(there @ np.log(there)))
        sentence = f"As if {math.exp(entropy):,.0f} of {len(shares):,} values shared the map equally."
        return Reading(entropy, sentence=sentence, high=math.log(len(shares)))
