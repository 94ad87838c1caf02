"""Draws that lie evenly: where they lie, what they gain, and that their errors are honest from the first few on."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from attribution import truths
from attribution.test_honest_errors import run, share_of_stated

from xai_widgets.attribution import statistics, stratified
from xai_widgets.attribution.groups import row_generator
from xai_widgets.attribution.stratified import Paths, mirrored

SAMPLES = (4, 8, 16, 32, 64, 256)
NETWORKS = 60


def given(count: int) -> torch.Tensor:
    return torch.randn(count, truths.FEATURES, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def strata(places: list[float], parts: int) -> list[int]:
    return sorted(int(place * parts) for place in places)


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("seed", range(4))
def test_so_many_points_so_many_strata(count: int, seed: int) -> None:
    places = [Paths(count, seed).place(one) for one in range(64 * count)]
    for path in range(count):
        for parts in (1, 2, 4, 16, 64):
            one = places[path::count]
            assert strata(one[:parts], parts) == list(range(parts))
            assert strata(one[64 - parts :], parts) == list(range(parts))
    assert strata(places[:count][:4], len(places[:count][:4])) == list(range(min(4, count)))
    assert len({int(place * 2**30) for place in places}) == len(places)
    assert places != [Paths(count, seed + 10).place(one) for one in range(64 * count)]


def test_pairs_of_opposite_starts_are_at_the_same_place() -> None:
    places = [Paths(0, 3).place(one) for one in range(64)]
    assert places[::2] == places[1::2]
    assert strata(places[::2], 32) == list(range(32))


def test_a_place_is_anywhere_with_the_same_chance() -> None:
    for one in (0, 1, 5, 6):
        found = np.sort([Paths(1, seed).place(one) for seed in range(400)])
        assert abs(found - np.linspace(0, 1, 400)).max() < 0.09, one  # Kolmogorov and Smirnov, of 1 in 300


def test_the_error_is_honest_from_four_points_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)
    shares: dict[int, list[float]] = {}
    stated: dict[int, list[float]] = {1: [], 4: [], 30: []}
    for seed in range(NETWORKS):
        model, x = truths.dense(seed)
        count = list(stated)[seed % 3]
        baselines = given(count)
        truth = truths.along_paths(model, x, baselines, 256 // count + 32).detach()
        for samples in SAMPLES:
            asked = {"n_samples": samples, "tolerance": 0.0, "baselines": baselines}
            last = run("expected_gradients", model, x, 256, seed, **asked)[-1]
            shares.setdefault(samples, []).append(share_of_stated(last, truth))
        stated[count].append(last.error)
    for samples, found in shares.items():
        assert np.mean(np.array(found) <= 1) >= 0.9, samples
    # Of points that are drawn each by itself: 0.05, 0.15 and 0.15.
    for most, found in zip((0.002, 0.02, 0.1), stated.values(), strict=True):
        assert np.median(found) < most


def independent_place(paths: Paths, row: int) -> float:
    return float(torch.rand(1, generator=row_generator(paths.seed, row)))


@pytest.mark.parametrize(
    ("method", "params", "gain"),
    [
        ("expected_gradients", {"baselines": given(1)}, 0.1),
        ("expected_gradients", {"baselines": given(6)}, 0.25),
        ("smooth_grad", {}, 0.7),
    ],
)
def test_it_takes_chance_out(
    method: str, params: dict[str, torch.Tensor], gain: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The median of how far off the map is, beside that of independent draws."""
    monkeypatch.setattr("xai_widgets.models.pace.Pace.learn", lambda *_: None)

    def far() -> list[float]:
        found = []
        for seed in range(24):
            model, x = truths.dense(seed)
            options = {**params, "absolute": False} if method == "smooth_grad" else params
            last = run(method, model, x, 256, seed, n_samples=96, tolerance=0.0, **options)[-1]
            if method == "smooth_grad":
                truth = truths.noisy_gradients(model, x, 4000).mean(0)
            else:
                truth = truths.along_paths(model, x, params["baselines"], 512)
            found.append(float((last.values - truth).norm() / truth.norm()))
        return found

    evenly = far()
    monkeypatch.setattr(Paths, "place", independent_place)
    monkeypatch.setattr("xai_widgets.attribution.gradients.SmoothGrad._noise", one_by_one)
    assert np.median(np.array(evenly) / far()) < gain


def one_by_one(_: object, generator: torch.Generator, seed: int, row: int, x: torch.Tensor) -> torch.Tensor:
    generator.manual_seed(seed * 1_000_003 + row)
    return torch.randn(x.shape, generator=generator)


def test_contrasts_are_of_the_variance_of_the_sum() -> None:
    rows = torch.randn(11, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    squares = statistics.independent(rows).square().sum(0)
    torch.testing.assert_close(squares, 11 * rows.var(0))
    pairs = (rows[:10:2] + rows[1:10:2]).var(0) * 5 + (rows[10] - rows[:10].mean(0)).square()
    torch.testing.assert_close(mirrored(rows).square().sum(0), pairs)
    assert not len(mirrored(rows[:3]))  # one pair tells nothing of what pairs differ by
    one = Paths(2, 0).spread(rows)  # five rounds of two paths: 4 + 1 points each, and one more
    assert len(one) == 2 * (2 + 1) + 1
    torch.testing.assert_close(one[:2], rows[0:2] - rows[4:6])
    torch.testing.assert_close(one[4:6], rows[8:10] - rows[:8].reshape(4, 2, 3).mean(0))
    torch.testing.assert_close(one[6], rows[10] - rows[:10].mean(0))
    assert stratified.Paths(20, 0).spread(rows).shape == (4 + 1 + 1, 3)  # 8, 2 and 1 of no path that came twice
