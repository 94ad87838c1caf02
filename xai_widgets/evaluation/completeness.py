"""Completeness: whether the values add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from xai_widgets.evaluation.base import Metric, Reading, figures, missing, register_metric
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.evaluation.subject import Subject


@register_metric
@dataclass(frozen=True, kw_only=True)
class Completeness(Metric):
    r"""Gap between the sum of the values and what it should be, as a share of that: :math:`|\sum_i \phi_i - d| / |d|`.

    What it should be, :math:`d`, is the score, or its difference to the baseline's, as the method promises; the gap is
    what the method itself has found. 0 is best. A small gap does not make a map right: any other map of the same sum
    has it too. Quantus asks for equality to the last bit, which rounding denies to right maps.

    References
    ----------
    Sundararajan, Taly, Yan: Axiomatic attribution for deep networks. arXiv:1703.01365 (2017).
    """

    name: ClassVar[str] = "completeness"
    title: ClassVar[str] = "Completeness gap"
    sentence: ClassVar[str] = "How far the values miss the sum that their method promises, as a share of that sum."
    paper: ClassVar[str] = "Sundararajan et al., arXiv:1703.01365 (2017)"
    high: ClassVar[float | None] = None
    better: ClassVar[str] = "lower"

    most: float = parameter(0.05, "Passed up to this gap.", low=0.0, high=1.0)

    def why_not(self, subject: Subject) -> str | None:
        """Refuse methods without that promise."""
        return "This method does not promise any sum." if subject.attribution.gap is None else None

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield the one exact reading."""
        gap = subject.attribution.gap or 0.0
        total = float(np.nan_to_num(subject.attribution.values.astype(np.float64)).sum())
        promised = total - gap
        if abs(promised) <= abs(gap) * 1e-9:
            yield missing(
                f"The values should add up to 0, of which nothing is a share; they add up to {figures(total)}."
            )
            return
        value = abs(gap / promised) if gap else 0.0
        sentence = f"The values add up to {figures(total)} where it should be {figures(promised)}."
        yield Reading(value, passed=value <= self.most, sentence=sentence)
