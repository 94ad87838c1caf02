"""Shapley values: what each group of features adds, averaged over all orders in which groups may appear."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from xai_widgets.attribution.groups import Game, GroupMethod, Groups, row_generator
from xai_widgets.attribution.statistics import joint_error, relative
from xai_widgets.attribution.windows import spread_order
from xai_widgets.method import Estimate, parameter, register

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

MOST_GROUPS = 16
"""2^16 passes are the most that one waits for."""

CAUTION = 2.0
"""The true error, as a multiple of what the last two sizes of coalitions changed, stays below this in 95 of 100 random
networks."""

ENOUGH_PAIRS = 4
"""Fewer pairs of orders say too little of their spread."""


@dataclass(frozen=True, kw_only=True)
class ShapleyMethod(GroupMethod):
    """A method whose values sum to what the whole input adds to the baseline."""

    family: ClassVar[str] = "Shapley values"

    @staticmethod
    def _estimate(  # noqa: PLR0917
        game: Game, values: Tensor, rise: float, done: int, total: int, error: float | None, *, ready: bool = True
    ) -> Estimate:
        gap = float(values.sum()) - rise
        return Estimate(game.groups.place(values, game.x), done, total, error, gap, game.notes, ready=ready)


@dataclass(frozen=True, kw_only=True)
class SampledShapley(ShapleyMethod):
    """A method that draws coalitions at random; words of a long text are joined into some hundred spans."""

    joins: ClassVar[bool] = True

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of coalitions; only whole pairs count."""
        game = self.game(model, inputs, target, seed)
        nothing, everything = game.ends()
        if game.groups.count == 1:
            rise = everything - nothing
            yield self._estimate(game, torch.tensor([rise]), rise, 1, 1, None)
            return
        yield from self._sampled(game, seed, nothing, everything)

    @abstractmethod
    def _sampled(self, game: Game, seed: int, nothing: float, everything: float) -> Iterator[Estimate]:
        """Do the same for two groups or more, when the worths of none and of all are known."""


