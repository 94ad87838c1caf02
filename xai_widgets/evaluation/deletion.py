"""Deletion and insertion: whether the score follows the order of the map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from xai_widgets.evaluation.base import ONE_PART, Metric, Reading, beside, missing, register_metric
from xai_widgets.evaluation.chance import FEW
from xai_widgets.evaluation.orders import Followed, Orders, follow
from xai_widgets.evaluations import RANKED
from xai_widgets.inputs import BASELINES
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xai_widgets.evaluation.subject import Subject

CAUTION = 1.5
"""The area of all points lies within this multiple of the last change in 95 of 100 cases on random networks."""

OF_PICTURES = 10
"""Random orders of a picture, by default: areas of many cells are spread as the normal distribution is."""


@dataclass(frozen=True, kw_only=True)
class OrderMetric(Metric):
    """Base of the two: the area under what the model says while parts go, or come."""

    n_steps: int = parameter(16, "Into how many steps the way from all to nothing is divided.", low=1, high=1000)
    n_random: int | None = parameter(
        None,
        "With how many random orders to compare; ten of a picture and nineteen of all else when empty.",
        low=4,
        high=100,
        optional=True,
    )
    baselines: Any = parameter(
        None,
        "What stands where nothing is shown; the usual one when empty.",
        choices=BASELINES,
        kind="baseline",
        optional=True,
    )

    usual: ClassVar[str]
    coming: ClassVar[bool]

    def why_not(self, subject: Subject) -> str | None:
        """Refuse inputs of one part, which have one order only."""
        return None if subject.parts.count > 1 else ONE_PART

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch of points."""
        bases = subject.nothing(self.baselines, self.usual, seed)
        # Of few parts one may decide alone: no normal distribution, but nineteen orders rank a map whatever it is.
        usual = OF_PICTURES if subject.inputs.kind == "image" else RANKED
        orders = Orders.of(subject, self.n_random or usual, seed)
        for one in follow(subject, orders, self.n_steps, lambda reached: subject.answers(reached ^ self.coming, bases)):
            followed = None if one is None else self._scaled(subject, one)
            if one is None:
                yield None
            elif followed is None:
                yield missing("The model says the same with everything hidden: there is nothing to lose.")
                return
            else:
                yield self._reading(followed, valued=subject.valued)

    def _scaled(self, subject: Subject, found: Followed) -> Followed | None:
        """Leave probabilities as they are; measure scores by their ends, 1 for all and 0 for nothing."""
        if not subject.valued:
            return found
        nothing, everything = (float(found.y[0, i]) for i in ((0, -1) if self.coming else (-1, 0)))
        if abs(everything - nothing) <= subject.model.rounding * max(abs(everything), abs(nothing)):
            return None
        return replace(found, y=(found.y - nothing) / (everything - nothing))

    def _reading(self, found: Followed, *, valued: bool) -> Reading:
        areas, random = found.areas, float(found.areas[found.random].mean())
        better, done = found.beats_chance(higher=self.coming), found.done == found.total
        words = "better than 19 of 20 of these" if better else "not better than 19 of 20 of these"
        rival = found.orders.rival
        own, mean, *others = beside(areas[0], random, *([] if rival is None else [areas[1]]))
        sentence = f"The area is {own}, and {mean} on average in random orders: {words}."
        if rival is not None:
            ahead = (areas[0] > areas[1]) if self.coming else (areas[0] < areas[1])
            than = "" if ahead else ", which is no worse than the map"
            sentence += f" Ranking by {rival} alone has {others[0]}{than}."
        return Reading(
            value=float(areas[0]),
            done=found.done,
            total=found.total,
            error=None if done or found.change is None else CAUTION * found.change,
            reference=random,
            passed=better if done and found.orders.places.shape[1] > FEW else None,
            sentence=sentence,
            curves=found.curves(),
            random=tuple(areas[found.random].tolist()),
            ranged=not valued,
        )


@register_metric
@dataclass(frozen=True, kw_only=True)
class Deletion(OrderMetric):
    r"""Area under the probability while parts are hidden, the most important by the map first.

    Passed where it is smaller than in random orders, with a chance of 1 in 20 to be wrong: by Student's t of pictures,
    by rank among nineteen of all else.

    Lower is better: what the map ranks highest should be missed soonest. A picture's parts are square cells, up to 16
    along its shorter side, and not single pixels as in the paper: scattered pixels make a picture that no network
    knows, whose score falls in any order. (Where cells are pixels, of one channel, it is Quantus' pixel flipping; that
    counts each channel by itself, and leaves out the whole picture.) For the same reason, random orders of a picture
    are the map's own pattern at other places.

    Of a model without probabilities, the score counts, as a share of its way from all to nothing: with
    :math:`\sum_i w_i x_i` and parts in the order :math:`\pi`, hiding :math:`k` leaves
    :math:`1 - \sum_{j \le k} w_{\pi_j} x_{\pi_j} / \sum_i w_i x_i`.

    References
    ----------
    Petsiuk, Das, Saenko: RISE. arXiv:1806.07421 (2018).

    Samek, Binder, Montavon, Bach, Müller: Evaluating the visualization of what a deep neural network has learned.
    arXiv:1509.06321 (2015).
    """

    name: ClassVar[str] = "deletion"
    title: ClassVar[str] = "Deletion"
    sentence: ClassVar[str] = (
        "The mean probability (else the share of the score) that is left while parts are hidden, the most "
        "important first."
    )
    paper: ClassVar[str] = "Petsiuk et al., arXiv:1806.07421 (2018)"
    better: ClassVar[str] = "lower"
    usual: ClassVar[str] = "zero"
    coming: ClassVar[bool] = False


@register_metric
@dataclass(frozen=True, kw_only=True)
class Insertion(OrderMetric):
    """Area under the probability while parts appear, the most important by the map first.

    Higher is better. A picture begins blurred, as in the paper; else as :class:`Deletion`.

    References
    ----------
    Petsiuk, Das, Saenko: RISE. arXiv:1806.07421 (2018).
    """

    name: ClassVar[str] = "insertion"
    title: ClassVar[str] = "Insertion"
    sentence: ClassVar[str] = (
        "The mean probability (else the share of the score) that is there while parts appear, the most important first."
    )
    paper: ClassVar[str] = "Petsiuk et al., arXiv:1806.07421 (2018)"
    usual: ClassVar[str] = "blur"
    coming: ClassVar[bool] = True
