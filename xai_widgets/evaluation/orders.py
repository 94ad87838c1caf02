"""Follow what the model says while parts are hidden or shown, in the order of a map and in other orders."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch

from xai_widgets.attribution.windows import spread_order
from xai_widgets.evaluation.parts import ranked
from xai_widgets.evaluations import Curve, beats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from xai_widgets.evaluation.subject import Subject

    Floats = NDArray[np.float64]

RANDOM = "random order"


@dataclass(frozen=True, eq=False)
class Orders:
    """Orders to follow: each part's place in them, (orders, count); this map's first, then its rival's, if any."""

    names: tuple[str, ...]
    places: Tensor

    @classmethod
    def of(cls, subject: Subject, n_random: int, seed: int) -> Orders:
        """Rank the parts by the map and by what it is compared with."""
        parts = subject.parts
        found = [("this map", ranked(parts.scores, seed))]
        if parts.rival is not None:
            found.append((parts.rival[0], ranked(parts.rival[1], seed)))
        own = [seed * 1_000_003 + 1 + i for i in range(n_random)]
        found += [(RANDOM, ranked(map_, one)) for map_, one in zip(parts.elsewhere(own), own, strict=True)]
        return cls(tuple(name for name, _ in found), torch.from_numpy(np.stack([one for _, one in found])))

    @property
    def rival(self) -> str | None:
        """What else the map is compared with."""
        return self.names[1] if self.names[1] != RANDOM else None


@dataclass(frozen=True, eq=False)
class Followed:
    """What the model has said so far, at the points that are known of all orders.

    Attributes
    ----------
    x : ndarray, shape (points,)
        Share of the parts that are hidden, or shown.
    y : ndarray, shape (orders, points)
    rank : ndarray, shape (points,)
        In which order they were asked for.
    done, total : int
        Inputs passed.
    """

    orders: Orders
    x: Floats
    y: Floats
    rank: NDArray[np.int64]
    done: int
    total: int

    @cached_property
    def areas(self) -> Floats:
        """Under each curve, by trapezoids."""
        return trapezoids(self.x, self.y)

    @cached_property
    def change(self) -> float | None:
        """By how much this map's area changed when the way was last divided, each time in the middle of all parts.

        None before it was twice.
        """
        halvings = (len(self.x) - 1).bit_length() - 1
        if halvings < 2:  # noqa: PLR2004
            return None
        coarse, fine = (self.rank <= 1 << one for one in (halvings - 1, halvings))
        now, before = (float(trapezoids(self.x[one], self.y[:1, one])[0]) for one in (fine, coarse))
        return abs(now - before)

    @cached_property
    def random(self) -> NDArray[np.bool_]:
        """Which orders are random."""
        return np.array([name == RANDOM for name in self.orders.names])

    def curves(self) -> tuple[Curve, ...]:
        """Return this map's curve, its rival's, and the mean of the random ones."""
        own = [(name, y) for name, y in zip(self.orders.names, self.y, strict=True) if name != RANDOM]
        every = [*own, (RANDOM, self.y[self.random].mean(0))]
        return tuple(Curve(name, self.x.astype(np.float32), y.astype(np.float32)) for name, y in every)

    def beats_chance(self, *, higher: bool) -> bool:
        """Tell whether this map's area is better than those of random orders."""
        return beats(float(self.areas[0]), self.areas[self.random], higher=higher)


def trapezoids(x: Floats, y: Floats) -> Floats:
    """Return the areas under curves, (orders,)."""
    areas: Floats = ((y[:, 1:] + y[:, :-1]) * np.diff(x)).sum(1) / 2
    return areas


def follow(
    subject: Subject, orders: Orders, steps: int, answers: Callable[[Tensor], Tensor]
) -> Iterator[Followed | None]:
    """Ask the model at evenly spread points of all orders, then at points between them.

    Parameters
    ----------
    subject : Subject
    orders : Orders
    steps : int
        Into how many the way is divided.
    answers : callable
        From the parts that have been reached, bool (n, count), to what the model says, float64 (n,).

    Yields
    ------
    Followed or None
        After each batch; None before there is more than the two ends.
    """
    count, ways = subject.parts.count, len(orders.names)
    steps = min(steps, count)
    reached = np.round(np.arange(steps + 1) * count / steps).astype(np.int64)
    # All orders share their ends, which are passed once.
    between = (spread_order(steps - 1) + 1).tolist() if steps > 1 else []
    rows = torch.tensor([(0, 0), (0, steps), *((way, point) for point in between for way in range(ways))])
    limits = torch.from_numpy(reached)[rows[:, 1]]
    found = np.full((ways, steps + 1), np.nan)
    rank = np.empty(steps + 1, np.int64)
    rank[[0, steps, *between]] = np.arange(steps + 1)

    def batch(some: slice) -> Tensor:
        return answers(orders.places[rows[some, 0]] < limits[some, None])

    for some, said in subject.batches(len(rows), batch):
        found[rows[some, 0].numpy(), rows[some, 1].numpy()] = said.numpy()
        found[:, [0, steps]] = found[0, [0, steps]]
        known = np.isfinite(found).all(0)
        ready = known.sum() > 2 or some.stop == len(rows)  # noqa: PLR2004
        told = (reached[known] / count, found[:, known], rank[known])
        yield Followed(orders, *told, some.stop, len(rows)) if ready else None
