"""A smooth guess of what coalitions are worth, whose Shapley values are known: chance has only what it misses."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

FIRST = 8
"""Pairs for each group from which on a guess is good enough to help."""

MORE = 1.25
"""A guess is made anew when there are so many times as many pairs: until then the last one predicts those that came."""

MOST = 1024
"""Pairs that a guess is made from: its cost goes with the third power."""

REACH = 8.0
"""How fast coalitions become unlike: those that differ in all groups are alike by exp(-REACH)."""

NOISE = 0.1
"""Variance of what is not smooth, as a share of what is."""

LINEAR = 100.0
"""Variance of the linear part as a multiple of the rest: so large that it is fitted freely."""

NODES = 32
"""More points of a quadrature change no digit."""


class SmoothGuess:
    r"""The worths of coalitions and complements as a Gaussian process, and the Shapley values of its mean.

    With complements, only the odd part of a game, half the difference of a pair, tells of Shapley values. Its
    covariance is :math:`\rho^m - \rho^{d-m}` for coalitions that differ in `m` of `d` groups, beside a linear part. A
    product over groups, such as :math:`\rho^m`, has its Shapley values in closed form, by one integral over the chance
    of each group to be shown. All of it is linear in the worths, with constants that do not depend on them.

    Parameters
    ----------
    count : int
        Number of groups.
    rise : float
        Worth of all groups less that of none.

    References
    ----------
    Witter, Liu, Musco: Regression-adjusted Monte Carlo Estimators for Shapley Values. arXiv:2506.11849 (2025).
    Owen: Multilinear Extensions of Games. Management Science 18 (1972).
    """

    def __init__(self, count: int, rise: float) -> None:
        self.count, self.rise = count, rise
        self.shares = torch.full((count,), rise / count, dtype=torch.float64)
        self._made_from = 0
        self._inside = self._outside = torch.empty(0, dtype=torch.float64)
        self._pull = torch.empty(0, dtype=torch.float64)
        self._signs = torch.empty(0, count, dtype=torch.float64)
        differ = torch.arange(count + 1, dtype=torch.float64)
        self._alike = (-REACH / count * differ).exp()
        self._alike = (self._alike - self._alike.flip(0)) / (1 - math.exp(-REACH))

    def at(self, shown: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
        """Guess the odd part of each pair's worth, with and without knowing it; `shares` are the guess's values.

        `shown` (pairs, groups) is 1 where a pair's first coalition shows a group, `odd` (pairs,) half of what that one
        is worth more than its complement: of more pairs than last time, after the same. All groups get the same where
        there are few pairs yet.
        """
        made_from = FIRST * self.count
        if made_from <= min(len(shown), MOST):
            while (more := int(made_from * MORE)) <= min(len(shown), MOST):
                made_from = more
            if made_from != self._made_from:
                self._make(shown[:made_from], odd[:made_from])
        signs = 2 * shown[len(self._inside) :] - 1
        even = self.rise / 2 * signs.mean(1)
        new = self._covariance(signs) @ self._pull if self._made_from else even
        self._inside, self._outside = torch.cat([self._inside, new]), torch.cat([self._outside, new])
        return self._inside, self._outside

    def _make(self, shown: Tensor, odd: Tensor) -> None:
        count, everyone = self.count, torch.ones(1, self.count, dtype=torch.float64)
        self._made_from, self._signs = len(shown), 2 * torch.cat([shown, everyone]) - 1
        wanted = torch.cat([odd, odd.new_tensor([self.rise / 2])])
        covariance = self._covariance(self._signs)
        noise = torch.full_like(wanted, NOISE)
        noise[-1] = 0.0  # the guess of everyone is right, so that all guesses share out the rise
        inverse = torch.linalg.inv(covariance + noise.diag())
        self._pull = inverse @ wanted
        self._inside = (covariance @ self._pull)[:-1]
        self._outside = odd - (self._pull / inverse.diagonal())[:-1]
        there, elsewhere = self._values()
        size = self._signs.gt(0).sum(1)
        values = torch.where(self._signs > 0, there[size, None], elsewhere[size, None])
        self.shares = self._pull @ (values + 2 * LINEAR / count * self._signs)

    def _covariance(self, signs: Tensor) -> Tensor:
        products = signs @ self._signs.T
        return self._alike[((self.count - products) / 2).round().long()] + LINEAR / self.count * products

    def _values(self) -> tuple[Tensor, Tensor]:
        """Return the Shapley values of likeness to a coalition, of the groups in it and not in it, by its size."""
        count, unlike = self.count, math.exp(-REACH / self.count)
        points, weights = np.polynomial.legendre.leggauss(min(count // 2 + 1, NODES))
        chance = torch.from_numpy((points + 1) / 2)
        scale = torch.from_numpy(weights) * (1 - unlike) / (1 - math.exp(-REACH))
        there, elsewhere = chance + (1 - chance) * unlike, chance * unlike + 1 - chance
        size = torch.arange(count + 1, dtype=torch.float64)[:, None]
        both = scale * there**size * elsewhere ** (count - size)
        return (both / there).sum(1), -(both / elsewhere).sum(1)