@register
@dataclass(frozen=True, kw_only=True)
class ExactShapley(ShapleyMethod):
    r"""Shapley values from all coalitions of at most 16 groups.

    .. math:: \phi_i = \frac{1}{d} \sum_{s=0}^{d-1} \left( \operatorname*{mean}_{|S|=s+1,\, i \in S} F(x_S)
        - \operatorname*{mean}_{|S|=s,\, i \notin S} F(x_S) \right)

    :math:`x_S` shows the groups in `S` and the baseline elsewhere. Small and large coalitions come first; sizes that
    have not come yet are taken to lie between the nearest ones that have. The error is twice what the last two sizes
    changed; exact at the end.

    References
    ----------
    Shapley: A Value for n-Person Games. Contributions to the Theory of Games 2 (1953).
    Lundberg, Lee: A Unified Approach to Interpreting Model Predictions. arXiv:1705.07874 (2017).
    """

    name: ClassVar[str] = "exact_shapley"
    title: ClassVar[str] = "Exact Shapley values"
    sentence: ClassVar[str] = "What does each group add on average, whichever groups are there already?"

    n_segments: int = parameter(
        9, "How many superpixels, segments or boxes the input is cut into, at most.", low=2, high=MOST_GROUPS
    )

    def why_not(self, model: Model, inputs: Inputs) -> str | None:
        """Refuse more groups than can be enumerated."""
        if self.feature_mask is not None:
            count = Groups.of(inputs, self.feature_mask, self.n_segments).count
        else:
            # Superpixels take long to find, and are never more.
            count = sum(
                self.n_segments if one.kind == "image" else Groups.of(one, None, self.n_segments).count
                for one in inputs.pieces().values() or [inputs]
            )
        if count <= MOST_GROUPS:
            return None
        return f"It tries all coalitions of at most {MOST_GROUPS} groups, here are {count}: join some by feature_mask."

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of coalitions."""
        game = self.game(model, inputs, target, seed)
        count = game.groups.count
        coalitions = _all_coalitions(count, seed)
        total = len(coalitions)
        scale = game.groups.sizes.sqrt()
        # Sums of the worths and numbers of coalitions, by size and by member.
        worths, numbers = torch.zeros(2, count + 1, count, 2, dtype=torch.float64)
        rise, before, error = 0.0, None, None
        levels = 0
        for rows, worth in model.batches(total, lambda rows: game.worth(coalitions[rows])):
            with_each = coalitions[rows].double()
            both = torch.stack([with_each, 1 - with_each], dim=-1)
            sizes = coalitions[rows].sum(1)
            worths.index_add_(0, sizes, both * worth[:, None, None])
            numbers.index_add_(0, sizes, both)
            means = worths / numbers  # NaN where no coalition has come yet
            added = means[1:, :, 0] - means[:-1, :, 1]
            below, above = _whole_sizes(count, rows.stop)
            if not below and rows.stop < total:
                yield self._estimate(game, torch.zeros(count), rise, rows.stop, total, None, ready=False)
                continue
            rise = float(means[count, 0, 0] - means[0, 0, 1])
            for level in range(levels + 1, above + 1):
                now = _between(added, level, level)
                if before is not None:
                    size = float((now * scale).norm())
                    error = relative(CAUTION * float(((now - before) * scale).norm()), size)
                before, levels = now, level
            done = rows.stop == total
            values = added.mean(0) if done else _between(added, below, above)
            yield self._estimate(game, values, rise, rows.stop, total, None if done else error)


def _whole_sizes(count: int, seen: int) -> tuple[int, int]:
    """How many sizes of coalitions from 1 up, and from `count` - 1 down, are complete when the first `seen` are."""
    whole, needed = [0, 0], 2
    for rank in range(2, count + 1):
        needed += math.comb(count, rank // 2)
        whole[rank % 2] += seen >= needed
    return whole[0], whole[1]


def _between(added: Tensor, below: int, above: int) -> Tensor:
    """Mean of what each group adds (sizes, groups), where only the first and last sizes are known."""
    known = [added[:below], added[len(added) - above :]]
    nearest = torch.stack([side[at] for side, at in zip(known, (-1, 0), strict=True) if len(side)])
    missing = len(added) - below - above
    total: Tensor = known[0].sum(0) + known[1].sum(0) + missing * nearest.mean(0)
    return total / len(added)


@register
@dataclass(frozen=True, kw_only=True)
class ShapleySampling(SampledShapley):
    r"""Shapley values from random orders: what each group adds when groups appear one after the other.

    .. math:: \phi_i = E_\pi [F(x_{\pi \text{ up to } i}) - F(x_{\pi \text{ before } i})]

    Each order comes with its reverse (antithetic pairs), so that effects of pairs of groups cancel exactly; an odd
    `n_samples` is rounded up. The error is the standard error over pairs. Every pair sums to the rise of the score.
    The first pair is looked at in few places before many: groups between two of them share what they add together.

    References
    ----------
    Castro, Gómez, Tejada: Polynomial calculation of the Shapley value based on sampling. Comput. Oper. Res. 36 (2009).
    Mitchell et al.: Sampling Permutations for Shapley Value Estimation. arXiv:2104.12199 (2021).
    """

    name: ClassVar[str] = "shapley_sampling"
    title: ClassVar[str] = "Shapley sampling"
    sentence: ClassVar[str] = "What does each group add on average, when groups appear in random order?"

    n_samples: int = parameter(50, "How many orders of the groups at most.", low=1, high=10_000)
    tolerance: float = parameter(0.1, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)

    def _sampled(self, game: Game, seed: int, nothing: float, everything: float) -> Iterator[Estimate]:
        count, rise = game.groups.count, everything - nothing
        pairs = -(-self.n_samples // 2)
        each = 2 * (count - 1)
        total = pairs * each
        worths = torch.empty(0, dtype=torch.float64)
        added = torch.empty(0, count, dtype=torch.float64)

        # The first pair is soon a picture where somebody watches. Else those of which none can be the last go together.
        # All go by how much they show: the texts of a batch are then about as long as each other.
        watched, falling = game.model.paces.watched, torch.arange(count - 1, 0, -1)
        many = 1 if watched else min(pairs, ENOUGH_PAIRS) if self.tolerance else pairs
        places = [spread_order(count)[1:] if watched else falling, falling]

        orders: list[Tensor] = []

        def shares(worths: Tensor) -> Tensor:
            return _shared(worths, places[0], orders[0], nothing, everything)

        def batch(rows: slice) -> Tensor:
            row = torch.arange(rows.start, rows.stop)
            together = row < many * each
            visit, pair = row % each, row // each
            visit, pair = torch.where(together, row // many, visit), torch.where(together, row % many, pair)
            orders.extend(_order(count, seed, one) for one in range(len(orders), 1 + int(pair.max())))
            ranks = torch.stack(orders[int(pair.min()) :]).argsort(1)[pair - pair.min()]
            ranks = torch.where((visit % 2 == 1)[:, None], count - 1 - ranks, ranks)
            return game.worth(ranks < torch.stack(places)[(pair > 0).long(), visit // 2, None])

        # A batch ends with each pair, so that where a tolerance is met does not depend on the batches' size.
        for rows, worth in game.model.batches(total, batch, align=each if self.tolerance else None):
            worths = torch.cat([worths, worth])
            while len(worths) >= each * (now := 1 if len(added) else many):
                whole, worths = worths[: each * now].reshape(each, now).T, worths[each * now :]
                these = orders[len(added) : len(added) + now]
                added = torch.cat([added, _added(whole, places[len(added) > 0], these, nothing, everything)])
            values, error = added.mean(0) if len(added) else shares(worths[::many]), None
            if len(added) >= ENOUGH_PAIRS:
                error = joint_error(torch.cov(added.T) / len(added), values, game.groups.sizes, len(added))
            enough = error is not None and error <= self.tolerance and not len(worths)
            yield self._estimate(game, values, rise, rows.stop, rows.stop if enough else total, error)
            if enough:
                return


def _all_coalitions(count: int, seed: int) -> Tensor:
    """Every coalition once: nothing and everything, then by size from both ends, in random order within a size."""
    numbers = torch.arange(2**count)
    members = (numbers[:, None] >> torch.arange(count)) & 1
    size = members.sum(1)
    shuffled = torch.randperm(len(numbers), generator=row_generator(seed, 0))
    rank = 2 * torch.minimum(size, count - size) + (2 * size > count)
    return members[shuffled[rank[shuffled].argsort(stable=True)]].bool()


def _order(count: int, seed: int, pair: int) -> Tensor:
    return torch.randperm(count, generator=row_generator(seed, pair))


def _added(worths: Tensor, places: Tensor, orders: Sequence[Tensor], nothing: float, everything: float) -> Tensor:
    """Return what each group added in each of several orders (orders, groups), as the mean of both directions.

    The worths (orders, visits) are those of all visits, in turn there and back.
    """
    ways = worths.reshape(len(worths), -1, 2).transpose(1, 2)[..., places.argsort()]
    ends = [worths.new_full((*ways.shape[:2], 1), one) for one in (nothing, everything)]
    there, back = torch.cat([ends[0], ways, ends[1]], dim=2).diff().unbind(1)
    return torch.empty_like(there).scatter_(1, torch.stack(list(orders)), (there + back.flip(1)) / 2)


def _shared(worths: Tensor, places: Tensor, order: Tensor, nothing: float, everything: float) -> Tensor:
    """Do the same for the first visits of one order: groups that appeared between two of them get equal shares."""
    count = len(order)
    added = torch.zeros(count, dtype=torch.float64)
    directions = [one for one in (worths[::2], worths[1::2]) if len(one)]
    for back, seen in enumerate(directions):
        known = {0: nothing, count: everything} | dict(zip(places.tolist(), seen.tolist(), strict=False))
        at = sorted(known)
        path = np.interp(np.arange(count + 1), at, [known[one] for one in at])
        added[order.flip(0) if back else order] += torch.from_numpy(np.diff(path)) / len(directions)
    return added
