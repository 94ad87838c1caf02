"""Surrogates: a linear model of which groups are shown, fitted to the scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from xai_widgets.attribution.coalitions import Pairs
from xai_widgets.attribution.coarse import alike, lies
from xai_widgets.attribution.fit import fit, left_out
from xai_widgets.attribution.groups import Game, GroupMethod, row_generator
from xai_widgets.attribution.shapley import SampledShapley
from xai_widgets.attribution.smooth import SmoothGuess
from xai_widgets.attribution.statistics import CHECKED, joint_error, most_likely, relative
from xai_widgets.method import Estimate, parameter, register
from xai_widgets.models.left_out import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xai_widgets.inputs import Inputs
    from xai_widgets.models import Model, Target

CAUTION = 1.3
"""Misses of few pairs err together: on random networks the bound must be wider by this to hold in 95 of 100 cases."""

RIDGES = (1.0, 5.0, 25.0)
"""Penalties beside the one that is asked for, while samples are few."""

TWO_PAIRS = 4


@register
@dataclass(frozen=True, kw_only=True)
class KernelShap(SampledShapley):
    r"""Shapley values as the weighted linear fit to the worths of coalitions.

    .. math:: \min_\phi \sum_{0 < |S| < d} \frac{d - 1}{\binom{d}{|S|} |S| (d - |S|)}
        \left( F(x_S) - F(x_\emptyset) - \sum_{i \in S} \phi_i \right)^2
        \quad \text{with} \quad \sum_i \phi_i = F(x) - F(x_\emptyset)

    Coalitions are drawn by their weight, each with its complement and none twice, so that the smallest and largest
    sizes are soon complete; where `n_samples` reaches all of them, all are taken and the result is exact. From 16
    coalitions a group on, what is fitted is only what a smooth guess of the others' worths misses, whose own Shapley
    values are known (regression adjustment; a guess of a coalition never knows its own worth). The error comes from the
    spread of the residuals over pairs of sizes that are not complete; of less than two pairs a group, from how far the
    fit to all others misses each.

    References
    ----------
    Lundberg, Lee: A Unified Approach to Interpreting Model Predictions. arXiv:1705.07874 (2017).
    Covert, Lee: Improving KernelSHAP. arXiv:2012.01536 (2021).
    Witter, Liu, Musco: Regression-adjusted Monte Carlo Estimators for Shapley Values. arXiv:2506.11849 (2025).
    """

    name: ClassVar[str] = "kernel_shap"
    title: ClassVar[str] = "Kernel SHAP"
    sentence: ClassVar[str] = "Which share of the score does a fair split give to each group?"

    n_samples: int = parameter(1024, "How many coalitions of groups at most.", low=1, high=100_000)
    tolerance: float = parameter(0.1, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)

    def _sampled(self, game: Game, seed: int, nothing: float, everything: float) -> Iterator[Estimate]:
        count, rise = game.groups.count, everything - nothing
        pairs, smooth = Pairs(count, seed), SmoothGuess(count, rise)
        wanted = -(-self.n_samples // 2)
        everyone = wanted >= pairs.total
        total = 2 * min(wanted, pairs.total)

        def batch(rows: slice) -> tuple[Tensor, Tensor]:
            drawn = [(pairs[row // 2], row % 2) for row in range(rows.start, rows.stop)]
            coalitions = torch.stack([~shown if other else shown for shown, other in drawn])
            return coalitions, game.worth(coalitions)

        seen, worths = torch.empty(0, count, dtype=torch.float64), torch.empty(0, dtype=torch.float64)
        for rows, (coalitions, worth) in game.model.batches(total, batch, align=CHECKED if self.tolerance else None):
            seen, worths = torch.cat([seen, coalitions.double()]), torch.cat([worths, worth])
            whole = len(worths) // 2
            if not whole:
                yield self._estimate(game, torch.zeros(count), rise, rows.stop, total, None, ready=False)
                continue
            first = seen[: 2 * whole : 2]
            weights, missing = pairs.weigh(whole)
            odd = (worths[: 2 * whole : 2] - worths[1 : 2 * whole : 2]) / 2
            knowing, unknowing = smooth.at(first, odd)
            # Those of a size that have not come are missed as those are that came, where it does not know them.
            guess = knowing + missing * (unknowing - knowing)
            columns = first - first.mean(1, keepdim=True)  # so that the smallest fit sums to zero
            values, error = fit(columns, odd - guess, weights).coefficients + smooth.shares, None
            covariance = fit(columns, odd - unknowing, weights, missing=missing).covariance
            exact = everyone and rows.stop == total
            if covariance is not None and not exact:
                chance = int((missing > 0).sum())
                error = joint_error(covariance, values, game.groups.sizes, max(2, chance - count + 1))
            enough = error is not None and error <= self.tolerance and rows.stop % CHECKED == 0 and not everyone
            if covariance is None and not exact:  # looked at too often to stop by
                error = _error_of_few(columns, odd - unknowing, weights, values, game.groups.sizes)
            yield self._estimate(game, values, rise, rows.stop, rows.stop if enough else total, error)
            if enough:
                return


def _error_of_few(columns: Tensor, targets: Tensor, weights: Tensor, values: Tensor, sizes: Tensor) -> float | None:
    """Bound the relative error of a fit to few pairs, by how it misses those that are left out.

    None for one pair, or where nothing is missed. `sizes` are the groups' numbers of cells.
    """
    pairs, count = columns.shape
    if pairs == 1:
        return None
    along = float((weights[:, None] * columns.square()).sum()) / (count - 1)
    missed = float(left_out(columns, targets, weights).square().sum())
    # As many as there are directions are fitted exactly: only what comes beyond them tells of what that is worth.
    return _bound(missed / along, pairs if pairs < count else pairs - count + 1, values, sizes)


def _bound(away: float, freedom: float, values: Tensor, sizes: Tensor) -> float | None:
    """Bound the relative error in 95 of 100 cases.

    Coalitions tell alike of all directions: the mean square of what is missed is at least the squared distance from the
    truth, times a coalition's mean square along each.
    """
    bound = CAUTION * math.sqrt(away * most_likely(freedom) * float(sizes.mean()))
    return relative(bound, float((values * sizes.sqrt()).norm())) if away > 0 else None


class _Few:
    """Too few pairs of pictures for a fit to know its own spread.

    `ways` (groups, columns) are what coefficients are made of: how far they may stray, together and alone.
    """

    def __init__(self, seen: Tensor, worths: Tensor, weights: Tensor, ways: Tensor) -> None:
        self._seen, self._worths, self._weights, self._ways = seen, worths, weights, ways

    def best(self, ridges: Sequence[float]) -> float:
        """Return the penalty with which pairs that are left out are missed the least."""
        if len(self._seen) < TWO_PAIRS:
            return ridges[0]
        return min(ridges, key=lambda one: float(self._missed(one).square().sum()))

    def fit(self, ridge: float) -> Tensor:
        """Return the coefficients."""
        columns = torch.cat([self._seen @ self._ways, torch.ones(len(self._seen), 1, dtype=torch.float64)], dim=1)
        penalties = torch.full(columns.shape[1:], ridge, dtype=torch.float64)
        penalties[-1] = 0.0
        targets = self._worths - self._worths[0]
        return self._ways @ fit(columns, targets, self._weights, penalties).coefficients[:-1]

    def error(self, ridge: float, heard: float, values: Tensor, sizes: Tensor) -> float | None:
        """Bound the relative error by how the fit misses pairs that are left out; None of one pair."""
        if len(self._seen) < TWO_PAIRS:
            return None
        seen, _, weights = self._whole()
        columns = seen - weights @ seen / weights.sum()
        along = float((weights[:, None] * columns.square()).sum()) / seen.shape[1]
        return _bound(float(self._missed(ridge).square().sum()) / along, max(1.0, heard), values, sizes)

    def _whole(self) -> tuple[Tensor, Tensor, Tensor]:
        """Leave out a picture whose other one has not come."""
        even = len(self._seen) // 2 * 2
        return self._seen[:even], self._worths[:even], self._weights[:even]

    def _missed(self, ridge: float) -> Tensor:
        seen, worths, weights = self._whole()
        mean, columns = weights / weights.sum(), seen @ self._ways
        return left_out(columns - mean @ columns, worths - mean @ worths, weights, ridge, together=2)


@register
@dataclass(frozen=True, kw_only=True)
class Lime(GroupMethod):
    r"""Coefficients of a linear model fitted to the scores around the input.

    .. math:: \min_{\beta_0, \beta} \sum_z e^{-D(z)^2 / 2 w^2} \left( F(x_z) - \beta_0 - \sum_i \beta_i z_i \right)^2
        + \lambda \lVert \beta \rVert^2

    Each of `n_samples` pictures shows every group with probability 1/2, every second one what the last one hid: effects
    of two groups together then disturb theirs alone less; :math:`D = 1 - \sqrt{|z| / d}` is the cosine distance from
    showing all, `w` the `kernel_width`, as in the lime library (Captum's measures how far the input itself moves, and
    fits a lasso). A note says which share of the variance the fit explains: where it is small, the coefficients say
    little. The error is that of drawing, not that of being linear; from the second pair on it is told by how the fit to
    all other pairs misses each, until there are two a coefficient. Until then, groups that lie beside each other are
    expected to act alike, and :math:`\lambda` is what misses those pairs the least: the first picture is a coarse one.
    Words of a long text are joined into some hundred spans. Pictures for which the model fails are left out, which a
    note says; a group that all others show, or hide, is NaN.

    References
    ----------
    Ribeiro, Singh, Guestrin: "Why Should I Trust You?" arXiv:1602.04938 (2016).
    """

    name: ClassVar[str] = "lime"
    title: ClassVar[str] = "LIME"
    family: ClassVar[str] = "Surrogates"
    sentence: ClassVar[str] = "How does a simple linear model imitate this one around the input?"
    joins: ClassVar[bool] = True

    n_samples: int = parameter(1000, "How many pictures with hidden groups at most.", low=1, high=100_000)
    kernel_width: float = parameter(
        0.25, "How fast pictures count less, the more is hidden.", low=0.05, high=10.0, step=0.05
    )
    ridge: float = parameter(0.01, "How strongly coefficients are drawn towards zero.", low=0.0, high=100.0, step=0.01)
    tolerance: float = parameter(0.1, "Stop when the estimated error falls below this.", low=0.0, high=1.0, step=0.01)

    def run(self, model: Model, inputs: Inputs, target: Target, seed: int = 0) -> Iterator[Estimate]:
        """Yield after each batch of samples."""
        game = self.game(model, inputs, target, seed)
        count = game.groups.count

        def batch(rows: slice) -> tuple[Tensor, Tensor]:
            drawn = [
                (torch.rand(count, generator=row_generator(seed, row // 2)) < 1 / 2) ^ bool(row % 2)
                for row in range(rows.start, rows.stop)
            ]
            coalitions = torch.stack(drawn)
            return coalitions.double(), game.tried(failing, coalitions)

        failing = LeftOut()
        seen, worths = torch.empty(0, count, dtype=torch.float64), torch.empty(0, dtype=torch.float64)
        ridge = torch.tensor([self.ridge] * count + [0.0], dtype=torch.float64)
        ways = alike(game.groups) if lies(inputs) else torch.eye(count, dtype=torch.float64)
        for rows, (coalitions, worth) in model.batches(
            self.n_samples, batch, align=CHECKED if self.tolerance else None
        ):
            answered = ~worth.isnan() | (not failing.count)
            seen, worths = torch.cat([seen, coalitions[answered]]), torch.cat([worths, worth[answered]])
            # Of what is never hidden, or always, among those that were answered, nothing is known.
            unknown = (seen == seen[:1]).all(0) & bool(failing.count)
            if unknown.all():
                if rows.stop == self.n_samples and failing.error is not None:
                    raise failing.error
                yield Estimate(game.x, rows.stop, self.n_samples, ready=False)
                continue
            distance = 1 - (seen.sum(1) / count).sqrt()
            weights = (-distance.square() / (2 * self.kernel_width**2)).exp()
            columns = torch.cat([seen, torch.ones(len(seen), 1, dtype=torch.float64)], dim=1)
            # From the first score on, so that a large offset costs no digits.
            found = fit(columns, worths - worths[0], weights, ridge, together=1 if failing.count else 2)
            values = found.coefficients[:-1]
            # Pairs that count little tell little of the spread.
            heard = float(weights.sum() ** 2 / weights.square().sum()) / 2
            if found.covariance is None:
                few, penalty = _Few(seen, worths, weights, ways), self.ridge
                if rows.stop < self.n_samples:
                    penalty = few.best([self.ridge, *(one for one in RIDGES if one > self.ridge)])
                    values = few.fit(penalty)
                else:
                    few = _Few(seen, worths, weights, torch.eye(count, dtype=torch.float64))
                error = few.error(penalty, heard, values, game.groups.sizes)
                if error is not None:  # looked at too often to stop by
                    error = max(error, math.nextafter(self.tolerance, math.inf))
            else:
                spread = found.covariance[:-1, :-1]
                error = joint_error(spread, values, game.groups.sizes, max(2, int(heard) - count))
            enough = error is not None and error <= self.tolerance and rows.stop % CHECKED == 0
            notes = (f"The linear fit explains {max(0.0, found.explained):.0%} of the score's variance.", *game.notes)
            notes = (*notes, *failing.notes)
            yield Estimate(
                game.groups.place(values.masked_fill(unknown, math.nan), game.x),
                rows.stop,
                rows.stop if enough else self.n_samples,
                error,
                notes=notes,
            )
            if enough:
                return
