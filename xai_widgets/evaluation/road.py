"""ROAD: deletion without a trace of what was hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch

from xai_widgets.attribution.groups import row_generator
from xai_widgets.evaluation.base import ONE_PART, Metric, Reading, beside, register_metric
from xai_widgets.evaluation.chance import FEW
from xai_widgets.evaluation.imputing import impute
from xai_widgets.evaluation.orders import RANDOM, Orders
from xai_widgets.evaluations import Curve, beats
from xai_widgets.method import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.evaluation.subject import Subject

SHARES = (0.5, 0.1, 0.9, 0.3, 0.7)
"""Of the parts that are hidden, in the order in which they are tried."""


@register_metric
@dataclass(frozen=True, kw_only=True)
class Road(Metric):
    r"""Mean of :math:`p_{\text{least first}} - p_{\text{most first}}` when 10, 30, 50, 70 and 90 % are hidden, -1..1.

    What is hidden is filled by noisy linear imputation: each pixel is the weighted mean of its neighbours, plus a
    little noise, so that the shape of what was hidden tells the model nothing. A picture's parts are the cells of
    :class:`Deletion`, where the paper has pixels and the accuracy over a data set; this is the probability for one
    picture, and needs one. A map without meaning has 0. Quantus asks only whether the class stays the likeliest while
    the most important pixels are hidden.

    References
    ----------
    Rong, Leemann, Borisov, Kasneci, Kasneci: A consistent and efficient evaluation strategy for attribution methods.
    arXiv:2202.00449 (2022).
    """

    name: ClassVar[str] = "road"
    title: ClassVar[str] = "ROAD"
    sentence: ClassVar[str] = (
        "How much more probability is left when the least important parts are hidden than when the most important are."
    )
    paper: ClassVar[str] = "Rong et al., arXiv:2202.00449 (2022)"
    low: ClassVar[float | None] = -1.0

    n_random: int = parameter(10, "With how many random orders to compare.", low=4, high=100)
    noise: float = parameter(0.01, "Spread of what is added, as a share of the picture's range.", low=0.0, high=1.0)

    def why_not(self, subject: Subject) -> str | None:
        """Refuse what has no neighbouring pixels."""
        if subject.inputs.kind != "image":
            return "It needs a picture, whose hidden pixels can be made of those around them."
        if subject.valued:
            return "It needs a probability, and this is a score."
        return None if subject.parts.count > 1 else ONE_PART

    def run(self, subject: Subject, seed: int = 0) -> Iterator[Reading | None]:
        """Yield after each batch, and a reading whenever a share is known of all orders."""
        orders, count = Orders.of(subject, self.n_random, seed), subject.parts.count
        ways = len(orders.names)
        rows = [(i, first, way) for i in range(len(SHARES)) for first in (True, False) for way in range(ways)]

        def batch(some: slice) -> Tensor:
            hidden = []
            for i, first, way in rows[some]:
                gone = min(count - 1, max(1, round(SHARES[i] * count)))
                places = orders.places[way]
                hidden.append(places < gone if first else places >= count - gone)
            where = subject.parts.chosen(torch.stack(hidden))
            x = subject.inputs.x.expand(len(where), *subject.inputs.x.shape)
            spread = self.noise * subject.inputs.spread
            noise = torch.stack([torch.randn(x.shape[1:], generator=row_generator(seed, i)) for i in _each(some)])
            filled = impute(x, where) + torch.where(where, noise.to(x) * spread, 0)
            return subject.readout(subject.model.scores(filled))

        found = np.full(len(rows), np.nan)
        for some, said in subject.batches(len(rows), batch):
            found[some] = said.numpy()
            answers = found.reshape(len(SHARES), 2, ways)
            known = np.isfinite(answers).all((1, 2))
            yield (
                self._reading(orders, answers[known], np.array(SHARES)[known], (some.stop, len(rows)))
                if known.any()
                else None
            )

    def _reading(
        self, orders: Orders, answers: NDArray[np.float64], shares: NDArray[np.float64], work: tuple[int, int]
    ) -> Reading:
        ahead = (answers[:, 1] - answers[:, 0]).mean(0)
        is_random = np.array([name == RANDOM for name in orders.names])
        value, random, finished = float(ahead[0]), ahead[is_random], work[0] == work[1]
        better = beats(value, random, higher=True)
        words = "better than 19 of 20 of these" if better else "not better than 19 of 20 of these"
        place = np.argsort(shares)
        lines = {name: answers[:, 0, i] for i, name in enumerate(orders.names) if not is_random[i]}
        lines[RANDOM] = answers[:, 0, is_random].mean(1)
        curves = [Curve(name, *(one[place].astype(np.float32) for one in (shares, y))) for name, y in lines.items()]
        apart, mean = beside(value, float(random.mean()))
        sentence = f"The map and its opposite differ by {apart}, random orders by {mean} on average: {words}."
        passed = better if finished and orders.places.shape[1] > FEW else None
        tried = tuple(random.tolist())
        return Reading(value, *work, None, float(random.mean()), passed, sentence, tuple(curves), tried)


def _each(rows: slice) -> range:
    return range(rows.start, rows.stop)
