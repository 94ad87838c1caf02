"""Integrals along a path by a trapezoid rule whose steps are split where the integrand changes most.

For the error of 50 points of a Gauss–Legendre rule it needs 27 to 45 on networks with ReLUs, the fewest where scores
are probabilities; on smooth ones as many down to errors of a percent, more below. Romberg's and Simpson's rules are
worse than the trapezoids they are made of below 65 points, that of Clenshaw and Curtis as good as Gauss's from 33 on.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from xai_widgets.attribution.points import Point, Points, cut
from xai_widgets.attribution.statistics import PART, Sketch, beyond, freedom, relative, wide
from xai_widgets.method import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xai_widgets.attribution.points import Values
    from xai_widgets.models import Model

TRUSTED = 8
"""Two refinements may agree by chance while they are coarse: the tolerance counts from so many steps on."""

SEEN = 16
"""So many even steps must have been taken before some are preferred: they tell where the integrand changes."""

SMOOTH = 0.25
"""Of how much the ends of steps differ, halving them has changed less where their errors cancel; by chance, 1 / 2."""

SHRINKS = 2**-1.5
"""The doubt of half a step as a share of the whole one's, where the integrand wanders like Brownian motion."""

GOLDEN = (5**0.5 - 1) / 2
ROUNDING = 1e-6
"""A completeness gap below this share of the scores is none."""

SPACINGS = ("adaptive", "even")


class Integral:
    r"""A Riemann–Stieltjes integral :math:`\int g \, dy`, from points of the path that come in any order.

    Attributes
    ----------
    places : list of float
        Of the points so far, sorted.
    """

    def __init__(self) -> None:
        self.places: list[float] = []
        self._sum: Values | None = None
        self._settled: Values | None = None  # the sum when the last round ended
        self._points = Points()
        self._seen: list[Point] = []
        self._doubts: list[float] = []  # of each step, how much its ends differ
        self._changes = Sketch()  # what each step that was halved in this round changed

    def add(self, place: float, y: Tensor, g: Tensor) -> None:
        """Take in a point between two others, or a second end."""
        at = bisect_left(self.places, place)
        self.places.insert(at, place)
        self._seen.insert(at, self._points.keep(y, g))
        if len(self._seen) == 1:
            if y.ndim == 0:
                self._sum = self._points.keep_values(g)
            return
        change = torch.empty_like(g, memory_format=torch.contiguous_format)
        if len(self._seen) == 2:  # noqa: PLR2004 -- both ends
            self._doubts, (first, second) = [0.0], self._seen
            for part in _parts(g.shape):
                (y0, g0), (y1, g1) = first.read(part), second.read(part)
                self._doubts[0] = math.hypot(self._doubts[0], _doubt(y1 - y0, g1 - g0))
                cut(change, part).copy_((g0 + g1) * (y1 - y0) / 2)
            self._sum = _written(self._sum, change, self._points)
            return
        assert self._sum is not None
        halves = [0.0, 0.0]
        for part in _parts(g.shape):
            (y0, g0), (y1, g1) = self._seen[at - 1].read(part), self._seen[at + 1].read(part)
            here, there = cut(y, part), cut(g, part)
            halves[0] = math.hypot(halves[0], _doubt(here - y0, there - g0))
            halves[1] = math.hypot(halves[1], _doubt(y1 - here, g1 - there))
            # (g0 + g) / 2 * (y - y0) + (g + g1) / 2 * (y1 - y), less what the step was before it was split.
            cut(change, part).copy_((g0 * (here - y1) + there * (y1 - y0) + g1 * (y0 - here)) / 2)
            self._sum.write(part, self._sum.read(part) + cut(change, part))
        self._doubts[at - 1 : at] = halves
        self._changes.add(change.reshape(1, -1))

    def values(self, *, settled: bool = False) -> Tensor | None:
        """Return the sum over steps of the mean of `g` at both ends times the change of `y`, or what it was settled at.

        From one point, `g` there, where `y` is the place on the path itself; None before there is any.
        """
        kept = self._settled if settled else self._sum
        return None if kept is None else kept.read().clone()

    def moved(self) -> float:
        """Return the norm of what has changed since the values were settled; infinite where they never were."""
        if self._sum is None or self._settled is None:
            return math.inf
        now, then = self._sum, self._settled
        return math.hypot(*(float((now.read(part) - then.read(part)).norm()) for part in _parts(now.shape)))

    def settle(self) -> Tensor:
        """End a round, and return the values."""
        values = self.values()
        assert values is not None
        self._settled = _written(self._settled, values, self._points)
        return values

    def plan(self, *, even: bool) -> list[float]:
        r"""Choose new points: in the middle of all steps, or of those whose ends differ most, half as many.

        The ends of a step of width h in which the integrand wanders at random differ by about :math:`\sqrt h`, and
        its error is h times that: so much is each half expected to be better when more than one point goes there.
        """
        count = 2 ** (len(self._doubts).bit_length() - 1)
        everywhere = even or len(self._doubts) < SEEN
        if len(self._doubts) > count or not everywhere:
            count //= 2
        # Equals are taken all over the path, not from one end.
        ties = [i * GOLDEN % 1 for i in range(len(self._doubts))]
        doubts = [0.0] * len(ties) if everywhere else self._doubts
        heap = [(-d, a - b, tie, a) for d, tie, a, b in zip(doubts, ties, self.places, self.places[1:], strict=False)]
        heapq.heapify(heap)
        chosen = []
        for _ in range(count):
            doubt, width, tie, a = heap[0]
            middle = a - width / 2
            chosen.append(middle)
            heapq.heapreplace(heap, (doubt * SHRINKS, width / 2, tie, a))
            heapq.heappush(heap, (doubt * SHRINKS, width / 2, tie, middle))
        return chosen

    def judge(self, points: list[float], change: float) -> tuple[float, bool]:
        r"""Bound the norm of the error, in 95 of 100 cases, and tell whether the errors of steps cancel.

        Where the integrand wanders at random between points that are known (a Brownian bridge), halving steps changes
        the values by :math:`\sqrt 3` times the error that the halves leave, and by half of what their ends differ. A
        step that was not halved has :math:`1 / \sqrt{12}` of what its ends differ as its error. A smooth integrand has
        less of both. How far the norm goes beyond what is expected depends on how many ways the errors point.

        Parameters
        ----------
        points : list of float
            Those of the round that has ended.
        change : float
            Norm of what they changed.
        """
        new = set(points)
        squares = [0.0, 0.0]
        for doubt, a, b in zip(self._doubts, self.places, self.places[1:], strict=False):
            squares[not (a in new or b in new)] += doubt**2
        halved, others = map(math.sqrt, squares)
        expected = math.hypot(change / math.sqrt(3), others / math.sqrt(12))
        free, self._changes = freedom(self._changes.rows), Sketch()
        return expected * beyond(free), change < SMOOTH * halved and others < change


