"""What Kernel SHAP guesses of coalitions: the values are those of the guess, and no guess knows what it guesses."""

from __future__ import annotations

import math

import pytest
import torch
from attribution.games import distance
from attribution.nets import mlp, row

import xai_widgets as xai
from xai_widgets.attribution import smooth
from xai_widgets.attribution.coalitions import Pairs
from xai_widgets.attribution.smooth import SmoothGuess

COUNT, RISE = 8, 14.0


def pairs_of(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """All pairs of coalitions, and odd parts of worths with effects of three groups together."""
    pairs = Pairs(count, seed)
    shown = torch.stack([pairs[i] for i in range(pairs.total)]).double()
    signs = 2 * shown - 1
    return shown, signs.sum(1) + signs[:, :3].prod(1) - 2 * signs[:, 2:5].prod(1)


def shapley_values(worth: dict[tuple[int, ...], float]) -> torch.Tensor:
    """By the sum over all coalitions without each group."""
    values = torch.zeros(COUNT, dtype=torch.float64)
    for shown, score in worth.items():
        size = sum(shown)
        for i in range(COUNT):
            if not shown[i]:
                share = math.factorial(size) * math.factorial(COUNT - size - 1) / math.factorial(COUNT)
                values[i] += share * (worth[(*shown[:i], 1, *shown[i + 1 :])] - score)
    return values


def test_the_shares_are_the_shapley_values_of_the_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smooth, "MORE", 100.0)  # one guess, which says something of all coalitions
    shown, odd = pairs_of(COUNT)
    guess = SmoothGuess(COUNT, RISE)
    knowing, _ = guess.at(shown, odd)
    worth = {(0,) * COUNT: -RISE / 2, (1,) * COUNT: RISE / 2}
    for one, value in zip(shown.int(), knowing, strict=True):
        worth |= {tuple(one.tolist()): float(value), tuple((1 - one).tolist()): -float(value)}
    torch.testing.assert_close(guess.shares, shapley_values(worth), rtol=1e-9, atol=1e-9)
    assert float(guess.shares.sum()) == pytest.approx(RISE)
    assert float((odd - knowing)[80:].square().mean()) < 0.4 * float(odd.var())  # of those that it has not seen


def test_few_pairs_leave_it_at_equal_shares() -> None:
    shown, odd = pairs_of(COUNT)
    guess = SmoothGuess(COUNT, 3.0)
    knowing, unknowing = guess.at(shown[:60], odd[:60])
    torch.testing.assert_close(knowing, 3.0 * (shown[:60].mean(1) - 0.5))
    torch.testing.assert_close(unknowing, knowing)
    assert guess.shares.tolist() == pytest.approx([3 / COUNT] * COUNT)


def test_a_guess_does_not_know_what_it_guesses() -> None:
    shown, odd = pairs_of(COUNT)
    changed = odd.clone()
    changed[5] += 1000
    (_, before), (knowing, after) = (SmoothGuess(COUNT, 3.0).at(shown[:64], one[:64]) for one in (odd, changed))
    assert float(after[5]) == pytest.approx(float(before[5]), abs=1e-6)
    assert float(knowing[5]) > 100


def test_it_takes_chance_out_of_kernel_shap(monkeypatch: pytest.MonkeyPatch) -> None:
    squares: dict[int, float] = {8: 0.0, 10**9: 0.0}
    for first in squares:
        monkeypatch.setattr(smooth, "FIRST", first)
        for seed in range(8):
            model, x = mlp(12, seed=seed), row(12, seed=seed)
            true = xai.attribute(model, x, "exact_shapley", target=0).values
            found = xai.attribute(model, x, "kernel_shap", target=0, n_samples=480, tolerance=0.0, seed=seed)
            squares[first] += distance(true, found.values) ** 2
    assert squares[8] < 0.75 * squares[10**9]  # of the variance: as many samples as that fewer
