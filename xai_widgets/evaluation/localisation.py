"""Whether a map points where somebody says that it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.evaluation.base import LEVEL, Metric, Reading, missing, register_metric
from xai_widgets.evaluation.chance import elsewhere
from xai_widgets.evaluation.parts import resized
from xai_widgets.evaluations import beats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from xai_widgets.evaluation.subject import Subject

DRAWS = 50
"""Random maps to compare with."""


@dataclass(frozen=True, kw_only=True)
class LocalisationMetric(Metric):
    """Base of what needs a mask."""

    masked: ClassVar[bool] = True

    def why_not(self, subject: Subject) -> str | None:
        """Refuse to guess."""
        return "It needs mask=, which says where the map should point." if subject.mask is None else None


@register_metric
@dataclass(frozen=True, kw_only=True)
class PointingGame(LocalisationMetric):
    """Whether the largest value lies inside the mask: 1 or 0.

    The paper counts a hit up to 15 pixels outside the mask as well; here, as in Quantus, it does not count.

    References
    ----------
    Zhang, Lin, Brandt, Shen, Sclaroff: Top-down neural attention by excitation backprop. arXiv:1608.00507 (2016).
    """

    name: ClassVar[str] = "pointing_game"
    title: ClassVar[str] = "Pointing game"
    sentence: ClassVar[str] = "Whether the largest value lies where the map should point."
    paper: ClassVar[str] = "Zhang et al., arXiv:1608.00507 (2016)"

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield the one exact reading."""
        heat, mask = marked(subject)
        seen = heat[np.isfinite(heat)]
        if not seen.size or seen.max() == seen.min():
            yield missing(LEVEL)
            return
        hit = bool(mask.ravel()[int(np.argmax(heat))])
        share = float(mask.mean())
        sentence = (
            f"The largest value lies {'inside' if hit else 'outside'} the mask, which has {share:.0%} of the whole."
        )
        yield Reading(float(hit), reference=share, passed=hit, sentence=sentence)


@register_metric
@dataclass(frozen=True, kw_only=True)
class RelevanceMass(LocalisationMetric):
    """Share of the positive values that lies inside the mask, 0..1.

    Passed where it is more than 19 of 20 random maps have inside: a picture's own pattern at other places.

    References
    ----------
    Arras, Osman, Samek: CLEVR-XAI: A benchmark dataset for the ground truth evaluation of neural network explanations.
    arXiv:2003.07258 (2020).
    """

    name: ClassVar[str] = "relevance_mass"
    title: ClassVar[str] = "Relevance mass"
    sentence: ClassVar[str] = "Which share of the positive values lies where the map should point."
    paper: ClassVar[str] = "Arras et al., arXiv:2003.07258 (2020)"

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield the one exact reading."""
        heat, mask = marked(subject)
        positive = np.maximum(heat, 0)
        total = float(positive.sum())
        if not total:
            yield missing("The map has no positive values.")
            return
        value = float(positive[mask].sum()) / total
        # One at a time: a photo is large.
        moved = [elsewhere(positive, [seed * 1_000_003 + i])[0, mask].sum() / total for i in range(DRAWS)]
        passed, random = beats(value, np.array(moved), higher=True), float(np.mean(moved))
        words = "more than in 19 of 20 random maps" if passed else "not more than in 19 of 20 random maps"
        sentence = f"{value:.0%} of the positive values lie inside the mask, {words} ({random:.0%})."
        yield Reading(value, reference=random, passed=passed, sentence=sentence)


def marked(subject: Subject) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the map and the mask on one grid; what the model does not see of a photo is minus infinity."""
    found, mask = subject.attribution, subject.mask
    assert mask is not None, "refused without"
    if subject.inputs.kind == "image" and found.heat is not None:
        if mask.shape == subject.inputs.grid:
            laid = resized(torch.from_numpy(np.nan_to_num(found.heat)), subject.inputs.grid).numpy()
        else:
            laid = found.on_photo()
    else:
        laid = found.values
    return np.nan_to_num(laid.astype(np.float64), nan=-np.inf, posinf=0, neginf=-np.inf), mask