def _parts(shape: torch.Size) -> Iterator[slice]:
    """Divide the first axis: of a photo's maps, what one point takes would be more than a pass of the network."""
    size = shape[0] if shape else 1
    step = max(1, PART * size // max(1, shape.numel()))
    return (slice(at, at + step) for at in range(0, size, step))


def _written(kept: Values | None, values: Tensor, points: Points) -> Values:
    """Write values in the place of others, if there are any."""
    if kept is None:
        return points.keep_values(values)
    kept.write(slice(None), values)
    return kept


def _doubt(width: Tensor, difference: Tensor) -> float:
    found = float((difference * width).norm())
    return math.inf if math.isnan(found) else found


class _Rise:
    """How far the score rises from one end of the path to the other."""

    def __init__(self, dtype: torch.dtype) -> None:
        self._tiny = max(ROUNDING, 8 * torch.finfo(dtype).eps)
        self._rise = self._scale = 0.0

    def see(self, places: Tensor, scores: Tensor) -> None:
        for place, score in zip(places.tolist(), scores.tolist(), strict=True):
            if place in {0, 1}:
                self._rise += score if place else -score
                self._scale = max(self._scale, abs(score))

    def gap(self, values: Tensor) -> float:
        """Return how much more the values sum to."""
        return float(values.sum()) - self._rise

    def missing(self, values: Tensor) -> float:
        """Return what the gap is at the least as an error of the values; 0 where it is rounding."""
        gap = abs(self.gap(values))
        return 0.0 if gap <= self._tiny * self._scale else gap / math.sqrt(values.numel())


def refine(
    model: Model,
    at: Callable[[Tensor, Tensor], tuple[Tensor, Tensor, Tensor]],
    base: Tensor,
    way: Tensor,
    *,
    n_steps: int,
    tolerance: float,
    spacing: str,
    whole: bool,
) -> Iterator[Estimate]:
    """Refine an integral along the straight line from `base` along `way` with ever more points; yield after each batch.

    New points are blended in while that is within the last doubt. The error is what `Integral.judge` bounds, and no
    less than the completeness gap proves.

    ``at(inputs, places)`` passes inputs (n, …) from places (n,) on the path, 0..1, and returns their scores (n,) and
    the rows of `y` and `g`. `base` is in the model's precision, `way` in at least single precision. `n_steps` is
    rounded down to 2, 3, 5, 9 …; if `whole`, the values must sum to the rise of the score.
    """
    most = 2 ** ((n_steps - 1).bit_length() - 1)
    integral, rise, points = Integral(), _Rise(base.dtype), [1.0, 0.0]
    doubt, error = math.inf, None

    def estimate(values: Tensor | None, total: int) -> Estimate:
        # The score's rise is known once both ends of the path have been seen.
        done = len(integral.places)
        if values is None:
            return Estimate(torch.empty(0), done, total, ready=False)
        return Estimate(values, done, total, error, rise.gap(values) if done > 1 else None)

    while True:
        places = torch.tensor(points, dtype=torch.float64)

        def batch(rows: slice, places: Tensor = places) -> tuple[Tensor, Tensor, Tensor]:
            here = places[rows].to(way)
            return at((wide(base) + here.reshape(-1, *[1] * way.ndim) * way).to(base), here)

        for rows, (scores, y, g) in model.batches(len(points), batch, "backward"):
            rise.see(places[rows], scores)
            for point in zip(points[rows], y, g, strict=True):
                integral.add(*point)
            del scores, y, g, point  # the next ones are made meanwhile
            if rows.stop < len(points):
                # The few points so far are worse than the round before where the gradient changes smoothly.
                yield estimate(integral.values(settled=not integral.moved() <= doubt), most + 1)
        steps, change = len(integral.places) - 1, integral.moved()
        values = integral.settle()
        even, missing = spacing == "even", rise.missing(values)
        if steps > 1:
            doubt, cancel = integral.judge(points, change)
            even |= cancel
            size = float(values.norm())
            # Nothing has been met yet, though the score has risen somewhere.
            unseen = size == 0 and missing > 0 and not whole
            error = None if unseen else relative(max(doubt, missing if whole else 0.0), size)
        trusted = steps >= TRUSTED or (error == 0 and (whole or not missing))
        enough = steps == most or (error is not None and trusted and error <= tolerance)
        yield estimate(values, steps + 1 if enough else most + 1)
        del values  # the next points are made meanwhile
        if enough:
            return
        points = integral.plan(even=even)
